/**
 * Rows that would show a change of size Δ, one-sided at α, with the given power.
 *
 *     paired yes/no outcomes   n = (z_α √p_d + z_β √(p_d − Δ²))² / Δ²,  p_d: share of rows on which the two disagree
 *     anything with a standard error   n = n₀ ((z_α + z_β) se₀ / Δ)²
 *     a ROC area A, nothing known yet   n₀ var(A) ≈ (Q₁ − A²)/(1 − π) + (Q₂ − A²)/π,  Q₁ = A/(2 − A), Q₂ = 2A²/(1 + A), π: share of positives;
 *                         of the difference of two such areas that correlate at r twice that, times 1 − r
 *
 * Rounded up. Δ = 0 needs infinitely many. p_d below Δ cannot be: it is raised to Δ.
 * @throws RangeError when p_d is outside [0, 1]
 * Source: Connor 1987, "Sample size for testing differences in proportions for the paired-sample design"; Hanley & McNeil 1982 and 1983.
 */
import { normalQuantile } from './normal.ts'

export function connor(disagreement: number, delta: number, alpha = 0.05, power = 0.8): number {
  if (!(disagreement >= 0 && disagreement <= 1)) throw new RangeError(`a share lies in [0, 1], not ${disagreement}`)
  const d = Math.abs(delta)
  if (d === 0) return Number.POSITIVE_INFINITY
  const p = Math.max(disagreement, d)
  const root = normalQuantile(1 - alpha) * Math.sqrt(p) + normalQuantile(power) * Math.sqrt(Math.max(0, p - d * d))
  return Math.ceil((root * root) / (d * d))
}

export function rowsNeeded(rows: number, se: number, delta: number, alpha = 0.05, power = 0.8): number {
  if (delta === 0) return Number.POSITIVE_INFINITY
  const ratio = ((normalQuantile(1 - alpha) + normalQuantile(power)) * se) / delta
  return Math.ceil(rows * ratio * ratio)
}

export interface Areas {
  readonly area: number
  /** share of positive rows */
  readonly positives: number
}

/** Standard error of a ROC area times √n, for many rows. */
export function areaSpread({ area, positives }: Areas): number {
  if (!(area >= 0 && area <= 1 && positives > 0 && positives < 1))
    throw new RangeError(`an area lies in [0, 1] and a share of positives within (0, 1), not ${area} and ${positives}`)
  const square = area * area
  return Math.sqrt((area / (2 - area) - square) / (1 - positives) + ((2 * square) / (1 + area) - square) / positives)
}

/** Rows that would show a change `delta` of the area between two models. */
export const areaRows = (delta: number, { correlation, ...areas }: Areas & { readonly correlation: number }, alpha = 0.05): number =>
  rowsNeeded(1, areaSpread(areas) * Math.sqrt(2 * (1 - correlation)), delta, alpha)
