/**
 * Checks of one figure of a column: mean, median, spread, sum, quantiles; against limits, or against the training data.
 *
 *     mean       |m − m_r| ≤ k √(s²/n + s_r²/n_r)
 *     variance   |s² − s_r²| ≤ k s_r² √((κ + 2)(1/n + 1/n_r))       κ: excess kurtosis of the rows judged; stdev likewise, as its square
 *     quantile   |F(x_q) − F_r(x_q)| ≤ k √(q (1 − q)(1/n + 1/n_r))  x_q: the reference's own q-quantile among its edges; free of any distribution
 *
 * Only finite numbers count. A figure of fewer than five rows, and a quantile that few rows lie beyond, is judged and not shown: it would be
 * a cell. So is a figure of a sensitive column in which all say the same. Source: the large-sample standard errors of a mean, a variance (Kendall & Stuart, vol. 1) and an empirical distribution.
 */
import { z } from 'zod'
import { figure } from '../../report/format.ts'
import type { ColumnProfile } from '../../schema/profile.ts'
import { type Answer, fail, number, pass, type Row, skipped } from '../answer.ts'
import { type CheckEntry, figures, type ParamsOf, type Scope, type Shape, type Wrong } from '../entry.ts'
import { numericKinds, type Sql, sql } from '../facts.ts'
import { storedIn, toldBy } from '../float32.ts'
import { badRange, real } from '../params.ts'
import { asNumber } from '../sql-parts.ts'
import { figureAnswer, stable } from './answers.ts'

const limits = { min: real.optional(), max: real.optional() }
const reference = z
  .number({ error: 'expected a number of standard errors, such as 4' })
  .positive()
  .max(100)
  .describe('at most this many standard errors away from the training data')
  .optional()

const limitsOrReference = ({
  reference: k,
  ...range
}: {
  readonly min?: number | undefined
  readonly max?: number | undefined
  readonly reference?: number | undefined
}): Wrong | null =>
  range.min === undefined && range.max === undefined
    ? k === undefined
      ? { text: 'Write min, max or both, or reference: a number of standard errors.' }
      : null
    : badRange(range)

const finite = ({ column, keep }: Scope): string => `${keep} AND isfinite(${asNumber(column)})`
const over = (scope: Scope, aggregate: string): string => `${aggregate} FILTER (WHERE ${finite(scope)})`
const shownFrom = 5

const referenceColumn = ({ reference: table, column }: Scope): ColumnProfile | null =>
  table?.columns.find(({ name }) => name === column.name) ?? null

interface Moment {
  readonly value: number
  /** what the value may differ by, in standard errors */
  readonly expected: number
  readonly error: number
}

/** One figure of all rows. */
const aggregateCheck = (given: {
  readonly name: string
  readonly what: string
  readonly sql: (x: string) => string
  readonly elsewhere: readonly string[]
  readonly example: string
  /** null: the reference does not hold enough to say */
  readonly against: ((row: Row, n: number, value: number, before: ColumnProfile) => Moment | null) | null
  readonly more?: (x: string) => Readonly<Record<string, string>>
}): CheckEntry => {
  const { against } = given
  const judge = (
    params: { readonly min?: number | undefined; readonly max?: number | undefined; readonly reference?: number | undefined },
    row: Row,
    scope: Scope,
  ): Answer => {
    const { column } = scope
    const n = number(row.n) ?? 0
    const value = number(row.value)
    // of finite numbers only, so it became too large on the way
    if (row.huge === true || (typeof row.value === 'number' && value === null))
      return fail(`the ${given.what} of ${column.name} is too large for a number of 64 bits`, { judged: n })
    if (n === 0 || value === null) return skipped(`${column.name} has too few numbers for its ${given.what}`)
    const what = `the ${given.what} of ${column.name}`
    const secret = n < shownFrom || row.same === true
    const plain = figureAnswer(value, n, params, what, secret)
    if (params.reference === undefined || against === null || plain.status === 'fail') return plain
    const before = referenceColumn(scope)
    const moment = before === null ? null : against(row, n, value, before)
    if (moment === null)
      return params.min === undefined && params.max === undefined
        ? skipped(`there is no ${given.what} of the training data to compare with`)
        : plain
    return besides(moment, params.reference, what, n, secret)
  }
  const common = {
    name: given.name,
    on: 'column',
    kinds: numericKinds,
    fix: 'look at what has changed in this column, or change the limits',
    elsewhere: given.elsewhere,
    example: given.example,
    figures: (_: unknown, scope: Scope): Readonly<Record<string, Sql>> => {
      const x = asNumber(scope.column)
      // of a sensitive column that says the same of everybody, each figure tells what
      const same: Readonly<Record<string, string>> = scope.data.sensitive.includes(scope.column.name)
        ? { same: `min(${x}) = max(${x})` }
        : {}
      const wanted = { n: 'count(*)', value: given.sql(x), ...(given.more?.(x) ?? {}), ...same }
      return Object.fromEntries(Object.entries(wanted).map(([key, aggregate]) => [key, sql(over(scope, aggregate))]))
    },
  } as const
  return against === null
    ? figures({ ...common, summary: `the ${given.what} lies between min and max`, params: limits, wrong: badRange, judge })
    : figures({
        ...common,
        summary: `the ${given.what} lies between min and max, or at most \`reference\` standard errors away from that of the training data`,
        params: { ...limits, reference },
        wrong: limitsOrReference,
        needs: 'with reference: training data, or a stored profile of it',
        judge,
      })
}

