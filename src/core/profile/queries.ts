/**
 * The SQL of a profile. Four scans of a reference: a sample that decides kinds, edges and frequent values; one exact count of every column;
 * one of the cells of numeric columns at those edges; one of the levels of categorical columns. Nearly every column is in one of the last
 * two, and one more where there are numbers that are not finite. Current data skip the decisions, not the counts.
 *
 * Exactness: counts are exact whatever the sample. NaN and ±∞ are counted apart and kept out of moments, extremes and cells (NaN lands in
 * the first bin of `histogram` and poisons avg and max). Moments are summed around a pivot with compensated sums, so that threads
 * adding in another order change nothing in twelve digits.
 */
import { type ColumnFacts, freeStem, isNumeric, type Sql, type SqlValue, sql, type TableFacts } from '../checks/facts.ts'
import { answerName } from '../checks/scan.ts'
import { binsOf } from './bins.ts'
import { sqlNumber } from './codes.ts'
import { gridPoints } from './edges.ts'
import { chosenRows } from './sampling.ts'

export const sampledRows = 65_536
const orderedRows = 2_000
export const minLevelRows = 5
/** The engine plans in the square of the number of aggregates: two hundred columns in one query took a minute for a thousand rows. */
export const columnsPerQuery = 16
/** grouping_id is a 64-bit mask */
export const levelColumnsPerQuery = 32

const number = ({ quoted }: ColumnFacts) => `CAST(${quoted} AS DOUBLE)`
/** SQL: the number is there and finite. */
const finite = (column: ColumnFacts) => `isfinite(${number(column)})`
const finiteNumber = (column: ColumnFacts) =>
  column.kind === 'float' ? `CASE WHEN ${finite(column)} THEN ${number(column)} END` : number(column)

