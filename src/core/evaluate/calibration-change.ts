/**
 * The change of a calibration error in bins, E = Σ_b |G_b|, G_b what the rows of bin b add, or max_b of what they do on average. Chance makes the error of each model larger than it is, and the better
 * calibrated one by more, so that neither their difference nor draws of it lie around the true change. It is bounded from both sides instead:
 *
 *     E₂ − E₁ ≤ mean of the rows of E₂ by signs that flatter − mean of those of E₁ by honest ones          (`stats/calibration-signs.ts`)
 *     E₂ − E₁ ≤ Σ_b |G₂ − G₁|, and by signs that flatter that is no less: for models that answer nearly alike
 *     E₂ − E₁ ≤ E₂, no more than the upper end of that level: for an E₁ that may be 0                      (`signed-bounds.ts`)
 *     largest error of a bin: from the own intervals of both models, put together as a difference          (`stats/mover.ts`)
 *
 * Both means are of pairs: what the same rows do to both models is no noise; what the honest signs add comes on top. They add more than an E₁ near 0 takes off. So E₁ counts where its honest mean lies more than √(ln n) standard errors
 * above 0, and then the nearer of the first two is the bound; else the second where G₂ − G₁ spreads less than G₂, or the third. Which of these is not chosen by where they come out: the nearest of bounds that are each right at 97.5 % is beyond
 * the truth more often where E₁ is 0 and E₂ is not (`nothing-there.test.ts`). Below it is the same with the models exchanged. The price is what chance may be: wide where a bin has few rows.
 * Source: the triangle inequality; Zou & Donner 2008 for the largest.
 */
import type { Gap, Sample } from '../metrics/sample.ts'
import { changedRows, type SignedRows, varianceOfSigns } from '../stats/calibration-signs.ts'
import { groupsOf, weightedMean } from '../stats/clusters.ts'
import { type Mean, tBelow, tBounds } from '../stats/mean.ts'
import { tail } from '../stats/mover.ts'
import type { Bounds } from '../stats/proportion.ts'
import { contrasted, neededFor, student, type Test } from './change-test.ts'
import { FARTHEST_BIN, largestGap } from './level.ts'
import { type SignedBounds, signedBounds } from './signed-bounds.ts'

type Weighted = Extract<Sample, { kind: 'weighted' }>

/** null: it is none, or there is one group */
export function calibrationChange(baseline: Weighted, candidate: Weighted, value: number): Test | null {
  return signsChange(baseline, candidate, value) ?? largestChange(baseline, candidate)
}

function signsChange(baseline: Weighted, candidate: Weighted, value: number): Test | null {
  if (!baseline.signed || !candidate.signed) return null
  const [before, after] = [baseline.signed(), candidate.signed()]
  const { unit = null } = candidate
  const [was, is] = [signedBounds(baseline, () => before), signedBounds(candidate, () => after)]
  if (!was || !is) return null
  const rows = changedRows(before, after, after.heavy)
  const mean = (values: Float64Array) => weightedMean(values, after.heavy, unit)
  const withSigns = (values: Float64Array, { doubtful }: SignedRows) => {
    const own = mean(values)
    return { ...own, se: Math.hypot(own.se, Math.sqrt(varianceOfSigns) * mean(doubtful).se) }
  }
  const apart = mean(rows.apart)
  const below = withSigns(rows.below, after)
  const rise = mostOf({ is, was, apart, rows: withSigns(rows.above, before) })
  const fall = mostOf({ is: was, was: is, apart, rows: { ...below, mean: -below.mean } })
  const bounds = (level: number): Bounds => [Math.min(value, -fall.bound(level)), Math.max(value, rise.bound(level))]
  // what was seen is never outside
  const seen = (far: boolean, p: number) => (far ? Math.max(0.5, p) : p)
  return {
    method: 'cross-fit',
    groups: unit ? apart.n : null,
    below: (at) => seen(at <= value, rise.below(at)),
    above: (at) => seen(at >= value, fall.below(-at)),
    bounds,
    rowsNeeded: neededFor(value, bounds, apart.n),
  }
}

interface Sides {
  /** of the error that is bounded from above, and of the one that is taken off */
  readonly is: SignedBounds
  readonly was: SignedBounds
  readonly apart: Mean
  /** of the first by signs that flatter less the other by honest ones */
  readonly rows: Mean
}

/** The upper end of E − E', and p of that it is `at` or more. */
interface Most {
  readonly bound: (level: number) => number
  readonly below: (at: number) => number
}

function mostOf({ is, was, apart, rows }: Sides): Most {
  const byMean = (...means: readonly Mean[]): Most => ({
    bound: (level) => Math.min(...means.map((mean) => tBounds(mean, level)[1])),
    below: (at) => Math.min(...means.map((mean) => tBelow(mean, at))),
  })
  if (was.below.mean > Math.sqrt(Math.log(was.below.n)) * was.below.se) return byMean(rows, apart)
  if (apart.se < is.above.se) return byMean(apart)
  return { bound: is.most, below: (at) => tail((level) => is.most(level) < at) }
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
