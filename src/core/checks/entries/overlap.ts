/** Which rows of a table are also in train, and how often rows of train repeat: the SQL of `train_test_overlap`. */
import { targetColumns } from '../../schema/target-columns.ts'
import type { Scope } from '../entry.ts'
import { type ColumnFacts, isNumeric, type Sql, sql } from '../facts.ts'
import { asNumber } from '../sql-parts.ts'
import { comparable, rowHash, shared } from './same-value.ts'

/** Significant digits that numbers are rounded to when rows are held to be nearly the same. */
const digits = 3
/** Beyond this many rows, how often rows repeat is counted on a part of their hashes: all copies of a row are in it, or none. */
const exactRows = 1_000_000

interface Wanted {
  readonly columns?: readonly string[] | undefined
  readonly features_only?: boolean | undefined
}

/** What makes a row: the columns asked for, or features and label, without id, time and weight, which tell the same row apart. */
export function rowColumns({ table, data }: Scope, train: Scope['table'], { columns, features_only: bare = false }: Wanted) {
  const both = shared(table, train)
  const named = (names: readonly string[]) => both.filter(([{ name }]) => names.includes(name))
  if (columns !== undefined) return named(columns)
  const targets = targetColumns(data)
  const label = bare ? [] : targets
  if (data.features !== null) return named([...data.features, ...label])
  const apart = [data.id, data.time, data.weight, ...(bare ? targets : [])]
  return both.filter(([{ name }]) => !apart.includes(name))
}

/** Numbers to three significant digits, text without case, punctuation and runs of spaces. Two values that lie close on both sides of a rounding stay apart. */
export function fuzzy(a: ColumnFacts, b: ColumnFacts): readonly [string, string] {
  if (isNumeric(a.kind) && isNumeric(b.kind)) {
    // whole numbers are often codes, which rounding would mix up
    if (a.kind === 'integer' && b.kind === 'integer') return comparable(a, b)
    return [rounded(a), rounded(b)]
  }
  const [one, two] = comparable(a, b)
  return a.kind === 'string' || b.kind === 'string' ? [folded(one), folded(two)] : [one, two]
}

const rounded = (column: ColumnFacts): string => {
  const x = asNumber(column)
  return `CASE WHEN isnan(${x}) THEN NULL WHEN ${x} = 0 THEN 0.0 WHEN isinf(${x}) THEN ${x} ELSE round(${x}, ${digits - 1} - CAST(floor(log10(abs(${x}))) AS INTEGER)) + 0 END`
}
export const folded = (text: string): string => `trim(regexp_replace(lower(CAST(${text} AS VARCHAR)), '[^\\p{L}\\p{M}\\p{N}]+', ' ', 'g'))`

/**
 * First: `judged` rows and those `broken` (also in train); a row without any value is not one. Second, of train: `n`, `once`, `twice`.
 * @param values of each column, the SQL here and there
 * @param part counts on a part of the hashes beyond `exactRows`, both times
 */
export function overlapQueries(
  table: Scope['table'],
  train: Scope['table'],
  values: readonly (readonly [string, string])[],
  part: boolean,
): readonly Sql[] {
  const every = Math.max(1, Math.ceil((table.rows + train.rows) / exactRows))
  const some = every === 1 ? 'true' : `k % ${every} = 0`
  const rows = (relation: string, side: 0 | 1, keep: string) => {
    const own = values.map((pair) => pair[side])
    return `SELECT k FROM (SELECT ${rowHash(own)} AS k, ${own.map((value) => `(${value}) IS NULL`).join(' AND ')} AS void FROM ${relation}) WHERE NOT void AND ${keep}`
  }
  const keep = part ? some : 'true'
  return [
    sql(
      `WITH here AS (${rows(table.relation, 0, keep)}), there AS (${rows(train.relation, 1, keep)})
       SELECT (SELECT count(*) FROM here) AS judged, (SELECT count(*) FROM here SEMI JOIN there USING (k)) AS broken`,
    ),
    sql(
      `SELECT coalesce(sum(n), 0) AS n, count(*) FILTER (WHERE n = 1) AS once, count(*) FILTER (WHERE n = 2) AS twice
       FROM (SELECT k, count(*) AS n FROM (${rows(train.relation, 1, some)}) GROUP BY k)`,
    ),
  ]
}
