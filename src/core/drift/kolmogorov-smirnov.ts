/**
 * Largest gap between two cumulative distributions on ordered cells. Shown, not gated.
 *
 *     D = max_j |F_j − G_j|          p = Q(D √N_eff),  Q(λ) = 2 Σ_{i≥1} (−1)^(i−1) e^(−2 i² λ²)
 *
 * D in [0, 1]. The limit law is conservative for ties and cells, and for small samples.
 * @throws RangeError when lengths differ or a side is empty
 * Source: Kolmogorov 1933; Smirnov 1939.
 */
import { effectiveSize, sizes } from './cells.ts'

export function kolmogorovSmirnov(reference: readonly number[], current: readonly number[]): { d: number; p: number } {
  const both = sizes(reference, current)
  let f = 0
  let g = 0
  let d = 0
  for (let j = 0; j < reference.length; j += 1) {
    const a = reference[j] ?? 0
    f += a / both.n
    g += (current[j] ?? 0) / both.m
    d = Math.max(d, Math.abs(f - g))
  }
  return { d: Math.min(1, d), p: kolmogorovSf(d * Math.sqrt(effectiveSize(both))) }
}

export function kolmogorovSf(lambda: number): number {
  if (lambda < 0.2) return 1 // 1 − Q < 1e-12 here, where the series is slow
  let sum = 0
  for (let i = 1; i <= 101; i++) {
    const term = Math.exp(-2 * i * i * lambda * lambda)
    sum += i % 2 === 1 ? term : -term
    if (term < 1e-17) break
  }
  return Math.min(1, Math.max(0, 2 * sum))
}
