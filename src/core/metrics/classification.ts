/** Metrics of classes and their probabilities, definitions of scikit-learn. */
import { aucParts } from '../stats/delong.ts'
import { calibrationError } from './calibration.ts'
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
import {
  averagePrecision,
  cuts,
  emptyCurve,
  kolmogorovSmirnov,
  liftAtK,
  precisionAtRecall,
  recallAtFpr,
  recallAtK,
  weightedCurve,
} from './curve.ts'
import {
  anyNumber,
  cells,
  choice,
  loss,
  type Metric,
  mean,
  metric,
  moments,
  noScores,
  number,
  type Params,
  positive,
  proportion,
  rank,
  share,
  weighted,
  whole,
} from './metric.ts'
import { multiclassAuc } from './multiclass-auc.ts'
import { defined, type MetricValue, plain, type Sample, undefinedBecause } from './sample.ts'
import type { BinaryView, MulticlassView } from './view.ts'

const both = ['binary', 'multiclass'] as const

/** ONNX probabilities are float32: the smallest distance from 0 or 1 that means anything, so that log loss stays finite. */
export const FLOAT32_EPSILON = 1.1920928955078125e-7
const clip = (p: number) => Math.min(1 - FLOAT32_EPSILON, Math.max(FLOAT32_EPSILON, p))

const oneOf = <T extends string>(params: Params, key: string, allowed: readonly T[]): T => {
  const found = allowed.find((value) => value === params[key])
  if (found === undefined) throw new RangeError(`parameter ${key} is one of ${allowed.join(', ')}`)
  return found
}
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

/** Refuses what is no probability, such as a logit: the mean would be a number all the same. */
const withProbabilities = (probabilities: Float64Array | null, make: (p: Float64Array) => Sample): Sample => {
  if (!probabilities) return noScores
  return probabilities.every((p) => p >= 0 && p <= 1) ? make(probabilities) : plain(undefinedBecause('a score is no probability'))
}

function topK(view: MulticlassView, k: number): Sample {
  const { proba, classes } = view
  if (!proba) return noScores
  const width = classes.length
  return proportion(
    view.n,
    (i) => {
      const truth = view.y[i] ?? 0
      const own = proba[i * width + truth] ?? 0
      let ahead = 0
      for (let c = 0; c < width; c++) {
        const p = proba[i * width + c] ?? 0
        if (p > own || (p === own && c > truth)) ahead += 1
      }
      return ahead < k
    },
    null,
    'there are no rows',
  )
}

/** Mean of the average precisions of each class against the rest. */
function macroAveragePrecision(view: MulticlassView): Sample {
  if (!view.proba) return noScores
  const perClass = view.classes.map((_, c) => {
    const ranks = view.ranks(c)
    if (!ranks) throw new RangeError('a ranking is missing')
    const sorted = Uint8Array.from(ranks.order, (row) => (view.y[row] === c ? 1 : 0))
    const ends = cuts(ranks, sorted)
    return { ranks, sorted, ends, curve: emptyCurve(ends) }
  })
  return weighted(view.n, (unitOf) => {
    const units = perClass.map(({ ranks }) => Uint16Array.from(ranks.order, (row) => unitOf[row] ?? 0))
    return (weights) => {
      let sum = 0
      for (const [c, { sorted, ends, curve }] of perClass.entries()) {
        const { value } = averagePrecision(weightedCurve(curve, ends, sorted, units[c] ?? unitOf, weights))
        if (value === null) return undefinedBecause('a class does not occur in the truth')
        sum += value
      }
      return defined(sum / perClass.length)
    }
  })
}

/** Highest probability of each row, and whether that class was right. */
function topLabel(view: MulticlassView, proba: Float64Array): { readonly p: Float64Array; readonly right: Uint8Array } {
  const k = view.classes.length
  const p = new Float64Array(view.n)
  const right = new Uint8Array(view.n)
  for (let i = 0; i < view.n; i++) {
    let best = 0
    for (let c = 1; c < k; c++) if ((proba[i * k + c] ?? 0) > (proba[i * k + best] ?? 0)) best = c
    p[i] = proba[i * k + best] ?? 0
    right[i] = best === view.y[i] ? 1 : 0
  }
  return { p, right }
}

const calibration = (worst: boolean): Metric['of'] => ({
  binary: (view, params) =>
    withProbabilities(view.score, (p) =>
      calibrationError(
        view.n,
        (i) => view.y[i] ?? 0,
        (i) => p[i] ?? 0,
        number(params, 'bins'),
        worst,
      ),
    ),
  multiclass: (view, params) =>
    withProbabilities(view.proba, (proba) => {
      const { p, right } = topLabel(view, proba)
      return calibrationError(
        view.n,
        (i) => right[i] ?? 0,
        (i) => p[i] ?? 0,
        number(params, 'bins'),
        worst,
      )
    }),
})

