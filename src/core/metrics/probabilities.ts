/** Metrics of scores and probabilities, definitions of scikit-learn. */

import { bestCut } from '../stats/best-cut.ts'
import { binnings } from '../stats/calibration-bins.ts'
import { rarerOf, rarestAlike } from '../stats/clusters.ts'
import type { Area } from './area.ts'
import { type Bins, calibrationError, classwiseError } from './calibration.ts'
import { averagePrecision, averagePrecisionInfluence, liftAtK, precisionAtRecall, recallAtFpr, recallAtK } from './curve.ts'
import { loss, type Metric, metric } from './metric.ts'
import { multiclassAuc, multilabelAuc } from './multiclass-auc.ts'
import { labelAveragePrecision, macroAveragePrecision, topK, topLabel } from './multiclass-scores.ts'
import { choice, number, oneOf, type Params, share, whole } from './params.ts'
import { mean, meanOf, momentsOf, noScores, rank } from './row-samples.ts'
import { defined, plain, type Sample, undefinedBecause, upTo } from './sample.ts'
import { FEW, ofClasses, unseenErrors, unseenOf } from './unseen.ts'
import { areaUnder, ofScores } from './unseen-scores.ts'
import type { BinaryView } from './view.ts'
import { weightedAuc } from './weighted-auc.ts'

const both = ['binary', 'multiclass'] as const

const largestDistance = ({ ranks: ranked, y, weight, unit }: BinaryView): Sample => {
  const ranks = ranked()
  if (!ranks) return noScores
  for (const label of [1, 0]) {
    if (!y.some((one, i) => one === label && (weight === null || (weight[i] ?? 0) > 0)))
      return plain(undefinedBecause(`there are no ${label === 1 ? 'positive' : 'negative'} rows`))
  }
  const cut = bestCut(ranks, y, weight, unit)
  return { kind: 'cut', value: defined(cut.largest), y, cut, unit, weight }
}

const oneClass = plain(undefinedBecause('the truth has one class only'))

/** Of an area of 0 or 1 the bound is another. */
const unseenArea = ({ auc, ranks }: Area, { y }: BinaryView) => (auc === 0 || auc === 1 ? null : ofScores(ranks(), y, areaUnder, false))

function rocAuc(view: BinaryView): Sample {
  const { unit, weight } = view
  if (weight === null) {
    const area = view.area()
    if (area === null) return view.score === null ? noScores : oneClass
    return {
      kind: 'auc',
      value: defined(area.auc),
      area,
      // of slices they are seldom read
      get y() {
        return view.y
      },
      unit,
      ...unseenOf(view, () => unseenArea(area, view)),
    }
  }
  const { y } = view
  const ranks = view.ranks()
  if (!ranks) return noScores
  if (!y.includes(1) || !y.includes(0)) return oneClass
  const { auc, influence } = weightedAuc(ranks, y, weight)
  return { kind: 'influence', value: defined(auc), influence, unit, fewest: () => rarestAlike(y, 2, weight, unit) }
}

/** ONNX probabilities are float32: the smallest distance from 0 or 1 that means anything, so that log loss stays finite. */
const FLOAT32_EPSILON = 1.1920928955078125e-7
/** One row costs at most what a certain answer does that is wrong. */
const clipped = (losses: Sample): Sample => upTo(-Math.log(FLOAT32_EPSILON), losses)

const clip = (p: number) => Math.min(1 - FLOAT32_EPSILON, Math.max(FLOAT32_EPSILON, p))

function areProbabilities(values: Float64Array): boolean {
  if (probable.has(values)) return true
  for (let i = 0; i < values.length; i++) {
    const p = values[i] ?? Number.NaN
    if (!(p >= 0 && p <= 1)) return false
  }
  probable.add(values)
  return true
}

/** Every metric asks: looked through once. */
const probable = new WeakSet<Float64Array>()

function logLosses(p: Float64Array, y: Uint8Array): Float64Array {
  const losses = new Float64Array(p.length)
  for (let i = 0; i < p.length; i++) losses[i] = -Math.log(y[i] === 1 ? clip(p[i] ?? 0) : 1 - clip(p[i] ?? 0))
  return losses
}

