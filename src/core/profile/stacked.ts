/**
 * The queries of a profile over many columns of few rows: the columns are stacked, a row a value, and counted in groups.
 *
 * Side by side (queries.ts) every aggregate of every column is planned and started for itself, which takes milliseconds a column whether it has
 * a hundred rows or a million. Stacked there is one of each kind, which takes a quarter. Of many rows it takes more, because every value is looked up
 * in a group.
 */
import { type ColumnFacts, isNumeric, type Sql, type SqlValue, sql, type TableFacts } from '../checks/facts.ts'
import { chunks, groupBy } from '../collections.ts'
import { asLabel } from './codes.ts'
import type { Measure } from './measures.ts'
import { orderedSample, rankOrder } from './queries.ts'

/** Rows up to which columns are stacked. */
const fewRows = 1024
/** Columns of one query: the engine plans in the square of the number of expressions, and 256 of 1,024 rows are 2 MB a list. */
const columnsAtOnce = 256
/** Columns that are asked the same, from where on they are stacked: a query over few is planned faster than stacked. */
const fewestAlike = 32

/** How many columns of so many rows are stacked in one query; 0: none is. */
export const stackedAtOnce = (rows: number): number => (rows > 0 && rows <= fewRows ? columnsAtOnce : 0)

export interface Layout {
  /** each a query */
  readonly stacked: readonly (readonly Measure[])[]
  readonly sideBySide: readonly Measure[]
}

/** Measures of which many ask the same of the same type are stacked. */
export function layOut(measures: readonly Measure[], rows: number): Layout {
  const atOnce = stackedAtOnce(rows)
  if (atOnce === 0 || measures.length < fewestAlike) return { stacked: [], sideBySide: measures }
  const alike = groupBy(measures, ({ facts, given, asked }) =>
    JSON.stringify([facts.kind, facts.type, asked((word) => word), Object.keys(given)]),
  )
  const many = [...alike.values()].filter(({ length }) => length >= fewestAlike)
  const taken = new Set(many.flat())
  return { stacked: many.flatMap((some) => chunks(some, atOnce)), sideBySide: measures.filter((one) => !taken.has(one)) }
}

/** SQL: the place of a column that `unnest` of a list of so many stands beside. */
export const columnNumber = (columns: number): string => `unnest(range(${columns})) AS col`

/** A row a column: `col`, its place among the measures, and what they ask. @param measures that ask the same */
export function stackedQuery({ relation }: TableFacts, measures: readonly Measure[]): Sql {
  const [first] = measures
  if (first === undefined) throw new RangeError('nothing is asked')
  const lists = Object.keys(first.made).map((word) => `unnest([${measures.map(({ made }) => made[word] ?? 'NULL').join(', ')}]) AS ${word}`)
  const given = Object.entries(first.given)
  const numbers = given.map(([word, value]) => `unnest(CAST(? AS DOUBLE[]${typeof value === 'number' ? '' : '[]'})) AS ${word}`)
  const values: SqlValue[] = given.map(([word]) => JSON.stringify(measures.map((measure) => measure.given[word])))
  const join = given.length === 0 ? '' : ` JOIN (SELECT ${[columnNumber(measures.length), ...numbers].join(', ')}) USING (col)`
  const asked = Object.entries(first.asked((word) => word)).map(([key, aggregate]) => `${aggregate} AS ${key}`)
  return sql(
    `SELECT ${['col', ...asked].join(', ')} FROM (SELECT ${[columnNumber(measures.length), ...lists].join(', ')} FROM ${relation})${join} GROUP BY col`,
    values,
  )
}

/** `o` of numbers, as `sampleQuery` has it. Null: they are none. */
export function stackedOrder(table: TableFacts & { readonly rowAt: string }, measures: readonly Measure[]): Sql | null {
  if (!measures.every(({ facts }) => isNumeric(facts.kind))) return null
  const list = measures.map(({ made }) => made.c ?? 'NULL').join(', ')
  const placed = `SELECT [${list}] AS list, row_number() OVER (ORDER BY ${table.rowAt}) AS place FROM ${table.relation} ${orderedSample(table.rows, table.rowAt)}`
  const values = `SELECT ${columnNumber(measures.length)}, unnest(list) AS c, place FROM (${placed})`
  return sql(
    `SELECT col, ${rankOrder('r')} AS o FROM (SELECT col, place, rank() OVER (PARTITION BY col ORDER BY c) AS r FROM (${values})) GROUP BY col`,
  )
}

/** The answers under the names that they have side by side. */
export const readStacked = <T>(rows: readonly Readonly<Record<string, T>>[], measures: readonly Measure[]): Readonly<Record<string, T>> =>
  Object.fromEntries(
    rows.flatMap(({ col, ...answers }) => {
      const place = measures[Number(col)]?.place
      return Object.entries(answers).map(([key, value]) => [`${key}${place}`, value] as const)
    }),
  )

/** Groups for `levelQuery`. @param weight SQL of a weight, summed by label */
export function stackedLevels({ relation }: TableFacts, columns: readonly ColumnFacts[], weight: string | null): string {
  const [own, sum] = weight === null ? ['', ''] : [`, ${weight} AS weight`, ', fsum(weight) AS weight']
  const values = `SELECT ${columnNumber(columns.length)}, unnest([${columns.map(asLabel).join(', ')}]) AS label${own} FROM ${relation}`
  return `SELECT col, label, count(*) AS n${sum} FROM (${values}) GROUP BY col, label`
}
