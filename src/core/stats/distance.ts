/**
 * How far a mean lies from a number, |μ|, by the bounds of the mean (less that number): at least m where "no farther than m" is rejected.
 *
 *     p(m) = P(a mean at m lies as far above as was seen) + P(one at −m does)          lower bound: the largest m with p(m) ≤ 1 − level
 *
 * At m = 0 both sides count alike, which is the two-sided test of 0; farther out the other side hardly counts, and the bound is that of the mean itself: half the error for each side, wherever the
 * mean lies, would be longer. Where the bounds of the mean hold 0, nothing but their farther end is known.
 * Source: Hodges & Lehmann 1954, "Testing the approximate validity of statistical hypotheses".
 */
import { bisection } from './bisection.ts'
import type { Bounds } from './proportion.ts'

/** @param bounds one-sided at a level, of the mean less the number */
export function distanceBounds(bounds: (level: number) => Bounds, level: number): Bounds {
  const farther = Math.max(...bounds(level).map(Math.abs))
  const [low, high] = bounds((1 + level) / 2)
  if (low <= 0 && high >= 0) return [0, farther]
  const least = low > 0 ? (at: number) => bounds(at)[0] : (at: number) => -bounds(at)[1]
  const alpha = 1 - level
  // of the error the part of the other side: p(m) is alpha where a mean at −m has just that left
  const other = (part: number): boolean => least(1 - part) + least(1 - (alpha - part)) >= 0
  // shares of e^−x: far out next to nothing is left for it
  const part = Math.exp(-bisection((x) => other(Math.exp(-x)), -Math.log(alpha / 2), -Math.log(alpha) + 25, 30))
  return [Math.max(Math.min(Math.abs(low), Math.abs(high)), least(1 - (alpha - part))), farther]
}
