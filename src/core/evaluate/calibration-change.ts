/**
 * The change of a calibration error in bins, E = Σ_b |G_b|, G_b what the rows of bin b add, or max_b of what they do on average. Chance makes the error of each model larger than it is, and the better
 * calibrated one by more, so that neither their difference nor draws of it lie around the true change. It is bounded from both sides instead:
 *
 *     E₂ − E₁ ≤ mean of the rows of E₂ by signs that flatter − mean of those of E₁ by honest ones          (`stats/calibration-signs.ts`)
 *     |E₂ − E₁| ≤ Σ_b |G₂ − G₁|, and by signs that flatter that is no less: for models that answer nearly alike
 *     largest error of a bin: from the own intervals of both models, put together as a difference                   (`stats/mover.ts`)
 *
 * Both means are of pairs: what the same rows do to both models is no noise; what the honest signs add comes on top. The bound is the nearer one. The price is what chance may be: wide where a bin has few rows.
 * Source: the triangle inequality; Zou & Donner 2008 for the largest.
 */
import type { Gap, Sample } from '../metrics/sample.ts'
import { changedRows, type SignedRows, varianceOfSigns } from '../stats/calibration-signs.ts'
import { groupsOf, weightedMean } from '../stats/clusters.ts'
import { tBelow, tBounds } from '../stats/mean.ts'
import type { Bounds } from '../stats/proportion.ts'
import { contrasted, neededFor, student, type Test } from './change-test.ts'
import { FARTHEST_BIN, largestGap } from './level.ts'

type Weighted = Extract<Sample, { kind: 'weighted' }>

/** null: it is none, or there is one group */
export function calibrationChange(baseline: Weighted, candidate: Weighted, value: number): Test | null {
  return signsChange(baseline, candidate, value) ?? largestChange(baseline, candidate)
}

function signsChange(baseline: Weighted, candidate: Weighted, value: number): Test | null {
  if (!baseline.signed || !candidate.signed) return null
  const [before, after] = [baseline.signed(), candidate.signed()]
  const rows = changedRows(before, after, after.heavy)
  const { unit = null } = candidate
  const mean = (values: Float64Array) => weightedMean(values, after.heavy, unit)
  const withSigns = (values: Float64Array, { doubtful }: SignedRows) => {
    const own = mean(values)
    return { ...own, se: Math.hypot(own.se, Math.sqrt(varianceOfSigns) * mean(doubtful).se) }
  }
  const [above, below, apart] = [withSigns(rows.above, before), withSigns(rows.below, after), mean(rows.apart)]
  if (apart.n < 2) return null
  const away = { ...apart, mean: -apart.mean }
  const bounds = (level: number): Bounds => [
    Math.min(value, Math.max(tBounds(below, level)[0], tBounds(away, level)[0])),
    Math.max(value, Math.min(tBounds(above, level)[1], tBounds(apart, level)[1])),
  ]
  // what was seen is never outside
  const p = (far: boolean, one: number, other: number) => (far ? Math.max(0.5, Math.min(one, other)) : Math.min(one, other))
  return {
    method: 'cross-fit',
    groups: unit ? apart.n : null,
    below: (at) => p(at <= value, tBelow(above, at), tBelow(apart, at)),
    above: (at) => p(at >= value, tBelow({ ...below, mean: -below.mean }, -at), tBelow(apart, -at)),
    bounds,
    rowsNeeded: neededFor(value, bounds, apart.n),
  }
}

/** From the intervals of both models. Of models with the same bins nothing is open. */
function largestChange(baseline: Weighted, candidate: Weighted): Test | null {
  if (!baseline.gaps || !candidate.gaps) return null
  const [was, is] = [baseline.gaps(), candidate.gaps()]
  const groups = candidate.unit ? groupsOf(candidate.unit) : null
  const estimate = ({ value }: Weighted, gaps: readonly Gap[]) => ({ value: value.value ?? Number.NaN, bounds: largestGap(gaps).bounds })
  // without an error there are no degrees of freedom to ask for: one row has none
  if (JSON.stringify(was) === JSON.stringify(is))
    return student({ n: candidate.rows, mean: 0, se: 0, skewness: 0, df: 1 }, FARTHEST_BIN, groups)
  return contrasted(estimate(baseline, was), estimate(candidate, is), FARTHEST_BIN, groups, groups ?? candidate.rows)
}