function squaredErrors(p: Float64Array, y: Uint8Array): Float64Array {
  const squares = new Float64Array(p.length)
  for (let i = 0; i < p.length; i++) squares[i] = ((p[i] ?? 0) - (y[i] ?? 0)) ** 2
  return squares
}

/** 1 for each positive row, and for each negative one. */
function classesOf(y: Uint8Array): readonly [ones: Float64Array, zeros: Float64Array] {
  const [ones, zeros] = [new Float64Array(y.length), new Float64Array(y.length)]
  for (let i = 0; i < y.length; i++) {
    const label = y[i] ?? 0
    ones[i] = label
    zeros[i] = 1 - label
  }
  return [ones, zeros]
}

/** Refuses what is no probability, such as a logit: the mean would be a number all the same. */
const withProbabilities = (probabilities: Float64Array | null, make: (p: Float64Array) => Sample): Sample => {
  if (!probabilities) return noScores
  return areProbabilities(probabilities) ? make(probabilities) : plain(undefinedBecause('a score is no probability'))
}

const binned = (params: Params): Bins => ({ bins: number(params, 'bins'), binning: oneOf(params, 'binning', binnings) })
const inBins = { bins: whole(15), binning: choice(...binnings) }

const calibration = (of: 'error' | 'worst' | 'excess'): Metric['of'] => ({
  binary: (view, params) => withProbabilities(view.score, (p) => calibrationError(view, { y: view.y, p }, binned(params), of)),
  multiclass: (view, params) =>
    withProbabilities(view.proba, (proba) => {
      const { p, right } = topLabel(view, proba)
      return calibrationError(view, { y: right, p }, binned(params), of)
    }),
})