export const classificationMetrics = {
  accuracy: metric({ summary: 'share of right predictions', direction: 'higher', shown: both, of: { binary: hits, multiclass: hits } }),
  balanced_accuracy: metric({ summary: 'mean recall of the classes', direction: 'higher', shown: both, of: ofTable(balancedAccuracy) }),
  precision: metric({
    floor: false,
    summary: 'share of right among the positive predictions',
    direction: 'higher',
    shown: ['binary'],
    params: { average: choice(...averages) },
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
    params: { average: choice(...averages) },
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
    params: { average: choice(...averages) },
    of: ofClass(() => fBeta(1)),
  }),
  fbeta: metric({
    summary: 'F score that weighs recall `beta` times as much as precision',
    direction: 'higher',
    params: { average: choice(...averages), beta: positive(2) },
    of: ofClass((params) => fBeta(number(params, 'beta'))),
  }),
  jaccard: metric({
    summary: 'TP / (TP + FP + FN)',
    direction: 'higher',
    params: { average: choice(...averages) },
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
  roc_auc: metric({
    summary: 'area under the ROC curve; several classes: `multi` ovr or ovo, `average` macro or weighted',
    direction: 'higher',
    needs: 'scores',
    shown: both,
    params: { multi: choice('ovr', 'ovo'), average: choice('macro', 'weighted') },
    of: {
      binary: (view) => {
        const ranks = view.ranks()
        if (!ranks) return noScores
        const ones = view.y.reduce((sum, y) => sum + y, 0)
        if (ones === 0 || ones === view.n) return plain(undefinedBecause('the truth has one class only'))
        return { kind: 'auc', value: defined(aucParts(ranks, view.y).auc), ranks, y: view.y }
      },
      multiclass: (view, params) =>
        multiclassAuc(view, oneOf(params, 'multi', ['ovr', 'ovo']), oneOf(params, 'average', ['macro', 'weighted'])),
    },
  }),
  pr_auc: metric({
    summary: 'average precision; several classes: mean over classes against the rest',
    direction: 'higher',
    needs: 'scores',
    shown: ['binary'],
    of: { binary: rank(averagePrecision), multiclass: macroAveragePrecision },
  }),
  log_loss: loss({
    summary: 'mean of −log of the probability given to the truth, clipped at 1.19e-7',
    needs: 'scores',
    shown: both,
    of: {
      binary: (view) =>
        withProbabilities(view.score, (p) => mean(view.n, (i) => -Math.log(view.y[i] === 1 ? clip(p[i] ?? 0) : 1 - clip(p[i] ?? 0)))),
      multiclass: (view) =>
        withProbabilities(view.proba, (p) => mean(view.n, (i) => -Math.log(clip(p[i * view.classes.length + (view.y[i] ?? 0)] ?? 0)))),
    },
  }),
  brier: loss({
    summary: 'mean squared distance of the probabilities from the truth; several classes: summed over them, up to 2',
    range: [0, 2],
    needs: 'scores',
    shown: both,
    of: {
      binary: (view) => withProbabilities(view.score, (p) => mean(view.n, (i) => ((p[i] ?? 0) - (view.y[i] ?? 0)) ** 2)),
      multiclass: (view) =>
        withProbabilities(view.proba, (p) => {
          const k = view.classes.length
          return mean(view.n, (i) => {
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
    unit: '',
    needs: 'scores',
    of: {
      binary: (view) =>
        withProbabilities(view.score, (p) =>
          moments(view.n, [(i) => ((p[i] ?? 0) - (view.y[i] ?? 0)) ** 2, (i) => view.y[i] ?? 0], ([e2 = 0, ones = 0], n) => {
            const chance = ones * (1 - ones / n)
            return chance <= 0 ? undefinedBecause('the truth has one class only') : defined(1 - e2 / chance)
          }),
        ),
    },
  }),
  ece: metric({
    floor: false,
    summary: 'expected calibration error in `bins` bins of equal width; several classes: of the top label',
    direction: 'lower',
    needs: 'scores',
    shown: ['binary'],
    params: { bins: whole(15) },
    of: calibration(false),
  }),
  mce: metric({
    floor: false,
    summary: 'largest calibration error of a bin',
    direction: 'lower',
    needs: 'scores',
    params: { bins: whole(15) },
    of: calibration(true),
  }),
  ks_statistic: metric({
    summary: 'largest distance between the score distributions of the classes',
    direction: 'higher',
    needs: 'scores',
    of: { binary: rank(kolmogorovSmirnov) },
  }),
  recall_at_fpr: metric({
    summary: 'highest recall at a false-positive rate of at most `fpr`',
    direction: 'higher',
    needs: 'scores',
    params: { fpr: share(0.01) },
    of: { binary: rank((curve, params) => recallAtFpr(curve, number(params, 'fpr'))) },
  }),
  precision_at_recall: metric({
    summary: 'highest precision at a recall of at least `recall`',
    direction: 'higher',
    needs: 'scores',
    params: { recall: share(0.8) },
    of: { binary: rank((curve, params) => precisionAtRecall(curve, number(params, 'recall'))) },
  }),
  recall_at_k: metric({
    summary: 'share of the positives among the top share `k` of rows',
    direction: 'higher',
    needs: 'scores',
    params: { k: share(0.1) },
    of: { binary: rank((curve, params) => recallAtK(curve, number(params, 'k'))) },
  }),
  lift_at_k: metric({
    summary: 'recall_at_k against a random pick of that size',
    direction: 'higher',
    range: [0, Number.POSITIVE_INFINITY],
    unit: '',
    margin: 'relative',
    needs: 'scores',
    params: { k: share(0.1) },
    of: { binary: rank((curve, params) => liftAtK(curve, number(params, 'k'))) },
  }),
  top_k_accuracy: metric({
    summary: 'share of rows whose truth is among the `k` most probable classes',
    direction: 'higher',
    needs: 'scores',
    params: { k: whole(2) },
    of: { multiclass: (view, params) => topK(view, number(params, 'k')) },
  }),
  value: metric({
    summary: 'mean value of a row: what a true or false positive or negative is worth',
    direction: 'higher',
    range: null,
    unit: '',
    margin: 'relative',
    params: { tp: anyNumber(0), fp: anyNumber(0), fn: anyNumber(0), tn: anyNumber(0) },
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
