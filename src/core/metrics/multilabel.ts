/**
 * Metrics of several labels per row: each label is there or not. Definitions and conventions of scikit-learn; 0/0 is 0 and flagged.
 *
 * Tables are n × k, row by row, 1 where the label is there. Three kinds:
 *   per row (`rowMetrics`): a value a row, whose mean is the metric, so that rows can be resampled and paired
 *   per label (`labelTotals` → `averagedLabels`): hits, false alarms and misses a label, then macro, weighted or micro
 *   by score (`rankMetrics`): how well the true labels of a row are ranked above the others; a value a row
 *
 * subset_accuracy, f1, jaccard, lrap in [0, 1], higher is better; hamming in [0, 1], ranking_loss in [0, 1], coverage_error in [0, k], lower is.
 * A row without any label, true or predicted, has an F1 and Jaccard of 0/0: 0, and such rows are counted by `undefinedRows`.
 * @throws RangeError when the tables' sizes do not agree
 * Source: Tsoumakas, Katakis & Vlahavas 2010, "Mining multi-label data".
 */
import type { ClassCounts, PerClass } from './confusion.ts'
import { defined, type MetricValue, undefinedBecause } from './sample.ts'

export interface Labelled {
  readonly labels: number
  readonly y: Uint8Array
  readonly predicted: Uint8Array
}

export interface RowCounts {
  readonly both: number
  readonly truth: number
  readonly said: number
  readonly labels: number
}

const orZero = (numerator: number, denominator: number) => (denominator === 0 ? 0 : numerator / denominator)

/** One entry a metric: its value in one row. */
const rowMetrics = {
  subset_accuracy: ({ both, truth, said }: RowCounts) => (both === truth && both === said ? 1 : 0),
  hamming: ({ both, truth, said, labels }: RowCounts) => (truth + said - 2 * both) / labels,
  f1: ({ both, truth, said }: RowCounts) => orZero(2 * both, truth + said),
  jaccard: ({ both, truth, said }: RowCounts) => orZero(both, truth + said - both),
  precision: ({ both, said }: RowCounts) => orZero(both, said),
  recall: ({ both, truth }: RowCounts) => orZero(both, truth),
} as const
export type RowMetric = keyof typeof rowMetrics

/** 0/0 = 0, as everywhere here. */
export const rowFBeta =
  (beta: number) =>
  ({ both, truth, said }: RowCounts) =>
    orZero((1 + beta * beta) * both, beta * beta * truth + said)

/** The metric in each row. */
export function perRow({ labels, y, predicted }: Labelled, metric: RowMetric | ((counts: RowCounts) => number)): Float64Array {
  const of = typeof metric === 'string' ? rowMetrics[metric] : metric
  const rows = rowsOf(labels, y, predicted)
  const values = new Float64Array(rows)
  for (let i = 0; i < rows; i++) {
    let both = 0
    let truth = 0
    let said = 0
    for (let at = i * labels; at < (i + 1) * labels; at++) {
      const a = y[at] ?? 0
      const b = predicted[at] ?? 0
      truth += a
      said += b
      both += a & b
    }
    values[i] = of({ both, truth, said, labels })
  }
  return values
}

/** Rows without any label, true or predicted. */
export function undefinedRows({ labels, y, predicted }: Labelled): number {
  const rows = rowsOf(labels, y, predicted)
  let empty = 0
  for (let i = 0; i < rows; i++) {
    let none = true
    for (let at = i * labels; none && at < (i + 1) * labels; at++) none = y[at] === 0 && predicted[at] === 0
    if (none) empty += 1
  }
  return empty
}

