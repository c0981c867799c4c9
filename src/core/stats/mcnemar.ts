/**
 * McNemar's test on paired yes/no outcomes, conditional on the discordant pairs.
 *
 *     b: first only · c: second only · X ~ Binomial(b + c, ½)
 *     mid-p one-sided = P(X > b) + ½ P(X = b)      small when b, the pairs that only the first got, is large
 *
 * No discordant pair: ½.
 * `mcnemarBounds` invert the mid-p at θ = P(second only | discordant), scaled by the discordant share: "p ≤ α" and "0 lies outside" never
 * disagree. They take the discordant share as known, so far from 0 they are too narrow to be shown: of 285 rows with b = 100 and c = 0 they
 * end at the estimate itself. `changeBounds` are what is shown: Tango's, and that of the mid-p only where Tango's end lies on the other side of 0.
 * @throws RangeError unless b, c ≥ 0 and b + c ≤ n
 * Source: Fagerland, Lydersen & Laake 2013, "The McNemar test for binary matched-pairs data".
 */
import { binomialAtLeast, binomialPmf } from './beta.ts'
import { bisection } from './bisection.ts'
import type { Bounds } from './proportion.ts'
import { tangoHeld } from './tango.ts'

/** One-sided: is the second worse? b: pairs that only the first got, c: only the second. */
export const mcnemarWorse = (b: number, c: number): number => midUpper(b, b + c, 0.5)

export function mcnemarBounds(b: number, c: number, n: number, level: number): Bounds {
  const discordant = b + c
  if (!(b >= 0 && c >= 0 && discordant <= n && n > 0)) throw new RangeError(`discordant pairs ${b} and ${c} do not fit in ${n}`)
  if (discordant === 0) return [0, 0]
  const alpha = 1 - level
  // P(X ≥ c) with half of the tie rises with θ from 0 to 1
  const lower = c === 0 ? 0 : bisection((theta) => midUpper(c, discordant, theta) < alpha, 0, 1)
  const upper = b === 0 ? 1 : bisection((theta) => midUpper(c, discordant, theta) < level, 0, 1)
  const scale = discordant / n
  return [(2 * lower - 1) * scale, (2 * upper - 1) * scale]
}

/** One-sided bounds of the change (c − b)/n at `level` that agree with the mid-p test about 0. */
export function changeBounds(b: number, c: number, n: number, level: number): Bounds {
  const [low, high] = tangoHeld(b, c, n, level)
  const [least, most] = mcnemarBounds(b, c, n, level)
  return [low > 0 === least > 0 ? low : least, high < 0 === most < 0 ? high : most]
}

const midUpper = (k: number, n: number, p: number): number => binomialAtLeast(k, n, p) - 0.5 * binomialPmf(k, n, p)
