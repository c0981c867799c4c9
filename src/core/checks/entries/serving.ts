/** Checks of one data set against another that should be the same: rows of one key in two places, and the very rows that were registered. */

import { fingerprint } from '../../profile/fingerprint.ts'
import { fingerprintQuery } from '../../profile/queries.ts'
import { count, plural, share as shownShare, written } from '../../report/format.ts'
import { fail, number, pass, shareAtMost, skipped } from '../answer.ts'
import { asked, type CheckEntry, type Scope } from '../entry.ts'
import { type ColumnFacts, isNumeric, sql } from '../facts.ts'
import { columns, share, text } from '../params.ts'
import { comparable } from './same-value.ts'
import { called, listed, otherTable } from './schema.ts'

interface Twins {
  readonly name: string
  readonly numeric: boolean
  readonly values: readonly [string, string]
}

/** A column of each table under one name; null where one of the names is in one table only. */
function both({ table }: Scope, other: Scope['table'], names: readonly string[]): readonly Twins[] | null {
  const found = names.map((name): Twins | null => {
    const find = (columnsThere: readonly ColumnFacts[]) => columnsThere.find((column) => column.name === name)
    const [a, b] = [find(table.columns), find(other.columns)]
    return a === undefined || b === undefined
      ? null
      : {
          name,
          numeric: isNumeric(a.kind) && isNumeric(b.kind) && !(a.kind === 'integer' && b.kind === 'integer'),
          values: comparable(a, b),
        }
  })
  return found.every((one) => one !== null) ? found : null
}

/** Compared columns: those asked for, or all that both have beside the key. */
const comparedIn = (scope: Scope, other: Scope['table'], key: readonly string[], names: readonly string[] | undefined): readonly string[] =>
  names ??
  scope.table.columns.map(({ name }) => name).filter((name) => !key.includes(name) && other.columns.some((column) => column.name === name))

export const servingChecks: readonly CheckEntry[] = [
  asked({
    name: 'training_serving_skew',
    on: 'table',
    summary:
      'rows of one key have the same values here and in the other role or file: at most this part of them differs; numbers give or take a relative tolerance',
    fix: 'compute the feature in the same way in both places',
    params: { key: columns, other: otherTable, columns: columns.optional(), max: share.optional(), tolerance: share.optional() },
    columns: ({ key }) => key,
    needs: 'the rows of the other role or file',
    elsewhere: ['TFDV skew_comparator', 'Feast', 'Vertex AI training-serving skew'],
    example: '{key: [a], other: train, max: 100%}',
    queries: ({ key, other, columns: names, tolerance = 0 }, scope) => {
      const there = scope.others.get(other)
      const keys = there === undefined ? null : both(scope, there, key)
      const values = there === undefined ? null : both(scope, there, comparedIn(scope, there, key, names))
      if (there === undefined || keys === null || values === null || values.length === 0) return []
      // a key that stands there twice says nothing of which row is meant
      const place = keys.map((_, i) => `k${i}`).join(', ')
      const side = (relation: string, at: 0 | 1) =>
        `SELECT ${place}, ${values.map((_, i) => `any_value(v${i}) AS v${i}`).join(', ')}
         FROM (SELECT ${[...keys.map((one, i) => `${one.values[at]} AS k${i}`), ...values.map((one, i) => `${one.values[at]} AS v${i}`)].join(', ')} FROM ${relation})
         WHERE ${keys.map((_, i) => `k${i} IS NOT NULL`).join(' AND ')} GROUP BY ${place} HAVING count(*) = 1`
      const differs = values.map(({ numeric }, i) => {
        const [a, b] = [`a.v${i}`, `b.v${i}`]
        const near =
          numeric && tolerance > 0
            ? ` AND NOT coalesce(abs(CAST(${a} AS DOUBLE) - CAST(${b} AS DOUBLE)) <= ${tolerance} * greatest(abs(CAST(${a} AS DOUBLE)), abs(CAST(${b} AS DOUBLE))), false)`
            : ''
        return `(${a} IS DISTINCT FROM ${b}${near})`
      })
      return [
        sql(
          `SELECT count(*) AS judged, count(*) FILTER (WHERE ${differs.map((_, i) => `d${i}`).join(' OR ')}) AS broken, ${differs.map((_, i) => `count(*) FILTER (WHERE d${i}) AS n${i}`).join(', ')}
           FROM (SELECT ${differs.map((one, i) => `${one} AS d${i}`).join(', ')} FROM (${side(scope.table.relation, 0)}) AS a JOIN (${side(there.relation, 1)}) AS b USING (${place}))`,
        ),
      ]
    },
    judge: ({ key, other, columns: names, max = 0 }, [answer], scope) => {
      const there = scope.others.get(other)
      const row = answer?.[0]
      if (there === undefined || row === undefined) return skipped(`${called(other)} has no rows with these columns to compare with`)
      const [judged, broken] = [number(row.judged) ?? 0, number(row.broken) ?? 0]
      if (judged === 0) return skipped(`no ${key.join(', ')} stands once here and once in ${other}`)
      const differing = comparedIn(scope, there, key, names)
        .map((name, i) => ({ name, n: number(row[`n${i}`]) ?? 0 }))
        .filter(({ n }) => n > 0)
        .toSorted((a, b) => b.n - a.n)
      const says =
        `${count(broken)} of ${plural(judged, 'row')} of one ${key.join(', ')} differ from ${other}` +
        (differing.length === 0 ? '' : `: ${listed(differing.map(({ name, n }) => `${name} in ${shownShare(n / judged)}`))}`)
      const more = { judged, broken, limit: shareAtMost(max), names: differing.map(({ name }) => name) }
      return broken <= max * judged ? pass(says, more) : fail(max === 0 ? says : `${says} (limit ${written(max * 100)} %)`, more)
    },
  }),
  asked({
    name: 'holdout_fingerprint',
    on: 'table',
    summary:
      'the rows are those that were registered: the fingerprint, which profile.json has too, is the one written, whatever the order of rows and columns',
    fix: 'get the registered rows again, or write the new fingerprint if they were meant to change',
    params: { fingerprint: text.regex(/^\d+(:[0-9a-f]{16}){3}$/, { error: 'expected a fingerprint as profile.json has it' }) },
    short: 'fingerprint',
    elsewhere: ['Modelgate profile.json, fingerprint'],
    example: '"0:0000000000000000:0000000000000000:0000000000000000"',
    queries: (_, { table }) => [fingerprintQuery(table)],
    judge: ({ fingerprint: wanted }, [answer], { table }) => {
      const row = answer?.[0] ?? {}
      const found = fingerprint(table.columns, number(row.rows) ?? 0, row)
      if (found === wanted) return pass('these are the rows that were registered')
      const [rows, before] = [found, wanted].map((text) => Number(text.split(':')[0]))
      const why =
        found.split(':')[3] === wanted.split(':')[3]
          ? rows === before
            ? 'as many rows, not the same ones'
            : `${plural(rows ?? 0, 'row')}, and ${count(before ?? 0)} were registered`
          : 'other columns'
      return fail(`these are not the rows that were registered: ${why}; their fingerprint is ${found}`)
    },
  }),
]
