/**
 * The largest distance between the shares of two classes that lie beyond a threshold (Kolmogorov–Smirnov; Youden's J at its best threshold), and what it owes to
 * having been chosen.
 *
 *     D(c) = |P(score ≥ c | positive) − P(score ≥ c | negative)|,      D = max_c D(c) = D(ĉ)
 *
 * The best threshold of a sample flatters it: D is too large on average, the more so the fewer rows the rarer class has. So each row is also held against the best
 * threshold of the other three quarters of the rows (groups where there are any), which it has no part in:
 *
 *     D° = D with the threshold ĉ₋ₖ for the rows of fold k
 *
 * No threshold has a larger true distance than the best, so D° is no larger than the truth on average, and D no smaller. The j-th row of each class is in fold j modulo four, the
 * j-th group in that fold: the same rows have the same folds, whatever the model. O(n) on a ranking: two passes for all folds, the distances taken where they can be the largest.
 *
 * Few folds: rows that choose for each other hang together (as of calibration-signs.ts), by ten folds more than by four.
 *
 * `chanceDistance`: what D of n and m rows of one distribution exceeds in 1 − level of samples at most, √(ln(2/(1 − level))/2) √(1/n + 1/m): Dvoretzky, Kiefer & Wolfowitz 1956; Massart 1990.
 *
 * `calls` are 1 on the side of the threshold where positives are more frequent: D is the difference of their shares in both classes.
 * @throws RangeError unless both classes have rows
 * Source: Youden 1950; honest thresholds: Cox 1975, "A note on data-splitting for the evaluation of significance levels"; the same averaged over folds:
 * Chernozhukov et al. 2018, "Double/debiased machine learning".
 */
import type { Ranking } from './ranking.ts'
import { compacted } from './row-bootstrap.ts'

const FOLDS = 4
/** what is left without each fold, and all rows */
const SETS = FOLDS + 1
/** share of a class that is passed between two places of the first look */
const GLANCE = 1e-3

export interface BestCut {
  readonly largest: number
  readonly honest: number
  /** of each row, by the best threshold of all */
  readonly calls: Uint8Array
  /** by the best threshold of the other folds */
  readonly honestCalls: Uint8Array
}

/** @param positives @param negatives rows of each class, or what they count for */
export const chanceDistance = (positives: number, negatives: number, level: number): number =>
  Math.sqrt((Math.log(2 / (1 - level)) / 2) * (1 / positives + 1 / negatives))

/** @param weight of each row, null: 1; @param unit group of each row, null: its own */
export function bestCut({ order, ends }: Ranking, y: Uint8Array, weight: Float64Array | null, unit: Int32Array | null): BestCut {
  const cells = cellsOf(y, unit)
  const classes = classesOf(cells, weight)
  const ranked = { ends, ...inOrder(order, cells, weight) }
  // where neighbours of the best lie is known after looking here and there, and only there each place is looked at
  const { largest: reached } = compare(ranked, classes, () => GLANCE)
  const { largest, cutAt, before } = compare(ranked, classes, (distance, best) => {
    let least = Number.POSITIVE_INFINITY
    for (let k = 0; k < SETS; k++) {
      const short = Math.max(reached[k] ?? 0, best[k] ?? 0) - (distance[k] ?? 0)
      if (short < least) least = short
    }
    return least
  })

  const calls = new Uint8Array(y.length)
  const honestCalls = new Uint8Array(y.length)
  const called = (k: number, at: number): number => (at < (cutAt[k] ?? 0) === (before[k] === 1) ? 1 : 0)
  for (let at = 0; at < order.length; at++) {
    const row = order[at] ?? 0
    calls[row] = called(FOLDS, at)
    honestCalls[row] = called((cells[row] ?? 0) >> 1, at)
  }
  const [negative, positive] = sharesOf(honestCalls, y, weight)
  return { largest: largest[FOLDS] ?? 0, honest: positive - negative, calls, honestCalls }
}

/** Weights of all rows, and of the rows of each set. */
interface Classes {
  /** negatives and positives of each set, one after the other */
  readonly rest: Float64Array
  /** smallest of any set that is not 0 */
  readonly least: readonly [negatives: number, positives: number]
}

function classesOf(cells: Uint8Array, weight: Float64Array | null): Classes {
  const own = new Float64Array(2 * SETS)
  for (let row = 0; row < cells.length; row++) {
    const cell = cells[row] ?? 0
    own[cell] = (own[cell] ?? 0) + (weight ? (weight[row] ?? 0) : 1)
  }
  const totals = sums(own)
  if (!(totals[0] > 0 && totals[1] > 0)) throw new RangeError('a distance of classes needs rows of both')
  const rest = own.map((weighs, cell) => totals[cell & 1 ? 1 : 0] - weighs)
  const least = (label: number) => Math.min(...rest.filter((weighs, cell) => (cell & 1) === label && weighs > 0))
  return { rest, least: [least(0), least(1)] }
}

