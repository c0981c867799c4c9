/**
 * Centre of paired differences, and its bounds: median of the Walsh averages (d_i + d_j)/2, i ≤ j.
 *
 *     lower one-sided bound at level γ = W_(k),  k = ⌊n(n+1)/4 − z_γ √(n(n+1)(2n+1)/24)⌋, at least 1; upper by symmetry
 *
 * The distribution-free bounds of the signed-rank test, by its normal approximation (n ≥ 15 or so). Needs differences that are symmetric about
 * their centre, as log-ratios of interleaved timings are; one wild value moves it little. O(n² log n): meant for n ≤ 1000.
 * @param differences n ≥ 1, finite
 * @throws RangeError without differences
 * Source: Hodges & Lehmann 1963; Hollander, Wolfe & Chicken 2014, §3.2–3.3.
 */
import { normalQuantile } from './normal.ts'

export function hodgesLehmann(differences: readonly number[]): {
  readonly centre: number
  bounds(level: number): readonly [number, number]
} {
  const n = differences.length
  if (n === 0) throw new RangeError('without differences there is no centre')
  const walsh = new Float64Array((n * (n + 1)) / 2)
  let at = 0
  for (let i = 0; i < n; i += 1) {
    for (let j = i; j < n; j += 1) {
      walsh[at] = ((differences[i] ?? 0) + (differences[j] ?? 0)) / 2
      at += 1
    }
  }
  walsh.sort()
  const value = (rank: number) => walsh[rank - 1] ?? Number.NaN
  const m = walsh.length
  const half = (m + 1) / 2
  return {
    centre: (value(Math.floor(half)) + value(Math.ceil(half))) / 2,
    bounds: (level) => {
      const spread = normalQuantile(level) * Math.sqrt((n * (n + 1) * (2 * n + 1)) / 24)
      const k = Math.max(1, Math.floor((n * (n + 1)) / 4 - spread))
      return [value(k), value(m + 1 - k)]
    },
  }
}
