/**
 * The SQL of a profile. Four scans of a reference: a sample that decides kinds, edges and frequent values; one exact count of every column;
 * one of the cells of numeric columns at those edges; one of the levels of categorical columns. Nearly every column is in one of the last
 * two, and one more where there are numbers that are not finite. Current data skip the decisions, not the counts.
 *
 * Exactness: counts are exact whatever the sample. NaN and ±∞ are counted apart and kept out of moments, extremes and cells (NaN lands in
 * the first bin of `histogram` and poisons avg and max). Moments are summed around a pivot with compensated sums, so that threads
 * adding in another order change nothing in twelve digits.
 */
import { type ColumnFacts, freeStem, isNumeric, type Sql, sql, type TableFacts } from '../checks/facts.ts'
import { answerName } from '../checks/scan.ts'
import { asDouble, asLabel, sqlNumber } from './codes.ts'
import type { Measure } from './measures.ts'
import { chosenRows } from './sampling.ts'

export const sampledRows = 65_536
const orderedRows = 2_000
export const minLevelRows = 5
/** The engine plans in the square of the number of aggregates: two hundred columns in one query took a minute for a thousand rows. */
export const columnsPerQuery = 16
/** grouping_id is a 64-bit mask */
export const levelColumnsPerQuery = 32

/** Rows of the sample in whose order the values of a column may stand. @param number SQL of the row number there */
export const orderedSample = (rows: number, number?: string): string => chosenRows(Math.min(rows, sampledRows), orderedRows, number)

/** SQL of a given number, or list of them, where it stands. */
const literal = (given: number | readonly number[]): string =>
  typeof given === 'number' ? sqlNumber(given) : `CAST('${JSON.stringify(given)}' AS DOUBLE[])`

/** What is made and asked of a measure, its names ending with the place of its column. @param stem before every name */
function sideBySide({ place, made, given, asked }: Measure, stem = '') {
  const name = (word: string) => `${stem}${word}${place}`
  const of = (word: string) => {
    const number = given[word]
    return number === undefined ? name(word) : literal(number)
  }
  return {
    inner: Object.entries(made).map(([word, expression]) => `${expression} AS ${name(word)}`),
    list: Object.entries(asked(of)).map(([key, aggregate]) => `${aggregate} AS ${key}${place}`),
  }
}

/**
 * One row: of `sampleMeasure`s what they ask, and `o<place>` of numbers: the correlation of their ranks with the order of the rows, which a
 * constant has none of. Null: there are none.
 * @param table whose relation is the sample already: the engine computes every column of a relation before it drops rows of it
 */
export function sampleQuery(table: TableFacts & { readonly rowAt: string }, measures: readonly Measure[]): Sql | null {
  if (measures.length === 0) return null
  const parts = measures.map((measure) => sideBySide(measure))
  const numbers = measures.filter(({ facts }) => isNumeric(facts.kind)).map(({ place }) => place)
  const sample = `sample AS MATERIALIZED (SELECT ${[`${table.rowAt} AS row_at`, ...parts.flatMap(({ inner }) => inner)].join(', ')} FROM ${table.relation})`
  // sorting and looking for different values is the work of one thread a query: there are two, every other column in each
  const share = (remainder: number) => parts.filter((_, at) => at % 2 === remainder).flatMap(({ list }) => list)
  const aggregates = [share(0), share(1)]
    .filter((list) => list.length > 0)
    .map((list) => `(SELECT ${list.join(', ')} FROM sample)`)
    .join(', ')
  if (numbers.length === 0) return sql(`WITH ${sample} SELECT * FROM ${aggregates}`)
  const ranks = numbers.map((i) => `rank() OVER (ORDER BY c${i}) AS r${i}`)
  const thinned = `SELECT row_number() OVER (ORDER BY row_at) AS place, ${ranks.join(', ')} FROM sample ${orderedSample(table.rows)}`
  const order = numbers.map((i) => `${rankOrder(`r${i}`)} AS o${i}`)
  return sql(`WITH ${sample} SELECT * FROM ${aggregates}, (SELECT ${order.join(', ')} FROM (${thinned}))`)
}

/** SQL: a constant column has no correlation: NaN becomes null. */
export const rankOrder = (rank: string): string => `CASE WHEN stddev_pop(${rank}) > 0 THEN corr(${rank}, place) END`

export interface CountOptions {
  /** with `rows`, `x` and `s` (fingerprint of the table) */
  readonly print?: boolean
  /** aggregates of others over the same rows, under the names of `answerName`; none of them may be a list or a histogram, beside which the engine puts every row of every aggregate into a group */
  readonly riders?: readonly Sql[]
}

