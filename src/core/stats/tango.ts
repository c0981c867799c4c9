/**
 * Tango's score test and interval for the difference of two paired proportions.
 *
 *     Δ = (c − b)/n, c: second only, b: first only.   H0: Δ = Δ0
 *     q̃ = (√(B² − 4AC) − B)/2A,  A = 2n,  B = −b − c + (2n − c + b)Δ0,  C = −bΔ0(1 − Δ0)
 *     z = (c − b − nΔ0) / √(n(2q̃ + Δ0(1 − Δ0)))
 *
 * z falls as Δ0 grows; at Δ0 = 0 it is McNemar's z. No discordant pair at Δ0 = 0: z = 0. Bounds are one-sided at `level`, in [−1, 1].
 * @throws RangeError unless b, c ≥ 0, b + c ≤ n, n ≥ 1
 * Source: Tango 1998, "Equivalence test and confidence interval for the difference in proportions for the paired-sample design".
 */
import { normalQuantile } from './normal.ts'
import type { Bounds } from './proportion.ts'

export function tangoZ(b: number, c: number, n: number, at: number): number {
  if (!(b >= 0 && c >= 0 && b + c <= n && n >= 1)) throw new RangeError(`discordant pairs ${b} and ${c} do not fit in ${n}`)
  const A = 2 * n
  const B = -b - c + (2 * n - c + b) * at
  const C = -b * at * (1 - at)
  const q = (Math.sqrt(Math.max(0, B * B - 4 * A * C)) - B) / (2 * A)
  const numerator = c - b - n * at
  const variance = n * (2 * q + at * (1 - at))
  if (variance <= 0) return numerator === 0 ? 0 : numerator * Number.POSITIVE_INFINITY
  return numerator / Math.sqrt(variance)
}

export function tangoBounds(b: number, c: number, n: number, level: number): Bounds {
  const z = normalQuantile(level)
  const centre = (c - b) / n
  return [solve(b, c, n, z, -1, centre), solve(b, c, n, -z, centre, 1)]
}

/** Δ0 in [low, high] where z crosses the target. */
function solve(b: number, c: number, n: number, target: number, from: number, to: number): number {
  let low = from
  let high = to
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2
    if (tangoZ(b, c, n, middle) > target) low = middle
    else high = middle
  }
  return (low + high) / 2
}
