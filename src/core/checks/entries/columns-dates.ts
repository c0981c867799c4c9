/** Checks of dates and times. The clock is that of the run, never the engine's. */
import { plural, count as shown } from '../../report/format.ts'
import { choice } from '../../schema/leaves.ts'
import { fail, number, pass, skipped } from '../answer.ts'
import { asked, type CheckEntry, rowRule } from '../entry.ts'
import { present, type StorageKind, sql } from '../facts.ts'
import { badRange, count, isoDate, text } from '../params.ts'
import { any, asText, beyond, not } from '../sql-parts.ts'
import { moment, unreadIn } from './moments.ts'

const dated: readonly StorageKind[] = ['date', 'timestamp', 'string']
const date = text.regex(isoDate, { error: 'expected a date such as 2026-01-31' })

const units = ['hour', 'day', 'week', 'month', 'year'] as const

export const dateChecks: readonly CheckEntry[] = [
  rowRule({
    name: 'date_range',
    on: 'column',
    kinds: dated,
    summary: 'every date lies between min and max; text that is no date breaks it, missing values are not judged',
    params: { min: date.optional(), max: date.optional() },
    wrong: badRange,
    fix: 'correct those rows, or widen the limits',
    elsewhere: ['GX expect_column_values_to_be_between', 'Soda valid min, valid max', 'evidently'],
    example: '{min: 2020-01-01, max: 2030-12-31}',
    breaks: ({ min, max }, { column }) =>
      any([...(min === undefined ? [] : [beyond(column, '<', min)]), ...(max === undefined ? [] : [beyond(column, '>', max)])]),
    says: ({ min, max }) => `lie outside ${min ?? '…'} to ${max ?? '…'}`,
  }),
  rowRule({
    name: 'not_in_future',
    on: 'column',
    kinds: dated,
    summary: 'no date lies after the beginning of this run (UTC); a date without a time, not after its day',
    params: {},
    fix: 'correct those rows, or the clock that wrote them',
    elsewhere: ['Soda', 'GX expect_column_values_to_be_in_past'],
    example: 'true',
    breaks: (_, { column, now }) => beyond(column, '>', now),
    says: () => 'lie in the future',
  }),
  rowRule({
    name: 'date_parseable',
    on: 'column',
    kinds: dated,
    summary: 'every value reads as a date, with or without a time',
    params: {},
    fix: 'correct those rows, or say their form with format: {as: strftime, pattern: …}',
    elsewhere: ['GX expect_column_values_to_be_dateutil_parseable'],
    example: 'true',
    breaks: (_, { column }) => not(sql(`TRY_CAST(${asText(column)} AS TIMESTAMP) IS NOT NULL`)),
    says: () => 'are no dates',
  }),
  asked({
    name: 'date_gaps',
    on: 'column',
    kinds: dated,
    summary: 'from the first date to the last, at most max (0) of the hours, days, weeks, months or years are without a row',
    params: { every: choice(units), max: count.optional() },
    short: 'every',
    fix: 'get the missing data, or allow gaps with max',
    elsewhere: ['Soda missing time partitions', 'GX expect_day_count_to_be_close_to_equivalent_week_day_mean'],
    example: '{every: day, max: 400}',
    queries: ({ every }, { column, table }) => {
      const read = moment(column)
      return [
        sql(
          `SELECT count(DISTINCT date_trunc('${every}', moment)) AS there, count(*) > 0 AND max(moment) IS NULL AS unread,
             date_diff('${every}', date_trunc('${every}', min(moment)), date_trunc('${every}', max(moment))) + 1 AS wanted
           FROM (SELECT CASE WHEN isfinite(${read}) THEN ${read} END AS moment FROM ${table.relation} WHERE ${present(column)})`,
        ),
      ]
    },
    judge: ({ every, max = 0 }, answers, { column }) => {
      const row = answers[0]?.[0] ?? {}
      const { there, wanted } = row
      const found = number(there) ?? 0
      const unread = unreadIn(row, column.name)
      if (unread !== null) return unread
      if (found === 0) return skipped(`${column.name} has no dates to judge`)
      const gaps = (number(wanted) ?? found) - found
      const told = `${shown(gaps)} of ${plural(gaps + found, every)} between the first and the last ${column.name} are without a row`
      const more = { observed: gaps, limit: { value: max, kind: 'max', unit: null } } as const
      return gaps > max ? fail(`${told} (limit ${shown(max)})`, more) : pass(told, more)
    },
  }),
]
