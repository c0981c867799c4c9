/** Checks of which values a column has, and how many different ones. Each costs a scan: exact distinct counts share none. */
import { share as part, plural, count as shown, written } from '../../report/format.ts'
import { type Answer, fail, number, pass, type Row, shareAtMost, skipped } from '../answer.ts'
import { asked, type CheckEntry, type Scope } from '../entry.ts'
import { isNumeric, present, type Sql, type SqlValue, sql } from '../facts.ts'
import { storedIn } from '../float32.ts'
import { badRange, count, share, values } from '../params.ts'
import { asNumber, asText, ifPresent, member, not } from '../sql-parts.ts'
import { figureAnswer, stable } from './answers.ts'
import { listed } from './columns-basic.ts'

const first = (answers: readonly (readonly Row[])[]): Row => answers[0]?.[0] ?? {}
const none = ({ column }: Scope): Answer => skipped(`${column.name} has no values to judge`)

const distinctCounts = (_: unknown, { column, table }: Scope): readonly Sql[] => {
  const there = ifPresent(column)
  return [sql(`SELECT count(${there}) AS n, count(DISTINCT ${there}) AS kinds FROM ${table.relation}`)]
}

/** How numbers and texts are compared with the config's: as membership does it. */
const compared = ({ column }: Scope): string => (isNumeric(column.kind) ? asNumber(column) : asText(column))
const wanted = ({ column }: Scope, list: readonly SqlValue[]): number =>
  new Set(list.map((value) => (isNumeric(column.kind) && !Number.isNaN(Number(value)) ? storedIn(column, Number(value)) : String(value))))
    .size

/** Distinct values inside and outside of the list. */
function insideOutside({ values: list }: { readonly values: readonly SqlValue[] }, scope: Scope): readonly Sql[] {
  const { column, table } = scope
  const inside = member(column, list)
  const outside = not(inside)
  const one = (condition: Sql) => `count(DISTINCT CASE WHEN ${present(column)} AND ${condition.sql} THEN ${compared(scope)} END)`
  return [
    sql(`SELECT count_if(${present(column)}) AS n, ${one(inside)} AS inside, ${one(outside)} AS outside FROM ${table.relation}`, [
      ...inside.values,
      ...outside.values,
    ]),
  ]
}

const listParams = { params: { values }, short: 'values', kinds: listed } as const

