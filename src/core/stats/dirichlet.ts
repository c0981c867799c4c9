/**
 * Quantiles of a function of a table of few counts: over tables of shares drawn from their Dirichlet distribution, half a row added to each cell (Jeffreys' prior).
 *
 * A bootstrap never fills an empty cell: where no positive row was found, F1 is 0 in every draw, and its interval is [0, 0]. Of one share this is
 * Jeffreys' interval, which holds what it says about as well as Wilson's. Seeded: equal counts, equal draws.
 * @param counts ≥ 0, not all 0
 * @param statistic of shares in the same order; it must not keep the array it is given, and is defined wherever no share is 0
 * Source: Goutte & Gaussier 2005; Caelen 2017; Brown, Cai & DasGupta 2001. Gamma variates: Marsaglia & Tsang 2000.
 */
import { type Random, random } from './random.ts'

const SIZE = 4000
const PRIOR = 0.5

export function dirichletQuantiles(
  counts: ArrayLike<number>,
  statistic: (shares: Float64Array) => number,
  seed = 1,
): (p: number) => number {
  const source = random(seed)
  const shares = new Float64Array(counts.length)
  const drawn = new Float64Array(SIZE)
  for (let b = 0; b < SIZE; b++) {
    let sum = 0
    for (let j = 0; j < shares.length; j++) {
      const one = gamma(source, (counts[j] ?? 0) + PRIOR)
      shares[j] = one
      sum += one
    }
    for (let j = 0; j < shares.length; j++) shares[j] = (shares[j] ?? 0) / sum
    drawn[b] = statistic(shares)
  }
  drawn.sort()
  return (p) => drawn[Math.min(SIZE - 1, Math.max(0, Math.round(p * (SIZE + 1)) - 1))] ?? Number.NaN
}

/** A gamma variate of scale 1. */
export function gamma(source: Pick<Random, 'next' | 'normal'>, shape: number): number {
  // below 1 by that of a shape that is 1 larger
  if (shape < 1) return gamma(source, shape + 1) * source.next() ** (1 / shape)
  const d = shape - 1 / 3
  const c = 1 / Math.sqrt(9 * d)
  for (;;) {
    const x = source.normal()
    const v = (1 + c * x) ** 3
    if (v > 0 && Math.log(1 - source.next()) < (x * x) / 2 + d - d * v + d * Math.log(v)) return d * v
  }
}
