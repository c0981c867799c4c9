/** A rule of rows → the condition of a row that breaks it, and the two aggregates that count it: what costs least and says the same. */
import type { CheckEntry, Scope, Work } from './entry.ts'
import { absent, type ColumnFacts, notNull, present, type Sql, sql } from './facts.ts'

interface Conditions {
  /** of a row that is judged and breaks the rule */
  readonly broken: Sql
  /** aggregates: how many rows are judged, and how many of them break the rule. `doubts` in the place of `broken`, for less: 0 where none breaks it, and any other number says nothing */
  readonly counts: { readonly judged: Sql; readonly broken: Sql; readonly doubts: Sql | null }
}

/** @throws Error where the check counts no rows */
export function conditions({ work, scope, entry }: { readonly work: Work; readonly scope: Scope; readonly entry: CheckEntry }): Conditions {
  if (work.kind !== 'rows') throw new Error(`${entry.name} counts no rows`)
  const column = entry.on === 'column' ? scope.column : null
  const rows = work.judged?.(scope) ?? sql(column === null ? 'true' : present(column))
  const judged: Sql = scope.keep === 'true' ? rows : { sql: `${scope.keep} AND (${rows.sql})`, values: rows.values }
  const breaks = work.breaks(scope)
  const broken: Sql = { sql: `(${judged.sql}) AND (${breaks.sql})`, values: [...judged.values, ...breaks.values] }
  const plain = column === null ? null : plainCounts(column, judged, breaks)
  return {
    broken,
    counts: {
      judged: plain?.judged ?? countOf(judged),
      broken: breaks.sql === 'false' ? sql('0') : (plain?.broken ?? countOf(broken)),
      doubts:
        column === null || judged.sql !== present(column) || breaks.doubts === undefined
          ? null
          : sql(`coalesce(CAST(${breaks.doubts.sql} AS INTEGER), 0)`, breaks.doubts.values),
    },
  }
}

const countOf = (condition: Sql): Sql => (condition.sql === 'true' ? sql('count(*)') : sql(`count_if(${condition.sql})`, condition.values))

/**
 * Of all rows of a column, or all its values: the engine counts what is not null a thousand at a time, and asking each row first whether its value
 * is there takes longer than most rules (a fifth of forty checks). A strict condition has no answer for null, and what it says of NaN is known.
 */
function plainCounts(column: ColumnFacts, judged: Sql, breaks: Sql): Partial<Conditions['counts']> | null {
  const { quoted, kind } = column
  const filled = `count(${quoted})`
  const nan = `count_if(isnan(${quoted}))`
  const values = kind === 'float' ? `${filled} - ${nan}` : filled
  if (judged.sql === 'true') return breaks.sql === absent(column) ? { broken: sql(`count(*) - (${values})`) } : null
  if (judged.sql === notNull(quoted)) return { judged: sql(filled), ...(breaks.strict === undefined ? {} : { broken: countOf(breaks) }) }
  if (judged.sql !== present(column)) return null
  if ((breaks.strict?.nan ?? null) === null) return { judged: sql(values) }
  // a float, of which NaN is not judged
  const found = countOf(breaks)
  return { judged: sql(values), broken: breaks.strict?.nan ? sql(`${found.sql} - ${nan}`, found.values) : found }
}
