/** Checks of where the values of a column lie, and of the order they stand in. Extremes are compared in the engine: a smallest value is a cell. */

import { plural, count as shown } from '../../report/format.ts'
import { flag } from '../../schema/leaves.ts'
import { fail, number, pass, skipped } from '../answer.ts'
import { asked, type CheckEntry, figures, type ParamsOf, rowRule, type Scope } from '../entry.ts'
import { type ColumnFacts, notNull, numericKinds, present, type Sql, sql } from '../facts.ts'
import { badRange, bound, columnName } from '../params.ts'
import { any, beyond, strict } from '../sql-parts.ts'
import { typeRules } from '../type-rules.ts'
import { ordered } from './columns-basic.ts'

const rangeParams = { min: bound.optional(), max: bound.optional(), strict: flag.optional() }
type Range = ParamsOf<typeof rangeParams>

const outside = (column: ColumnFacts, { min, max, strict = false }: Range): Sql =>
  any([
    ...(min === undefined ? [] : [beyond(column, strict ? '<=' : '<', min)]),
    ...(max === undefined ? [] : [beyond(column, strict ? '>=' : '>', max)]),
  ])

const interval = ({ min, max, strict = false }: Range): string =>
  `${strict || min === undefined ? '(' : '['}${min ?? '−∞'}, ${max ?? '∞'}${strict || max === undefined ? ')' : ']'}`

/** `min` or `max` of the column as a column of its own, so that it is compared like any other value. */
const extreme = (name: 'min' | 'max', words: string) =>
  figures({
    name: `${name}_between`,
    on: 'column',
    kinds: ordered.filter((kind) => kind !== 'string'),
    summary: `the ${words} value lies between min and max, and with strict not on them`,
    params: rangeParams,
    wrong: badRange,
    fix: 'look at the extremes of this column, or change the limits',
    elsewhere: [`GX expect_column_${name}_to_be_between`, `Soda ${name}`, `whylogs ${name} constraint`],
    example: name === 'min' ? '{min: 0, max: 5}' : '{min: 5, max: 100}',
    figures: (range, { column, keep }) => {
      const value = `${name}(${column.quoted}) FILTER (WHERE ${keep} AND ${present(column)})`
      const beyondIt = outside({ ...column, quoted: value }, range)
      return {
        n: sql(`count_if(${keep} AND ${present(column)})`),
        out: { sql: `CAST(${beyondIt.sql} AS INTEGER)`, values: beyondIt.values },
      }
    },
    judge: (range, row, { column }) => {
      const n = number(row.n) ?? 0
      if (n === 0) return skipped(`${column.name} has no values to judge`)
      return row.out === 1
        ? fail(`the ${words} value of ${column.name} lies outside ${interval(range)}`, { judged: n })
        : pass(`the ${words} value of ${column.name} lies within ${interval(range)}`, { judged: n })
    },
  })

const numbersOnly = { on: 'column', kinds: numericKinds, params: {}, example: 'true' } as const
const isNumber =
  (condition: (x: string) => string) =>
  (_: unknown, { column }: Scope): Sql =>
    sql(condition(column.quoted))
/** What only a float can be. @param nan what the condition says of NaN */
const isFloat =
  (condition: (x: string) => string, nan: boolean) =>
  (_: unknown, { column }: Scope): Sql =>
    column.kind === 'float' ? strict(sql(condition(column.quoted)), nan) : sql('false')
const thereAtAll = (_: unknown, { column }: Scope) => sql(notNull(column.quoted))

const orderParams = { strict: flag.optional(), by: columnName.optional() }

