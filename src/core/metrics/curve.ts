/**
 * True and false positives at every distinct threshold, highest first: what ROC, precision–recall and gain curves are made of.
 * Counts may be weights. O(n) on a ranking that exists already.
 */

import type { Ranking } from '../stats/ranking.ts'
import type { Curve } from './sample.ts'
import { defined, type MetricValue, undefinedBecause } from './sample.ts'

export const emptyCurve = (ends: Uint32Array): Curve => ({ tp: new Float64Array(ends.length), fp: new Float64Array(ends.length) })

export function curveOf(ranks: Ranking, y: Uint8Array, weight: Float64Array | null = null): Curve {
  const { order } = ranks
  const sorted = new Uint8Array(order.length)
  for (let at = 0; at < sorted.length; at++) sorted[at] = y[order[at] ?? 0] ?? 0
  const ends = cuts(ranks, sorted)
  const curve = emptyCurve(ends)
  let [tp, fp, at] = [0, 0, 0]
  for (let g = 0; g < ends.length; g++) {
    for (const end = ends[g] ?? 0; at < end; at++) {
      const w = weight ? (weight[order[at] ?? 0] ?? 0) : 1
      // sums of their own: a difference of real weights that should be 0 is not exactly that
      if (sorted[at] === 1) tp += w
      else fp += w
    }
    curve.tp[g] = tp
    curve.fp[g] = fp
  }
  return curve
}

/**
 * Ends of tie groups, with neighbouring groups of negatives only taken together: no metric below can tell, because between them no positive is
 * found, and there are half as many points or fewer.
 * @param sorted y in the order of the ranking
 */
export function cuts(ranks: Ranking, sorted: Uint8Array): Uint32Array {
  const { ends } = ranks
  const kept = new Uint32Array(ends.length)
  let count = 0
  let start = 0
  let negative = false
  for (let g = 0; g < ends.length; g++) {
    const end = ends[g] ?? 0
    let none = true
    for (let at = start; at < end && none; at++) none = sorted[at] === 0
    if (!none || !negative) count += 1
    kept[count - 1] = end
    negative = none
    start = end
  }
  return kept.slice(0, count)
}

/** The rows of one class in the order of a ranking. */
interface ClassRows {
  readonly unit: Uint16Array
  /** null: 1 each */
  readonly weight: Float64Array | null
  /** how many of them lie before each threshold */
  readonly ends: Uint32Array
}

/** What a curve is drawn from, again and again: the classes apart, so that a draw adds up each with nothing to decide. */
export interface Drawable {
  readonly positives: ClassRows
  readonly negatives: ClassRows
}

/**
 * @param ends positions in the ranking after which a threshold lies
 * @param sorted y in the order of the ranking
 * @param unit unit of each row, in its own order
 * @param weight weight of each row, in its own order; null: 1 each
 */
export function drawable(
  order: Uint32Array,
  ends: Uint32Array,
  sorted: Uint8Array,
  unit: Uint16Array,
  weight: Float64Array | null,
): Drawable {
  let count = 0
  for (let at = 0; at < sorted.length; at++) count += sorted[at] ?? 0
  const rowsOf = (rows: number) => ({
    // each row is written to both classes, and stays where it belongs: one more place than there are rows, and nothing to decide
    unit: new Uint16Array(rows + 1),
    weight: weight && new Float64Array(rows + 1),
    ends: new Uint32Array(ends.length),
  })
  const [positives, negatives] = [rowsOf(count), rowsOf(sorted.length - count)]
  let [positive, at] = [0, 0]
  for (let g = 0; g < ends.length; g++) {
    for (const end = ends[g] ?? 0; at < end; at++) {
      const row = order[at] ?? 0
      const one = unit[row] ?? 0
      positives.unit[positive] = one
      negatives.unit[at - positive] = one
      if (weight && positives.weight && negatives.weight) {
        const w = weight[row] ?? 0
        positives.weight[positive] = w
        negatives.weight[at - positive] = w
      }
      positive += sorted[at] ?? 0
    }
    positives.ends[g] = positive
    negatives.ends[g] = at - positive
  }
  return { positives, negatives }
}

/** @param into arrays to write to, as long as there are thresholds; @param weights weight of each unit */
export function drawnCurve(into: Curve, { positives, negatives }: Drawable, weights: Uint8Array): Curve {
  for (const [sums, { unit, weight, ends }] of [[into.tp, positives] as const, [into.fp, negatives] as const]) {
    if (weight) addUp(sums, unit, ends, weights, weight)
    else countUp(sums, unit, ends, weights)
  }
  return into
}

/** Sums of real weights, each added to the one before. */
function addUp(into: Float64Array, unit: Uint16Array, ends: Uint32Array, weights: Uint8Array, weight: Float64Array): void {
  let [sum, at] = [0, 0]
  for (let g = 0; g < ends.length; g++) {
    for (const end = ends[g] ?? 0; at < end; at++) sum += (weights[unit[at] ?? 0] ?? 0) * (weight[at] ?? 0)
    into[g] = sum
  }
}

/** Whole numbers, and told so: this loop is most of a bootstrap, and takes half the time. A draw holds about as many rows as there are. */
function countUp(into: Float64Array, unit: Uint16Array, ends: Uint32Array, weights: Uint8Array): void {
  let sum = 0
  let at = 0
  for (let g = 0; g < ends.length; g++) {
    const end = ends[g] ?? 0
    let own = 0
    for (; at < end; at++) own = (own + (weights[unit[at] ?? 0] ?? 0)) | 0
    sum += own
    into[g] = sum
  }
}

