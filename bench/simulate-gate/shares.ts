/**
 * Coverage of the interval of a share, not simulated: every outcome k of n is known with its probability, so coverage is a sum.
 *
 *     C(p) = Σ_k Bin(k; n, p) · [low(k) ≤ p ≤ high(k)]
 *
 * C jumps wherever p passes an end of an interval, by the probability of that k: with few expected hits no interval that is not drawn by lot has 95 % at
 * every p (Brown, Cai & DasGupta 2001). What can be asked is that it is right on average over p, and what it is at the worst p is said.
 */
import { proportionInterval } from '../../src/core/stats/proportion.ts'

export interface ShareCoverage {
  readonly rows: number
  readonly rate: number
  readonly two: number
  readonly below: number
  readonly above: number
}

export const rates = [0.001, 0.01, 0.05, 0.2, 0.5, 0.8, 0.95, 0.99, 0.999]

/** Probabilities of k = 0 … n. */
function binomial(n: number, p: number): Float64Array {
  const mass = new Float64Array(n + 1)
  let log = n * Math.log1p(-p)
  for (let k = 0; k <= n; k++) {
    mass[k] = Math.exp(log)
    log += Math.log((n - k) / (k + 1)) + Math.log(p / (1 - p))
  }
  return mass
}

/** For all rates at once: the intervals of n rows are made once. */
export function shareCoverage(n: number, wanted: readonly number[]): readonly ShareCoverage[] {
  const two = Array.from({ length: n + 1 }, (_, k) => proportionInterval(k, n, 0.975).bounds)
  const one = Array.from({ length: n + 1 }, (_, k) => proportionInterval(k, n, 0.95).bounds)
  return wanted.map((p) => {
    const mass = binomial(n, p)
    const sum = (holds: (k: number) => boolean) => mass.reduce((total, m, k) => (holds(k) ? total + m : total), 0)
    const [low, high] = [
      (bounds: typeof two, k: number) => (bounds[k]?.[0] ?? 1) <= p,
      (bounds: typeof two, k: number) => p <= (bounds[k]?.[1] ?? 0),
    ]
    return {
      rows: n,
      rate: p,
      two: sum((k) => low(two, k) && high(two, k)),
      below: sum((k) => low(one, k)),
      above: sum((k) => high(one, k)),
    }
  })
}

/** Over shares from 0.5 % to 99.5 %, evenly. */
export function meanShareCoverage(n: number): ShareCoverage & { readonly worst: number; readonly worstAt: number } {
  const all = shareCoverage(
    n,
    Array.from({ length: 397 }, (_, i) => 0.005 + (0.99 * i) / 396),
  )
  const mean = (of: (one: ShareCoverage) => number) => all.reduce((sum, one) => sum + of(one), 0) / all.length
  const worst = all.reduce((a, b) => (b.two < a.two ? b : a))
  return {
    rows: n,
    rate: Number.NaN,
    two: mean((c) => c.two),
    below: mean((c) => c.below),
    above: mean((c) => c.above),
    worst: worst.two,
    worstAt: worst.rate,
  }
}
