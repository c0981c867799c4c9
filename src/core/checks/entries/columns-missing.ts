/** Checks of what is missing in a column, and of the ways in which it is written. */
import { z } from 'zod'
import { flag } from '../../schema/leaves.ts'
import { fail, number, pass, skipped } from '../answer.ts'
import { type CheckEntry, figures, type ParamsOf, rowRule, type Scope } from '../entry.ts'
import { absent, notNull, present, type Sql, sql } from '../facts.ts'
import { badRange, count, share, values } from '../params.ts'
import { any, asText, member } from '../sql-parts.ts'
import { shareAnswer } from './answers.ts'

/** Spellings of "nothing" that people and programs write into text, lower case and without space around them. */
const usualNullTokens = ['', 'na', 'n/a', '#n/a', 'nan', 'null', 'nil', 'none', 'nat', '-', '--', '?', 'missing'] as const

const nullTokens = z
  .union([flag, values], { error: 'expected true, or a list of values that mean nothing' })
  .describe(
    `true: text such as ${usualNullTokens.filter((token) => token !== '').join(', ')} and the empty text is missing too; a list: these values`,
  )
  .optional()
const params = { null_tokens: nullTokens }

const isToken = (scope: Scope, tokens: ParamsOf<typeof params>['null_tokens']): Sql => {
  const { column } = scope
  if (tokens === undefined || tokens === false) return sql('false')
  if (tokens !== true) return member(column, tokens)
  if (column.kind !== 'string') return sql('false')
  return sql(`lower(trim(${asText(column)})) IN (${usualNullTokens.map(() => '?').join(', ')})`, usualNullTokens)
}

const missing = (scope: Scope, tokens: ParamsOf<typeof params>['null_tokens']): Sql =>
  any([sql(absent(scope.column)), isToken(scope, tokens)])

export const missingChecks: readonly CheckEntry[] = [
  rowRule({
    name: 'not_null',
    on: 'column',
    judged: () => sql('true'),
    summary: 'no value is missing; NaN is missing, and with null_tokens so is text that means nothing',
    params,
    fix: 'fill the values in, or write mostly: 99% to allow some to be missing',
    elsewhere: ['GX expect_column_values_to_not_be_null', 'pandera nullable=False', 'Soda missing_count', 'whylogs no missing values'],
    example: '{null_tokens: true}',
    breaks: ({ null_tokens: tokens }, scope) => missing(scope, tokens),
    says: () => 'are missing',
  }),
  figures({
    name: 'null_rate',
    also: ['null_rate_between'],
    on: 'column',
    summary: 'the part of missing values lies between min and max',
    params: { ...params, min: share.optional(), max: share.optional() },
    wrong: badRange,
    fix: 'find out why more or fewer values are missing than usual, or change null_rate of this column',
    elsewhere: [
      'GX expect_column_proportion_of_non_null_values_to_be_between',
      'deepchecks PercentOfNulls',
      'TFDV COLUMN_LOW_FRACTION_PRESENT',
      'Soda missing_percent',
    ],
    example: '{max: 20%}',
    figures: ({ null_tokens: tokens }, scope) => {
      const gone = missing(scope, tokens)
      return { n: sql(`count_if(${scope.keep})`), gone: { sql: `count_if(${scope.keep} AND (${gone.sql}))`, values: gone.values } }
    },
    judge: ({ min, max }, row, { column }) =>
      shareAnswer(number(row.gone) ?? 0, number(row.n) ?? 0, { min, max }, 'value', `of ${column.name} are missing`),
  }),
  rowRule({
    name: 'must_be_null',
    on: 'column',
    judged: () => sql('true'),
    summary: 'every value is missing',
    params: {},
    fix: 'empty the column, or take must_be_null out of it',
    elsewhere: ['GX expect_column_values_to_be_null'],
    example: 'true',
    breaks: (_, { column }) => sql(present(column)),
    says: () => 'are there',
  }),
  figures({
    name: 'mixed_nulls',
    on: 'column',
    summary: 'what is missing is written in at most this many ways (1): as null, as the empty text, as NA, …',
    params: { max: count.optional() },
    fix: 'write what is missing in one way',
    elsewhere: ['deepchecks MixedNulls'],
    example: '{max: 1}',
    figures: (_, scope) => {
      const token = isToken(scope, true)
      return {
        n: sql(`count_if(${scope.keep})`),
        nulls: sql(`count_if(${scope.keep} AND NOT ${notNull(scope.column.quoted)})`),
        spellings: {
          sql: `count(DISTINCT CASE WHEN ${scope.keep} AND ${token.sql} THEN ${asText(scope.column)} END)`,
          values: token.values,
        },
      }
    },
    judge: ({ max = 1 }, row, { column }) => {
      if ((number(row.n) ?? 0) === 0) return skipped(`${column.name} has no rows to judge`)
      const ways = (number(row.spellings) ?? 0) + ((number(row.nulls) ?? 0) > 0 ? 1 : 0)
      const told = `what is missing in ${column.name} is written in ${ways} ${ways === 1 ? 'way' : 'ways'}`
      const found = { observed: ways, limit: { value: max, kind: 'max', unit: null } } as const
      return ways > max ? fail(`${told}, ${max} allowed`, found) : pass(told, found)
    },
  }),
]
