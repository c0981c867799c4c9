/**
 * Metrics of a confusion table, counts by truth (row) and prediction (column), k × k. In a binary table class 1 is positive.
 * Definitions and conventions of scikit-learn: 0/0 is 0 and flagged; averages go over the labels that occur in truth or prediction.
 * Counts may be weights: what has to be 0 where nothing is there is a sum of its own, never a difference, which rounding would leave above 0.
 */
import { once } from './once.ts'
import { type Confusion, defined, type MetricValue, ratio, undefinedBecause } from './sample.ts'

export function confusionOf(
  y: Uint8Array | Int32Array,
  predicted: Uint8Array | Int32Array,
  classes: number,
  weight: Float64Array | null = null,
): Confusion {
  const table = new Float64Array(classes * classes)
  for (let i = 0; i < y.length; i++) {
    const cell = (y[i] ?? 0) * classes + (predicted[i] ?? 0)
    table[cell] = (table[cell] ?? 0) + (weight ? (weight[i] ?? 0) : 1)
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
  let fp = 0
  let fn = 0
  let tn = 0
  for (let j = 0; j < classes; j++) {
    if (j === c) continue
    fn += table[c * classes + j] ?? 0
    fp += table[j * classes + c] ?? 0
    for (let l = 0; l < classes; l++) if (l !== c) tn += table[j * classes + l] ?? 0
  }
  return { tp: table[c * classes + c] ?? 0, fp, fn, tn }
}

/** Each class against the rest, in one pass over the table: class by class it would be k passes, of 300 classes minutes of a bootstrap. */
function countsOfClasses(table: Confusion, classes: number): ClassCounts[] {
  const fp = new Float64Array(classes)
  const fn = new Float64Array(classes)
  for (let j = 0; j < classes; j++) {
    let wrong = 0
    for (let c = 0; c < classes; c++) {
      const count = table[j * classes + c] ?? 0
      if (count === 0 || c === j) continue
      wrong += count
      fp[c] = (fp[c] ?? 0) + count
    }
    fn[j] = wrong
  }
  const tn = once(() => trueNegatives(table, classes))
  return Array.from(fp, (wrong, c) => ({
    tp: table[c * classes + c] ?? 0,
    fp: wrong,
    fn: fn[c] ?? 0,
    get tn() {
      return tn()[c] ?? 0
    },
  }))
}

/** Of each class what lies neither in its row nor in its column: of every other row what is before its column, and what is behind it. */
function trueNegatives(table: Confusion, classes: number): Float64Array {
  const tn = new Float64Array(classes)
  for (let j = 0; j < classes; j++) {
    let before = 0
    for (let c = 0; c < classes; c++) {
      if (c !== j) tn[c] = (tn[c] ?? 0) + before
      before += table[j * classes + c] ?? 0
    }
    if (before === 0) continue
    let behind = 0
    for (let c = classes - 1; c >= 0; c--) {
      if (c !== j) tn[c] = (tn[c] ?? 0) + behind
      behind += table[j * classes + c] ?? 0
    }
  }
  return tn
}

export type PerClass = (counts: ClassCounts) => MetricValue

export const precision: PerClass = ({ tp, fp }) => ratio(tp, tp + fp, 'nothing was predicted positive')
export const recall: PerClass = ({ tp, fn }) => ratio(tp, tp + fn, 'there are no positive rows')
export const npv: PerClass = ({ tn, fn }) => ratio(tn, tn + fn, 'nothing was predicted negative')
export const specificity: PerClass = ({ tn, fp }) => ratio(tn, tn + fp, 'there are no negative rows')
export const falsePositiveRate: PerClass = ({ tn, fp }) => ratio(fp, tn + fp, 'there are no negative rows')
export const falseNegativeRate: PerClass = ({ tp, fn }) => ratio(fn, tp + fn, 'there are no positive rows')
export const jaccard: PerClass = ({ tp, fp, fn }) => ratio(tp, tp + fp + fn, 'there is no positive row and no positive prediction')
export const fBeta =
  (beta: number): PerClass =>
  ({ tp, fp, fn }) => {
    const weighted = (1 + beta * beta) * tp
    return ratio(weighted, weighted + beta * beta * fn + fp, 'there is no positive row and no positive prediction')
  }

export const averages = ['macro', 'weighted', 'micro'] as const
export type Average = (typeof averages)[number]

/** A per-class metric averaged over the classes that occur, or over all that there are. */
export function averaged(table: Confusion, classes: number, metric: PerClass, average: Average, all = false): MetricValue {
  if (average === 'micro') {
    let hits = 0
    let wrong = 0 // each is one false positive and one false negative
    for (let c = 0; c < classes; c++)
      for (let j = 0; j < classes; j++) {
        if (c === j) hits += table[c * classes + j] ?? 0
        else wrong += table[c * classes + j] ?? 0
      }
    return metric({ tp: hits, fp: wrong, fn: wrong, tn: (classes - 1) * hits + (classes - 2) * wrong })
  }
  let sum = 0
  let weight = 0
  let why: string | null = null
  for (const counts of countsOfClasses(table, classes)) {
    const support = counts.tp + counts.fn
    if (!all && support + counts.fp === 0) continue
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
  for (const { tp, fn } of countsOfClasses(table, classes)) {
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
  for (let c = 0; c < classes; c++) chance += (truth[c] ?? 0) * (said[c] ?? 0)
  const spread = Math.sqrt(apart(truth, truth)) * Math.sqrt(apart(said, said))
  return inRange(ratio(hits * n - chance, spread, 'truth or prediction has one class only'))
}

/** Cohen's κ, unweighted. Undefined where chance agreement is certain. */
export function kappa(table: Confusion, classes: number): MetricValue {
  const { n, hits, truth, said } = margins(table, classes)
  let chance = 0
  for (let c = 0; c < classes; c++) chance += (truth[c] ?? 0) * (said[c] ?? 0)
  return inRange(ratio(n * hits - chance, apart(truth, said), 'truth and prediction are one and the same class', null))
}

/** What agrees wholly may come to 1.0000000000000002, outside its own interval: sums of weights are rounded. */
function inRange({ value, undefined: why }: MetricValue): MetricValue {
  return { value: value === null ? null : Math.max(-1, Math.min(1, value)), undefined: why }
}

/** Σ a_c b_d over c ≠ d */
function apart(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let c = 0; c < a.length; c++) {
    const one = a[c] ?? 0
    if (one === 0) continue
    for (let d = 0; d < b.length; d++) if (c !== d) sum += one * (b[d] ?? 0)
  }
  return sum
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
