/** How the evaluation computes what a reference case asks of a metric: statistic → our code. */
import { z } from 'zod'
import { measures, partOf } from '../../../src/core/evaluate/fairness-measures.ts'
import { gapOf } from '../../../src/core/evaluate/fairness-rise.ts'
import { classCounts, fBeta, jaccard } from '../../../src/core/metrics/confusion.ts'
import { combinedScale, crpsPerRow, intervalForecast, mase, naiveScale, rmsse } from '../../../src/core/metrics/forecast.ts'
import {
  averagedLabels,
  labelTotals,
  perRow,
  perRowByScore,
  type RankMetric,
  type RowMetric,
} from '../../../src/core/metrics/multilabel.ts'
import { overQueries, type QueryMetricName, queryMetrics } from '../../../src/core/metrics/query-ranking.ts'
import type { Scores } from '../../../src/core/metrics/scores.ts'
import { metrics, sampleOf } from '../../../src/core/metrics/table.ts'
import { viewOf } from '../../../src/core/metrics/view.ts'
import { binnedError, brierParts, reliabilityBins } from '../../../src/core/stats/calibration-bins.ts'
import { calibrationLine } from '../../../src/core/stats/calibration-line.ts'
import { dieboldMariano } from '../../../src/core/stats/diebold-mariano.ts'
import { expectedCalibrationError } from '../../../src/core/stats/expected-calibration-error.ts'
import { groupGap } from '../../../src/core/stats/group-gaps.ts'
import { spiegelhalter } from '../../../src/core/stats/spiegelhalter.ts'
import { valueThreshold } from '../../../src/core/stats/value-threshold.ts'
import { newcombe } from '../newcombe.ts'
import { type Found, type Inputs, list, lists, num, or, type Runner, table } from './inputs.ts'

const binary = (y: readonly number[], score: readonly number[] | null, predicted: readonly number[]): Scores => ({
  task: 'binary',
  y: Uint8Array.from(y),
  score: score ? Float64Array.from(score) : null,
  predicted: Uint8Array.from(predicted),
})
const multiclass = (y: readonly number[], predicted: readonly number[]): Scores => ({
  task: 'multiclass',
  classes: Array.from({ length: Math.max(...y, ...predicted) + 1 }, (_, c) => `class ${c}`),
  y: Int32Array.from(y),
  proba: null,
  predicted: Int32Array.from(predicted),
})

const value = (name: string, scores: Scores, params: Record<string, string | number> = {}) => {
  const metric = metrics[name]
  if (!metric) throw new Error(`no metric ${name}`)
  return sampleOf(metric, viewOf(scores), params).value
}
const values = (names: readonly string[], scores: Scores): Found =>
  Object.fromEntries(names.map((name) => [name, value(name, scores).value]))

/** Each label as one column. */
const flat = (rows: unknown) => ({ labels: lists(rows)[0]?.length ?? 0, cells: Uint8Array.from(lists(rows).flat()) })
const mean = (found: ArrayLike<number>) => Array.from(found).reduce((sum, one) => sum + one, 0) / found.length

function multilabel({ y, predicted, score }: Inputs): Found {
  const { labels, cells } = flat(y)
  const given = { labels, y: cells, predicted: flat(predicted).cells }
  const totals = labelTotals(given)
  const row = (name: RowMetric) => mean(perRow(given, name))
  const found: Record<string, unknown> = {
    subset_accuracy: row('subset_accuracy'),
    hamming_loss: row('hamming'),
    samples_f1: row('f1'),
    samples_jaccard: row('jaccard'),
    samples_precision: row('precision'),
    samples_recall: row('recall'),
  }
  for (const average of ['micro', 'macro', 'weighted'] as const) {
    found[`${average}_f1`] = averagedLabels(totals, fBeta(1), average).value
    found[`${average}_jaccard`] = averagedLabels(totals, jaccard, average).value
  }
  if (score !== undefined) {
    const scores = Float64Array.from(lists(score).flat())
    for (const name of ['lrap', 'coverage_error', 'ranking_loss'] as const satisfies readonly RankMetric[])
      found[name] = mean(perRowByScore(labels, cells, scores, name))
  }
  return found
}