export function labelTotals({ labels, y, predicted }: Labelled): readonly ClassCounts[] {
  const rows = rowsOf(labels, y, predicted)
  const tp = new Float64Array(labels)
  const truth = new Float64Array(labels)
  const said = new Float64Array(labels)
  for (let at = 0; at < y.length; at++) {
    const c = at % labels
    const a = y[at] ?? 0
    const b = predicted[at] ?? 0
    tp[c] = (tp[c] ?? 0) + (a & b)
    truth[c] = (truth[c] ?? 0) + a
    said[c] = (said[c] ?? 0) + b
  }
  return Array.from({ length: labels }, (_, c) => {
    const hits = tp[c] ?? 0
    const fp = (said[c] ?? 0) - hits
    const fn = (truth[c] ?? 0) - hits
    return { tp: hits, fp, fn, tn: rows - hits - fp - fn }
  })
}

/** A metric of one label over all labels; unlike classes, a label that never occurs is one of them. */
export function averagedLabels(totals: readonly ClassCounts[], metric: PerClass, average: 'macro' | 'weighted' | 'micro'): MetricValue {
  if (totals.length === 0) return undefinedBecause('there are no labels')
  if (average === 'micro') {
    const add = (key: keyof ClassCounts) => totals.reduce((sum, counts) => sum + counts[key], 0)
    return metric({ tp: add('tp'), fp: add('fp'), fn: add('fn'), tn: add('tn') })
  }
  let sum = 0
  let weight = 0
  let why: string | null = null
  for (const counts of totals) {
    const share = average === 'macro' ? 1 : counts.tp + counts.fn
    const one = metric(counts)
    sum += share * (one.value ?? 0)
    weight += share
    if (one.undefined !== null && share > 0) why ??= `of a label: ${one.undefined}`
  }
  return weight === 0 ? undefinedBecause('no label occurs', 0) : { ...defined(sum / weight), undefined: why }
}

/** One entry a metric: from the scores of the labels of one row. A row whose labels are all true or all false ranks nothing: the best value. */
const rankMetrics = {
  lrap: (truth: ArrayLike<number>, score: ArrayLike<number>) => {
    let sum = 0
    let relevant = 0
    for (let a = 0; a < truth.length; a++) {
      if (truth[a] !== 1) continue
      relevant += 1
      let above = 0
      let right = 0
      for (let b = 0; b < truth.length; b++) {
        if ((score[b] ?? 0) < (score[a] ?? 0)) continue
        above += 1
        right += truth[b] ?? 0
      }
      sum += right / above
    }
    return relevant === 0 || relevant === truth.length ? 1 : sum / relevant
  },
  coverage_error: (truth: ArrayLike<number>, score: ArrayLike<number>) => {
    let lowest = Number.POSITIVE_INFINITY
    for (let a = 0; a < truth.length; a++) if (truth[a] === 1) lowest = Math.min(lowest, score[a] ?? 0)
    let needed = 0
    for (let a = 0; a < truth.length; a++) if ((score[a] ?? 0) >= lowest) needed += 1
    return needed
  },
  ranking_loss: (truth: ArrayLike<number>, score: ArrayLike<number>) => {
    let wrong = 0
    let relevant = 0
    for (let a = 0; a < truth.length; a++) {
      if (truth[a] !== 1) continue
      relevant += 1
      for (let b = 0; b < truth.length; b++) if (truth[b] === 0 && (score[b] ?? 0) >= (score[a] ?? 0)) wrong += 1
    }
    return orZero(wrong, relevant * (truth.length - relevant))
  },
} as const
export type RankMetric = keyof typeof rankMetrics

/** @param score n × k, higher where the label is more likely */
export function perRowByScore(labels: number, y: Uint8Array, score: Float64Array, name: RankMetric): Float64Array {
  const rows = rowsOf(labels, y, score)
  const from = (i: number) => i * labels
  return Float64Array.from({ length: rows }, (_, i) =>
    rankMetrics[name](y.subarray(from(i), from(i + 1)), score.subarray(from(i), from(i + 1))),
  )
}

function rowsOf(labels: number, y: ArrayLike<number>, other: ArrayLike<number>): number {
  if (y.length !== other.length) throw new RangeError(`${other.length} predictions for ${y.length} labels`)
  if (!(labels >= 1) || y.length % labels !== 0) throw new RangeError(`${y.length} values are no rows of ${labels} labels`)
  return y.length / labels
}
