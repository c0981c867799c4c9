/**
 * How many rows the days of a table should have, by what days of the same weekday held in training: shops that close on Sundays are not told
 * every Monday that their data halved.
 *
 *     expected = Σ over days from the first to the last of the median of the rows that days of its weekday held in training
 *
 * Days are those of the time as it is written. A day without rows within either span is a day of 0 rows. Weekdays that the training data do not span
 * are left out on both sides. An odd first or last day, cut at noon, counts as it is.
 */
import type { TableProfile } from '../../schema/profile.ts'
import { number, type Row } from '../answer.ts'
import { type ColumnFacts, type Sql, sql, type TableFacts } from '../facts.ts'
import { moment } from './moments.ts'

export interface Day {
  /** since 1970-01-01 */
  readonly day: number
  readonly rows: number
}

/** Rows: `day`, `n`. */
export const rowsByDay = ({ relation }: TableFacts, time: ColumnFacts): Sql =>
  sql(
    `SELECT CAST(floor(epoch_us(moment) / 86400000000) AS BIGINT) AS day, count(*) AS n
     FROM (SELECT ${moment(time)} AS moment FROM ${relation}) AS moments WHERE isfinite(moment) GROUP BY 1 ORDER BY 1`,
  )

export const readDays = (rows: readonly Row[]): readonly Day[] =>
  rows.map((row) => ({ day: number(row.day) ?? 0, rows: number(row.n) ?? 0 }))

const blocksPerDay: Readonly<Record<string, number>> = { '1 hour': 24, '6 hours': 4, '1 day': 1 }

/** Null where the profile does not hold rows by day. */
export function daysOfProfile({ blocks }: TableProfile): readonly Day[] | null {
  const perDay = blocksPerDay[blocks?.unit ?? '']
  const first = blocks?.first ?? null
  if (blocks?.by !== 'time' || perDay === undefined || first === null) return null
  const days = new Map<number, number>()
  for (const [i, rows] of blocks.rows.entries()) {
    const day = Math.floor((first + i) / perDay)
    days.set(day, (days.get(day) ?? 0) + rows)
  }
  return [...days].map(([day, rows]) => ({ day, rows }))
}

/** 0 is Monday; 1970-01-01 was a Thursday. */
const weekdayOf = (day: number): number => (((day + 3) % 7) + 7) % 7

/** @returns null where no day of now is of a weekday that lies within the days of training */
export function expectedRows(
  before: readonly Day[],
  now: readonly Day[],
): { readonly rows: number; readonly expected: number; readonly days: number } | null {
  const usual = Array.from({ length: 7 }, (_, weekday) => medianOf(before, weekday))
  const there = spanned(now)
  let expected = 0
  let days = 0
  for (const [weekday, median] of usual.entries()) {
    if (median === null) continue
    const times = there(weekday)
    expected += median * times
    days += times
  }
  if (days === 0) return null
  const rows = now.reduce((sum, { day, rows: some }) => (usual[weekdayOf(day)] === null ? sum : sum + some), 0)
  return { rows, expected, days }
}

/** How many days from the first to the last are of a weekday. */
function spanned(days: readonly Day[]): (weekday: number) => number {
  const first = days.reduce((least, { day }) => Math.min(least, day), Infinity)
  const last = days.reduce((most, { day }) => Math.max(most, day), -Infinity)
  return (weekday) => {
    if (first > last) return 0
    const offset = (((weekday - weekdayOf(first)) % 7) + 7) % 7
    return Math.max(0, Math.floor((last - first - offset) / 7) + 1)
  }
}

function medianOf(days: readonly Day[], weekday: number): number | null {
  const length = spanned(days)(weekday)
  if (length === 0) return null
  const sorted = days.filter(({ day }) => weekdayOf(day) === weekday).map(({ rows }) => rows)
  sorted.sort((a, b) => a - b)
  const missing = length - sorted.length
  const at = (place: number) => (place < missing ? 0 : (sorted[place - missing] ?? 0))
  return (at((length - 1) >> 1) + at(length >> 1)) / 2
}
