/** Checks over several columns of one row. They belong to the table; where there are several of a kind, each has a `name`. */
import { z } from 'zod'
import { flag } from '../../schema/leaves.ts'
import { type CheckEntry, counted, rowRule } from '../entry.ts'
import { type ColumnFacts, isMoment, isNumeric, present, type Sql, type SqlValue, sql } from '../facts.ts'
import { isSingle } from '../float32.ts'
import { columnName, columns, expression, real, scalar } from '../params.ts'
import { any, asNumber, asNumbers, asText, asTimestamp, member, not } from '../sql-parts.ts'

/** Two columns as they can be compared: numbers as numbers, dates as dates, everything else as text. */
function comparable(a: ColumnFacts, b: ColumnFacts): readonly [string, string] {
  if (isNumeric(a.kind) && isNumeric(b.kind))
    return a.kind === b.kind && isSingle(a) === isSingle(b) ? [a.quoted, b.quoted] : asNumbers(a, b)
  if (isMoment(a.kind) && isMoment(b.kind)) return [asTimestamp(a), asTimestamp(b)]
  return a.kind === b.kind ? [a.quoted, b.quoted] : [asText(a), asText(b)]
}
const both = (a: ColumnFacts, b: ColumnFacts): Sql => sql(`${present(a)} AND ${present(b)}`)
const pair = { a: columnName, b: columnName }

