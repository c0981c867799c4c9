/**
 * Does the model treat groups alike? Each measure is computed within each group; a gap lies between two groups, so every pair is a comparison.
 *
 *     guard     fail: the gap exceeds the limit, and p of "there is none" ≤ 0.05. Such a gap without that p: inconclusive
 *     literal   fail: the gap exceeds the limit
 *     lenient   fail: p of "the gap is within the limit" ≤ 0.05. Such a gap without that p: warn
 *     strict    pass: every upper 95 % bound lies within the limit; else fail
 *
 * p-values are adjusted by Holm over all pairs of groups, measures and columns that have a limit, and all rises: one family, and what a pull request adds another. A pair is tested by the intervals of its
 * groups (`mover.ts`: of shares that is Newcombe), the rise of a gap over the baseline by a paired bootstrap. A group with fewer than `min_rows` rows of the
 * kind that a measure rests on is not compared, and the check is inconclusive unless the others decide it.
 * Source: Hardt, Price & Srebro 2016; Newcombe 1998b; Zou & Donner 2008; Holm 1979.
 */

import { rowsOf, unitsOf } from '../metrics/scores.ts'
import type { View } from '../metrics/view.ts'
import type { EvaluateDetails } from '../schema/evaluate-details.ts'
import type { Check } from '../schema/result.ts'
import type { RowDraws } from '../stats/row-bootstrap.ts'
import { checksOf } from './fairness-checks.ts'
import { claimsOf, outcomesOf } from './fairness-claims.ts'
import { detailsOf } from './fairness-details.ts'
import type { FairnessInput } from './fairness-groups.ts'
import { type Compared, type FairnessColumn, groupChange, groupValues, groupViews } from './fairness-groups.ts'
import { measures, usualMeasures } from './fairness-measures.ts'
import { columnDraws } from './fairness-rise.ts'

export function judgeFairness(input: FairnessInput): {
  readonly checks: readonly Check[]
  readonly details: Pick<EvaluateDetails, 'fairness'>
} {
  const columns = input.columns.map((column) => comparedIn(column, input))
  const all = columns.flatMap(({ compared }) => compared)
  const claims = columns.flatMap(({ compared, draws }) => compared.flatMap((one) => claimsOf(one, draws, input)))
  const outcomes = outcomesOf(claims, input.policy)
  const checks = all.flatMap((one) =>
    checksOf(
      one,
      outcomes.filter(({ of }) => of === one),
      input,
    ),
  )
  return { checks, details: { fairness: detailsOf(input, all, checks) } }
}

function comparedIn(column: FairnessColumn, { candidate, baseline, spec }: FairnessInput) {
  const views = groupViews(candidate, column.groups)
  const before = baseline && groupViews(baseline, column.groups)
  const shown = usualMeasures(candidate.task).filter(
    (name) => !spec.metrics.some(({ measure, named }) => measure === name && named === null),
  )
  const asked = [
    ...spec.metrics.map((limits) => ({ name: limits.name, measure: limits.measure, named: limits.named, limits })),
    ...shown.map((name) => ({ name, measure: name, named: null, limits: null })),
  ]
  const compared = asked.map((one) => measured(one, column, views, before, spec.minRows))
  // drawn when the first rise is asked for
  let made: readonly RowDraws[] | null = null
  const draws = () => {
    made ??= columnDraws(column.groups, rowsOf(candidate), unitsOf(candidate))
    return made
  }
  return { compared, draws }
}

type Asked = Pick<Compared, 'name' | 'named' | 'limits'> & { readonly measure: string }

function measured(asked: Asked, column: FairnessColumn, views: readonly View[], before: readonly View[] | null, least: number): Compared {
  const measure = measures[asked.measure]
  if (!measure) throw new RangeError(`there is no measure ${asked.measure}`)
  const values = (of: readonly View[]) => measure.parts.map((part) => groupValues(part, measure, asked.named, column.groups, of))
  const parts = values(views)
  const kept = [...column.groups.keys()].filter((g) =>
    parts.every((groups) => (groups[g]?.base ?? 0) >= least && groups[g]?.estimate != null),
  )
  const earlier = before && values(before)
  const changes = () =>
    measure.parts.map((part, at) =>
      kept.map((g) => groupChange(part, asked.named, [earlier?.[at]?.[g], parts[at]?.[g]], [before?.[g], views[g]])),
    )
  return { ...asked, column, measure, parts, before: earlier, kept, changes }
}
