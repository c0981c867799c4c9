/**
 * The largest distance between the shares of two classes that lie beyond a threshold (Kolmogorov–Smirnov; Youden's J at its best threshold), and what it owes to
 * having been chosen.
 *
 *     D(c) = |P(score ≥ c | positive) − P(score ≥ c | negative)|,      D = max_c D(c) = D(ĉ)
 *
 * The best threshold of a sample flatters it: D is too large on average, the more so the fewer rows the rarer class has. So each row is also held against the best
 * threshold of the other nine tenths of the rows (groups where there are any), which it has no part in:
 *
 *     D° = D with the threshold ĉ₋ₖ for the rows of fold k
 *
 * No threshold has a larger true distance than the best, so D° is no larger than the truth on average, and D no smaller. The j-th row of each class is in fold j modulo ten, the
 * j-th group in that fold: the same rows have the same folds, whatever the model. O(n) on a ranking, all folds in one pass.
 *
 * `calls` are 1 on the side of the threshold where positives are more frequent: D is the difference of their shares in both classes.
 * @throws RangeError unless both classes have rows
 * Source: Youden 1950; honest thresholds: Cox 1975, "A note on data-splitting for the evaluation of significance levels"; the same averaged over folds:
 * Chernozhukov et al. 2018, "Double/debiased machine learning".
 */
import type { Ranking } from './ranking.ts'
import { compacted } from './row-bootstrap.ts'

const FOLDS = 10
/** what is left without each fold, and all rows */
const SETS = FOLDS + 1

export interface BestCut {
  readonly largest: number
  readonly honest: number
  /** of each row, by the best threshold of all */
  readonly calls: Uint8Array
  /** by the best threshold of the other folds */
  readonly honestCalls: Uint8Array
}

/** @param weight of each row, null: 1; @param unit group of each row, null: its own */
export function bestCut({ order, ends }: Ranking, y: Uint8Array, weight: Float64Array | null, unit: Int32Array | null): BestCut {
  const fold = foldsOf(y, unit)
  const w = (row: number): number => (weight ? (weight[row] ?? 0) : 1)
  // negatives and positives of each fold, and of all rows without it; the last fold is empty
  const [own, rest] = [new Float64Array(2 * SETS), new Float64Array(2 * SETS)]
  const count = (counts: Float64Array, row: number): void => {
    const label = y[row] ?? 0
    const set = 2 * (fold[row] ?? 0) + label
    counts[set] = (counts[set] ?? 0) + w(row)
  }
  for (let row = 0; row < y.length; row++) count(own, row)
  const totals = sums(own)
  if (!(totals[0] > 0 && totals[1] > 0)) throw new RangeError('a distance of classes needs rows of both')
  for (let set = 0; set < 2 * SETS; set++) rest[set] = totals[set & 1 ? 1 : 0] - (own[set] ?? 0)
  own.fill(0)

  const largest = new Float64Array(SETS)
  /** how many rows of the ranking lie before the best threshold, and whether positives are more frequent there */
  const cutAt = new Uint32Array(SETS)
  const before = new Uint8Array(SETS).fill(1)
  const compare = (at: number): void => {
    const all = sums(own)
    for (let k = 0; k < SETS; k++) {
      const positive = (all[1] - (own[2 * k + 1] ?? 0)) / (rest[2 * k + 1] ?? 0)
      const negative = (all[0] - (own[2 * k] ?? 0)) / (rest[2 * k] ?? 0)
      const distance = Math.abs(positive - negative)
      // NaN where the other folds have one class only: no threshold, and nothing is called
      if (!(distance > (largest[k] ?? 0))) continue
      largest[k] = distance
      cutAt[k] = at
      before[k] = positive > negative ? 1 : 0
    }
  }
  let [start, compared] = [0, -1]
  for (const end of ends) {
    let positive = false
    for (let at = start; at < end; at++) positive ||= y[order[at] ?? 0] === 1
    // among negatives the distance does but fall: it is largest next to a positive
    if (positive && compared !== start) compare(start)
    for (let at = start; at < end; at++) count(own, order[at] ?? 0)
    if (positive) {
      compare(end)
      compared = end
    }
    start = end
  }

  const calls = new Uint8Array(y.length)
  const honestCalls = new Uint8Array(y.length)
  const called = (k: number, at: number): number => (at < (cutAt[k] ?? 0) === (before[k] === 1) ? 1 : 0)
  for (let at = 0; at < order.length; at++) {
    const row = order[at] ?? 0
    calls[row] = called(FOLDS, at)
    honestCalls[row] = called(fold[row] ?? 0, at)
  }
  const [negative, positive] = sharesOf(honestCalls, y, weight)
  return { largest: largest[FOLDS] ?? 0, honest: positive - negative, calls, honestCalls }
}

function sums(own: Float64Array): [negative: number, positive: number] {
  let [negative, positive] = [0, 0]
  for (let k = 0; k < FOLDS; k++) {
    negative += own[2 * k] ?? 0
    positive += own[2 * k + 1] ?? 0
  }
  return [negative, positive]
}

function foldsOf(y: Uint8Array, unit: Int32Array | null): Uint8Array {
  if (unit) return Uint8Array.from(compacted(unit).codes, (code) => code % FOLDS)
  const next = [0, 0]
  return y.map((label) => {
    const at = next[label] ?? 0
    next[label] = at + 1
    return at % FOLDS
  })
}

/** Share of what is called among negatives and among positives. */
function sharesOf(calls: Uint8Array, y: Uint8Array, weight: Float64Array | null): readonly [negative: number, positive: number] {
  const called = [0, 0]
  const all = [0, 0]
  for (let row = 0; row < y.length; row++) {
    const label = y[row] ?? 0
    const w = weight ? (weight[row] ?? 0) : 1
    all[label] = (all[label] ?? 0) + w
    called[label] = (called[label] ?? 0) + w * (calls[row] ?? 0)
  }
  return [(called[0] ?? 0) / (all[0] ?? 0), (called[1] ?? 0) / (all[1] ?? 0)]
}

/** What each row adds to the distance by these calls, Σ = 0: ± w_i (call_i − share of its class)/weight of its class. */
export function callInfluence(calls: Uint8Array, y: Uint8Array, weight: Float64Array | null): Float64Array {
  const shares = sharesOf(calls, y, weight)
  const all = [0, 0]
  for (let row = 0; row < y.length; row++) all[y[row] ?? 0] = (all[y[row] ?? 0] ?? 0) + (weight ? (weight[row] ?? 0) : 1)
  return Float64Array.from(calls, (call, row) => {
    const label = y[row] ?? 0
    const w = weight ? (weight[row] ?? 0) : 1
    return ((label === 1 ? 1 : -1) * w * (call - (shares[label] ?? 0))) / (all[label] ?? 0)
  })
}