export const rowChecks: readonly CheckEntry[] = [
  rowRule({
    name: 'pair_equal',
    on: 'table',
    summary: 'in every row, columns a and b are equal; rows where one of them is missing are not judged',
    params: pair,
    columns: ({ a, b }) => [a, b],
    fix: 'correct those rows',
    elsewhere: ['GX expect_column_pair_values_to_be_equal'],
    example: '{a: a, b: a}',
    judged: ({ a, b }, { find }) => both(find(a), find(b)),
    breaks: ({ a, b }, { find }) => sql(comparable(find(a), find(b)).join(' IS DISTINCT FROM ')),
    says: ({ a, b }) => `have another ${a} than ${b}`,
  }),
  rowRule({
    name: 'a_greater_than_b',
    on: 'table',
    summary: 'in every row, column a is greater than column b, or with or_equal not less; rows where one of them is missing are not judged',
    params: { ...pair, or_equal: flag.optional() },
    columns: ({ a, b }) => [a, b],
    fix: 'correct those rows',
    elsewhere: ['GX expect_column_pair_values_a_to_be_greater_than_b'],
    example: '{a: a, b: a, or_equal: true}',
    judged: ({ a, b }, { find }) => both(find(a), find(b)),
    breaks: ({ a, b, or_equal: equal = false }, { find }) => sql(comparable(find(a), find(b)).join(equal ? ' < ' : ' <= ')),
    says: ({ a, b, or_equal: equal = false }) => `have ${equal ? 'a smaller' : 'no greater'} ${a} than ${b}`,
  }),
  rowRule({
    name: 'pair_in_set',
    on: 'table',
    summary: 'in every row, the values of a and b are one of the pairs; rows where one of them is missing are not judged',
    params: {
      ...pair,
      pairs: z
        .array(z.tuple([scalar, scalar], { error: 'expected a pair of values' }), { error: 'expected a list of pairs' })
        .min(1, { error: 'this list is empty' }),
    },
    columns: ({ a, b }) => [a, b],
    fix: 'correct those rows, or add what is missing to the list',
    elsewhere: ['GX expect_column_pair_values_to_be_in_set'],
    example: '{a: a, b: a, pairs: [[1, 1], [2, 2]]}',
    judged: ({ a, b }, { find }) => both(find(a), find(b)),
    breaks: ({ a, b, pairs }, { find }) => {
      const one = ([left, right]: readonly [SqlValue, SqlValue]): Sql => {
        const [first, second] = [member(find(a), [left]), member(find(b), [right])]
        return { sql: `(${first.sql}) AND (${second.sql})`, values: [...first.values, ...second.values] }
      }
      return not(any(pairs.map(one)))
    },
    says: ({ a, b, pairs }) => `have a pair of ${a} and ${b} that is none of the ${pairs.length} listed`,
  }),
  rowRule({
    name: 'multicolumn_sum_equal',
    on: 'table',
    summary:
      'in every row, the columns add up to total, a number or another column, to within tolerance (1e-9 of its size, with 32-bit floats 1e-6); rows where one is missing are not judged',
    params: {
      columns,
      total: z.union([z.number(), columnName], { error: 'expected a number, or the name of a column' }),
      tolerance: real.nonnegative().optional(),
    },
    columns: ({ columns: names, total }) => [...names, ...(typeof total === 'string' ? [total] : [])],
    fix: 'correct those rows',
    elsewhere: ['GX expect_multicolumn_sum_to_equal'],
    example: '{columns: [a], total: a}',
    judged: ({ columns: names, total }, { find }) =>
      sql([...names, ...(typeof total === 'string' ? [total] : [])].map((name) => present(find(name))).join(' AND ')),
    breaks: ({ columns: names, total, tolerance }, { find }) => {
      const sum = names.map((name) => number(find(name))).join(' + ')
      const wanted: Sql = typeof total === 'string' ? sql(number(find(total))) : sql('CAST(? AS DOUBLE)', [total])
      const single = [...names, ...(typeof total === 'string' ? [total] : [])].some((name) => isSingle(find(name)))
      const allowed: Sql =
        tolerance === undefined
          ? { sql: `${single ? '1e-6' : '1e-9'} * greatest(1, abs(${wanted.sql}))`, values: wanted.values }
          : sql('CAST(? AS DOUBLE)', [tolerance])
      return {
        sql: `NOT coalesce(abs((${sum}) - ${wanted.sql}) <= ${allowed.sql}, false)`,
        values: [...wanted.values, ...allowed.values],
      }
    },
    says: ({ columns: names, total }) => `have ${names.join(' + ')} other than ${total}`,
  }),
  rowRule({
    name: 'row_expression',
    on: 'table',
    summary: 'the SQL condition is true of every row; where it has no answer, as over missing values, the row is not judged',
    params: { expression },
    short: 'expression',
    sqlKeys: ['expression'],
    fix: 'correct those rows, or the expression',
    elsewhere: ['pandera Check over a frame', 'Soda failed_rows', 'GX UnexpectedRowsExpectation'],
    example: '"a IS NULL OR a > -1000000"',
    judged: (params) => sql(`(${bracketed(params.expression)}) IS NOT NULL`),
    breaks: (params) => sql(`NOT (${bracketed(params.expression)})`),
    says: () => 'break the expression',
  }),
  rowRule({
    name: 'conditional',
    on: 'table',
    summary: 'of every row of which `if` is true, `must` is true too; a `must` without an answer breaks it',
    params: { if: expression, must: expression },
    sqlKeys: ['if', 'must'],
    fix: 'correct those rows, or the conditions',
    elsewhere: ['GX row_condition', 'pandera groupby checks'],
    example: '{if: a > 5, must: a IS NOT NULL}',
    judged: (params) => sql(`coalesce(CAST(${bracketed(params.if)} AS BOOLEAN), false)`),
    breaks: (params) => sql(`NOT coalesce(CAST(${bracketed(params.must)} AS BOOLEAN), false)`),
    says: () => 'that meet the condition break the rule',
  }),
  counted({
    name: 'composite_unique',
    on: 'table',
    summary: 'no combination of the columns occurs twice; rows where all of them are missing are not judged',
    params: { columns },
    short: 'columns',
    columns: ({ columns: names }) => names,
    fix: 'remove the repeated rows, or add the column that tells them apart',
    elsewhere: ['GX expect_compound_columns_to_be_unique', 'pandera unique=[…]', 'Soda duplicate_count(a, b)'],
    example: '[a]',
    count: ({ columns: names }, { table, find }) => {
      const keys = names.map((name) => find(name))
      return sql(
        `SELECT coalesce(sum(copies), 0) AS judged, coalesce(sum(copies - 1), 0) AS broken FROM (
           SELECT count(*) AS copies FROM ${table.relation} WHERE ${keys.map(present).join(' OR ')}
           GROUP BY ${keys.map(({ quoted }) => quoted).join(', ')})`,
      )
    },
    says: ({ columns: names }) => `repeat an earlier ${names.join(', ')}`,
  }),
  rowRule({
    name: 'unique_within_record',
    on: 'table',
    summary: 'in every row, no two of the columns hold the same value; missing values are like no other',
    params: { columns },
    short: 'columns',
    wrong: ({ columns: names }) =>
      new Set(names).size < names.length ? { key: 'columns', text: 'A column is listed twice: it always equals itself.' } : null,
    columns: ({ columns: names }) => names,
    fix: 'correct those rows',
    elsewhere: ['GX expect_select_column_values_to_be_unique_within_record'],
    example: '[a]',
    judged: ({ columns: names }, { find }) => any(names.map((name) => sql(present(find(name))))),
    breaks: ({ columns: names }, { find }) => {
      const all = names.map((name) => find(name))
      return any(
        all.flatMap((one, i) =>
          all.slice(i + 1).map((other) => sql(`(${both(one, other).sql} AND ${comparable(one, other).join(' IS NOT DISTINCT FROM ')})`)),
        ),
      )
    },
    says: ({ columns: names }) => `hold one value twice in ${names.join(', ')}`,
  }),
]

/** Text that read-config-sql.ts let through; a comment at its end must not swallow the bracket. */
const bracketed = (text: string): string => `(\n${text}\n)`
const number = (column: ColumnFacts): string => (isNumeric(column.kind) ? asNumber(column) : `TRY_CAST(${asText(column)} AS DOUBLE)`)
