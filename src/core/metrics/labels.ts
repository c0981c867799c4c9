/** Metrics of predicted labels, definitions of scikit-learn. */
import {
  averaged,
  averages,
  balancedAccuracy,
  classCounts,
  falseNegativeRate,
  falsePositiveRate,
  fBeta,
  jaccard,
  kappa,
  matthews,
  npv,
  type PerClass,
  precision,
  recall,
  specificity,
} from './confusion.ts'
import { type Metric, metric } from './metric.ts'
import { type RowCounts, type RowMetric, rowFBeta } from './multilabel.ts'
import { labelAverage, samplesAverage } from './multilabel-metrics.ts'
import { anyNumber, choice, number, oneOf, type Params, positive } from './params.ts'
import { cells, shareOf } from './row-samples.ts'
import { type MetricValue, plain, type Sample, undefinedBecause } from './sample.ts'
import type { BinaryView, MulticlassView } from './view.ts'
import { binaryValue } from './worth.ts'

const both = ['binary', 'multiclass'] as const

/** A per-class metric: of the positive class, or averaged over classes or labels. */
const ofClass = (
  make: (params: Params) => PerClass,
  row: RowMetric | ((params: Params) => (counts: RowCounts) => number),
  trials: ((table: Float64Array) => readonly [number, number]) | null = null,
): Metric['of'] => ({
  binary: (view, params) => cells(view, (table) => make(params)(classCounts(table, 2, 1)), trials),
  multiclass: (view, params) => {
    if (params.average === 'samples') return plain(undefinedBecause('average samples is of several labels a row'))
    const average = oneOf(params, 'average', averages)
    return cells(view, (table, classes) => averaged(table, classes, make(params), average, params.labels === 'all'))
  },
  multilabel: (view, params) =>
    params.average === 'samples'
      ? samplesAverage(view, typeof row === 'string' ? row : row(params))
      : labelAverage(view, make(params), oneOf(params, 'average', averages)),
})

/** What a metric that averages takes. */
const averaging = { average: choice(...averages, 'samples'), labels: choice('present', 'all') }

/** One side of a binary table; of several classes averaged, each against the rest. */
const side = (perClass: PerClass, binary: NonNullable<Metric['of']['binary']>): Metric['of'] => ({
  binary,
  multiclass: (view, params) => {
    const average = oneOf(params, 'average', averages)
    return cells(view, (table, classes) => averaged(table, classes, perClass, average, params.labels === 'all'))
  },
})
const sides = { average: choice(...averages), labels: choice('present', 'all') }

const ofTable = (read: (table: Float64Array, classes: number) => MetricValue): Metric['of'] => ({
  binary: (view) => cells(view, read),
  multiclass: (view) => cells(view, read),
})

/** Share of predictions of `said` among the rows whose truth is `truth`. */
const rate = (truth: 0 | 1, said: 0 | 1) => (view: BinaryView) =>
  shareOf(view, ...saidAmong(view, truth, said), `there are no ${truth === 1 ? 'positive' : 'negative'} rows`)

function saidAmong({ y, predicted }: BinaryView, truth: 0 | 1, said: 0 | 1): readonly [hits: Uint8Array, among: Uint8Array] {
  const hits = new Uint8Array(y.length)
  const among = new Uint8Array(y.length)
  for (let i = 0; i < y.length; i++) {
    const own = y[i] === truth
    among[i] = own ? 1 : 0
    hits[i] = own && predicted[i] === said ? 1 : 0
  }
  return [hits, among]
}

function hits(view: BinaryView | MulticlassView): Sample {
  const { y, predicted } = view
  const right = new Uint8Array(view.n)
  for (let i = 0; i < right.length; i++) right[i] = predicted[i] === y[i] ? 1 : 0
  return shareOf(view, right, null, 'there are no rows')
}

export const labelMetrics = {
  accuracy: metric({ summary: 'share of right predictions', direction: 'higher', shown: both, of: { binary: hits, multiclass: hits } }),
  balanced_accuracy: metric({ summary: 'mean recall of the classes', direction: 'higher', shown: both, of: ofTable(balancedAccuracy) }),
  precision: metric({
    floor: false,
    summary: 'share of right among the positive predictions',
    direction: 'higher',
    shown: ['binary'],
    takes: averaging,
    of: ofClass(
      () => precision,
      'precision',
      ([, fp = 0, , tp = 0]) => [tp, tp + fp],
    ),
  }),
  recall: metric({
    floor: false,
    summary: 'share of the positive rows that were found',
    direction: 'higher',
    shown: ['binary'],
    takes: averaging,
    of: { ...ofClass(() => recall, 'recall'), binary: rate(1, 1) },
  }),
  specificity: metric({
    floor: false,
    summary: 'share of the negative rows that were left alone',
    direction: 'higher',
    takes: sides,
    of: side(specificity, rate(0, 0)),
  }),
  fpr: metric({
    floor: false,
    summary: 'share of the negative rows that were predicted positive',
    direction: 'lower',
    takes: sides,
    of: side(falsePositiveRate, rate(0, 1)),
  }),
  fnr: metric({
    floor: false,
    summary: 'share of the positive rows that were missed',
    direction: 'lower',
    takes: sides,
    of: side(falseNegativeRate, rate(1, 0)),
  }),
  npv: metric({
    floor: false,
    summary: 'share of right among the negative predictions',
    direction: 'higher',
    takes: sides,
    of: side(npv, (view) =>
      cells(
        view,
        (table) => npv(classCounts(table, 2, 1)),
        ([tn = 0, , fn = 0]) => [tn, tn + fn],
      ),
    ),
  }),
  f1: metric({
    summary: 'harmonic mean of precision and recall',
    direction: 'higher',
    shown: ['binary', 'multiclass', 'multilabel'],
    takes: averaging,
    of: ofClass(() => fBeta(1), 'f1'),
  }),
  fbeta: metric({
    summary: 'F score that weighs recall `beta` times as much as precision',
    direction: 'higher',
    takes: { ...averaging, beta: positive(2) },
    of: ofClass(
      (params) => fBeta(number(params, 'beta')),
      (params) => rowFBeta(number(params, 'beta')),
    ),
  }),
  jaccard: metric({
    summary: 'TP / (TP + FP + FN)',
    direction: 'higher',
    takes: averaging,
    of: ofClass(() => jaccard, 'jaccard'),
  }),
  mcc: metric({
    summary: 'Matthews correlation coefficient; several classes: R_K',
    direction: 'higher',
    range: [-1, 1],
    unit: '',
    shown: both,
    of: ofTable(matthews),
  }),
  kappa: metric({ summary: "Cohen's kappa", direction: 'higher', range: [-1, 1], unit: '', of: ofTable(kappa) }),
  value: metric({
    summary: 'what 1,000 decisions are worth, by evaluate.value',
    direction: 'higher',
    range: null,
    // what a row is worth comes with the data, whatever the model answers
    endless: false,
    unit: '',
    margin: 'relative',
    takes: { tp: anyNumber(0), fp: anyNumber(0), fn: anyNumber(0), tn: anyNumber(0) },
    of: { binary: binaryValue },
  }),
} as const satisfies Record<string, Metric>
