/** Metrics of predicted labels, definitions of scikit-learn. */
import {
  type Average,
  averaged,
  averages,
  balancedAccuracy,
  classCounts,
  fBeta,
  jaccard,
  kappa,
  matthews,
  npv,
  type PerClass,
  precision,
  recall,
} from './confusion.ts'
import { anyNumber, cells, choice, type Metric, mean, metric, number, oneOf, type Params, positive, proportion } from './metric.ts'
import type { MetricValue } from './sample.ts'
import type { BinaryView, MulticlassView } from './view.ts'

const both = ['binary', 'multiclass'] as const

const average = (params: Params): Average => oneOf(params, 'average', averages)

/** A per-class metric: of the positive class, or averaged over classes. */
const ofClass = (
  make: (params: Params) => PerClass,
  trials: ((table: Float64Array) => readonly [number, number]) | null = null,
): Metric['of'] => ({
  binary: (view, params) => cells(view, (table) => make(params)(classCounts(table, 2, 1)), trials),
  multiclass: (view, params) => cells(view, (table, classes) => averaged(table, classes, make(params), average(params))),
})

const ofTable = (read: (table: Float64Array, classes: number) => MetricValue): Metric['of'] => ({
  binary: (view) => cells(view, read),
  multiclass: (view) => cells(view, read),
})

/** Share of predictions of `said` among the rows whose truth is `truth`. */
const rate = (truth: 0 | 1, said: 0 | 1) => (view: BinaryView) =>
  proportion(
    view.n,
    (i) => view.predicted[i] === said,
    (i) => view.y[i] === truth,
    `there are no ${truth === 1 ? 'positive' : 'negative'} rows`,
  )

const hits = (view: BinaryView | MulticlassView) => proportion(view.n, (i) => view.predicted[i] === view.y[i], null, 'there are no rows')

export const labelMetrics = {
  accuracy: metric({ summary: 'share of right predictions', direction: 'higher', shown: both, of: { binary: hits, multiclass: hits } }),
  balanced_accuracy: metric({ summary: 'mean recall of the classes', direction: 'higher', shown: both, of: ofTable(balancedAccuracy) }),
  precision: metric({
    floor: false,
    summary: 'share of right among the positive predictions',
    direction: 'higher',
    shown: ['binary'],
    takes: { average: choice(...averages) },
    of: ofClass(
      () => precision,
      ([, fp = 0, , tp = 0]) => [tp, tp + fp],
    ),
  }),
  recall: metric({
    floor: false,
    summary: 'share of the positive rows that were found',
    direction: 'higher',
    shown: ['binary'],
    takes: { average: choice(...averages) },
    of: { ...ofClass(() => recall), binary: rate(1, 1) },
  }),
  specificity: metric({
    floor: false,
    summary: 'share of the negative rows that were left alone',
    direction: 'higher',
    of: { binary: rate(0, 0) },
  }),
  fpr: metric({
    floor: false,
    summary: 'share of the negative rows that were predicted positive',
    direction: 'lower',
    of: { binary: rate(0, 1) },
  }),
  fnr: metric({ floor: false, summary: 'share of the positive rows that were missed', direction: 'lower', of: { binary: rate(1, 0) } }),
  npv: metric({
    floor: false,
    summary: 'share of right among the negative predictions',
    direction: 'higher',
    of: {
      binary: (view) =>
        cells(
          view,
          (table) => npv(classCounts(table, 2, 1)),
          ([tn = 0, , fn = 0]) => [tn, tn + fn],
        ),
    },
  }),
  f1: metric({
    summary: 'harmonic mean of precision and recall',
    direction: 'higher',
    shown: both,
    takes: { average: choice(...averages) },
    of: ofClass(() => fBeta(1)),
  }),
  fbeta: metric({
    summary: 'F score that weighs recall `beta` times as much as precision',
    direction: 'higher',
    takes: { average: choice(...averages), beta: positive(2) },
    of: ofClass((params) => fBeta(number(params, 'beta'))),
  }),
  jaccard: metric({
    summary: 'TP / (TP + FP + FN)',
    direction: 'higher',
    takes: { average: choice(...averages) },
    of: ofClass(() => jaccard),
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
    summary: 'mean value of a row: what a true or false positive or negative is worth',
    direction: 'higher',
    range: null,
    unit: '',
    margin: 'relative',
    takes: { tp: anyNumber(0), fp: anyNumber(0), fn: anyNumber(0), tn: anyNumber(0) },
    of: {
      binary: (view, params) => {
        const worth = [
          [number(params, 'tn'), number(params, 'fp')],
          [number(params, 'fn'), number(params, 'tp')],
        ]
        return mean(view.n, (i) => worth[view.y[i] ?? 0]?.[view.predicted[i] ?? 0] ?? 0)
      },
    },
  }),
} as const satisfies Record<string, Metric>
