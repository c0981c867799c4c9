/**
 * How many of m rows to come will be of a sort that k of n rows were, at most: the smallest x of
 *
 *     P(X > x) ≤ α,    X ~ BetaBinomial(m, k + ½, n − k + ½)
 *
 * the predictive distribution under Jeffreys' prior. A bound on the share itself (Wilson's) leaves out that m rows are a sample too: of a
 * share of 61 % in 1,600 rows, its 99 % bound is passed by one in ten samples of 800.
 * @throws RangeError unless 0 ≤ k ≤ n, m ≥ 1 and 0 < α < 1
 * Source: Brown, Cai & DasGupta 2001 (the prior); Krishnamoorthy & Peng 2011, "Improved closed-form prediction intervals" (the question).
 */
import { logGamma } from './gamma.ts'

export function rowsToCome(k: number, n: number, m: number, alpha: number): number {
  if (!(k >= 0 && k <= n && m >= 1 && alpha > 0 && alpha < 1))
    throw new RangeError(`rows to come need 0 ≤ k ≤ n, m ≥ 1 and 0 < α < 1, not ${k} of ${n}, ${m}, ${alpha}`)
  const [a, b] = [k + 0.5, n - k + 0.5]
  let tail = 0
  // from the far end, where the terms are small
  let log = logBeta(a + m, b) - logBeta(a, b)
  for (let x = m; x > 0; x--) {
    tail += Math.exp(log)
    if (tail > alpha) return x
    log += Math.log((x * (b + m - x)) / ((m - x + 1) * (a + x - 1)))
  }
  return 0
}

const logBeta = (a: number, b: number): number => logGamma(a) + logGamma(b) - logGamma(a + b)
