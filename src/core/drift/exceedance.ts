/**
 * Chance that the k largest of all n + m values are all on the current side, when the two come from one distribution.
 *
 *     p = Π_{i<k} (m − i) / (n + m − i)
 *
 * Exact for values without ties, conservative with them; k = 0 gives 1. One-sided: for both tails, the smaller of the two doubled.
 * @param k values of current beyond the extreme of the reference, @param n and @param m rows of reference and current that have a value
 * @throws RangeError unless 0 ≤ k ≤ m
 * Source: precedence tests, Balakrishnan & Ng 2006.
 */
import { logGamma } from '../stats/gamma.ts'

export function exceedanceP(k: number, n: number, m: number): number {
  if (!(k >= 0 && k <= m)) throw new RangeError(`${k} of ${m} values cannot lie beyond`)
  if (k <= 64) {
    let p = 1
    for (let i = 0; i < k; i++) p *= (m - i) / (n + m - i)
    return p
  }
  const logFalling = (x: number) => logGamma(x + 1) - logGamma(x - k + 1)
  return n === 0 ? 1 : Math.exp(logFalling(m) - logFalling(n + m))
}
