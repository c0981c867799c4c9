/**
 * Difference of two independent proportions, p₁ − p₂, by Newcombe's hybrid of two Wilson intervals: `mover.ts` with `wilson`.
 *
 * Ends are one-sided bounds at `level`, in [−1, 1].
 * @throws RangeError unless both have n ≥ 1 and 0 ≤ k ≤ n
 * Source: Newcombe 1998b, method 10.
 */
import { contrastBounds, type Estimate } from '../../src/core/stats/mover.ts'
import { type Bounds, wilson } from '../../src/core/stats/proportion.ts'

export function newcombe(k1: number, n1: number, k2: number, n2: number, level: number): Bounds {
  const share = (k: number, n: number): Estimate => ({ value: k / n, bounds: (at) => wilson(k, n, at) })
  return contrastBounds(share(k1, n1), share(k2, n2), 1, level)
}