/** Types whose numbers a double can round: whether two of them are one value is asked of the values themselves. */
const isWide = ({ type }: ColumnFacts): boolean => /BIGINT|HUGEINT|^DECIMAL\((1[6-9]|[23])/.test(type)

/** Different values of a list, nulls left out: of a sample a quarter of the time of `count(DISTINCT …)`. */
const distinct = (list: string): string => `coalesce(list_unique(${list}), 0)`

/**
 * @param table whose relation is the sample already: the engine computes every column of a relation before it drops rows of it
 * @param from place in the table of the first of the columns: `i` counts from there. One row: `n<i>` values, `d<i>` distinct, numbers `q<i>` (grid as JSON), `lo<i>`, `hi<i>`, `o<i>` (order), strings `l<i>`, `w<i>`; times and lists `lo<i>`, `hi<i>` (seconds, lengths).
 */
export function sampleQuery(table: TableFacts & { readonly rowAt: string }, columns: readonly ColumnFacts[], from = 0): Sql {
  // inverse CDF by one sort: `quantile_disc` with a thousand points costs forty times that. In whole numbers: 0.07 × 100 is above 7
  const grid = (n: string) => `[(i * (${n}) + ${gridPoints}) // ${gridPoints + 1} FOR i IN range(1, ${gridPoints + 1})]`
  const facts = columns.map((column, at) => {
    const { kind } = column
    const i = from + at
    const c = `c${i}`
    if (isNumeric(kind)) {
      const ok = `FILTER (WHERE isfinite(${c}))`
      return [
        `count(*) ${ok} AS n${i}`,
        `${distinct(isWide(column) ? `list(v${i})` : `list(${c}) ${ok}`)} AS d${i}`,
        `to_json(list_select(list_sort(list(${c}) ${ok}), ${grid(`count(*) ${ok}`)})) AS q${i}`,
        `min(${c}) ${ok} AS lo${i}`,
        `max(${c}) ${ok} AS hi${i}`,
      ]
    }
    if (isList(column)) return [`count(${c}) AS n${i}`, `min(len(${c})) AS lo${i}`, `max(len(${c})) AS hi${i}`]
    if (kind === 'other' || kind === 'time') return []
    const shared = [`count(${c}) AS n${i}`, `${distinct(`list(${c})`)} AS d${i}`]
    if (kind === 'date' || kind === 'timestamp') {
      const ok = `FILTER (WHERE isfinite(CAST(${c} AS TIMESTAMP)))`
      return [...shared, `epoch(min(CAST(${c} AS TIMESTAMP)) ${ok}) AS lo${i}`, `epoch(max(CAST(${c} AS TIMESTAMP)) ${ok}) AS hi${i}`]
    }
    return kind === 'string'
      ? [
          ...shared,
          `avg(length(${c})) AS l${i}`,
          `avg(CASE WHEN contains(${c}, ' ') THEN 1 ELSE 0 END) FILTER (WHERE ${c} IS NOT NULL) AS w${i}`,
        ]
      : shared
  })
  const numbers = columns.flatMap((column, at) => (isNumeric(column.kind) ? [from + at] : []))
  const list = columns.flatMap((column, at) => [
    `${sampledValue(column)} AS c${from + at}`,
    ...(isNumeric(column.kind) && isWide(column) ? [`${column.quoted} AS v${from + at}`] : []),
  ])
  const sample = `sample AS MATERIALIZED (SELECT ${[`${table.rowAt} AS row_at`, ...list].join(', ')} FROM ${table.relation})`
  // sorting and looking for different values is the work of one thread a query: there are two, every other column in each
  const share = (remainder: number) => facts.filter((_, at) => at % 2 === remainder).flat()
  const aggregates = [['count(*) AS sampled', ...share(0)], share(1)]
    .filter((list) => list.length > 0)
    .map((list) => `(SELECT ${list.join(', ')} FROM sample)`)
    .join(', ')
  if (numbers.length === 0) return sql(`WITH ${sample} SELECT * FROM ${aggregates}`)
  const ranks = numbers.map((i) => `rank() OVER (ORDER BY c${i}) AS r${i}`)
  const thinned = `SELECT row_number() OVER (ORDER BY row_at) AS place, ${ranks.join(', ')} FROM sample ${chosenRows(Math.min(table.rows, sampledRows), orderedRows)}`
  // a constant column has no correlation: NaN becomes null
  const order = numbers.map((i) => `CASE WHEN stddev_pop(r${i}) > 0 THEN corr(r${i}, place) END AS o${i}`)
  return sql(`WITH ${sample} SELECT * FROM ${aggregates}, (SELECT ${order.join(', ')} FROM (${thinned}))`)
}

const isList = ({ kind, type }: ColumnFacts): boolean => kind === 'other' && type.endsWith(']')

function sampledValue(column: ColumnFacts): string {
  if (isNumeric(column.kind)) return number(column)
  return column.kind === 'string' ? `CAST(${column.quoted} AS VARCHAR)` : column.quoted
}

export interface NumericPlan {
  readonly edges: readonly number[]
  /** values counted exactly, ascending; those that turn out rare are dropped later */
  readonly frequent: readonly number[]
  /** of these, the frequent values of the reference: listed whatever their count is here, so that both sides are exact */
  readonly always: readonly number[]
  /** extremes of the reference: finite values beyond them are counted */
  readonly beyond: { readonly min: number; readonly max: number } | null
}

/** Moments are summed around this. */
export const pivotOf = (edges: readonly number[]): number => edges[Math.floor(edges.length / 2)] ?? 0

/** What is to be counted of one column. */
export interface Counted {
  readonly facts: ColumnFacts
  readonly numeric: NumericPlan | null
  /** a part of the calendar: its levels say how often it is there, and nobody works it out twice */
  readonly labels: readonly string[] | null
}

export interface CountOptions {
  /** place in the table of the first of the columns */
  readonly from?: number
  /** `h<i>` of `binQuery` too: for values that take long to make. Elsewhere two scans take less: beside a histogram the engine puts every row of every aggregate into a group */
  readonly bins?: boolean
  /** aggregates of others over the same rows, under the names of `answerName`; for the same reason none of them may be a list or a histogram */
  readonly riders?: readonly Sql[]
}

/**
 * One row: of the first columns `rows`, `x` and `s` (fingerprint of the table), per column `v<i>` (not null), `f<i>` (finite), `e<i>` (empty),
 * `lo<i>`, `hi<i>`, `s1<i>`, `s2<i>` (sums around the pivot), `below<i>` and `above<i>` where the extremes of a reference are known. Null: all of
 * them are parts of the calendar.
 */
export function countQuery(
  table: TableFacts,
  columns: readonly Counted[],
  { from = 0, bins = false, riders = [] }: CountOptions = {},
): Sql | null {
  // riders call the columns by their names, beside which ours must be others
  const stem = riders.length === 0 ? '' : freeStem('counted_', table.columns)
  const values: SqlValue[] = riders.flatMap((rider) => rider.values)
  // every expression once a row, in the inner query; a FILTER on each aggregate costs as much as the aggregates
  const inner: string[] = riders.length === 0 ? [] : ['*']
  const list = columns.flatMap(({ facts: column, numeric: plan, labels }, at) => {
    if (labels !== null) return []
    const { kind, quoted } = column
    const i = from + at
    const c = `${stem}c${i}`
    const parts = [`count(${c}) AS v${i}`]
    inner.push(`${kind === 'string' ? `CAST(${quoted} AS VARCHAR)` : quoted} AS ${c}`)
    if (kind === 'string') parts.push(`count(*) FILTER (WHERE ${c} = '') AS e${i}`)
    if (plan !== null) {
      const x = `${stem}x${i}`
      inner.push(`${finiteNumber(column)} AS ${x}`)
      const pivot = `CAST('${pivotOf(plan.edges)}' AS DOUBLE)`
      if (kind === 'float') parts.push(`count(${x}) AS f${i}`)
      parts.push(
        `min(${x}) AS lo${i}`,
        `max(${x}) AS hi${i}`,
        `fsum(${x} - ${pivot}) AS s1${i}`,
        `fsum((${x} - ${pivot}) * (${x} - ${pivot})) AS s2${i}`,
      )
      if (plan.beyond !== null) {
        parts.push(
          `count(*) FILTER (WHERE ${x} < ${sqlNumber(plan.beyond.min)}) AS below${i}`,
          `count(*) FILTER (WHERE ${x} > ${sqlNumber(plan.beyond.max)}) AS above${i}`,
        )
      }
      if (bins) {
        const { parts: cells, values: edges } = binned({ facts: column, numeric: plan, labels }, i, x)
        parts.push(...cells)
        values.push(...edges)
      }
    }
    return parts
  })
  const print = `${stem}print`
  if (from === 0) inner.push(`${rowHash(table.columns)} AS ${print}`)
  // in front of ours: a name that is given in a list means the same behind it
  const all = [...riders.map((rider, i) => `${rider.sql} AS ${answerName(i)}`), ...(from === 0 ? fingerprintParts(print) : []), ...list]
  return all.length === 0 ? null : sql(`SELECT ${all.join(', ')} FROM (SELECT ${inner.join(', ')} FROM ${table.relation})`, values)
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

/** One row: per column that has bins (bins.ts) `h<i>`, their counts, the last one missing when empty. Null: none has any. */
export function binQuery(table: TableFacts, columns: readonly Counted[], from = 0): Sql | null {
  const found = columns.map((column, at) => ({ ...binned(column, from + at), inner: `${finiteNumber(column.facts)} AS x${from + at}` }))
  const counted = found.filter(({ parts }) => parts.length > 0)
  if (counted.length === 0) return null
  const list = counted.flatMap(({ parts }) => parts)
  const inner = counted.map((one) => one.inner)
  return sql(
    `SELECT ${list.join(', ')} FROM (SELECT ${inner.join(', ')} FROM ${table.relation})`,
    counted.flatMap(({ values }) => values),
  )
}

/** One row: `nan<i>`, `pos<i>`, `neg<i>` of the columns that hold any, as the answer of `countQuery` tells. Null: nearly always, none does. */
export function nonFiniteQuery(
  table: TableFacts,
  columns: readonly Counted[],
  counts: Readonly<Record<string, unknown>>,
  from = 0,
): Sql | null {
  const inner: string[] = []
  const list = columns.flatMap(({ facts }, at) => {
    const i = from + at
    if (facts.kind !== 'float' || Number(counts[`v${i}`]) === Number(counts[`f${i}`])) return []
    inner.push(`${number(facts)} AS x${i}`)
    return [
      `count(*) FILTER (WHERE isnan(x${i})) AS nan${i}`,
      `count(*) FILTER (WHERE x${i} = ${sqlNumber(Infinity)}) AS pos${i}`,
      `count(*) FILTER (WHERE x${i} = ${sqlNumber(-Infinity)}) AS neg${i}`,
    ]
  })
  return list.length === 0 ? null : sql(`SELECT ${list.join(', ')} FROM (SELECT ${inner.join(', ')} FROM ${table.relation})`)
}

/** Of the column `x`; nothing where it has no bins. */
function binned({ numeric }: Counted, i: number, x = `x${i}`): { readonly parts: readonly string[]; readonly values: readonly SqlValue[] } {
  const bins = numeric === null ? [] : binsOf(numeric.edges, numeric.frequent)
  if (bins.length === 0) return { parts: [], values: [] }
  return { parts: [`to_json(map_values(histogram(${x}, CAST(? AS DOUBLE[])))) AS h${i}`], values: [JSON.stringify(bins)] }
}

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
  if (column.kind === 'float' || column.kind === 'decimal') return number(column)
  return column.kind === 'other' || column.kind === 'string' ? `CAST(${column.quoted} AS VARCHAR)` : column.quoted
}

/**
 * Levels of up to 32 columns in one scan: `column` (index in the list), `label`, `rows`, `levels` (how many the column has), `present` (rows that have one). Frequent first, ties by label; labels of fewer than five rows and those beyond `most` are left out. A row with a
 * null label says `levels`, and in `rows` the rows of the first that there was no room for.
 *
 * @param weight SQL of a weight: its sum by label is `weight`
 */
export function levelQuery(table: TableFacts, columns: readonly ColumnFacts[], most: number, weight: string | null = null): Sql {
  if (columns.length > levelColumnsPerQuery) throw new RangeError(`at most ${levelColumnsPerQuery} columns at a time`)
  const names = columns.map((column) => column.quoted)
  const all = 2 ** columns.length - 1
  const which = columns.map((_, i) => `WHEN ${all - 2 ** (columns.length - 1 - i)} THEN ${i}`).join(' ')
  const label =
    names.length === 1 ? `CAST(${names[0]} AS VARCHAR)` : `coalesce(${names.map((name) => `CAST(${name} AS VARCHAR)`).join(', ')})`
  const sum = weight === null ? '' : `, fsum(${weight}) AS weight`
  const kept = weight === null ? '' : ', weight'
  const groups = `SELECT CASE grouping_id(${names.join(', ')}) ${which} END AS col, ${label} AS label, count(*) AS n${sum}
    FROM ${table.relation} GROUP BY GROUPING SETS (${names.map((name) => `(${name})`).join(', ')})`
  const ranked = `SELECT col, label, n${kept}, count(*) OVER (PARTITION BY col) AS levels, CAST(sum(n) OVER (PARTITION BY col) AS BIGINT) AS present, row_number() OVER (PARTITION BY col ORDER BY n DESC, label) AS place
    FROM (${groups}) WHERE label IS NOT NULL`
  return sql(`SELECT col AS "column", CASE WHEN n >= ${minLevelRows} AND place <= ${most} THEN label END AS label, n AS "rows", levels, present${kept}
    FROM (${ranked}) WHERE place <= ${most + 1} AND (n >= ${minLevelRows} OR place = 1) ORDER BY col, place`)
}
