/**
 * Metrics of numbers. e = ŷ − y. Definitions of scikit-learn, but for MAPE: rows with y = 0 are left out and counted instead of being divided by
 * 2.2e-16, and where they are more than 1 % the value is flagged.
 */

import { loss, type Metric, metric } from './metric.ts'
import { type Params, share } from './params.ts'
import { quantileOf } from './quantile.ts'
import { quantilePinball } from './quantile-metrics.ts'
import { distanceOfMean, mean, meanNow, moments, noRows, rootOfMean, weighted } from './row-samples.ts'
import { defined, type MetricValue, plain, ratio, type Sample, undefinedBecause } from './sample.ts'
import { ofErrors, unseenErrors } from './unseen.ts'
import type { ForecastingView, RegressionView } from './view.ts'

const any = Number.POSITIVE_INFINITY
type Row = (y: number, predicted: number) => number
/** One number a row: forecasts have the same errors. */
type NumberView = RegressionView | ForecastingView
const of = (make: (view: NumberView, params: Params) => Sample): Metric['of'] => ({ regression: make, forecasting: make })

const perRow =
  (row: (y: number, predicted: number, params: Params) => number) =>
  (view: NumberView, params: Params): Sample =>
    mean(view, (i) => row(view.y[i] ?? 0, view.predicted[i] ?? 0, params))

const sums = (columns: readonly Row[], read: (sums: Float64Array, rows: number) => MetricValue) => (view: NumberView) =>
  moments(
    view,
    columns.map((column) => (i: number) => column(view.y[i] ?? 0, view.predicted[i] ?? 0)),
    read,
  )

const square = (x: number) => x * x

/** 1 − error/spread, spread about the mean of y; sums of y are taken about a fixed centre so that they do not cancel. */
const explained = (about: 'zero' | 'mean') => (view: NumberView) => {
  if (view.n < 2) return plain(undefinedBecause('one row has no variance'))
  const middle = meanNow(view.y, view.weight)
  const sample = sums(
    [(y, p) => square(y - p), (y, p) => y - p, (y) => y - middle, (y) => square(y - middle)],
    ([e2 = 0, e = 0, y = 0, y2 = 0], n) => {
      const total = y2 - (y * y) / n
      if (total <= 1e-14 * y2 || y2 <= 1e-28 * n * square(middle)) return undefinedBecause('the truth is constant')
      return defined(1 - (about === 'zero' ? e2 : e2 - (e * e) / n) / total)
    },
  )(view)
  if (sample.kind !== 'moments' || view.weight) return sample
  return { ...sample, unseen: () => ofErrors(sample.columns, sample.of, view.unit) }
}

function mape(view: NumberView): Sample {
  const kept = Uint32Array.from([...view.y.keys()].filter((i) => view.y[i] !== 0))
  if (kept.length === 0) return view.n === 0 ? noRows : plain(undefinedBecause('the truth is 0 in every row'))
  const left = view.n - kept.length
  const sample = {
    ...mean(view, (i) => Math.abs(((view.predicted[i] ?? 0) - (view.y[i] ?? 0)) / (view.y[i] ?? 1)), left === 0 ? null : kept),
    excluded: left === 0 ? null : { count: left, because: 'rows have a truth of 0, and no relative error' },
  }
  if (left <= 0.01 * view.n) return sample
  return {
    ...sample,
    value: undefinedBecause(`the truth is 0 in ${left} of ${view.n} rows, which have no relative error`, sample.value.value),
  }
}

export const regressionMetrics = {
  mae: loss({
    summary: 'mean absolute error',
    needs: 'values',
    shown: ['regression', 'forecasting'],
    of: of(perRow((y, p) => Math.abs(p - y))),
  }),
  mse: loss({
    summary: 'mean squared error',
    needs: 'values',
    of: of((view, params) => unseenErrors(view, perRow((y, p) => square(p - y))(view, params))),
  }),
  rmse: loss({
    summary: 'root of the mean squared error',
    needs: 'values',
    shown: ['regression', 'forecasting'],
    of: of((view) =>
      unseenErrors(
        view,
        rootOfMean(view, (i) => square((view.predicted[i] ?? 0) - (view.y[i] ?? 0))),
      ),
    ),
  }),
  medae: loss({
    summary: 'median absolute error',
    endless: false,
    needs: 'values',
    shown: ['regression'],
    of: of((view) => {
      const errors = Float64Array.from(view.y, (y, i) => Math.abs((view.predicted[i] ?? 0) - y))
      return weighted(view, quantileOf(errors, view.weight, 0.5))
    }),
  }),
  max_error: loss({
    summary: 'largest absolute error; has no interval, because no sample shows the largest',
    tested: false,
    needs: 'values',
    of: of((view) => {
      if (view.weight !== null) return plain(undefinedBecause('the largest error has no form with weights'))
      return view.n === 0
        ? noRows
        : plain(defined(view.y.reduce((most, y, i) => Math.max(most, Math.abs((view.predicted[i] ?? 0) - y)), 0)))
    }),
  }),
  r2: metric({
    summary: 'coefficient of determination, 1 − SSE/SST; undefined where the truth is constant',
    direction: 'higher',
    range: [-any, 1],
    unit: '',
    needs: 'values',
    shown: ['regression'],
    of: of(explained('zero')),
  }),
  explained_variance: metric({
    summary: 'r2 that forgives a constant bias',
    direction: 'higher',
    range: [-any, 1],
    unit: '',
    needs: 'values',
    of: of(explained('mean')),
  }),
  mape: loss({ summary: 'mean of |e|/|y| over rows with y ≠ 0', needs: 'values', of: of(mape) }),
  smape: loss({
    summary: 'mean of 2|e|/(|y| + |ŷ|), 0/0 = 0',
    range: [0, 2],
    needs: 'values',
    of: of(perRow((y, p) => (y === p ? 0 : (2 * Math.abs(p - y)) / (Math.abs(y) + Math.abs(p))))),
  }),
  wape: loss({
    summary: 'Σ|e| / Σ|y|',
    needs: 'values',
    shown: ['forecasting'],
    of: of(sums([(y, p) => Math.abs(p - y), (y) => Math.abs(y)], ([e = 0, y = 0]) => ratio(e, y, 'the truth is 0 in every row', null))),
  }),
  rmsle: loss({
    summary: 'rmse of log(1 + y); needs y and ŷ above −1',
    needs: 'values',
    of: of((view) => {
      if (view.y.some((y) => y <= -1) || view.predicted.some((p) => p <= -1)) return plain(undefinedBecause('a value is −1 or less'))
      return rootOfMean(view, (i) => square(Math.log1p(view.predicted[i] ?? 0) - Math.log1p(view.y[i] ?? 0)))
    }),
  }),
  pinball: loss({
    summary: 'quantile loss at `alpha`: of the quantile at that level where the model gives one, else of its prediction',
    needs: 'values',
    takes: { alpha: share(0.5) },
    of: of(quantilePinball),
  }),
  bias: loss({
    floor: false,
    summary: 'absolute value of the mean error',
    needs: 'values',
    shown: ['forecasting'],
    of: of((view) => distanceOfMean(view, (i) => (view.predicted[i] ?? 0) - (view.y[i] ?? 0), 0)),
  }),
} as const satisfies Record<string, Metric>