const monotonic = (direction: 'increasing' | 'decreasing') =>
  asked({
    name: `monotonic_${direction}`,
    on: 'column',
    kinds: ordered,
    summary: `each value is ${direction === 'increasing' ? 'at least' : 'at most'} the one before it, in the order of the rows or by another column; with strict not equal to it`,
    params: orderParams,
    columns: ({ by }) => (by === undefined ? [] : [by]),
    fix: 'sort the rows, or find out why the values go back',
    elsewhere: [`GX expect_column_values_to_be_${direction}`],
    example: 'true',
    queries: ({ strict = false, by }, { column, table, find }) => {
      const row = table.rowNumber
      if (row === null && by === undefined) return []
      const order = [...(by === undefined ? [] : [`${find(by).quoted}`]), ...(row === null ? [] : [row])].join(', ')
      const breaks = `${direction === 'increasing' ? '<' : '>'}${strict ? '=' : ''}`
      return [
        sql(
          `SELECT count(before) AS judged, count_if(this ${breaks} before) AS broken FROM (
             SELECT ${column.quoted} AS this, lag(${column.quoted}) OVER (ORDER BY ${order}) AS before
             FROM ${table.relation} WHERE ${present(column)})`,
        ),
      ]
    },
    judge: (_, answers, { column }) => {
      const [row] = answers[0] ?? []
      if (row === undefined) return skipped('rows of several files have no order of their own: name a column with by')
      const judged = number(row.judged) ?? 0
      const broken = number(row.broken) ?? 0
      if (judged === 0) return skipped(`${column.name} has no two values to compare`)
      const told = `${shown(broken)} of ${plural(judged, 'value')} of ${column.name} are out of order`
      const more = { judged, broken, limit: { value: 0, kind: 'max', unit: 'share' } } as const
      return broken > 0 ? fail(told, more) : pass(told, more)
    },
  })

export const rangeChecks: readonly CheckEntry[] = [
  rowRule({
    name: 'between',
    on: 'column',
    kinds: ordered,
    summary: 'every value lies between min and max, and with strict not on them; missing values are not judged',
    params: rangeParams,
    wrong: badRange,
    fix: 'correct those rows, or widen the limits',
    elsewhere: ['GX expect_column_values_to_be_between', 'pandera in_range', 'TFDV BIG_INT, SMALL_INT', 'Soda valid min, valid max'],
    example: '{min: 0, max: 10}',
    breaks: (range, { column }) => outside(column, range),
    says: (range) => `lie outside ${interval(range)}`,
  }),
  extreme('min', 'smallest'),
  extreme('max', 'largest'),
  rowRule({
    ...numbersOnly,
    name: 'no_nan',
    judged: thereAtAll,
    summary: 'no number is NaN',
    fix: 'find out which calculation has no result, and leave the value empty',
    elsewhere: ['TFDV FLOAT_TYPE_HAS_NAN', 'whylogs no NaN'],
    breaks: isFloat((x) => `isnan(${x})`, true),
    says: () => 'are NaN',
  }),
  rowRule({
    ...numbersOnly,
    name: 'no_inf',
    judged: thereAtAll,
    summary: 'no number is infinite',
    fix: 'find out where something was divided by zero',
    elsewhere: ['TFDV FLOAT_TYPE_HAS_INF'],
    breaks: isFloat((x) => `isinf(${x})`, false),
    says: () => 'are infinite',
  }),
  rowRule({
    ...numbersOnly,
    name: 'finite',
    judged: thereAtAll,
    summary: 'every number is finite: neither NaN nor infinite',
    fix: 'find out which calculation has no finite result',
    elsewhere: ['TFDV FLOAT_TYPE_HAS_NAN, FLOAT_TYPE_HAS_INF'],
    breaks: isFloat((x) => `NOT isfinite(${x})`, true),
    says: () => 'are NaN or infinite',
  }),
  rowRule({
    ...numbersOnly,
    name: 'non_negative',
    summary: 'no number lies below 0',
    fix: 'correct those rows',
    elsewhere: ['whylogs is_non_negative', 'pandera ge(0)'],
    breaks: isNumber((x) => `${x} < 0`),
    says: () => 'lie below 0',
  }),
  rowRule({
    ...numbersOnly,
    name: 'positive',
    summary: 'every number lies above 0',
    fix: 'correct those rows',
    elsewhere: ['whylogs greater_than_number(0)', 'pandera gt(0)'],
    breaks: isNumber((x) => `${x} <= 0`),
    says: () => 'are 0 or lie below',
  }),
  rowRule({
    ...numbersOnly,
    name: 'integer_valued',
    summary: 'every number is whole, whatever it is stored as',
    fix: 'correct those rows, or round them where they are made',
    elsewhere: ['pandera int dtype', 'GX expect_column_values_to_be_of_type'],
    breaks: (_, { column, table }) => sql(typeRules.integer(column, table.untyped)),
    says: () => 'are not whole',
  }),
  monotonic('increasing'),
  monotonic('decreasing'),
]
