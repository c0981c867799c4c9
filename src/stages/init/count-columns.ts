/**
 * What init counts of columns besides their profile, many columns a query: the levels of those that have few, which of them hold no value
 * twice, what their text looks like. A query a column was planned a thousand times over a table of a thousand columns.
 */
import { formats } from '../../core/checks/entries/formats.ts'
import { lookKinds, looks } from '../../core/checks/entries/privacy.ts'
import type { ColumnFacts, TableFacts } from '../../core/checks/facts.ts'
import { chunks, groupBy } from '../../core/collections.ts'
import { notationCounts, notationOf } from '../../core/init/notation.ts'
import { type ColumnInRole, fewestRows, type Levels, mostLevels } from '../../core/init/seen.ts'
import { asLabel } from '../../core/profile/codes.ts'
import { levelColumnsPerQuery, levelGroups } from '../../core/profile/queries.ts'
import { columnNumber, stackedAtOnce, stackedLevels } from '../../core/profile/stacked.ts'
import type { DataEngine } from '../../ports/data-engine.ts'

/** Text is looked at in this many rows. */
const lookedAt = 100_000
const lookShare = 0.01
/** Values of text that one query looks at, about, and columns at most. */
const textsAtOnce = 262_144
const textColumnsAtOnce = 256

/** SQL: `col`, `label`, `n` of every value of these columns. */
const groupsOf = (table: TableFacts, columns: readonly ColumnFacts[]): string =>
  `(${columns.length > levelColumnsPerQuery ? stackedLevels(table, columns, null) : levelGroups(table, columns, null)}) WHERE label IS NOT NULL`

/** Names of those that have values, and none twice. */
export async function uniqueOf(engine: DataEngine, table: TableFacts, columns: readonly ColumnFacts[]): Promise<ReadonlySet<string>> {
  const unique = new Set<string>()
  // of many rows every value is held until the last is read: one column at a time
  for (const some of chunks(columns, Math.max(stackedAtOnce(table.rows), 1))) {
    const rows = await engine.aggregate({ sql: `SELECT col, max(n) AS most FROM ${groupsOf(table, some)} GROUP BY col` })
    for (const { col, most } of rows) {
      const column = some[Number(col)]
      if (column !== undefined && Number(most) === 1) unique.add(column.name)
    }
  }
  return unique
}

export async function levelsOf(
  engine: DataEngine,
  table: TableFacts,
  columns: readonly ColumnFacts[],
): Promise<ReadonlyMap<string, Levels>> {
  const levels = new Map<string, Levels>()
  for (const some of chunks(columns, Math.max(stackedAtOnce(table.rows), levelColumnsPerQuery))) {
    const rows = await engine.aggregate({
      sql: `SELECT col, CASE WHEN n >= ${fewestRows} THEN label END AS label, n, levels, singles FROM (
              SELECT col, label, n, count(*) OVER (PARTITION BY col) AS levels, count_if(n = 1) OVER (PARTITION BY col) AS singles,
                row_number() OVER (PARTITION BY col ORDER BY n DESC, label) AS place FROM ${groupsOf(table, some)}
            ) WHERE place <= ${mostLevels + 1} AND (n >= ${fewestRows} OR place = 1) ORDER BY col, place`,
    })
    const found = groupBy(rows, ({ col }) => Number(col))
    for (const [at, { name }] of some.entries()) {
      const own = found.get(at) ?? []
      levels.set(name, {
        distinct: Number(own[0]?.levels ?? 0),
        singles: Number(own[0]?.singles ?? 0),
        top: own.flatMap(({ label, n }) => (typeof label === 'string' ? [{ label, rows: Number(n) }] : [])),
      })
    }
  }
  return levels
}

export type Looks = Pick<ColumnInRole, 'looksLike' | 'readsAsNumber' | 'notation'>
export const unlooked: Looks = { looksLike: [], readsAsNumber: null, notation: null }

const x = 'x'
const conditions: ReadonlyMap<string, string> = new Map([
  ['numbers', formats.numeric.holds(x)],
  ...lookKinds.map((kind) => [kind, looks[kind](x)] as const),
  ...notationCounts(x),
])

/** @param repeats columns whose values come again and again: each is then looked at once */
export async function looksOf(
  engine: DataEngine,
  { relation, rows }: TableFacts,
  columns: readonly ColumnFacts[],
  repeats: ReadonlySet<string>,
): Promise<ReadonlyMap<string, Looks>> {
  const found = new Map<string, Looks>()
  const atOnce = Math.min(textColumnsAtOnce, Math.ceil(textsAtOnce / Math.max(1, Math.min(rows, lookedAt))))
  const held = [...conditions].map(([name, holds]) => `coalesce(sum(n) FILTER (WHERE ${holds}), 0) AS ${name}`)
  for (const again of [true, false]) {
    const own = columns.filter(({ name }) => repeats.has(name) === again)
    for (const some of chunks(own, atOnce)) {
      const names = some.map(({ quoted }) => quoted).join(', ')
      // beside text there are UUIDs, and lists of names of the engine's own
      const texts = some.map(asLabel).join(', ')
      const values = `SELECT ${columnNumber(some.length)}, unnest([${texts}]) AS ${x} FROM (SELECT ${names} FROM ${relation} LIMIT ${lookedAt})`
      const counted = again
        ? `SELECT col, ${x}, count(*) AS n FROM (${values}) GROUP BY col, ${x}`
        : `SELECT col, ${x}, 1 AS n FROM (${values})`
      const answers = await engine.aggregate({
        sql: `SELECT col, sum(n) AS n, ${held.join(', ')} FROM (${counted}) WHERE ${x} IS NOT NULL GROUP BY col`,
      })
      for (const row of answers) {
        const column = some[Number(row.col)]
        if (column !== undefined)
          found.set(
            column.name,
            readLooks((what) => Number(row[what] ?? 0)),
          )
      }
    }
  }
  return found
}

/** @param counted values of which a condition is true; `n` are there */
function readLooks(counted: (what: string) => number): Looks {
  const n = counted('n')
  return {
    looksLike: lookKinds.filter((kind) => counted(kind) > lookShare * n),
    readsAsNumber: counted('numbers') / n,
    notation: notationOf(counted, counted('numbers'), n),
  }
}
