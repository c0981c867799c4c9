/** What evaluation reads: per row the truth, the prediction and, where the model gives them, the probabilities. One shape a task. */
import type { NaiveScale } from './forecast.ts'

/** What any task may have besides. */
interface Given {
  /** how much a row counts: finite, not negative, not all 0; null or absent: 1 each */
  readonly weight?: Float64Array | null
  /** code of the unit that is resampled and counted (a route, a patient); null or absent: each row, query or series is one */
  readonly group?: Int32Array | null
  /** what decisions are worth, in money; null or absent: not told */
  readonly worth?: Worth | null
}

/** By truth and prediction, k × k, row by row (binary: no before yes); or, of a yes, by the row, where a no is worth nothing. */
export type Worth = { readonly kind: 'table'; readonly values: Float64Array } | { readonly kind: 'rows'; readonly yes: Float64Array }

export interface BinaryScores extends Given {
  readonly task: 'binary'
  /** 1 = positive */
  readonly y: Uint8Array
  /** P(positive), or any score that rises with it where only order is read; null when the model gives labels only */
  readonly score: Float64Array | null
  readonly predicted: Uint8Array
}

export interface MulticlassScores extends Given {
  readonly task: 'multiclass'
  readonly classes: readonly string[]
  /** index into classes */
  readonly y: Int32Array
  /** n × k, row by row, in the order of classes */
  readonly proba: Float64Array | null
  readonly predicted: Int32Array
}

/** Levels in (0, 1), rising; values n × levels, row by row. */
export interface Quantiles {
  readonly levels: readonly number[]
  readonly values: Float64Array
}

export interface RegressionScores extends Given {
  readonly task: 'regression'
  readonly y: Float64Array
  readonly predicted: Float64Array
  /** null or absent: the model gives none */
  readonly quantiles?: Quantiles | null
}

export interface MultilabelScores extends Given {
  readonly task: 'multilabel'
  readonly labels: readonly string[]
  /** n × k, row by row, in the order of labels; 1 = the label is there */
  readonly y: Uint8Array
  /** n × k: higher where the label is more likely; null when the model gives labels only */
  readonly score: Float64Array | null
  /** n × k */
  readonly predicted: Uint8Array
}

/** A row is an item of the list of one query. */
export interface RankingScores extends Given {
  readonly task: 'ranking'
  /** relevance, not negative; above 0 is relevant */
  readonly y: Float64Array
  /** higher is shown earlier */
  readonly score: Float64Array
  /** code of the query of each row, from 0 on; rows of a query need not lie together. A `weight` is the same in all rows of a query */
  readonly query: Int32Array
  /** code of the item of each row, from 0 on: how much of the catalogue is ever shown; null or absent: not known */
  readonly item?: Int32Array | null
  /** of each row, how often its item was relevant in the training data; null or absent: not known */
  readonly popularity?: Float64Array | null
}

/** A row is one predicted moment of one series. */
export interface ForecastingScores extends Given {
  readonly task: 'forecasting'
  readonly y: Float64Array
  readonly predicted: Float64Array
  /** code of the series of each row, from 0 on; null: there is one */
  readonly series: Int32Array | null
  /** place in time within the series, rising; null: rows lie in the order of time */
  readonly time: Float64Array | null
  /** steps ahead, from 1 on; null: not told */
  readonly horizon: Int32Array | null
  readonly quantiles: Quantiles | null
  /** error of the naive forecast on the training rows of each series, by its code; null: they are not known */
  readonly scale: readonly NaiveScale[] | null
  /** the naive forecast of each row, made from training rows: what a model without features would say; null: not known */
  readonly naive: Float64Array | null
}

/** One label or number a row. */
export type PlainScores = BinaryScores | MulticlassScores | RegressionScores
export type PlainTask = PlainScores['task']
export type Scores = PlainScores | MultilabelScores | RankingScores | ForecastingScores
export type ScoredTask = Scores['task']

/** An error no larger than this can be squared, and its square compared with others. No number of a float32 model is larger. */
export const LARGEST_NUMBER = 1e40

export const rowsOf = (scores: Scores): number =>
  scores.task === 'multilabel' && scores.labels.length > 0 ? Math.ceil(scores.y.length / scores.labels.length) : scores.y.length

/** Code of the unit that is resampled, for each row; null: each row stands for itself. */
export function unitsOf(scores: Scores): Int32Array | null {
  if (scores.group) return scores.group
  if (scores.task === 'ranking') return scores.query
  return scores.task === 'forecasting' ? scores.series : null
}

/**
 * No metric is ever computed from a number that is none.
 * @throws RangeError on NaN or ±Infinity, a class code out of range, a weight that cannot be, or lengths that differ
 */
export function assertScores(scores: Scores): void {
  const n = rowsOf(scores)
  assertOwn(scores, n)
  const { weight, group } = scores
  if (weight) {
    same('weights', weight.length, n)
    finite(weight, 'weight')
    for (let i = 0; i < n; i++) if ((weight[i] ?? 0) < 0) throw new RangeError(`a weight is negative, in place ${i}`)
    if (n > 0 && !weight.some((w) => w > 0)) throw new RangeError('every weight is 0')
  }
  if (group) unit(group, n, 'group')
}

