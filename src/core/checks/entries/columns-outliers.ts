/**
 * Checks of how many values lie far out.
 *
 *     z_score_less_than    |x − m| > k s                        m, s of the training data, else of the table itself
 *     iqr_outlier_rate     x outside [q1 − k w, q3 + k w], w = q3 − q1    quartiles likewise, by the rows where they are at hand
 *     mad_outlier_rate     |x − median| > k · 1.4826 · MAD      of the table itself; 1.4826 makes MAD a standard deviation of normal values
 *
 * A width of zero says nothing and is skipped. Only finite numbers are judged. Source: Tukey 1977; Iglewicz & Hoaglin 1993.
 */
import { z } from 'zod'
import { plural, count as shown, written } from '../../report/format.ts'
import type { ColumnProfile } from '../../schema/profile.ts'
import { type Answer, fail, number, pass, type Row, shareAtMost, skipped } from '../answer.ts'
import { asked, type CheckEntry, type Scope } from '../entry.ts'
import { type ColumnFacts, isNumeric, numericKinds, type Sql, sql, type TableFacts } from '../facts.ts'
import { share } from '../params.ts'
import { asNumber } from '../sql-parts.ts'
import { stable } from './answers.ts'

const params = {
  k: z.number({ error: 'expected a number such as 3' }).positive().optional(),
  max: share.describe('part of the values that may lie so far out, 0 unless said').optional(),
}

const numbersOf = (column: ColumnFacts, { relation }: TableFacts): string => {
  const x = asNumber(column)
  return `(SELECT CASE WHEN abs(${x}) < 1e150 THEN ${x} END AS x FROM ${relation} WHERE isfinite(${x}))`
}

/** What values are measured with: aggregates over x of the numbers of some rows. */
interface Scale {
  readonly centre: string
  readonly width: string
  readonly values: readonly number[]
  readonly of: string
}

const query = ({ column, table }: Scope, k: number, { centre, width, values, of }: Scale): Sql =>
  sql(
    `SELECT count(x) AS judged, any_value(width) AS width, count_if(abs(x - centre) > CAST(? AS DOUBLE) * width) AS broken
     FROM ${numbersOf(column, table)} AS numbers, (SELECT ${centre} AS centre, ${width} AS width FROM ${of} AS again) AS scale`,
    [k, ...values],
  )

const measured = (centre: string, width: string, of: string): Scale => ({ centre, width, values: [], of })
const given = (centre: number, width: number): Scale => ({
  centre: 'any_value(CAST(? AS DOUBLE))',
  width: 'any_value(CAST(? AS DOUBLE))',
  values: [centre, width],
  of: '(SELECT 0)',
})

const judge =
  (usual: number) =>
  (
    { k = usual, max = 0 }: { readonly k?: number | undefined; readonly max?: number | undefined },
    answers: readonly (readonly Row[])[],
    { column }: Scope,
  ): Answer => {
    const row = answers[0]?.[0] ?? {}
    const judged = number(row.judged) ?? 0
    const broken = number(row.broken) ?? 0
    if (judged === 0) return skipped(`${column.name} has no numbers to judge`)
    if (!((number(row.width) ?? 0) > 0)) return skipped(`the middle of ${column.name} has no width: nothing can be far from it`)
    const told = `${shown(broken)} of ${plural(judged, 'value')} of ${column.name} lie far out (k = ${k})`
    const more = { judged, broken, limit: shareAtMost(max) }
    return broken > stable(max * judged) ? fail(`${told}, limit ${written(max * 100)} %`, more) : pass(told, more)
  }

const before = ({ reference, column }: Scope): ColumnProfile['numeric'] =>
  reference?.columns.find(({ name }) => name === column.name)?.numeric ?? null

const common = {
  on: 'column',
  kinds: numericKinds,
  params,
  fix: 'look at the rows that lie far out, or allow more with max',
} as const
const usesTraining = { needs: 'the training data where it is at hand, else the table itself' } as const

