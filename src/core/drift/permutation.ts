/**
 * Monte-Carlo permutation test of homogeneity, for tables too sparse for the χ² law.
 *
 *     p = (1 + #{X²_permuted ≥ X²}) / (B + 1)
 *
 * Rows are dealt anew to the two sides, margins kept: the counts of current are multivariate hypergeometric. Valid at every sample
 * size; the smallest p is 1/(B + 1). Seeded: equal tables give equal p. With `enough`, draws end once so many were as extreme, and p is
 * their part of the draws: a table without drift costs little.
 * @param reference, current counts per cell, non-negative integers
 * @throws RangeError when lengths differ or a side is empty
 * Source: Phipson & Smyth 2010, "Permutation p-values should never be zero"; Besag & Clifford 1991 for the early end.
 */
import { logGamma } from '../stats/gamma.ts'
import { type Random, random } from '../stats/random.ts'
import { sizes } from './cells.ts'
import { chiSquare } from './chi-square.ts'

export function permutationP(
  reference: readonly number[],
  current: readonly number[],
  options: { seed: number; draws?: number; enough?: number },
): number {
  const { m } = sizes(reference, current)
  const draws = options.draws ?? 9999
  const margins = reference.map((a, j) => a + (current[j] ?? 0)).filter((margin) => margin > 0)
  const all = margins.reduce((sum, margin) => sum + margin, 0)
  // X² falls and rises with Σ b² / margin when the margins stay; the observed one is met again and again, so equal must count as equal
  const spread = (counts: readonly number[]) => counts.reduce((sum, b, j) => sum + (b * b) / (margins[j] ?? 1), 0)
  const observed = spread(current.filter((b, j) => b + (reference[j] ?? 0) > 0)) * (1 - 1e-12)
  if (chiSquare(reference, current).df === 0) return 1

  const rng = random(options.seed)
  const logFactorial = factorials(all)
  const dealt = new Array<number>(margins.length)
  let extreme = 0
  for (let draw = 0; draw < draws; draw++) {
    let rowsLeft = all
    let currentLeft = m
    for (const [j, margin] of margins.entries()) {
      const b = hypergeometric(rng, logFactorial, margin, currentLeft, rowsLeft)
      dealt[j] = b
      rowsLeft -= margin
      currentLeft -= b
    }
    if (spread(dealt) >= observed) extreme += 1
    if (extreme === options.enough) return extreme / (draw + 1)
  }
  return (1 + extreme) / (draws + 1)
}

/** How many of `marked` rows are among `drawn` of `all`: inversion outwards from the mode, so the steps taken grow with the spread only. */
function hypergeometric(rng: Random, logFactorial: (n: number) => number, marked: number, drawn: number, all: number): number {
  const low = Math.max(0, marked + drawn - all)
  const high = Math.min(marked, drawn)
  if (low === high) return low
  const logChoose = (n: number, k: number) => logFactorial(n) - logFactorial(k) - logFactorial(n - k)
  const mode = Math.min(high, Math.max(low, Math.floor(((marked + 1) * (drawn + 1)) / (all + 2))))
  const logMass = logChoose(marked, mode) + logChoose(all - marked, drawn - mode) - logChoose(all, drawn)
  const atMode = Math.exp(logMass)
  // mass(x + 1) / mass(x)
  const up = (x: number) => ((marked - x) / (x + 1)) * ((drawn - x) / (all - marked - drawn + x + 1))
  let u = rng.next() - atMode
  let left = mode
  let right = mode
  let massLeft = atMode
  let massRight = atMode
  while (u >= 0 && (left > low || right < high)) {
    if (right < high) {
      massRight *= up(right)
      right += 1
      u -= massRight
      if (u < 0) return right
    }
    if (left > low) {
      massLeft /= up(left - 1)
      left -= 1
      u -= massLeft
      if (u < 0) return left
    }
    if (massLeft < 1e-18 && massRight < 1e-18) break
  }
  return mode
}

/** ln n!, looked up where the table of it is small: it is asked for millions of times. */
function factorials(most: number): (n: number) => number {
  if (most > 200_000) return (n) => logGamma(n + 1)
  const table = new Float64Array(most + 1)
  for (let n = 2; n <= most; n++) table[n] = (table[n - 1] ?? 0) + Math.log(n)
  return (n) => table[n] ?? logGamma(n + 1)
}