function besides({ value, expected, error }: Moment, k: number, what: string, n: number, secret: boolean): Answer {
  const away = Math.abs(value - expected) / error
  const low = stable(expected - k * error)
  const high = stable(expected + k * error)
  const told = `${what} is ${figure(stable(away))} standard errors away from that of the training data`
  const broken = value < expected ? ({ value: low, kind: 'min' } as const) : ({ value: high, kind: 'max' } as const)
  const more = { judged: n, limit: { ...broken, unit: null }, ...(secret ? {} : { observed: stable(value) }) }
  return away > k ? fail(`${told} (limit ${k})`, more) : pass(told, more)
}

const momentsOf = ({
  numeric,
  ...column
}: ColumnProfile): { readonly n: number; readonly mean: number; readonly variance: number } | null => {
  const n = column.n - column.n_null - column.n_nan - column.n_pos_inf - column.n_neg_inf
  if (numeric === null || numeric.mean === null || numeric.m2 === null || n < 2) return null
  return { n, mean: numeric.mean, variance: numeric.m2 / (n - 1) }
}

/** stddev of values whose squares overflow is an error of the engine: scaled values of such a size are left out, and where that is what is asked (`huge`) it is too large. */
const spread = (x: string, of: string): string => `${of}(CASE WHEN abs(${x}) < 1e150 THEN ${x} END)`

const varianceMoment = (row: Row, n: number, variance: number, before: ColumnProfile): Moment | null => {
  const reference = momentsOf(before)
  const kurtosis = number(row.kurtosis)
  if (reference === null || kurtosis === null || reference.variance === 0) return null
  return {
    value: variance,
    expected: reference.variance,
    error: reference.variance * Math.sqrt((kurtosis + 2) * (1 / n + 1 / reference.n)),
  }
}
const kurtosis = (x: string) => ({
  kurtosis: `kurtosis_pop(CASE WHEN abs(${x}) < 1e75 THEN ${x} END)`,
  huge: `bool_or(abs(${x}) >= 1e150)`,
})

const quantileParams = {
  q: z
    .number({ error: 'expected a number above 0 and below 1' })
    .gt(0, { error: 'expected a number above 0 and below 1' })
    .lt(1, { error: 'expected a number above 0 and below 1' }),
  ...limits,
  reference,
}
type Quantile = ParamsOf<typeof quantileParams>

/** The edge of the reference nearest to its q-quantile, with the share of the reference at or below it. */
function edgeAt(before: ColumnProfile | null, q: number): { readonly edge: number; readonly share: number; readonly n: number } | null {
  const { numeric } = before ?? { numeric: null }
  if (numeric === null) return null
  const n = numeric.cells.reduce((sum, cell) => sum + cell, 0)
  let below = 0
  let best: { readonly edge: number; readonly share: number; readonly n: number } | null = null
  for (const [index, edge] of numeric.edges.entries()) {
    below += numeric.cells[index] ?? 0
    const share = below / n
    if (best === null || Math.abs(share - q) < Math.abs(best.share - q)) best = { edge, share, n }
  }
  return n === 0 ? null : best
}

const quantileFigures = (q: number, scope: Scope): Readonly<Record<string, Sql>> => {
  const x = asNumber(scope.column)
  const at = edgeAt(referenceColumn(scope), q)
  return {
    n: sql(over(scope, 'count(*)')),
    value: sql(over(scope, `quantile_cont(${x}, CAST(? AS DOUBLE))`), [q]),
    below: at === null ? sql('NULL') : sql(`count_if(${finite(scope)} AND ${x} <= CAST(? AS DOUBLE))`, [storedIn(scope.column, at.edge)]),
  }
}