/** Items that lie in rank order have falling scores. */
function queryLists({ queries, k }: Inputs): Found {
  const each = (name: QueryMetricName, depth: number | null) =>
    lists(queries).map((relevance) =>
      queryMetrics[name](
        relevance,
        relevance.map((_, i) => -i),
        depth,
      ),
    )
  // the published case counts a query without relevant items as 0; we leave it out and say how many there were
  const all = (found: readonly (number | null)[]) => {
    const { mean: ours, judged, without } = overQueries(found)
    return ((ours ?? 0) * judged) / (judged + without)
  }
  return {
    mrr: all(each('reciprocal_rank', null)),
    map: all(each('average_precision', null)),
    precision_at_k: all(each('precision', num(k))),
  }
}

function query({ relevance, score, k }: Inputs): Found {
  const depth = k === null ? null : num(k)
  return Object.fromEntries(Object.entries(queryMetrics).map(([name, of]) => [name, of(list(relevance), list(score), depth)]))
}

const groupCounts = z.array(z.object({ n: z.number(), positives: z.number(), predicted: z.number(), hits: z.number() }))

/** Rows that have these counts, as the gate reads them. */
const rowsWith = ({ n, positives, predicted, hits }: z.output<typeof groupCounts>[number]) => {
  const cell = (count: number, truth: number, said: number) => Array.from({ length: count }, () => [truth, said] as const)
  const rows = [
    ...cell(hits, 1, 1),
    ...cell(positives - hits, 1, 0),
    ...cell(predicted - hits, 0, 1),
    ...cell(n - positives - predicted + hits, 0, 0),
  ]
  return viewOf(
    binary(
      rows.map(([truth]) => truth),
      null,
      rows.map(([, said]) => said),
    ),
  )
}

function fairness({ groups }: Inputs): Found {
  const counts = groupCounts.parse(groups)
  const views = counts.map(rowsWith)
  const parts = (name: string) =>
    (measures[name]?.parts ?? []).map((part) =>
      views.map((view) => {
        const { value } = partOf(part, view, null).sample
        return value.undefined === null ? value.value : null
      }),
    )
  const gap = (name: string) => groupGap(parts(name)[0] ?? [])
  const selection = gap('selection_rate')
  const fpr = gap('fpr')
  const [low, high] = (selection?.pair ?? [0, 0]).map((at) => counts[at])
  return {
    demographic_parity_difference: selection?.difference,
    demographic_parity_ratio: selection?.ratio,
    equal_opportunity_difference: gap('tpr')?.difference,
    // the published one has a sign, first group minus second; ours is a size, and says between which
    fpr_difference: fpr === null ? null : fpr.difference * (fpr.pair[1] === 0 ? 1 : -1),
    equalized_odds_difference: gapOf(parts('equalized_odds')),
    dp_newcombe_ci95: low && high && newcombe(high.predicted, high.n, low.predicted, low.n, 0.975),
    precision_difference: gap('precision')?.difference,
    accuracy_difference: gap('accuracy')?.difference,
    fnr_difference: gap('fnr')?.difference,
  }
}

function worth({ tp, fp, fn, tn, value: values }: Inputs): Found {
  const each = table(values)
  const cell = (n: unknown, truth: number, said: number) => Array.from({ length: num(n) }, () => [truth, said] as const)
  const rows = [...cell(tp, 1, 1), ...cell(fp, 0, 1), ...cell(fn, 1, 0), ...cell(tn, 0, 0)]
  const scores = binary(
    rows.map(([truth]) => truth),
    null,
    rows.map(([, said]) => said),
  )
  const perRowValue = value('value', scores, each).value ?? 0
  return { per_row: perRowValue, total: perRowValue * rows.length, threshold: threshold(each) }
}

const threshold = ({ tp = 0, fp = 0, fn = 0, tn = 0 }: Record<string, number>) => valueThreshold({ tp, fp, fn, tn })

