/**
 * Bias-corrected and accelerated reading of bootstrap draws.
 *
 *     z0 = Φ⁻¹((#{θ* < θ̂} + ½ #{θ* = θ̂}) / B)
 *     a  = Σ c_i d_i³ / (6 (Σ c_i d_i²)^1.5),   d_i = θ̄ − θ_(i), jackknife values with multiplicities c_i
 *     bound(α) = the α₁ quantile of the draws,  α₁ = Φ(z0 + (z0 + z_α)/(1 − a(z0 + z_α)))
 *
 * `below(at)` inverts the same formula: the p-value of "the true value lies below `at`", so p-value and bound never disagree.
 * `units`, how many were resampled: draws from few are too narrow, by √((n−1)/n) and because their spread is itself an estimate. So z_α becomes
 * √(n/(n−1)) t_α(n−1), which for a mean is Student's interval (Hesterberg's expanded percentiles); at thousands of units that is z_α.
 * `beyond`: p-values and bounds that lie farther out than the tenth draw from the end go on from there, as `drawn-tail.ts` says; without it they end with the draws.
 * Draws that are NaN (the statistic was undefined there) are left out. z0 infinite, or no acceleration to be had: percentile.
 * All draws equal: bounds are that value.
 * @throws RangeError when fewer than 20 draws are defined
 * Source: Efron 1987, "Better bootstrap confidence intervals"; Efron & Tibshirani 1993, §14; Hesterberg 2015,
 * "What teachers should know about the bootstrap", §4.1.
 */
import { type Tail, tailOfDraws } from './drawn-tail.ts'
import { normalCdf, normalQuantile } from './normal.ts'
import type { Bounds } from './proportion.ts'
import { firstAtLeast, firstIndex } from './sorted.ts'
import { studentQuantile, studentSf } from './student-t.ts'

export interface Jackknife {
  readonly values: readonly number[]
  /** how many rows each value stands for */
  readonly counts: readonly number[]
}

export interface Bca {
  readonly method: 'bca' | 'percentile' | 'bootstrap-t'
  readonly z0: number
  readonly acceleration: number
  readonly se: number
  /** p-values of "below" and of "above" beyond which there are ten draws: of smaller ones they know little, and of none below half of one; 0: they are not read from draws */
  readonly tails: readonly [below: number, above: number]
  bounds(level: number): Bounds
  below(at: number): number
}

export function bca(estimate: number, draws: Float64Array, jackknife: Jackknife, units = Number.POSITIVE_INFINITY, beyond = false): Bca {
  const sorted = draws.filter((x) => !Number.isNaN(x)).sort()
  const B = sorted.length
  if (B < 20) throw new RangeError(`${B} defined draws are too few`)
  const raw = normalQuantile(shareBelow(sorted, estimate))
  const a = acceleration(jackknife)
  const usable = Number.isFinite(raw) && Number.isFinite(a)
  const z0 = usable ? raw : 0
  const acc = usable ? a : 0

  const { quantileOf, upperTail } = expanded(units)
  const se = deviation(sorted)
  const tail = (side: 1 | -1) => (usable && beyond ? tailOfDraws({ sorted, estimate, se, z0, acceleration: acc, units }, side) : null)
  const tails: readonly Tail[] = [tail(-1), tail(1)].filter((one) => one !== null)

  function bound(alpha: number): number {
    const far = tails.find(({ reaches }) => reaches(quantileOf(alpha)))
    if (far) return far.valueAt(quantileOf(alpha))
    const z = z0 + quantileOf(alpha)
    const scale = 1 - acc * z
    // beyond the pole the formula turns back: the end of the draws is all they say
    if (scale <= 0) return (z > 0 ? sorted[B - 1] : sorted[0]) ?? Number.NaN
    return quantile(sorted, normalCdf(z0 + z / scale))
  }

  function below(at: number): number {
    const far = tails.find(({ holds }) => holds(at))
    if (far) return upperTail(far.zOf(at))
    return tailOf(Math.min(1 - 0.5 / B, Math.max(0.5 / B, shareBelow(sorted, at))))
  }

  function tailOf(share: number): number {
    const w = normalQuantile(share) - z0
    const scale = 1 + acc * w
    if (scale <= 0) return w > 0 ? 0 : 1
    return upperTail(w / scale - z0)
  }

  return {
    method: usable ? 'bca' : 'percentile',
    z0,
    acceleration: acc,
    se,
    tails: [tailOf(1 - 10 / B), 1 - tailOf(10 / B)],
    bounds: (level) => [bound(1 - level), bound(level)],
    below,
  }
}

/** Quantiles and tails that say how few units the draws come from. */
function expanded(units: number): { readonly quantileOf: (alpha: number) => number; readonly upperTail: (z: number) => number } {
  if (units > 5000) return { quantileOf: normalQuantile, upperTail: (z) => normalCdf(-z) }
  const df = Math.max(1, units - 1)
  const wider = Math.sqrt((df + 1) / df)
  return {
    quantileOf: (alpha) => (alpha < 0.5 ? -1 : 1) * wider * studentQuantile(Math.max(alpha, 1 - alpha), df),
    upperTail: (z) => studentSf(z / wider, df),
  }
}

/** Of few draws only the standard error is read: estimate ± t(draws − 1) · se. @throws RangeError when fewer than 20 draws are defined */
export function fromError(estimate: number, draws: Float64Array): Bca {
  const known = draws.filter((x) => !Number.isNaN(x))
  const B = known.length
  if (B < 20) throw new RangeError(`${B} defined draws are too few`)
  const se = deviation(known)
  const below = (at: number): number =>
    se === 0 ? (at === estimate ? 0.5 : at > estimate ? 0 : 1) : studentSf((at - estimate) / se, B - 1)
  return {
    method: 'bootstrap-t',
    z0: 0,
    acceleration: 0,
    se,
    tails: [0, 0],
    bounds: (level) => [estimate - studentQuantile(level, B - 1) * se, estimate + studentQuantile(level, B - 1) * se],
    below,
  }
}

export function acceleration({ values, counts }: Jackknife): number {
  let rows = 0
  let sum = 0
  for (const [i, value] of values.entries()) {
    const c = counts[i] ?? 0
    rows += c
    sum += c * value
  }
  const mean = sum / rows
  let squares = 0
  let cubes = 0
  for (const [i, value] of values.entries()) {
    const d = mean - value
    squares += (counts[i] ?? 0) * d * d
    cubes += (counts[i] ?? 0) * d * d * d
  }
  return squares === 0 ? 0 : cubes / (6 * squares ** 1.5)
}

/** Share of the draws below a value, those equal to it by half. */
function shareBelow(sorted: Float64Array, value: number): number {
  // sums in another order differ in the last digits: that is still equal
  const slack = 1e-12 * Math.max(Math.abs(value), Math.abs(sorted[0] ?? 0), Math.abs(sorted.at(-1) ?? 0))
  const less = firstAtLeast(sorted, value - slack)
  const atMost = firstIndex(sorted.length, (index) => (sorted[index] ?? 0) > value + slack)
  return (less + (atMost - less) / 2) / sorted.length
}

function quantile(sorted: Float64Array, p: number): number {
  const at = p * (sorted.length - 1)
  const low = Math.floor(at)
  const a = sorted[low] ?? Number.NaN
  const b = sorted[Math.min(low + 1, sorted.length - 1)] ?? Number.NaN
  return a + (at - low) * (b - a)
}

function deviation(xs: Float64Array): number {
  const mean = xs.reduce((sum, x) => sum + x, 0) / xs.length
  return Math.sqrt(xs.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (xs.length - 1))
}
