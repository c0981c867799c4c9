/**
 * Rows that would show a change of size Δ, one-sided at α, with the given power.
 *
 *     paired yes/no outcomes   n = (z_α √p_d + z_β √(p_d − Δ²))² / Δ²,  p_d: share of rows on which the two disagree
 *     anything with a standard error   n = n₀ ((z_α + z_β) se₀ / Δ)²
 *
 * Rounded up. Δ = 0 needs infinitely many. p_d below Δ cannot be: it is raised to Δ.
 * @throws RangeError when p_d is outside [0, 1]
 * Source: Connor 1987, "Sample size for testing differences in proportions for the paired-sample design".
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
