/**
 * Metrics of a confusion table, counts by truth (row) and prediction (column), k × k. In a binary table class 1 is positive.
 * Definitions and conventions of scikit-learn: 0/0 is 0 and flagged; averages go over the labels that occur in truth or prediction.
 */
import { type Confusion, defined, type MetricValue, ratio, undefinedBecause } from './sample.ts'

export function confusionOf(y: Uint8Array | Int32Array, predicted: Uint8Array | Int32Array, classes: number): Confusion {
  const table = new Float64Array(classes * classes)
  for (let i = 0; i < y.length; i++) {
    const cell = (y[i] ?? 0) * classes + (predicted[i] ?? 0)
    table[cell] = (table[cell] ?? 0) + 1
  }
  return table
}

export interface ClassCounts {
  readonly tp: number
  readonly fp: number
  readonly fn: number
  readonly tn: number
}

/** One class against the rest. */
export function classCounts(table: Confusion, classes: number, c: number): ClassCounts {
  let truth = 0
  let said = 0
  let n = 0
  for (let j = 0; j < classes; j++) {
    truth += table[c * classes + j] ?? 0
    said += table[j * classes + c] ?? 0
  }
  for (let j = 0; j < table.length; j++) n += table[j] ?? 0
  const tp = table[c * classes + c] ?? 0
  return { tp, fp: said - tp, fn: truth - tp, tn: n - truth - said + tp }
}

export type PerClass = (counts: ClassCounts) => MetricValue

export const precision: PerClass = ({ tp, fp }) => ratio(tp, tp + fp, 'nothing was predicted positive')
export const recall: PerClass = ({ tp, fn }) => ratio(tp, tp + fn, 'there are no positive rows')
export const npv: PerClass = ({ tn, fn }) => ratio(tn, tn + fn, 'nothing was predicted negative')
export const jaccard: PerClass = ({ tp, fp, fn }) => ratio(tp, tp + fp + fn, 'there is no positive row and no positive prediction')
export const fBeta =
  (beta: number): PerClass =>
  ({ tp, fp, fn }) => {
    const weighted = (1 + beta * beta) * tp
    return ratio(weighted, weighted + beta * beta * fn + fp, 'there is no positive row and no positive prediction')
  }

export const averages = ['macro', 'weighted', 'micro'] as const
export type Average = (typeof averages)[number]

/** A per-class metric averaged over the classes that occur. */
export function averaged(table: Confusion, classes: number, metric: PerClass, average: Average): MetricValue {
  if (average === 'micro') {
    let n = 0
    let hits = 0
    for (let j = 0; j < table.length; j++) n += table[j] ?? 0
    for (let c = 0; c < classes; c++) hits += table[c * classes + c] ?? 0
    const wrong = n - hits // each is one false positive and one false negative
    return metric({ tp: hits, fp: wrong, fn: wrong, tn: n * classes - n - wrong })
  }
  let sum = 0
  let weight = 0
  let why: string | null = null
  for (let c = 0; c < classes; c++) {
    const counts = classCounts(table, classes, c)
    const support = counts.tp + counts.fn
    if (support + counts.fp === 0) continue
    const share = average === 'macro' ? 1 : support
    const one = metric(counts)
    sum += share * (one.value ?? 0)
    weight += share
    if (one.undefined !== null && share > 0) why ??= `of a class: ${one.undefined}`
  }
  if (weight === 0) return undefinedBecause('there are no rows')
  return { value: sum / weight, undefined: why }
}

/** Mean recall over the classes that occur in the truth. */
export function balancedAccuracy(table: Confusion, classes: number): MetricValue {
  let sum = 0
  let present = 0
  for (let c = 0; c < classes; c++) {
    const { tp, fn } = classCounts(table, classes, c)
    if (tp + fn === 0) continue
    sum += tp / (tp + fn)
    present += 1
  }
  if (present === 0) return undefinedBecause('there are no rows')
  return { value: sum / present, undefined: present === 1 ? 'the truth has one class only' : null }
}

/** R_K of Gorodkin 2004; for two classes Matthews' coefficient. 0/0 is 0, flagged. */
export function matthews(table: Confusion, classes: number): MetricValue {
  const { n, hits, truth, said } = margins(table, classes)
  let chance = 0
  let truthSquares = 0
  let saidSquares = 0
  for (let c = 0; c < classes; c++) {
    const t = truth[c] ?? 0
    const s = said[c] ?? 0
    chance += t * s
    truthSquares += t * t
    saidSquares += s * s
  }
  const spread = (n * n - truthSquares) * (n * n - saidSquares)
  return ratio(hits * n - chance, Math.sqrt(spread), 'truth or prediction has one class only')
}

/** Cohen's κ, unweighted. Undefined where chance agreement is certain. */
export function kappa(table: Confusion, classes: number): MetricValue {
  const { n, hits, truth, said } = margins(table, classes)
  let chance = 0
  for (let c = 0; c < classes; c++) chance += (truth[c] ?? 0) * (said[c] ?? 0)
  return ratio(n * hits - chance, n * n - chance, 'truth and prediction are one and the same class', null)
}

export function accuracy(table: Confusion, classes: number): MetricValue {
  const { n, hits } = margins(table, classes)
  return n === 0 ? undefinedBecause('there are no rows') : defined(hits / n)
}

function margins(table: Confusion, classes: number): { n: number; hits: number; truth: Float64Array; said: Float64Array } {
  const truth = new Float64Array(classes)
  const said = new Float64Array(classes)
  let n = 0
  let hits = 0
  for (let c = 0; c < classes; c++) {
    for (let j = 0; j < classes; j++) {
      const count = table[c * classes + j] ?? 0
      truth[c] = (truth[c] ?? 0) + count
      said[j] = (said[j] ?? 0) + count
      n += count
    }
    hits += table[c * classes + c] ?? 0
  }
  return { n, hits, truth, said }
}
