/**
 * How large Σ_b |μ_b| may be, of sums S_b ~ N(μ_b, τ_b²) over the rows of each bin.
 *
 * Signs that flatter (`calibration-signs.ts`) bound each |μ_b| by itself: where nothing is there that bound is E Σ|S_b| + z √Σ τ_b², of 15 bins alike 19.6 τ at 97.5 %. That all of them are off at once is seen in their
 * squares long before it is seen in any:
 *
 *     Σ |μ_b| ≤ √(Σ τ_b²) · √λ,   λ = Σ μ_b²/τ_b²              Cauchy & Schwarz: equal where each is as many of its standard deviations off
 *     λ ≤ λ(X²),   X² = Σ S_b²/τ_b² ~ χ²_k(λ)                  the λ of which so small an X² has the chance 1 − level
 *
 * 14.5 τ, and no bound that holds wherever the truths lie is on average much below that (`calibration-reach.test.ts`). A bin whose sum lies more than √(2 ln n) τ_b from 0 leaves its sign in no doubt, and adds |S_b| with the error of
 * a mean; so does one of which chance expects less than one row of yes, or of no, whose sum is not normal. Both parts count as if both erred at once:
 *
 *     Σ_far |S_b| + z √(Σ_far τ_b²) + √(Σ_near τ_b² · λ(X²))
 *
 * Which are far is selected as of moment inequalities (Andrews & Soares 2010): along any sequence of truths a bin is kept with a chance that goes to 1, or its distance in τ_b goes to infinity and its sign is that of the truth. τ_b² is what was promised,
 * Σ w² p(1 − p); of the near ones times how much more their rows spread together, and of each far one what its rows spread, where these are more.
 * Source: Andrews & Soares 2010 (`calibration-signs.ts`); Johnson, Kotz & Balakrishnan 1995, §29; Donoho & Johnstone 1994 for √(2 ln n); Low 1997 for what no interval falls below.
 */
import type { GapsInBins } from './calibration-bins.ts'
import { noncentralChiSquareSf } from './noncentral-chi-square.ts'
import { falseRoot } from './roots.ts'

/** A bin with rows. */
export interface Reached {
  /** S_b */
  readonly sum: number
  /** τ_b² if what was promised is right, and about the mean of the rows */
  readonly promised: number
  readonly seen: number
  /** rows that count alike have so much of yes, or of no, by chance that their sum is about normal */
  readonly normal: boolean
}

/** @param p what was promised of each row, @param weight of each row, null: 1 */
export function reached({ gaps, bin, bins }: GapsInBins, p: Float64Array, weight: Float64Array | null): readonly Reached[] {
  const found = Array.from({ length: bins }, () => ({ rows: 0, weight: 0, sum: 0, promised: 0, heavy: 0, tilted: 0, squares: 0 }))
  let total = 0
  for (let i = 0; i < gaps.length; i++) {
    const into = found[bin[i] ?? 0]
    if (!into) continue
    const [w, gap, one] = [weight ? (weight[i] ?? 0) : 1, gaps[i] ?? 0, p[i] ?? 0]
    total += w
    into.rows += Number(w > 0)
    into.weight += w
    into.sum += w * gap
    into.promised += w * w * one * (1 - one)
    into.heavy += w * w
    into.tilted += w * w * gap
    into.squares += w * w * gap * gap
  }
  return found.flatMap(({ rows, weight: all, sum, promised, heavy, tilted, squares }) => {
    if (all === 0) return []
    const mean = sum / all
    const seen = squares - 2 * mean * tilted + mean * mean * heavy
    return [{ sum: sum / total, promised: promised / total ** 2, seen: seen / total ** 2, normal: promised >= heavy / rows }]
  })
}

/** @param rows of all bins, @param z quantile of the error of a mean at `level`. Infinite where so small a chance is not to be told from rounding */
export function reach(bins: readonly Reached[], rows: number, level: number, z: number): number {
  const far = Math.sqrt(2 * Math.log(rows))
  const alone = bins.filter(({ sum, promised, normal }) => !normal || Math.abs(sum) > far * Math.sqrt(promised))
  const others = bins.filter((bin) => !alone.includes(bin))
  const own = sumOf(alone, ({ sum }) => Math.abs(sum))
  // few rows that are yes show no spread
  const error = z * Math.sqrt(sumOf(alone, ({ promised, seen }) => Math.max(promised, seen)))
  if (others.length === 0) return own + error
  const promised = sumOf(others, (bin) => bin.promised)
  const more = Math.max(1, sumOf(others, (bin) => bin.seen) / promised)
  const squares = sumOf(others, (bin) => bin.sum ** 2 / bin.promised) / more
  return own + error + Math.sqrt(promised * more * largestNoncentrality(squares, others.length, level))
}

const sumOf = (bins: readonly Reached[], of: (bin: Reached) => number): number => bins.reduce((sum, bin) => sum + of(bin), 0)

/** The λ of which χ²_df(λ) is at most x with the chance 1 − level; 0 where that of λ = 0 is less likely still. */
export function largestNoncentrality(x: number, df: number, level: number): number {
  // what a tail of so small a chance leaves of 1 is rounding
  if (1 - level < 1e-10) return Number.POSITIVE_INFINITY
  const short = (lambda: number) => level - noncentralChiSquareSf(x, df, lambda)
  if (short(0) <= 0) return 0
  let most = x + df + 10
  while (short(most) > 0) most *= 2
  return falseRoot(short, 0, most)
}
