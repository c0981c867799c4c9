/**
 * `{window: 28d, current: 7d}`: rows of `data.current` by `data.time`, the last span of them against the window before it. Both are the same
 * files, read through a condition on the time; no row is copied. The clock is the data's own: "now" is its latest time, so that an old file
 * gives the same answer tomorrow.
 */
import type { Source, WindowReference } from '../../core/schema/config.ts'
import type { InputRecord } from '../../core/schema/result.ts'
import { UserError } from '../../errors.ts'
import { quoteName, type Table } from '../../ports/data-engine.ts'
import type { ModelContext } from '../context.ts'
import { inputRecords, openSource } from '../open-data.ts'
import { subTable } from '../sub-table.ts'

export interface Windowed {
  readonly before: Table
  readonly now: Table
  /** for people: `the 28 days before`, `the last 7 days` */
  readonly words: { readonly before: string; readonly now: string }
  readonly inputs: readonly InputRecord[]
}

/** @throws UserError TIME_NEEDED, COLUMN_MISSING, TIME_UNFIT, WINDOW_EMPTY, and what opening data throws */
export async function splitWindow(context: ModelContext, source: Source, reference: WindowReference): Promise<Windowed> {
  const { time } = context.model.data
  if (time === null) {
    throw new UserError(
      'TIME_NEEDED',
      'drift.reference is a window, and nothing says which column is the time of a row',
      'name that column under data.time',
    )
  }
  if (source.kind === 'profile') {
    throw new UserError(
      'NO_ROWS',
      'drift.reference is a window of data.current, which is a stored profile and has no rows',
      'name the data files under data.current',
    )
  }
  const table = await openSource(context, source, 'current')
  const column = table.columns.find(({ name }) => name === time)
  if (column === undefined) {
    throw new UserError('COLUMN_MISSING', `data.current has no column ${time}, which is data.time`, 'correct data.time, or add the column')
  }
  if (column.kind !== 'date' && column.kind !== 'timestamp') {
    throw new UserError(
      'TIME_UNFIT',
      `data.time names ${time}, which data.current holds as ${column.type} and not as a date or a timestamp`,
      'write its values as dates (2026-03-01) or timestamps (2026-03-01 12:30:00), or name another column',
    )
  }
  const { windowMs, currentMs } = reference
  // a value that is no point in time, such as infinity, lies in no window
  const at = `CASE WHEN isfinite(${quoteName(time)}) THEN epoch_ms(${quoteName(time)}) END`
  const engine = await context.ports.engine()
  const [latest] = await engine.aggregate({ sql: `SELECT max(${at}) AS latest FROM ${table.relation}` })
  const end = latest?.latest ?? null
  if (end === null) throw empty(`data.current has no time at all in ${time}`, 'correct the column, or drift.reference')
  const border = Number(end) - currentMs
  const span = (from: number, to: number) => `${at} > ${from} AND ${at} <= ${to}`
  const conditions = { before: span(border - windowMs, border), now: span(border, Number(end)) }
  const [counts = {}] = await engine.aggregate({
    sql: `SELECT count(*) FILTER (WHERE ${conditions.before}) AS before, count(*) FILTER (WHERE ${conditions.now}) AS now FROM ${table.relation}`,
  })
  // "the last day", not "the last 1 day"
  const spanned = (ms: number) => days(ms).replace(/^1 /, '')
  const words = { before: `the ${spanned(windowMs)} before`, now: `the last ${spanned(currentMs)}` }
  if (Number(counts.before ?? 0) === 0) {
    throw empty(
      `data.current has no row in ${words.before} ${words.now} of ${time}`,
      'give it more history, or choose a smaller drift.reference.current',
    )
  }
  return {
    before: subTable(table, { where: conditions.before, rows: Number(counts.before) }),
    now: subTable(table, { where: conditions.now, rows: Number(counts.now ?? 0) }),
    words,
    inputs: await inputRecords('current', table),
  }
}

const empty = (message: string, fix: string) => new UserError('WINDOW_EMPTY', message, fix)

const units = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
  ['millisecond', 1],
] as const

/** `28 days`, `36 hours`: in the largest unit that is whole. */
export function days(ms: number): string {
  const [word, size] = units.find(([, one]) => ms % one === 0) ?? ['millisecond', 1]
  const many = ms / size
  return `${many} ${word}${many === 1 ? '' : 's'}`
}