/** Rows of the training data, where they are at hand: their quartiles are exact, edges of a profile are few where rows are few, columns many or values sensitive. */
function rowsOfTraining({ others, column }: Scope): string | null {
  const train = others.get('train')
  const same = train?.columns.find(({ name }) => name === column.name)
  return train === undefined || same === undefined || !isNumeric(same.kind) ? null : numbersOf(same, train)
}

/** Of a stored profile: between the edges around it, on a line. */
function quantileOf({ min, max, edges, cells, spikes }: NonNullable<ColumnProfile['numeric']>, q: number): number | null {
  const wanted = q * cells.reduce((sum, cell) => sum + cell, 0)
  let below = 0
  for (const [at, cell] of cells.entries()) {
    const high = edges[at] ?? max ?? edges.at(-1)
    if (cell > 0 && high !== undefined && below + cell >= wanted) {
      const onEdge = spikes.find(({ value }) => value === high)?.count ?? 0
      const low = edges[at - 1] ?? min ?? high
      return cell > onEdge ? low + (high - low) * Math.min(1, (wanted - below) / (cell - onEdge)) : high
    }
    below += cell
  }
  return null
}

const middleOf = '(quantile_cont(x, 0.25) + quantile_cont(x, 0.75)) / 2'
const spanOf = 'quantile_cont(x, 0.75) - quantile_cont(x, 0.25)'

function quartileScale(scope: Scope): Scale {
  const rows = rowsOfTraining(scope)
  if (rows !== null) return measured(middleOf, spanOf, rows)
  const numeric = before(scope)
  const [low, high] = numeric === null ? [null, null] : [quantileOf(numeric, 0.25), quantileOf(numeric, 0.75)]
  return low === null || high === null
    ? measured(middleOf, spanOf, numbersOf(scope.column, scope.table))
    : given((low + high) / 2, high - low)
}

export const outlierChecks: readonly CheckEntry[] = [
  asked({
    ...common,
    ...usesTraining,
    name: 'z_score_less_than',
    summary: 'at most max (0) of the values lie more than k (3) standard deviations from the mean of the training data',
    elsewhere: ['GX expect_column_value_z_scores_to_be_less_than'],
    example: '{k: 3, max: 1%}',
    queries: ({ k = 3 }, scope) => {
      const reference = scope.reference?.columns.find(({ name }) => name === scope.column.name)
      const n = reference === undefined ? 0 : reference.n - reference.n_null - reference.n_nan - reference.n_pos_inf - reference.n_neg_inf
      const { mean = null, m2 = null } = reference?.numeric ?? {}
      return [
        query(
          scope,
          k,
          mean === null || m2 === null || n < 2
            ? measured('avg(x)', 'stddev_samp(x)', numbersOf(scope.column, scope.table))
            : given(mean, Math.sqrt(m2 / (n - 1))),
        ),
      ]
    },
    judge: judge(3),
  }),
  asked({
    ...common,
    ...usesTraining,
    name: 'iqr_outlier_rate',
    summary: 'at most max (0) of the values lie more than k (1.5) quartile distances outside the quartiles of the training data',
    elsewhere: ['deepchecks OutlierSampleDetection', 'evidently outliers by IQR'],
    example: '{k: 1.5, max: 1%}',
    // within k widths of a quartile is within k + ½ widths of the middle between both
    queries: ({ k = 1.5 }, scope) => [query(scope, k + 0.5, quartileScale(scope))],
    judge: judge(1.5),
  }),
  asked({
    ...common,
    name: 'mad_outlier_rate',
    summary: 'at most max (0) of the values lie more than k (3.5) robust standard deviations from the median of the table',
    elsewhere: ['PyOD MAD'],
    example: '{k: 3.5, max: 1%}',
    queries: ({ k = 3.5 }, scope) => [query(scope, k, measured('median(x)', '1.4826 * mad(x)', numbersOf(scope.column, scope.table)))],
    judge: judge(3.5),
  }),
]
