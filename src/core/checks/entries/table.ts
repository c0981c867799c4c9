import { figure, verb } from '../../report/format.ts'
import { atMost, fail, number, pass, shareAtMost, skipped } from '../answer.ts'
import { type CheckEntry, counted, figures, rowRule } from '../entry.ts'
import { present, sql } from '../facts.ts'
import { columnName, columns, duration, share, text } from '../params.ts'
import { newestMoment, noneReads, unreadIn } from './moments.ts'
import { listed } from './schema.ts'

/** A duration stays as it was written, so that it can be read twice. */
export const age = text.superRefine((value, context) => {
  for (const { message } of duration.safeParse(value).error?.issues ?? []) context.addIssue({ code: 'custom', message })
})
const milliseconds = (written: string): number => duration.parse(written)
const days = (ms: number): string => `${figure(Math.max(0, ms) / 86_400_000)} days`

export const tableChecks: readonly CheckEntry[] = [
  counted({
    name: 'duplicates',
    also: ['duplicate_rows'],
    on: 'table',
    summary: 'at most this part of the rows repeat an earlier row, in all columns or in those listed',
    fix: 'remove the repeated rows, or raise expect.duplicates.max',
    params: { max: share, columns: columns.optional() },
    short: 'max',
    columns: ({ columns: names = [] }) => names,
    elsewhere: ['GX expect_compound_columns_to_be_unique', 'deepchecks DataDuplicates', 'Evidently DuplicatedRowCount', 'duplicate_rows'],
    example: '{max: 0, columns: [a]}',
    count: ({ columns: names }, scope) => {
      const judged = names === undefined ? scope.table.columns : names.map((name) => scope.find(name))
      return sql(
        `SELECT coalesce(sum(copies), 0) AS judged, coalesce(sum(copies - 1), 0) AS broken
         FROM (SELECT count(*) AS copies FROM ${scope.table.relation} GROUP BY ${judged.map((column) => column.quoted).join(', ')})`,
      )
    },
    says: ({ columns: names }) => `repeat an earlier row${names === undefined ? '' : ` in ${names.join(', ')}`}`,
    allowed: ({ max }) => atMost(max),
  }),
  rowRule({
    name: 'empty_rows',
    on: 'table',
    summary: 'at most this part of the rows has no value in any column; NaN is no value',
    fix: 'leave these rows out, or raise max',
    params: { max: share.optional() },
    short: 'max',
    elsewhere: ['Evidently EmptyRowsCount'],
    example: '0',
    breaks: (_, { table }) =>
      sql(table.columns.length === 0 ? 'true' : table.columns.map((column) => `NOT ${present(column)}`).join(' AND ')),
    says: () => 'have no value at all',
    allowed: ({ max = 0 }) => shareAtMost(max),
  }),
  figures({
    name: 'empty_columns',
    on: 'table',
    summary: 'every column has a value somewhere; NaN is no value',
    fix: 'fill the columns in, or drop them',
    params: {},
    elsewhere: ['Evidently EmptyColumnsCount', 'TFDV'],
    example: '{}',
    figures: (_, { table, keep }) =>
      Object.fromEntries([
        ['rows', sql(`count(*) FILTER (WHERE ${keep})`)],
        ...table.columns.map((column, i) => [`c${i}`, sql(`count(*) FILTER (WHERE ${keep} AND ${present(column)})`)] as const),
      ]),
    judge: (_, row, { table }) => {
      if (number(row.rows) === 0) return skipped('there are no rows to judge')
      const empty = table.columns.filter((_, i) => number(row[`c${i}`]) === 0).map((column) => column.name)
      const more = { observed: empty.length, limit: { value: 0, kind: 'max', unit: 'columns' } as const, names: empty }
      return empty.length === 0
        ? pass('every column has a value', more)
        : fail(`${listed(empty)} ${verb(empty.length, 'have')} no value`, more)
    },
  }),
  figures({
    name: 'freshness',
    on: 'table',
    summary: 'the newest time in the column, by default data.time, is at most max_age before the run',
    fix: 'find out why no newer rows arrived, or raise max_age',
    params: { max_age: age, column: columnName.optional() },
    short: 'max_age',
    columns: ({ column }, { time }) => [column ?? time ?? []].flat(),
    needs: 'the time of the run',
    elsewhere: ['Soda freshness', 'dbt source freshness'],
    example: '{max_age: 3650d, column: a}',
    figures: ({ column }, scope) => {
      const name = column ?? scope.data.time
      if (name === null) return { rows: sql('count(*)') }
      const found = scope.find(name)
      return { unread: sql(noneReads(found, scope.keep)), newest: sql(`epoch_ms(${newestMoment(found, scope.keep)})`) }
    },
    judge: ({ max_age: most, column }, row, { data, now }) => {
      const name = column ?? data.time
      if (name === null) return fail('no column says when a row was made: write column, or data.time')
      const unread = unreadIn(row, name)
      if (unread !== null) return unread
      const newest = number(row.newest)
      if (newest === null) return skipped(`${name} has no time to judge`)
      const old = Date.parse(now) - newest
      const observed = old / 86_400_000
      const more = { observed, limit: { value: milliseconds(most) / 86_400_000, kind: 'max', unit: null } as const }
      // how old exactly is a value of the data
      if (data.sensitive.includes(name))
        return old <= milliseconds(most)
          ? pass(`the newest ${name} is at most ${most} old`)
          : fail(`the newest ${name} is older than ${most}`)
      return old <= milliseconds(most)
        ? pass(`the newest ${name} is ${days(old)} old`, more)
        : fail(`the newest ${name} is ${days(old)} old (limit ${most})`, more)
    },
  }),
]
