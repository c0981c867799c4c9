/**
 * Which labelled rows are taken, and whether they can be: rows too young to have a label are left out and counted; a row that is
 * there twice, or a weight that cannot be, is an error. Everything is counted by the engine before a model is asked.
 */

import { quoted } from '../../core/onnx/inspect.ts'
import { unweighable, weighable } from '../../core/profile/weights.ts'
import { count, outOf, plural } from '../../core/report/format.ts'
import type { DataSpec } from '../../core/schema/config.ts'
import { UserError } from '../../errors.ts'
import { type Column, type DataEngine, quoteName, type Table } from '../../ports/data-engine.ts'
import { subTable } from '../sub-table.ts'
import { columnOf } from './row-facts.ts'

export interface Labelled {
  readonly table: Table
  /** why rows are left out, and how many */
  readonly excluded: Readonly<Record<string, number>>
}

export const noRow = 'of weight 0, which is no row'
const tooYoung = 'younger than data.label_delay, so their labels are not final'

/**
 * Rows whose time is not later than now − `data.label_delay`; a row without a time stays.
 * @param now ISO 8601
 * @throws UserError COLUMNS_MISSING, COLUMN_UNFIT, EVALUATION_EMPTY (GATE-04)
 */
export async function matureRows(engine: DataEngine, table: Table, data: DataSpec, now: string, shown: string): Promise<Labelled> {
  const { labelDelayMs: delay, time } = data
  if (delay === null || time === null || table.rows === 0) return { table, excluded: {} }
  const column = columnOf(table, time, 'data.time', shown)
  if (column.kind !== 'date' && column.kind !== 'timestamp') {
    throw new UserError(
      'COLUMN_UNFIT',
      `column ${quoted(time)} of ${shown}, which is data.time, is stored as ${column.type}, so that nothing tells how old a row is`,
      'store it as a date or a timestamp, or take data.label_delay out',
    )
  }
  const mature = `coalesce(${quoteName(time)} <= ${momentOf(column, Date.parse(now) - delay)}, true)`
  const [row] = await engine.aggregate({ sql: `SELECT count(*) FILTER (WHERE ${mature}) AS mature FROM ${table.relation}` })
  const rows = Number(row?.mature ?? 0)
  if (rows === table.rows) return { table, excluded: {} }
  if (rows === 0) {
    throw new UserError(
      'EVALUATION_EMPTY',
      `${table.rows === 1 ? `the only row of ${shown} is` : `all ${plural(table.rows, 'row')} of ${shown} are`} ${tooYoung}, so nothing can be evaluated`,
      'give it older rows, or correct data.label_delay',
    )
  }
  return { table: subTable(table, { where: mature, rows }), excluded: { [tooYoung]: table.rows - rows } }
}

const momentOf = ({ type }: Column, milliseconds: number): string => {
  const text = new Date(milliseconds).toISOString().replace('T', ' ').replace('Z', '')
  return /TIME ZONE|TIMESTAMPTZ/i.test(type) ? `TIMESTAMPTZ '${text}+00'` : `TIMESTAMP '${text}'`
}

/**
 * @param idWithin column within which alone an id is one of its kind, when it may come back elsewhere
 * @returns how many rows count: one of weight 0 is no row
 * @throws UserError COLUMNS_MISSING, IDS_REPEATED, WEIGHT_INVALID
 */
export async function checkRows(
  engine: DataEngine,
  table: Table,
  { id, weight }: Pick<DataSpec, 'id' | 'weight'>,
  shown: string,
  idWithin: string | null = null,
): Promise<number> {
  if (id !== null) {
    columnOf(table, id, 'data.id', shown)
    const names = [idWithin, id].filter((name) => name !== null).map(quoteName)
    const [row] = await engine.aggregate({
      sql: `SELECT coalesce(sum(n - 1), 0) AS again FROM (SELECT count(*) AS n FROM ${table.relation} WHERE ${quoteName(id)} IS NOT NULL GROUP BY ${names.join(', ')} HAVING count(*) > 1)`,
    })
    const again = Number(row?.again ?? 0)
    if (again > 0) {
      throw new UserError(
        'IDS_REPEATED',
        `${quoted(id)} of ${shown}, which is data.id, names a row again in ${outOf(again, table.rows)}`,
        'take out rows that are there twice; a column that names a customer, a route or a day is data.group',
      )
    }
  }
  return weight === null ? table.rows : checkWeights(engine, table, weight, shown)
}

/** @throws UserError RELEVANCE_NEGATIVE: a gain that is taken away is none */
export async function checkRelevance(engine: DataEngine, table: Table, target: string, shown: string): Promise<void> {
  const [row] = await engine.aggregate({
    sql: `SELECT count(*) FILTER (WHERE ${quoteName(target)} < 0) AS negative FROM ${table.relation}`,
  })
  const negative = Number(row?.negative ?? 0)
  if (negative === 0) return
  throw new UserError(
    'RELEVANCE_NEGATIVE',
    `${quoted(target)} of ${shown} is negative in ${outOf(negative, table.rows)}, and no item is less than irrelevant`,
    'write 0 for what is not relevant, and more for what is',
  )
}

async function checkWeights(engine: DataEngine, table: Table, weight: string, shown: string): Promise<number> {
  const column = columnOf(table, weight, 'data.weight', shown)
  const refuse = (what: string, fix = 'give every row a weight of at least 0') =>
    new UserError('WEIGHT_INVALID', `${quoted(weight)} of ${shown}, which is data.weight, ${what}`, fix)
  if (!['integer', 'float', 'decimal'].includes(column.kind))
    throw refuse(`is stored as ${column.type}, which is no number`, 'write weights as numbers, with a point, at least 0 in every row')
  const w = `CAST(${quoteName(weight)} AS DOUBLE)`
  const [row] = await engine.aggregate({
    sql: `SELECT count(*) FILTER (WHERE ${w} IS NULL) AS missing, count(*) FILTER (WHERE NOT isfinite(${w})) AS endless, count(*) FILTER (WHERE ${w} < 0 AND isfinite(${w})) AS negative, count(*) FILTER (WHERE ${unweighable(w)}) AS extreme, count(*) FILTER (WHERE ${w} > 0) AS positive FROM ${table.relation}`,
  })
  const counts = [
    ['missing', row?.missing],
    ['not finite', row?.endless],
    ['negative', row?.negative],
    [`above ${weighable.most} or, without being 0, below ${weighable.least}`, row?.extreme],
  ] as const
  const bad = counts.flatMap(([what, found]) => (Number(found ?? 0) > 0 ? [`${what} in ${count(Number(found))}`] : []))
  if (bad.length > 0) throw refuse(`is ${bad.join(' and ')} of ${plural(table.rows, 'row')}`)
  const positive = Number(row?.positive ?? 0)
  if (positive === 0) throw refuse('is 0 in every row', 'give every row a weight of at least 0, and one of them more')
  return positive
}
