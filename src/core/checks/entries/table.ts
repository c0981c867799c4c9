/** Checks of the rows of a table as a whole, alone or against another role. */
import { z } from 'zod'
import { count, figure, plural, share as shownShare, written } from '../../report/format.ts'
import { choice } from '../../schema/leaves.ts'
import {
  asked,
  atMost,
  type CheckEntry,
  counted,
  fail,
  figures,
  number,
  pass,
  rowRule,
  type Scope,
  shareAtMost,
  skipped,
} from '../entry.ts'
import { type ColumnFacts, present, sql } from '../facts.ts'
import { columnName, columns, duration, share, text } from '../params.ts'
import { canonical, comparable } from './same-value.ts'
import { called, listed, otherTable } from './schema.ts'

/** A duration stays as it was written, so that it can be read twice. */
export const age = text.superRefine((value, context) => {
  for (const { message } of duration.safeParse(value).error?.issues ?? []) context.addIssue({ code: 'custom', message })
})
const milliseconds = (written: string): number => duration.parse(written)
const days = (ms: number): string => `${figure(Math.max(0, ms) / 86_400_000)} days`

export const tableChecks: readonly CheckEntry[] = [
  counted({
    name: 'duplicates',
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
    says: () => 'rows repeat an earlier row',
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
    says: () => 'rows have no value at all',
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
      const more = { observed: empty.length, limit: { value: 0, kind: 'max', unit: 'columns' } as const }
      return empty.length === 0
        ? pass('every column has a value', more)
        : fail(`${listed(empty)} ${empty.length === 1 ? 'has' : 'have'} no value`, more)
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
      return { newest: sql(`epoch_ms(max(${moment(scope.find(name))}) FILTER (WHERE ${scope.keep}))`) }
    },
    judge: ({ max_age: most, column }, row, { data, now }) => {
      const name = column ?? data.time
      if (name === null) return fail('no column says when a row was made: write column, or data.time')
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
  asked({
    name: 'group_evolution',
    on: 'column',
    roles: ['validation', 'test', 'current'],
    summary: 'against the training data no group came and none went, beside what is allowed',
    fix: 'find out why groups came or went, or list it under allow',
    params: { allow: z.array(choice(['new', 'vanished']), { error: 'expected a list of new, vanished' }).optional() },
    short: 'allow',
    needs: 'the rows of the training data',
    elsewhere: ['Soda group evolution'],
    example: '[new]',
    queries: (_, { column, table, others }) => {
      const train = others.get('train')
      const theirs = train?.columns.find((one) => one.name === column.name)
      if (train === undefined || theirs === undefined) return []
      const [a, b] = comparable(column, theirs)
      return [
        sql(
          `WITH here AS (SELECT DISTINCT k FROM (SELECT ${a} AS k FROM ${table.relation}) WHERE k IS NOT NULL),
             there AS (SELECT DISTINCT k FROM (SELECT ${b} AS k FROM ${train.relation}) WHERE k IS NOT NULL)
           SELECT (SELECT count(*) FROM here) AS here, (SELECT count(*) FROM here ANTI JOIN there USING (k)) AS fresh,
             (SELECT count(*) FROM there ANTI JOIN here USING (k)) AS gone`,
        ),
      ]
    },
    judge: ({ allow = [] }, [answer], { column }) => {
      const row = answer?.[0]
      if (row === undefined) return skipped(`there are no rows of data.train with ${column.name} to compare with`)
      const [here, fresh, gone] = [number(row.here) ?? 0, number(row.fresh) ?? 0, number(row.gone) ?? 0]
      if (here === 0) return skipped(`${column.name} has no values to judge`)
      const broken = (allow.includes('new') ? 0 : fresh) + (allow.includes('vanished') ? 0 : gone)
      const says = `${plural(here, 'group')} of ${column.name}: ${count(fresh)} not in train, ${count(gone)} of train not here`
      const more = { observed: broken, limit: { value: 0, kind: 'max', unit: null } as const }
      return broken === 0 ? pass(says, more) : fail(says, more)
    },
  }),
  asked({
    name: 'referential_integrity',
    on: 'table',
    summary: 'every key of these columns is one of the other role or file; rows where a part of the key is missing are not judged',
    fix: 'add the rows that are missing there, or correct the keys',
    params: { columns, other: otherTable, other_columns: columns.optional(), max: share.optional() },
    columns: ({ columns: names }) => names,
    wrong: ({ columns: names, other_columns: theirs }) =>
      theirs !== undefined && theirs.length !== names.length
        ? { key: 'other_columns', text: 'Write as many columns as under columns.' }
        : null,
    needs: 'the rows of the other role or file',
    elsewhere: ['Soda reference checks', 'dbt relationships', 'GX expect_column_values_to_be_in_other_table'],
    example: '{columns: [a], other: train}',
    queries: ({ columns: names, other, other_columns: theirs = names }, scope) => {
      const table = scope.others.get(other)
      const pairs = keysOf(scope, names, table, theirs)
      if (table === undefined || pairs === null) return []
      const part = (relation: string, side: 0 | 1) =>
        `SELECT * FROM (SELECT ${pairs.map((pair, i) => `${pair[side]} AS k${i}`).join(', ')} FROM ${relation}) WHERE ${pairs.map((_, i) => `k${i} IS NOT NULL`).join(' AND ')}`
      return [
        sql(
          `WITH mine AS (${part(scope.table.relation, 0)}), theirs AS (${part(table.relation, 1)})
           SELECT (SELECT count(*) FROM mine) AS judged, (SELECT count(*) FROM mine ANTI JOIN theirs USING (${pairs.map((_, i) => `k${i}`).join(', ')})) AS broken`,
        ),
      ]
    },
    judge: ({ columns: names, other, max = 0 }, [answer]) => {
      const row = answer?.[0]
      if (row === undefined) return skipped(`${called(other)} has no rows with these columns to compare with`)
      const [judged, broken] = [number(row.judged) ?? 0, number(row.broken) ?? 0]
      if (judged === 0) return skipped(`${names.join(', ')} ${names.length === 1 ? 'has' : 'have'} no values to judge`)
      const says = `the ${names.join(', ')} of ${count(broken)} of ${count(judged)} rows is not in ${other}`
      const more = { judged, broken, limit: shareAtMost(max) }
      return broken <= max * judged ? pass(says, more) : fail(says, more)
    },
  }),
  asked({
    name: 'reconcile_aggregate',
    on: 'column',
    summary: 'a sum, mean, smallest or largest value or number of values is that of the other role or file, give or take the tolerance',
    fix: 'find out where rows were lost, doubled or changed, or raise the tolerance',
    kinds: ['integer', 'float', 'decimal'],
    params: {
      aggregate: choice(['sum', 'mean', 'min', 'max', 'count', 'distinct']),
      other: otherTable,
      other_column: columnName.optional(),
      tolerance: share.optional(),
    },
    needs: 'the rows of the other role or file',
    elsewhere: ['Soda cross checks, reconciliation'],
    example: '{aggregate: sum, other: train, tolerance: 10%}',
    queries: ({ aggregate, other, other_column: name }, { column, table, others }) => {
      const theirs = others.get(other)
      const same = theirs?.columns.find((one) => one.name === (name ?? column.name))
      if (theirs === undefined || same === undefined) return []
      return [
        sql(
          `SELECT (SELECT ${aggregates[aggregate](column)} FROM ${table.relation}) AS a, (SELECT ${aggregates[aggregate](same)} FROM ${theirs.relation}) AS b`,
        ),
      ]
    },
    judge: ({ aggregate, other, other_column: name, tolerance = 1e-9 }, [answer], { column }) => {
      const row = answer?.[0]
      const subject = name ?? column.name
      if (row === undefined) return skipped(`${called(other)} has no rows with ${subject} to compare with`)
      const [a, b] = [number(row.a), number(row.b)]
      if (a === null || b === null) return skipped(`${a === null ? column.name : `${subject} of ${other}`} has no values to judge`)
      const observed = a === b ? 0 : Math.abs(a - b) / Math.max(Math.abs(a), Math.abs(b))
      // an extreme is somebody's value: only how far apart they are is said
      const says = `the ${words[aggregate]} of ${column.name} ${observed === 0 ? 'is' : `is ${shownShare(observed)} away from`} that of ${other}`
      const more = { observed, limit: shareAtMost(tolerance) }
      return observed <= tolerance ? pass(says, more) : fail(`${says} (limit ${written(tolerance * 100)} %)`, more)
    },
  }),
]

/** A time, also where it is text that reads as one. */
export const moment = ({ kind, quoted }: ColumnFacts): string =>
  kind === 'date' || kind === 'timestamp' ? `CAST(${quoted} AS TIMESTAMP)` : `TRY_CAST(CAST(${quoted} AS VARCHAR) AS TIMESTAMP)`

const finite = (column: ColumnFacts): string => `FILTER (WHERE isfinite(CAST(${column.quoted} AS DOUBLE)))`
const real = ({ quoted }: ColumnFacts): string => `CAST(${quoted} AS DOUBLE)`
const aggregates: Readonly<Record<'sum' | 'mean' | 'min' | 'max' | 'count' | 'distinct', (column: ColumnFacts) => string>> = {
  sum: (column) => `fsum(${real(column)}) ${finite(column)}`,
  mean: (column) => `favg(${real(column)}) ${finite(column)}`,
  min: (column) => `min(${real(column)}) ${finite(column)}`,
  max: (column) => `max(${real(column)}) ${finite(column)}`,
  count: (column) => `count(*) FILTER (WHERE ${present(column)})`,
  distinct: (column) => `count(DISTINCT ${canonical(column)})`,
}
const words: Readonly<Record<keyof typeof aggregates, string>> = {
  sum: 'sum',
  mean: 'mean',
  min: 'smallest value',
  max: 'largest value',
  count: 'number of values',
  distinct: 'number of distinct values',
}

/** The key as both tables hold it; null where one lacks a column. */
function keysOf(scope: Scope, mine: readonly string[], other: Scope['table'] | undefined, theirs: readonly string[]) {
  const pairs = mine.map((name, i) => {
    const a = scope.table.columns.find((column) => column.name === name)
    const b = other?.columns.find((column) => column.name === theirs[i])
    return a === undefined || b === undefined ? null : comparable(a, b)
  })
  return pairs.every((pair) => pair !== null) ? pairs : null
}