function assertOwn(scores: Scores, n: number): void {
  switch (scores.task) {
    case 'binary':
      same('predictions', scores.predicted.length, n)
      codes(scores.y, 2, 'label')
      codes(scores.predicted, 2, 'prediction')
      if (scores.score) table('scores', 'score', scores.score, n)
      return
    case 'multiclass':
      same('predictions', scores.predicted.length, n)
      codes(scores.y, scores.classes.length, 'label')
      codes(scores.predicted, scores.classes.length, 'prediction')
      if (scores.proba) table('probabilities', 'probability', scores.proba, n * scores.classes.length)
      return
    case 'regression':
      same('predictions', scores.predicted.length, n)
      finite(scores.y, 'label')
      finite(scores.predicted, 'prediction')
      if (scores.quantiles) assertQuantiles(scores.quantiles, n)
      return
    case 'multilabel':
      same('labels', scores.y.length, n * scores.labels.length)
      same('predictions', scores.predicted.length, scores.y.length)
      codes(scores.y, 2, 'label')
      codes(scores.predicted, 2, 'prediction')
      if (scores.score) table('scores', 'score', scores.score, scores.y.length)
      return
    case 'ranking':
      finite(scores.y, 'relevance')
      for (let i = 0; i < n; i++) if ((scores.y[i] ?? 0) < 0) throw new RangeError(`a relevance is negative, in place ${i}`)
      table('scores', 'score', scores.score, n)
      unit(scores.query, n, 'query')
      if (scores.item) unit(scores.item, n, 'item')
      if (scores.popularity) table('popularities', 'popularity', scores.popularity, n)
      return
    case 'forecasting':
      assertForecast(scores, n)
  }
}

function assertForecast({ y, predicted, series, time, horizon, quantiles, scale, naive }: ForecastingScores, n: number): void {
  same('predictions', predicted.length, n)
  finite(y, 'label')
  finite(predicted, 'prediction')
  if (series) unit(series, n, 'series')
  if (time) table('times', 'time', time, n)
  if (horizon) unit(horizon, n, 'horizon')
  if (naive) table('naive forecasts', 'naive forecast', naive, n)
  if (quantiles) assertQuantiles(quantiles, n)
  if (scale && series?.some((code) => code >= scale.length)) throw new RangeError('a series has no scale')
}

function assertQuantiles({ levels, values }: Quantiles, n: number): void {
  if (!levels.every((level, j) => level > (levels[j - 1] ?? 0) && level < 1))
    throw new RangeError('levels of quantiles rise from above 0 to below 1')
  table('quantiles', 'quantile', values, n * levels.length)
}

/**
 * Two models can be compared row by row only on the same rows with the same truth.
 * @throws RangeError when task, classes, length, labels, queries, series, weights or groups differ
 */
export function assertPaired(a: Scores, b: Scores): void {
  if (a.task !== b.task) throw new RangeError(`tasks differ: ${a.task} and ${b.task}`)
  if (a.task === 'multiclass' && b.task === 'multiclass' && a.classes.join('\0') !== b.classes.join('\0'))
    throw new RangeError('classes differ')
  if (a.task === 'multilabel' && b.task === 'multilabel' && a.labels.join('\0') !== b.labels.join('\0'))
    throw new RangeError('labels differ')
  same('rows', b.y.length, a.y.length)
  equal('labels', a.y, b.y)
  equal('weights', a.weight, b.weight)
  equal('groups', a.group, b.group)
  if (a.task === 'ranking' && b.task === 'ranking') equal('queries', a.query, b.query)
  if (a.task === 'forecasting' && b.task === 'forecasting') {
    equal('series', a.series, b.series)
    equal('times', a.time, b.time)
    equal('horizons', a.horizon, b.horizon)
  }
}

type Codes = Uint8Array | Int32Array

function equal(what: string, a: Codes | Float64Array | null | undefined, b: Codes | Float64Array | null | undefined): void {
  if (!a && !b) return
  if (!a || !b || a.length !== b.length) throw new RangeError(`${what} differ`)
  if (a === b) return
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) throw new RangeError(`${what} differ in row ${i}`)
}

function same(what: string, found: number, expected: number): void {
  if (found !== expected) throw new RangeError(`${found} ${what} for ${expected}`)
}

function table(whats: string, what: string, values: Float64Array, expected: number): void {
  same(whats, values.length, expected)
  finite(values, what)
}

function finite(values: Float64Array, what: string): void {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) throw new RangeError(`a ${what} is not finite, in place ${i}`)
}

function codes(values: Codes, count: number, what: string): void {
  for (let i = 0; i < values.length; i++) {
    const code = values[i] ?? -1
    if (code < 0 || code >= count) throw new RangeError(`a ${what} is no class, in place ${i}`)
  }
}

function unit(values: Int32Array, n: number, what: string): void {
  same(`${what} codes`, values.length, n)
  for (let i = 0; i < n; i++) if ((values[i] ?? -1) < 0) throw new RangeError(`a ${what} code is negative, in place ${i}`)
}