interface Ranked {
  readonly ends: Uint32Array
  /** `cellsOf` and weights of the rows in the order of the scores */
  readonly cells: Uint8Array
  readonly heavy: Float64Array | null
}

function inOrder(order: Uint32Array, cells: Uint8Array, weight: Float64Array | null): Omit<Ranked, 'ends'> {
  const ranked = new Uint8Array(order.length)
  for (let at = 0; at < ranked.length; at++) ranked[at] = cells[order[at] ?? 0] ?? 0
  const heavy = weight && new Float64Array(order.length)
  if (weight && heavy) for (let at = 0; at < heavy.length; at++) heavy[at] = weight[order[at] ?? 0] ?? 0
  return { cells: ranked, heavy }
}

interface Compared {
  readonly largest: Float64Array
  /** how many rows of the ranking lie before the best threshold, */
  readonly cutAt: Uint32Array
  /** and whether positives are more frequent there */
  readonly before: Uint8Array
}

/**
 * The first of the largest distances of each set. Past a place no distance grows by more than the share of a class that is passed, so the next that can matter is looked at.
 * @param short by how much the distances of a place have to grow to matter, at least
 */
function compare(
  { ends, cells, heavy }: Ranked,
  { rest, least }: Classes,
  short: (distance: Float64Array, largest: Float64Array) => number,
): Compared {
  const largest = new Float64Array(SETS)
  const cutAt = new Uint32Array(SETS)
  const before = new Uint8Array(SETS).fill(1)
  const distance = new Float64Array(SETS)
  // negatives and positives of each fold so far; the last fold is empty
  const own = new Float64Array(2 * SETS)
  // weights passed since the last comparison, and how much of them changes nothing
  let [positives, negatives, patient, willing] = [0, 0, 0, 0]
  const lookAt = (at: number): void => {
    const all = sums(own)
    for (let k = 0; k < SETS; k++) {
      const positive = (all[1] - (own[2 * k + 1] ?? 0)) / (rest[2 * k + 1] ?? 0)
      const negative = (all[0] - (own[2 * k] ?? 0)) / (rest[2 * k] ?? 0)
      const apart = Math.abs(positive - negative)
      distance[k] = apart
      // NaN where the other folds have one class only: no threshold, and nothing is called
      if (!(apart > (largest[k] ?? 0))) continue
      largest[k] = apart
      cutAt[k] = at
      before[k] = positive > negative ? 1 : 0
    }
    // sums of real weights are not exact
    const growth = short(distance, largest) - 1e-9
    ;[positives, negatives, patient, willing] = [0, 0, growth * least[1], growth * least[0]]
  }
  let [start, compared] = [0, -1]
  for (let g = 0; g < ends.length; g++) {
    const end = ends[g] ?? 0
    let positive = false
    for (let at = start; at < end; at++) positive ||= ((cells[at] ?? 0) & 1) === 1
    // among negatives the distance does but fall: it is largest next to a positive
    if (positive && compared !== start && !(positives < patient && negatives < willing)) lookAt(start)
    for (let at = start; at < end; at++) {
      const cell = cells[at] ?? 0
      const w = heavy ? (heavy[at] ?? 0) : 1
      own[cell] = (own[cell] ?? 0) + w
      if ((cell & 1) === 1) positives += w
      else negatives += w
    }
    if (positive && !(positives < patient && negatives < willing)) {
      lookAt(end)
      compared = end
    }
    start = end
  }
  return { largest, cutAt, before }
}

function sums(own: Float64Array): [negative: number, positive: number] {
  let [negative, positive] = [0, 0]
  for (let k = 0; k < FOLDS; k++) {
    negative += own[2 * k] ?? 0
    positive += own[2 * k + 1] ?? 0
  }
  return [negative, positive]
}

/** Of each row: twice its fold, and one more for a positive. */
function cellsOf(y: Uint8Array, unit: Int32Array | null): Uint8Array {
  const cells = new Uint8Array(y.length)
  const groups = unit && compacted(unit).codes
  const next = new Uint32Array(2)
  for (let row = 0; row < cells.length; row++) {
    const label = y[row] ?? 0
    const place = next[label] ?? 0
    next[label] = place + 1
    cells[row] = 2 * ((groups ? (groups[row] ?? 0) : place) % FOLDS) + label
  }
  return cells
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
  const influence = new Float64Array(y.length)
  for (let row = 0; row < influence.length; row++) {
    const label = y[row] ?? 0
    const w = weight ? (weight[row] ?? 0) : 1
    influence[row] = ((label === 1 ? 1 : -1) * w * ((calls[row] ?? 0) - (shares[label] ?? 0))) / (all[label] ?? 0)
  }
  return influence
}