export const distinctChecks: readonly CheckEntry[] = [
  asked({
    name: 'unique_proportion',
    also: ['unique_proportion_between'],
    on: 'column',
    summary: 'the number of different values over the number of values lies between min and max',
    params: { min: share.optional(), max: share.optional() },
    wrong: badRange,
    fix: 'look for repeated or unexpectedly varied values, or change the limits',
    elsewhere: ['GX expect_column_proportion_of_unique_values_to_be_between', 'TFDV FLOAT_TYPE_LOW_UNIQUE'],
    example: '{max: 50%}',
    queries: distinctCounts,
    judge: (range, answers, scope) => {
      const n = number(first(answers).n) ?? 0
      if (n === 0) return none(scope)
      return figureAnswer((number(first(answers).kinds) ?? 0) / n, n, range, `the proportion of different values of ${scope.column.name}`)
    },
  }),
  asked({
    name: 'distinct_count',
    also: ['distinct_count_between'],
    on: 'column',
    summary: 'the number of different values lies between min and max',
    params: { min: count.optional(), max: count.optional() },
    wrong: badRange,
    fix: 'look for new or lost values, or change the limits',
    elsewhere: ['GX expect_column_unique_value_count_to_be_between', 'Soda distinct', 'whylogs distinct_number_in_range'],
    example: '{min: 2, max: 50}',
    queries: distinctCounts,
    judge: (range, answers, scope) => {
      const n = number(first(answers).n) ?? 0
      if (n === 0) return none(scope)
      return figureAnswer(number(first(answers).kinds) ?? 0, n, range, `the number of different values of ${scope.column.name}`)
    },
  }),
  asked({
    name: 'distinct_in',
    also: ['distinct_in_set'],
    on: 'column',
    ...listParams,
    summary: 'every different value is one of the list: each counts once, however often it occurs',
    fix: 'correct the values, or add what is missing to the list',
    elsewhere: ['GX expect_column_distinct_values_to_be_in_set'],
    example: '[1, 2, 3]',
    queries: insideOutside,
    judge: (_, answers, scope) => {
      const { n, inside, outside } = first(answers)
      if ((number(n) ?? 0) === 0) return none(scope)
      const [known, unknown] = [number(inside) ?? 0, number(outside) ?? 0]
      const more = { observed: unknown, limit: { value: 0, kind: 'max', unit: null } } as const
      const told = `${shown(unknown)} of ${shown(known + unknown)} different values of ${scope.column.name} are not in the list`
      return unknown > 0 ? fail(told, more) : pass(told, more)
    },
  }),
  asked({
    name: 'distinct_contain',
    also: ['distinct_contain_set'],
    on: 'column',
    ...listParams,
    summary: 'every value of the list occurs',
    fix: 'find out where the missing values went, or shorten the list',
    elsewhere: ['GX expect_column_distinct_values_to_contain_set'],
    example: '[1, 2]',
    queries: insideOutside,
    judge: ({ values: list }, answers, scope) => {
      const { n, inside } = first(answers)
      if ((number(n) ?? 0) === 0) return none(scope)
      const lost = wanted(scope, list) - (number(inside) ?? 0)
      const more = { observed: lost, limit: { value: 0, kind: 'max', unit: null } } as const
      const told = `${shown(lost)} of ${shown(wanted(scope, list))} listed values do not occur in ${scope.column.name}`
      return lost > 0 ? fail(told, more) : pass(told, more)
    },
  }),
  asked({
    name: 'distinct_equal',
    also: ['distinct_equal_set'],
    on: 'column',
    ...listParams,
    summary: 'the different values are exactly those of the list',
    fix: 'correct the values, or make the list that of the data',
    elsewhere: ['GX expect_column_distinct_values_to_equal_set', 'pandera unique_values_eq'],
    example: '[1, 2, 3]',
    queries: insideOutside,
    judge: ({ values: list }, answers, scope) => {
      const { n, inside, outside } = first(answers)
      if ((number(n) ?? 0) === 0) return none(scope)
      const lost = wanted(scope, list) - (number(inside) ?? 0)
      const unknown = number(outside) ?? 0
      const more = { observed: lost + unknown, limit: { value: 0, kind: 'max', unit: null } } as const
      const told = `${shown(unknown)} different values of ${scope.column.name} are not in the list, and ${shown(lost)} listed ones do not occur`
      return lost + unknown > 0 ? fail(told, more) : pass(`the different values of ${scope.column.name} are those of the list`, more)
    },
  }),
  asked({
    name: 'most_common_in',
    also: ['most_common_in_set'],
    on: 'column',
    ...listParams,
    summary: 'the most frequent value is one of the list; where several are equally frequent, all of them',
    fix: 'find out what has become so frequent, or add it to the list',
    elsewhere: ['GX expect_column_most_common_value_to_be_in_set', 'whylogs most_common_value_in_set'],
    example: '[1]',
    queries: ({ values: list }, { column, table }) => {
      const inside = member(column, list)
      return [
        sql(
          `SELECT count(*) AS modes, count_if(listed) AS inside FROM (
             SELECT ${inside.sql} AS listed, count(*) AS n, max(count(*)) OVER () AS most
             FROM ${table.relation} WHERE ${present(column)} GROUP BY ${column.quoted}
           ) WHERE n = most`,
          inside.values,
        ),
      ]
    },
    judge: (_, answers, scope) => {
      const modes = number(first(answers).modes) ?? 0
      if (modes === 0) return none(scope)
      const inside = number(first(answers).inside) ?? 0
      const { name } = scope.column
      if (inside === modes) return pass(`the most frequent value of ${name} is in the list`)
      return fail(
        modes === 1
          ? `the most frequent value of ${name} is not in the list`
          : `of the ${shown(modes)} most frequent values of ${name}, ${shown(modes - inside)} are not in the list`,
      )
    },
  }),
  asked({
    name: 'single_value',
    on: 'column',
    summary: 'more than a single value occurs: a constant column tells nothing',
    params: {},
    fix: 'find out why the column stands still, or leave it out',
    elsewhere: ['deepchecks IsSingleValue', 'evidently constant columns'],
    example: 'true',
    queries: distinctCounts,
    judge: (_, answers, scope) => {
      const { n, kinds } = first(answers)
      if ((number(n) ?? 0) === 0) return none(scope)
      return (number(kinds) ?? 0) > 1
        ? pass(`${scope.column.name} has more than one value`)
        : fail(`${scope.column.name} has the same value in all ${plural(number(n) ?? 0, 'row')} that have one`)
    },
  }),
  asked({
    name: 'almost_constant',
    on: 'column',
    summary: 'no single value makes up more than this part (99 %) of the values',
    params: { max: share.optional() },
    fix: 'find out why the column hardly varies, or leave it out',
    elsewhere: ['evidently almost constant columns', 'TFDV max_domain_mass'],
    example: '{max: 90%}',
    queries: (_, { column, table }) => [
      sql(
        `SELECT coalesce(sum(n), 0) AS n, coalesce(max(n), 0) AS most
         FROM (SELECT count(*) AS n FROM ${table.relation} WHERE ${present(column)} GROUP BY ${column.quoted})`,
      ),
    ],
    judge: ({ max = 0.99 }, answers, scope) => {
      const n = number(first(answers).n) ?? 0
      if (n === 0) return none(scope)
      const most = number(first(answers).most) ?? 0
      const told = `one value makes up ${part(most / n)} of ${scope.column.name}`
      const more = { judged: n, broken: most, limit: shareAtMost(max) }
      return most > stable(max * n) ? fail(`${told} (limit ${written(max * 100)} %)`, more) : pass(told, more)
    },
  }),
]
