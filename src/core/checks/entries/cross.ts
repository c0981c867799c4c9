/** Checks of a table against another one, a role or a file: groups, keys, aggregates. */
import { z } from 'zod'
import { count, plural, share as shownShare, verb, written } from '../../report/format.ts'
import { choice } from '../../schema/leaves.ts'
import { fail, number, pass, shareAtMost, skipped } from '../answer.ts'
import { asked, type CheckEntry, type Scope } from '../entry.ts'
import { type ColumnFacts, present, sql } from '../facts.ts'
import { columnName, columns, share } from '../params.ts'
import { asNumber } from '../sql-parts.ts'
import { canonical, comparable } from './same-value.ts'
import { called, otherTable } from './schema.ts'

export const crossChecks: readonly CheckEntry[] = [
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
      if (judged === 0) return skipped(`${names.join(', ')} ${verb(names.length, 'have')} no values to judge`)
      const says = `the ${names.join(', ')} of ${count(broken)} of ${plural(judged, 'row')} is not in ${other}`
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
      const says = `the ${words[aggregate]} of ${column.name} ${observed === 0 ? 'is' : `is ${shownShare(observed, [tolerance])} away from`} that of ${other}`
      const more = { observed, limit: shareAtMost(tolerance) }
      return observed <= tolerance ? pass(says, more) : fail(`${says} (limit ${written(tolerance * 100)} %)`, more)
    },
  }),
]

const finite = (column: ColumnFacts): string => `FILTER (WHERE isfinite(${asNumber(column)}))`
const aggregates: Readonly<Record<'sum' | 'mean' | 'min' | 'max' | 'count' | 'distinct', (column: ColumnFacts) => string>> = {
  sum: (column) => `fsum(${asNumber(column)}) ${finite(column)}`,
  mean: (column) => `favg(${asNumber(column)}) ${finite(column)}`,
  min: (column) => `min(${asNumber(column)}) ${finite(column)}`,
  max: (column) => `max(${asNumber(column)}) ${finite(column)}`,
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
