/**
 * Bounds of a function of shares of rows, of which a kind is rare: over shares drawn from their Dirichlet distribution, once as if half a row more of each kind were the worst one there
 * is, and once as if it were the best.
 *
 *     w_i ~ Gamma(1) of each row that was seen, w° ~ Gamma(½) of each that was not          [ quantile of the worse draws at 1 − level, of the better ones at level ]
 *
 * A bootstrap holds no row that was not seen: of a model that ranks three positives first, each draw says so. Of a share this is the interval of k hits among n + ½ rows and of k + ½,
 * which holds Jeffreys' between them. The value itself is never outside. Seeded: equal draws give equal bounds.
 * @param draw of both, from weights that it asks for; NaN: undefined there. @param seen the value
 * Source: Rubin 1981, "The Bayesian bootstrap"; Gaffke 2005, "Three test statistics for a nonparametric one-sided hypothesis on the mean of a nonnegative variable", of which a whole row at
 * the end is the bound; Brown, Cai & DasGupta 2001 for the half.
 */
import { type GammaDraws, gammaDraws } from './gamma-draws.ts'
import type { Bounds } from './proportion.ts'

/** @param weight of so many rows */
export type UnseenDraw = (weight: GammaDraws) => readonly [worse: number, better: number]

const SIZE = 2000

/** What stands for the row of a kind that nobody saw. */
export const UNSEEN = 0.5

export function unseenBounds(draw: UnseenDraw, seen: number, seed = 1): (level: number) => Bounds {
  const weight = gammaDraws(seed)
  const drawn = [new Float64Array(SIZE), new Float64Array(SIZE)] as const
  for (let b = 0; b < SIZE; b++) [drawn[0][b], drawn[1][b]] = draw(weight)
  const sides = drawn.map((side) => side.filter((x) => !Number.isNaN(x)).sort())
  // of a loss more is worse
  // sums of real weights are not exact
  const exact = (x: number) => (Math.abs(x - seen) < 1e-12 * Math.max(1, Math.abs(seen)) ? seen : x)
  const at = (p: number) =>
    sides.map((side) => exact(side[Math.min(side.length - 1, Math.max(0, Math.round(p * (side.length + 1)) - 1))] ?? seen))
  return (level) => [Math.min(seen, ...at(1 - level)), Math.max(seen, ...at(level))]
}
