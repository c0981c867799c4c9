/**
 * Difference of two independent proportions, p₁ − p₂, by Newcombe's hybrid of two Wilson intervals.
 *
 *     lower = Δ̂ − √((p̂₁ − l₁)² + (u₂ − p̂₂)²)          upper = Δ̂ + √((u₁ − p̂₁)² + (p̂₂ − l₂)²)
 *
 * Ends are one-sided bounds at `level`, in [−1, 1].
 * @throws RangeError unless both have n ≥ 1 and 0 ≤ k ≤ n
 * Source: Newcombe 1998b, method 10.
 */
import { type Bounds, wilson } from './proportion.ts'

export function newcombe(k1: number, n1: number, k2: number, n2: number, level: number): Bounds {
  const [l1, u1] = wilson(k1, n1, level)
  const [l2, u2] = wilson(k2, n2, level)
  const p1 = k1 / n1
  const p2 = k2 / n2
  return [p1 - p2 - Math.hypot(p1 - l1, u2 - p2), p1 - p2 + Math.hypot(u1 - p1, p2 - l2)]
}