function judgeQuantile({ q, reference: k, ...range }: Quantile, name: string, row: Row, scope: Scope): Answer {
  const n = number(row.n) ?? 0
  const found = number(row.value)
  const { column } = scope
  if (n === 0 || found === null) return skipped(`${column.name} has no numbers to judge`)
  const value = toldBy(column, found)
  // among few rows beyond it, a quantile is one of them
  const secret = n * Math.min(q, 1 - q) < shownFrom || scope.data.sensitive.includes(column.name)
  const plain = figureAnswer(value, n, range, `the ${name} of ${column.name}`, secret)
  if (k === undefined || plain.status === 'fail') return plain
  const at = edgeAt(referenceColumn(scope), q)
  const below = number(row.below)
  if (at === null || below === null || at.share === 0 || at.share === 1)
    return range.min === undefined && range.max === undefined ? skipped(`there is no ${name} of the training data to compare with`) : plain
  const error = Math.sqrt(at.share * (1 - at.share) * (1 / n + 1 / at.n))
  return besides(
    { value: below / n, expected: at.share, error },
    k,
    `the share of ${column.name} up to the ${name} of the training data`,
    n,
    n < shownFrom,
  )
}

const quantileCheck = <const S extends Shape>(
  entry: Omit<Parameters<typeof figures<S>>[0], 'on' | 'kinds' | 'fix' | 'needs'>,
): CheckEntry =>
  figures<S>({
    ...entry,
    on: 'column',
    kinds: numericKinds,
    fix: 'look at what has changed in this column, or change the limits',
    needs: 'with reference: training data, or a stored profile of it',
  })

export const figureChecks: readonly CheckEntry[] = [
  aggregateCheck({
    name: 'mean_between',
    what: 'mean',
    sql: (x) => `avg(${x})`,
    more: (x) => ({ variance: spread(x, 'var_samp') }),
    elsewhere: ['GX expect_column_mean_to_be_between', 'Soda avg', 'whylogs mean_between_range', 'evidently MeanValue'],
    example: '{min: 0, max: 50}',
    against: (row, n, mean, before) => {
      const reference = momentsOf(before)
      const variance = number(row.variance)
      if (reference === null || variance === null) return null
      const error = Math.sqrt(variance / n + reference.variance / reference.n)
      return error === 0 ? null : { value: mean, expected: reference.mean, error }
    },
  }),
  quantileCheck({
    name: 'median_between',
    summary: 'the median lies between min and max, or at most `reference` standard errors away from that of the training data',
    params: { ...limits, reference },
    wrong: limitsOrReference,
    elsewhere: ['GX expect_column_median_to_be_between', 'evidently MedianValue'],
    example: '{min: 0, max: 50}',
    figures: (_, scope) => quantileFigures(0.5, scope),
    judge: (params, row, scope) => judgeQuantile({ ...params, q: 0.5 }, 'median', row, scope),
  }),
  quantileCheck({
    name: 'quantile_between',
    summary: 'the q-quantile lies between min and max, or at most `reference` standard errors away from that of the training data',
    params: quantileParams,
    wrong: limitsOrReference,
    elsewhere: ['GX expect_column_quantile_values_to_be_between', 'whylogs quantile_between_range', 'Soda percentile'],
    example: '{q: 0.9, min: 0, max: 100}',
    figures: ({ q }, scope) => quantileFigures(q, scope),
    judge: (params, row, scope) => judgeQuantile(params, `${params.q}-quantile`, row, scope),
  }),
  aggregateCheck({
    name: 'stdev_between',
    what: 'standard deviation',
    sql: (x) => spread(x, 'stddev_samp'),
    more: kurtosis,
    elsewhere: ['GX expect_column_stdev_to_be_between', 'Soda stddev', 'whylogs stddev_between_range'],
    example: '{min: 0, max: 50}',
    against: (row, n, stdev, before) => varianceMoment(row, n, stdev * stdev, before),
  }),
  aggregateCheck({
    name: 'variance_between',
    what: 'variance',
    sql: (x) => spread(x, 'var_samp'),
    more: kurtosis,
    elsewhere: ['Soda variance', 'whylogs variance'],
    example: '{min: 0, max: 5000}',
    against: varianceMoment,
  }),
  aggregateCheck({
    name: 'sum_between',
    what: 'sum',
    sql: (x) => `sum(${x})`,
    elsewhere: ['GX expect_column_sum_to_be_between', 'Soda sum'],
    example: '{min: 0, max: 100000}',
    against: null,
  }),
]