export const metricRunners: Readonly<Record<string, Runner>> = {
  binary_labels: ({ y, predicted }) => {
    const scores = binary(list(y), null, list(predicted))
    const precision = value('precision', scores)
    return {
      ...values(['accuracy', 'balanced_accuracy', 'recall', 'f1', 'mcc', 'kappa', 'specificity', 'npv', 'jaccard'], scores),
      precision: precision.value,
      flags: precision.undefined === null ? [] : ['precision_undefined'],
    }
  },
  multiclass_labels: ({ y, predicted }) => values(['mcc', 'kappa', 'accuracy', 'balanced_accuracy'], multiclass(list(y), list(predicted))),
  fbeta: ({ y, predicted, beta }) => {
    const scores = multiclass(list(y), list(predicted))
    const view = viewOf(scores)
    const average = (name: string) => value('fbeta', scores, { beta: num(beta), average: name }).value
    const k = view.task === 'multiclass' ? view.classes.length : 0
    const counts = view.task === 'multiclass' ? view.confusion() : new Float64Array(0)
    return {
      per_class: Array.from({ length: k }, (_, c) => fBeta(num(beta))(classCounts(counts, k, c)).value),
      macro: average('macro'),
      micro: average('micro'),
      weighted: average('weighted'),
    }
  },
  auc: ({ y, score }) => {
    const found = value('roc_auc', binary(list(y), list(score), list(y)))
    return { auc: found.value, flags: found.undefined === null ? [] : ['undefined_single_class'] }
  },
  average_precision: ({ y, score }) => ({ ap: value('pr_auc', binary(list(y), list(score), list(y))).value }),
  probabilities: ({ y, p }) => values(['log_loss', 'brier', 'brier_skill'], binary(list(y), list(p), list(y))),
  spiegelhalter: ({ y, p }) => ({ ...spiegelhalter(list(y), list(p)) }),
  expected_calibration_error: ({ rows, means }) => ({
    expected: expectedCalibrationError(list(rows).map((n, j) => ({ weight: n, squares: n, mean: list(means)[j] ?? 0 }))),
  }),
  calibration_line: ({ y, p, weight }) => {
    const line = calibrationLine(list(y), Float64Array.from(list(p)), weight === undefined ? null : Float64Array.from(list(weight)))
    return { ...line }
  },
  calibration_bins: ({ y, p, bins, binning }) => {
    const found = reliabilityBins(list(y), Float64Array.from(list(p)), null, num(bins), binning === 'mass' ? 'mass' : 'width')
    const brier = mean(list(y).map((truth, i) => (truth - (list(p)[i] ?? 0)) ** 2))
    return {
      rows: found.map((bin) => bin.rows),
      mean: found.map((bin) => bin.mean),
      observed: found.map((bin) => bin.observed),
      error: binnedError(found),
      ...brierParts(found, brier),
    }
  },
  multilabel,
  query_lists: queryLists,
  query,
  ndcg: ({ relevance, score, k }) => ({ ndcg: queryMetrics.ndcg(list(relevance), list(score), k === null ? null : num(k)) }),
  regression: ({ y, predicted, alpha }) => {
    const scores: Scores = { task: 'regression', y: Float64Array.from(list(y)), predicted: Float64Array.from(list(predicted)) }
    const mape = value('mape', scores)
    return {
      ...values(['smape', 'wape', 'r2', 'mae', 'rmse', 'explained_variance'], scores),
      mape: mape.value,
      mape_left_out: Number(mape.undefined?.match(/0 in (\d+) of \d+ rows/)?.[1] ?? 0),
      pinball: value('pinball', scores, { alpha: or(alpha, 0.5) }).value,
    }
  },
  diebold_mariano: ({ differences, horizon }) => {
    const { uncorrected, statistic, p, se } = dieboldMariano(list(differences), num(horizon))
    return { dm: uncorrected, hln: statistic, p, se }
  },
  naive_forecast: ({ series, season, mae, mse }) => {
    const scale = combinedScale(lists(series).map((one) => naiveScale(one, num(season))))
    return { mase: mase(num(mae), scale).value, rmsse: rmsse(num(mse), scale).value }
  },
  interval_forecast: ({ y, lower, upper }) => ({ ...intervalForecast(list(y), list(lower), list(upper)) }),
  crps: ({ y, quantiles, levels }) => ({ crps: Array.from(crpsPerRow(list(y), lists(quantiles).flat(), list(levels))) }),
  value: worth,
  value_threshold: ({ value: each }) => ({ threshold: threshold(table(each)) }),
  fairness,
}