const totals = (curve: Curve) => ({ positives: curve.tp.at(-1) ?? 0, negatives: curve.fp.at(-1) ?? 0 })
const needs = (what: string) => undefinedBecause(`there are no ${what} rows`)

/** AP = Σ (R_g − R_(g−1)) P_g over distinct thresholds. */
export function averagePrecision(curve: Curve): MetricValue {
  const { positives, negatives } = totals(curve)
  if (positives === 0) return needs('positive')
  let sum = 0
  let before = 0
  for (let g = 0; g < curve.tp.length; g++) {
    const tp = curve.tp[g] ?? 0
    if (tp !== before) sum += ((tp - before) * tp) / (tp + (curve.fp[g] ?? 0))
    before = tp
  }
  // with positives only AP is 1 for any score: it says nothing about the model
  return negatives === 0 ? needs('negative') : defined(sum / positives)
}

/**
 * What each row adds to AP, ψ_i = w_i ∂AP/∂w_i with Σψ = 0: a positive of tie group h adds to its own precision and to that of all behind it,
 * (P_h + Σ_(g≥h) Δtp_g fp_g/(tp_g + fp_g)² − AP)/positives, a negative takes from these: −Σ_(g≥h) Δtp_g tp_g/(tp_g + fp_g)²/positives. O(n).
 */
export function averagePrecisionInfluence(ranks: Ranking, y: Uint8Array, weight: Float64Array | null): Float64Array {
  const { order, ends } = ranks
  const { tp, fp } = emptyCurve(ends)
  let [start, positives, negatives] = [0, 0, 0]
  for (let g = 0; g < ends.length; g++) {
    const end = ends[g] ?? 0
    for (let at = start; at < end; at++) {
      const row = order[at] ?? 0
      const w = weight ? (weight[row] ?? 0) : 1
      if (y[row] === 1) positives += w
      else negatives += w
    }
    tp[g] = positives
    fp[g] = negatives
    start = end
  }
  let area = 0
  for (let g = 0, before = 0; g < ends.length; g++) {
    const now = tp[g] ?? 0
    if (now !== before) area += ((now - before) * now) / (now + (fp[g] ?? 0))
    before = now
  }
  const influence = new Float64Array(order.length)
  let [gained, lost] = [0, 0]
  for (let g = ends.length - 1; g >= 0; g--) {
    const [from, end] = [g === 0 ? 0 : (ends[g - 1] ?? 0), ends[g] ?? 0]
    const [hits, misses] = [tp[g] ?? 0, fp[g] ?? 0]
    const all = hits + misses
    const more = hits - (g === 0 ? 0 : (tp[g - 1] ?? 0))
    if (more !== 0) {
      gained += (more * misses) / all ** 2
      lost += (more * hits) / all ** 2
    }
    const own = ((all === 0 ? 0 : hits / all) + gained - area / positives) / positives
    for (let at = from; at < end; at++) {
      const row = order[at] ?? 0
      influence[row] = (weight ? (weight[row] ?? 0) : 1) * (y[row] === 1 ? own : -lost / positives)
    }
  }
  return influence
}

/** Highest recall at a threshold whose false-positive rate does not exceed `fpr`; 0 when there is none. */
export function recallAtFpr(curve: Curve, fpr: number): MetricValue {
  const { positives, negatives } = totals(curve)
  if (positives === 0) return needs('positive')
  if (negatives === 0) return needs('negative')
  const allowed = fpr * negatives * (1 + 1e-12)
  let best = 0
  for (let g = 0; g < curve.tp.length && (curve.fp[g] ?? 0) <= allowed; g++) best = curve.tp[g] ?? 0
  return defined(best / positives)
}

/** Highest precision at a threshold whose recall is at least `recall`. */
export function precisionAtRecall(curve: Curve, recall: number): MetricValue {
  const { positives } = totals(curve)
  if (positives === 0) return needs('positive')
  const wanted = recall * positives * (1 - 1e-12)
  let best = 0
  for (let g = 0; g < curve.tp.length; g++) {
    const tp = curve.tp[g] ?? 0
    if (tp > 0 && tp >= wanted) best = Math.max(best, tp / (tp + (curve.fp[g] ?? 0)))
  }
  return defined(best)
}

/** Share of the positives among the top share `k` of rows; a tie group that is cut counts by the share of it that is in. */
export function recallAtK(curve: Curve, k: number): MetricValue {
  const { positives, negatives } = totals(curve)
  if (positives === 0) return needs('positive')
  const rows = k * (positives + negatives)
  let tp = 0
  let taken = 0
  for (let g = 0; g < curve.tp.length; g++) {
    const all = (curve.tp[g] ?? 0) + (curve.fp[g] ?? 0)
    if (all > rows) {
      const share = (rows - taken) / (all - taken)
      return defined((tp + share * ((curve.tp[g] ?? 0) - tp)) / positives)
    }
    tp = curve.tp[g] ?? 0
    taken = all
  }
  return defined(tp / positives)
}

/** How many times more positives the top share `k` holds than a random pick of that size. */
export function liftAtK(curve: Curve, k: number): MetricValue {
  const recall = recallAtK(curve, k)
  return recall.value === null || k <= 0 ? undefinedBecause(recall.undefined ?? 'k is 0') : defined(recall.value / k)
}