/** One row: what the measures ask, and what the options say. Null: nothing is asked. */
export function countQuery(table: TableFacts, measures: readonly Measure[], { print = false, riders = [] }: CountOptions = {}): Sql | null {
  // riders call the columns by their names, beside which ours must be others
  const stem = riders.length === 0 ? '' : freeStem('counted_', table.columns)
  const parts = measures.map((measure) => sideBySide(measure, stem))
  const hash = `${stem}print`
  // every expression once a row, in the inner query; a FILTER on each aggregate costs as much as the aggregates
  const inner = [
    ...(riders.length === 0 ? [] : ['*']),
    ...parts.flatMap((part) => part.inner),
    ...(print ? [`${rowHash(table.columns)} AS ${hash}`] : []),
  ]
  // in front of ours: a name that is given in a list means the same behind it
  const all = [
    ...riders.map((rider, i) => `${rider.sql} AS ${answerName(i)}`),
    ...(print ? fingerprintParts(hash) : []),
    ...parts.flatMap((part) => part.list),
  ]
  return all.length === 0
    ? null
    : sql(
        `SELECT ${all.join(', ')} FROM (SELECT ${inner.join(', ')} FROM ${table.relation})`,
        riders.flatMap((rider) => rider.values),
      )
}

/** @param print column that holds the hash of a row */
const fingerprintParts = (print: string): readonly string[] => [
  `count(*) AS "rows"`,
  `CAST(coalesce(bit_xor(${print}), 0) AS VARCHAR) AS x`,
  `CAST(coalesce(sum(${print}), 0) AS VARCHAR) AS s`,
]

/** One row: `rows`, `x` and `s`. */
export const fingerprintQuery = ({ relation, columns }: TableFacts): Sql =>
  sql(`SELECT ${fingerprintParts('print').join(', ')} FROM (SELECT ${rowHash(columns)} AS print FROM ${relation})`)

/**
 * SQL: a hash of the whole row, whatever the order of the columns. Hashed once more, because the engine mixes the last column in by xor:
 * the xor over all rows would then not see which value stands in which row.
 */
const rowHash = (columns: readonly ColumnFacts[]): string =>
  `hash(hash(${columns
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(hashed)
    .join(', ')}))`

/** `duplicates`: rows that repeat an earlier one. */
export const duplicateQuery = ({ relation, columns }: TableFacts): Sql =>
  sql(`SELECT count(*) - count(DISTINCT ${rowHash(columns)}) AS duplicates FROM ${relation}`)

/** The same value gives the same hash whatever format it was stored in. */
function hashed(column: ColumnFacts): string {
  if (column.kind === 'float' || column.kind === 'decimal') return asDouble(column)
  return column.kind === 'other' || column.kind === 'string' ? `CAST(${column.quoted} AS VARCHAR)` : column.quoted
}

/**
 * Levels of some columns: `column` (index in the list), `label`, `rows`, `levels` (how many the column has), `present` (rows that have one).
 * Frequent first, ties by label; labels of fewer than five rows and those beyond `most` are left out. A row with a null label says `levels`, and in
 * `rows` the rows of the first that there was no room for.
 *
 * @param groups SQL: `col`, `label`, `n` (rows) and, where it is weighted, `weight` of every label of every column
 */
export function levelQuery(groups: string, most: number, weighted: boolean): Sql {
  const kept = weighted ? ', weight' : ''
  const ranked = `SELECT col, label, n${kept}, count(*) OVER (PARTITION BY col) AS levels, CAST(sum(n) OVER (PARTITION BY col) AS BIGINT) AS present, row_number() OVER (PARTITION BY col ORDER BY n DESC, label) AS place
    FROM (${groups}) WHERE label IS NOT NULL`
  return sql(`SELECT col AS "column", CASE WHEN n >= ${minLevelRows} AND place <= ${most} THEN label END AS label, n AS "rows", levels, present${kept}
    FROM (${ranked}) WHERE place <= ${most + 1} AND (n >= ${minLevelRows} OR place = 1) ORDER BY col, place`)
}

/** Groups of up to 32 columns in one scan. @param weight SQL of a weight, summed by label */
export function levelGroups(table: TableFacts, columns: readonly ColumnFacts[], weight: string | null): string {
  if (columns.length > levelColumnsPerQuery) throw new RangeError(`at most ${levelColumnsPerQuery} columns at a time`)
  const names = columns.map((column) => column.quoted)
  const all = 2 ** columns.length - 1
  const which = columns.map((_, i) => `WHEN ${all - 2 ** (columns.length - 1 - i)} THEN ${i}`).join(' ')
  const labels = columns.map(asLabel)
  const label = labels.length === 1 ? labels[0] : `coalesce(${labels.join(', ')})`
  const sum = weight === null ? '' : `, fsum(${weight}) AS weight`
  return `SELECT CASE grouping_id(${names.join(', ')}) ${which} END AS col, ${label} AS label, count(*) AS n${sum}
    FROM ${table.relation} GROUP BY GROUPING SETS (${names.map((name) => `(${name})`).join(', ')})`
}