export const scoreMetrics = {
  roc_auc: metric({
    summary: 'area under the ROC curve; several classes: `multi` ovr or ovo, `average` macro or weighted; several labels: mean over them',
    direction: 'higher',
    needs: 'scores',
    shown: both,
    takes: { multi: choice('ovr', 'ovo'), average: choice('macro', 'weighted') },
    of: {
      binary: rocAuc,
      multiclass: (view, params) =>
        multiclassAuc(view, oneOf(params, 'multi', ['ovr', 'ovo']), oneOf(params, 'average', ['macro', 'weighted'])),
      multilabel: (view, params) => multilabelAuc(view, oneOf(params, 'average', ['macro', 'weighted'])),
    },
  }),
  pr_auc: metric({
    summary: 'average precision; several classes or labels: mean over them, each against the rest',
    direction: 'higher',
    needs: 'scores',
    shown: ['binary'],
    of: { binary: rank(averagePrecision, averagePrecisionInfluence), multiclass: macroAveragePrecision, multilabel: labelAveragePrecision },
  }),
  log_loss: loss({
    summary: 'mean of −log of the probability given to the truth, clipped at 1.19e-7',
    needs: 'scores',
    shown: both,
    of: {
      binary: (view) =>
        withProbabilities(view.score, (p) =>
          unseenErrors(view, clipped(meanOf(view, logLosses(p, view.y))), () => rarerOf(view.y, null) < FEW),
        ),
      multiclass: (view) =>
        withProbabilities(view.proba, (p) =>
          clipped(mean(view, (i) => -Math.log(clip(p[i * view.classes.length + (view.y[i] ?? 0)] ?? 0)))),
        ),
    },
  }),
  brier: loss({
    summary: 'mean squared distance of the probabilities from the truth; several classes: summed over them, up to 2',
    range: [0, 2],
    needs: 'scores',
    shown: both,
    of: {
      binary: (view) => withProbabilities(view.score, (p) => upTo(1, meanOf(view, squaredErrors(p, view.y)))),
      multiclass: (view) =>
        withProbabilities(view.proba, (p) => {
          const k = view.classes.length
          return mean(view, (i) => {
            let sum = 0
            for (let c = 0; c < k; c++) sum += ((p[i * k + c] ?? 0) - (c === view.y[i] ? 1 : 0)) ** 2
            return sum
          })
        }),
    },
  }),
  brier_skill: metric({
    summary: '1 − brier/brier of the share of positives',
    direction: 'higher',
    range: [Number.NEGATIVE_INFINITY, 1],
    endless: false,
    unit: '',
    needs: 'scores',
    of: {
      binary: (view) =>
        withProbabilities(view.score, (p) => {
          const columns = [squaredErrors(p, view.y), ...classesOf(view.y)]
          // read by the place: this is asked once for each row that is left out
          const of = (sums: Float64Array, n: number) => {
            const chance = ((sums[1] ?? 0) * (sums[2] ?? 0)) / n
            return chance <= 0 ? oneClass.value : defined(1 - (sums[0] ?? 0) / chance)
          }
          const sure = (e2: number) => [[e2, 0, 1] as const, [e2, 1, 0] as const] as const
          const unseen = unseenOf(view, () => ofClasses(view.y, columns, of, sure(1), sure(0)))
          return { ...momentsOf(view, columns, of), ...unseen, skillOver: view.y }
        }),
    },
  }),
  ece: metric({
    floor: false,
    summary: 'expected calibration error in `bins` bins of equal width or mass; biased upwards; several classes: of the top label',
    direction: 'lower',
    needs: 'scores',
    shown: ['binary'],
    takes: inBins,
    of: calibration('error'),
  }),
  ece_excess: metric({
    floor: false,
    summary: 'what ece is above what chance alone would make it, 0 at least',
    direction: 'lower',
    needs: 'scores',
    takes: inBins,
    of: calibration('excess'),
  }),
  classwise_ece: metric({
    floor: false,
    summary: 'mean over the classes of the ece of each against the rest',
    direction: 'lower',
    needs: 'scores',
    takes: inBins,
    of: {
      multiclass: (view, params) =>
        withProbabilities(view.proba, (proba) => {
          const k = view.classes.length
          const classes = view.classes.map((_, c) => ({
            y: Uint8Array.from(view.y, (code) => (code === c ? 1 : 0)),
            p: Float64Array.from({ length: view.n }, (_, i) => proba[i * k + c] ?? 0),
          }))
          return classwiseError(view, classes, binned(params))
        }),
    },
  }),
  mce: metric({
    floor: false,
    summary: 'largest calibration error of a bin',
    direction: 'lower',
    needs: 'scores',
    takes: inBins,
    of: calibration('worst'),
  }),
  ks_statistic: metric({
    summary: 'largest distance between the score distributions of the classes',
    direction: 'higher',
    needs: 'scores',
    of: { binary: largestDistance },
  }),
  recall_at_fpr: metric({
    summary: 'highest recall at a false-positive rate of at most `fpr`',
    direction: 'higher',
    needs: 'scores',
    takes: { fpr: share(0.01) },
    of: { binary: rank((curve, params) => recallAtFpr(curve, number(params, 'fpr'))) },
  }),
  precision_at_recall: metric({
    summary: 'highest precision at a recall of at least `recall`',
    direction: 'higher',
    needs: 'scores',
    takes: { recall: share(0.8) },
    of: { binary: rank((curve, params) => precisionAtRecall(curve, number(params, 'recall'))) },
  }),
  recall_at_k: metric({
    summary: 'share of the positives among the top share `k` of rows',
    direction: 'higher',
    needs: 'scores',
    takes: { k: share(0.1) },
    of: { binary: rank((curve, params) => recallAtK(curve, number(params, 'k'))) },
  }),
  lift_at_k: metric({
    summary: 'recall_at_k against a random pick of that size',
    direction: 'higher',
    range: [0, Number.POSITIVE_INFINITY],
    unit: '',
    margin: 'relative',
    needs: 'scores',
    takes: { k: share(0.1) },
    of: { binary: rank((curve, params) => liftAtK(curve, number(params, 'k'))) },
  }),
  top_k_accuracy: metric({
    summary: 'share of rows whose truth is among the `k` most probable classes',
    direction: 'higher',
    needs: 'scores',
    takes: { k: whole(2) },
    of: { multiclass: (view, params) => topK(view, number(params, 'k')) },
  }),
} as const satisfies Record<string, Metric>
