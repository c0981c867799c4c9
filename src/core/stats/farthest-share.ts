/**
 * How far the farthest of several shares certainly lies from what was promised of each, max_b |q_b − p_b|, of h_b of m_b rows: exact where rows are independent.
 *
 *     t(c) = min_b P(X ≥ h_b | m_b, p_b + c),   and of P(X ≤ h_b | m_b, p_b − c)          how surprising the farthest is where none lies farther than c
 *     g(c) = 1 − Π_b (1 − max over q = p_b ± c of P(bin b is as surprising as t(c)))      how often that comes about by chance where all of them lie at c
 *
 * The bound is the c at which g(c) = 1 − level; 0 where g(0) is more. A bin is as surprising nowhere within c more often than at one of its ends, as what does not surprise is one stretch of counts. Bonferroni's inequality takes
 * 2 t for each bin. But a bin cannot lie at both ends at once, and counts have steps: one of a row or two cannot be that surprising whatever comes, and takes nothing away from the others (Tarone 1990).
 * Above 0 the jumps of g leave one place where it passes 1 − level, or several close together, of which it is one.
 * Source: Clopper & Pearson 1934; Tarone 1990, "A modified Bonferroni method for discrete data"; Westfall & Wolfinger 1997.
 */
import { binomialAtLeast } from './beta.ts'
import { bisection } from './bisection.ts'
import { normalQuantile } from './normal.ts'

export interface PromisedShare {
  readonly hits: number
  readonly rows: number
  readonly promised: number
}

/** The bound at a level. What was found of a c is kept: a p value asks for dozens of levels, whose bounds lie ever nearer to each other. */
export function farthestAtLeast(shares: readonly PromisedShare[]): (level: number) => number {
  // rows that are not hits are hits of the other kind: each end is an upper one
  const bins = shares.map(({ hits, rows, promised }) => [
    { hits, rows, promised },
    { hits: rows - hits, rows, promised: 1 - promised },
  ])
  const farthest = Math.max(0, ...bins.flat().map(({ hits, rows, promised }) => hits / rows - promised))
  const surprises = new Map<number, number>()
  const chances = new Map<number, number>()
  const kept = (known: Map<number, number>, c: number, of: (c: number) => number): number => {
    const value = known.get(c) ?? of(c)
    known.set(c, value)
    return value
  }
  const surprise = (c: number) => kept(surprises, c, () => Math.min(1, ...bins.flat().map((side) => surpriseAt(side, c))))
  const chance = (c: number) => kept(chances, c, () => 1 - bins.reduce((none, bin) => none * (1 - mostOften(bin, c, surprise(c))), 1))
  return (level) => {
    // the farthest comes about at least as often as its own bin does
    const seldom = (c: number) => surprise(c) <= 1 - level && chance(c) <= 1 - level
    return seldom(0) ? bisection(seldom, 0, farthest, 40) : 0
  }
}

const within = (q: number): number => Math.min(1, Math.max(0, q))

function surpriseAt({ hits, rows, promised }: PromisedShare, c: number): number {
  const q = within(promised + c)
  return hits > rows * q ? binomialAtLeast(hits, rows, q) : 1
}

function mostOften(bin: readonly PromisedShare[], c: number, surprise: number): number {
  const sides = bin.map(({ rows, promised }) => ({ rows, promised, from: leastSurprising(rows, within(promised + c), surprise) }))
  // of hits of one kind: where they are likelier by c, those of the other kind are less likely by c
  const often = (way: number) =>
    sides.reduce((sum, { rows, promised, from }, at) => sum + binomialAtLeast(from, rows, within(promised + (at === 0 ? way : -way))), 0)
  return Math.min(1, Math.max(often(c), often(-c)))
}

/** The least number of hits that so few samples reach; one more than all of them where none is. */
function leastSurprising(rows: number, q: number, surprise: number): number {
  const rare = (hits: number) => binomialAtLeast(hits, rows, q) <= surprise
  const guess = Math.round(rows * q - normalQuantile(Math.max(1e-300, surprise)) * Math.sqrt(rows * q * (1 - q)))
  let [low, high] = [Math.min(rows, Math.max(0, guess)), Math.min(rows + 1, Math.max(1, guess + 1))]
  for (let step = 1; low > 0 && rare(low); step *= 2) [low, high] = [Math.max(0, low - step), low]
  for (let step = 1; high <= rows && !rare(high); step *= 2) [low, high] = [high, Math.min(rows + 1, high + step)]
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (rare(middle)) high = middle
    else low = middle
  }
  return high
}
