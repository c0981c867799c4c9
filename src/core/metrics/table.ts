/**
 * Every metric, one entry each: what it needs, which way is better, how it is computed for which task. Config checking, docs, report
 * and tests are made from this table.
 */
import type { Task } from '../schema/config.ts'
import { devianceMetrics } from './deviance.ts'
import { forecastMetrics } from './forecast-metrics.ts'
import { labelMetrics } from './labels.ts'
import type { Metric } from './metric.ts'
import { multilabelMetrics } from './multilabel-metrics.ts'
import type { Params } from './params.ts'
import { scoreMetrics } from './probabilities.ts'
import { quantileMetrics } from './quantile-metrics.ts'
import { rankingMetrics } from './ranking-metrics.ts'
import { regressionMetrics } from './regression.ts'
import { plain, type Sample, undefinedBecause } from './sample.ts'
import type { PlainTask, ScoredTask, Scores } from './scores.ts'
import type { View } from './view.ts'

export const metrics: Readonly<Record<string, Metric>> = {
  ...scoreMetrics,
  ...labelMetrics,
  ...regressionMetrics,
  ...devianceMetrics,
  ...multilabelMetrics,
  ...rankingMetrics,
  ...forecastMetrics,
  ...quantileMetrics,
}

/** What is gated when the config lists no metric. Each has a test that works row by row and does not depend on a threshold, where there is one. */
export const primaryMetric = {
  binary: 'roc_auc',
  multiclass: 'accuracy',
  regression: 'rmse',
  multilabel: 'f1',
  ranking: 'ndcg',
  forecasting: 'wape',
} as const satisfies Record<ScoredTask, string>

/** The primary metric that these scores can have. */
export function usualMetric(scores: Scores): string {
  if (scores.task === 'binary' && scores.score === null) return 'accuracy'
  if (scores.task === 'forecasting' && scores.scale !== null) return 'mase'
  return primaryMetric[scores.task]
}

/** Every name that `usualMetric` may say of scores of this task; a task that is not written is inferred, and is a plain one. */
export const usualMetrics = (task: Task | null): readonly string[] => {
  if (task === null) return [...new Set(plainTasks.flatMap(usualMetrics))]
  if (!isScoredTask(task)) return []
  return [primaryMetric[task], ...(task === 'binary' ? ['accuracy'] : task === 'forecasting' ? ['mase'] : [])]
}

const plainTasks: readonly PlainTask[] = ['binary', 'multiclass', 'regression']
export const scoredTasks: readonly ScoredTask[] = ['binary', 'multiclass', 'regression', 'multilabel', 'ranking', 'forecasting']

export const isScoredTask = (task: Task): task is ScoredTask => scoredTasks.some((one) => one === task)
export const isPlainTask = (task: Task): task is PlainTask => plainTasks.some((one) => one === task)

export const metricTasks = (metric: Metric): readonly ScoredTask[] => scoredTasks.filter((task) => metric.of[task] !== undefined)
export const metricNames = (task: ScoredTask): readonly string[] =>
  Object.keys(metrics).filter((name) => metrics[name]?.of[task] !== undefined)

/**
 * A metric on the rows of one model. A metric that the task does not have is an undefined one.
 * @throws RangeError on a parameter that the metric does not have or that cannot be
 */
export function sampleOf(metric: Metric, view: View, given: Params = {}): Sample {
  const params = paramsOf(metric, given)
  const sample = compute(metric, view, params)
  // nothing that is no number leaves this function as one
  if (sample.value.value !== null && !Number.isFinite(sample.value.value)) return plain(undefinedBecause('the value is not finite'))
  return bounded(sample, metric.range)
}

/** A mean of rows lies within the ends of its metric wherever they lie, so none of them lies beyond. */
function bounded(sample: Sample, range: Metric['range']): Sample {
  return sample.kind === 'mean' && range?.every(Number.isFinite) ? { within: range, ...sample } : sample
}

/** Why a parameter cannot be what was written, or null. */
export function paramProblem(metric: Metric, key: string, value: number | string): string | null {
  const param = metric.takes[key]
  if (!param) return `it has no parameter ${key}`
  return param.fits(value) ? null : `${key} is ${param.says}`
}

function paramsOf(metric: Metric, given: Params): Params {
  for (const [key, value] of Object.entries(given)) {
    const problem = paramProblem(metric, key, value)
    if (problem !== null) throw new RangeError(problem)
  }
  return { ...metric.params, ...given }
}

function compute(metric: Metric, view: View, params: Params): Sample {
  if (view.n === 0) return plain(undefinedBecause('there are no rows'))
  const { class: named = '', horizon = 0 } = params
  if (named !== '' || horizon !== 0) return ofPart(metric, view, params, String(named), Number(horizon))
  switch (view.task) {
    case 'binary':
      return metric.of.binary?.(view, params) ?? none(view.task)
    case 'multiclass':
      return metric.of.multiclass?.(view, params) ?? none(view.task)
    case 'regression':
      return metric.of.regression?.(view, params) ?? none(view.task)
    case 'multilabel':
      return metric.of.multilabel?.(view, params) ?? none(view.task)
    case 'ranking':
      return metric.of.ranking?.(view, params) ?? none(view.task)
    case 'forecasting':
      return metric.of.forecasting?.(view, params) ?? none(view.task)
  }
}

/** One class or label against the rest, or the rows of one horizon. */
function ofPart(metric: Metric, view: View, params: Params, named: string, horizon: number): Sample {
  const { class: _, horizon: __, ...rest } = params
  if (named !== '' && (view.task === 'multiclass' || view.task === 'multilabel')) {
    const c = (view.task === 'multiclass' ? view.classes : view.labels).indexOf(named)
    return c === -1 ? plain(undefinedBecause('the class that is named does not occur')) : compute(metric, view.against(c), rest)
  }
  if (horizon !== 0 && view.task === 'forecasting') {
    const part = view.ahead(horizon)
    const why =
      view.horizon === null
        ? 'nothing says how many steps ahead a row is: data.horizon is not configured'
        : `there is no row ${horizon} steps ahead`
    return part === null ? plain(undefinedBecause(why)) : compute(metric, part, rest)
  }
  return plain(undefinedBecause(`a ${view.task} task has no ${named === '' ? 'horizon' : 'class to name'}`))
}

const none = (task: ScoredTask) => plain(undefinedBecause(`it is not defined for a ${task} task`))
