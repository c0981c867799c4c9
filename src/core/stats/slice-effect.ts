/**
 * How much worse a slice does than the rest of the rows, and what is left of it when luck is taken off.
 *
 *     φ = √2 (x̄_S − x̄_R) / √(s_S² + s_R²)
 *     t = (x̄_S − x̄_R) / √(s_S²/n_S + s_R²/n_R),  degrees of freedom by Welch and Satterthwaite
 *
 * x: a loss per row, so that φ > 0 is a slice that does worse; φ ≥ 0.4 is worth showing. `p` is one-sided: the slice is worse.
 * No spread on both sides: φ and t are 0 or ±∞.
 *
 * `shrunk` draws each slice towards the whole by what its size leaves open (empirical Bayes), because the worst of many is mostly unlucky:
 *
 *     (n_S x̄_S + κ x̄) / (n_S + κ),  κ = σ²/τ²          σ²: mean variance within, τ²: variance between (DerSimonian & Laird)
 *
 * Slices that differ no more than chance has them all become the whole (τ² = 0).
 * @throws RangeError when a side has fewer than two rows (effect), or a slice none (shrunk)
 * Source: Chung et al. 2019, "Slice Finder"; Welch 1947; DerSimonian & Laird 1986.
 */
import { studentSf } from './student-t.ts'

export interface Moments {
  readonly n: number
  readonly mean: number
  /** standard deviation, n − 1 */
  readonly sd: number
}

export function sliceEffect(
  slice: Moments,
  rest: Moments,
): { readonly phi: number; readonly t: number; readonly df: number; readonly p: number } {
  if (!(slice.n >= 2 && rest.n >= 2)) throw new RangeError(`${slice.n} and ${rest.n} rows have no spread to compare`)
  const gap = slice.mean - rest.mean
  const a = slice.sd ** 2 / slice.n
  const b = rest.sd ** 2 / rest.n
  const spread = Math.sqrt(slice.sd ** 2 + rest.sd ** 2)
  if (spread === 0) {
    const sure = gap === 0 ? 0 : gap * Number.POSITIVE_INFINITY
    return { phi: sure, t: sure, df: slice.n + rest.n - 2, p: gap === 0 ? 0.5 : gap > 0 ? 0 : 1 }
  }
  const t = gap / Math.sqrt(a + b)
  const df = (a + b) ** 2 / (a ** 2 / (slice.n - 1) + b ** 2 / (rest.n - 1))
  return { phi: (Math.SQRT2 * gap) / spread, t, df, p: studentSf(t, df) }
}

/** @param slices each with the variance of one row; @param whole the value over all rows */
export function shrunk(
  slices: readonly { readonly n: number; readonly value: number; readonly variance: number }[],
  whole: number,
): number[] {
  let rows = 0
  let squares = 0
  let within = 0
  let sum = 0
  for (const { n, value, variance } of slices) {
    if (!(n >= 1 && variance >= 0)) throw new RangeError('a slice has rows, and a variance that is not negative')
    rows += n
    squares += n * n
    within += n * variance
    sum += n * value
  }
  if (slices.length < 2) return slices.map(({ value }) => value)
  const sigma2 = within / rows
  const q = slices.reduce((total, { n, value }) => total + n * (value - sum / rows) ** 2, 0)
  const tau2 = Math.max(0, (q - (slices.length - 1) * sigma2) / (rows - squares / rows))
  return slices.map(({ n, value }) => (tau2 === 0 ? whole : (n * tau2 * value + sigma2 * whole) / (n * tau2 + sigma2)))
}
