/**
 * Metrics of numbers. e = ŷ − y. Definitions of scikit-learn, but for MAPE: rows with y = 0 are left out and counted instead of being divided by
 * 2.2e-16, and where they are more than 1 % the value is flagged.
 */
import { loss, type Metric, mean, metric, moments, noRows, number, type Params, share, weighted } from './metric.ts'
import { defined, type MetricValue, plain, ratio, type Sample, undefinedBecause, type Weighted } from './sample.ts'
import type { RegressionView } from './view.ts'

const any = Number.POSITIVE_INFINITY
type Row = (y: number, predicted: number) => number

const perRow =
  (row: (y: number, predicted: number, params: Params) => number) =>
  (view: RegressionView, params: Params): Sample =>
    mean(view.n, (i) => row(view.y[i] ?? 0, view.predicted[i] ?? 0, params))

/** A mean that exists only where every row fulfils a condition. */
const perRowIf = (fits: (y: number, predicted: number) => boolean, because: string, row: Row) => (view: RegressionView) => {
  for (let i = 0; i < view.n; i++) if (!fits(view.y[i] ?? 0, view.predicted[i] ?? 0)) return plain(undefinedBecause(because))
  return mean(view.n, (i) => row(view.y[i] ?? 0, view.predicted[i] ?? 0))
}

const sums = (columns: readonly Row[], of: (sums: Float64Array, rows: number) => MetricValue) => (view: RegressionView) =>
  moments(
    view.n,
    columns.map((column) => (i: number) => column(view.y[i] ?? 0, view.predicted[i] ?? 0)),
    of,
  )

const square = (x: number) => x * x
const centre = (values: Float64Array) => values.reduce((sum, x) => sum + x, 0) / values.length

/** 1 − error/spread, spread about the mean of y; sums of y are taken about a fixed centre so that they do not cancel. */
const explained = (about: 'zero' | 'mean') => (view: RegressionView) => {
  const middle = view.n === 0 ? 0 : centre(view.y)
  return sums(
    [(y, p) => square(y - p), (y, p) => y - p, (y) => y - middle, (y) => square(y - middle)],
    ([e2 = 0, e = 0, y = 0, y2 = 0], n) => {
      if (n < 2) return undefinedBecause('one row has no variance')
      const total = y2 - (y * y) / n
      if (total <= 1e-14 * y2 || y2 <= 1e-28 * n * square(middle)) return undefinedBecause('the truth is constant')
      return defined(1 - (about === 'zero' ? e2 : e2 - (e * e) / n) / total)
    },
  )(view)
}

/** Smallest value with at least half the weight at or below it; the mean of two where exactly half lies there. */
function medianOf(values: Float64Array): Weighted {
  const order = Uint32Array.from(values.keys()).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0))
  const sorted = Float64Array.from(order, (row) => values[row] ?? 0)
  return (unitOf) => {
    const unit = Uint16Array.from(order, (row) => unitOf[row] ?? 0)
    return (weights) => {
      let all = 0
      for (let at = 0; at < unit.length; at++) all += weights[unit[at] ?? 0] ?? 0
      const half = all / 2
      let seen = 0
      for (let at = 0; at < unit.length; at++) {
        const w = weights[unit[at] ?? 0] ?? 0
        seen += w
        if (w === 0 || seen < half) continue
        const low = sorted[at] ?? 0
        if (seen > half) return defined(low)
        let next = at + 1
        while (next < unit.length && (weights[unit[next] ?? 0] ?? 0) === 0) next += 1
        return defined((low + (sorted[next] ?? low)) / 2)
      }
      return undefinedBecause('there are no rows')
    }
  }
}
const ALL = Uint8Array.of(1)

function mape(view: RegressionView): Sample {
  const kept = Uint32Array.from([...view.y.keys()].filter((i) => view.y[i] !== 0))
  if (kept.length === 0) return view.n === 0 ? noRows : plain(undefinedBecause('the truth is 0 in every row'))
  const sample = mean(kept.length, (j) =>
    Math.abs(((view.predicted[kept[j] ?? 0] ?? 0) - (view.y[kept[j] ?? 0] ?? 0)) / (view.y[kept[j] ?? 0] ?? 1)),
  )
  const left = view.n - kept.length
  if (left <= 0.01 * view.n) return sample
  return {
    ...sample,
    value: undefinedBecause(`the truth is 0 in ${left} of ${view.n} rows, which have no relative error`, sample.value.value),
  }
}

const xlogy = (x: number, ratioToOne: number) => (x === 0 ? 0 : x * Math.log(ratioToOne))

export const regressionMetrics = {
  mae: loss({
    summary: 'mean absolute error',
    needs: 'values',
    shown: ['regression'],
    of: { regression: perRow((y, p) => Math.abs(p - y)) },
  }),
  mse: loss({ summary: 'mean squared error', needs: 'values', of: { regression: perRow((y, p) => square(p - y)) } }),
  rmse: loss({
    summary: 'root of the mean squared error',
    needs: 'values',
    shown: ['regression'],
    of: { regression: sums([(y, p) => square(p - y)], ([e2 = 0], n) => defined(Math.sqrt(e2 / n))) },
  }),
  medae: loss({
    summary: 'median absolute error',
    needs: 'values',
    shown: ['regression'],
    of: {
      regression: (view) => {
        const errors = Float64Array.from(view.y, (y, i) => Math.abs((view.predicted[i] ?? 0) - y))
        return weighted(view.n, medianOf(errors))
      },
    },
  }),
  max_error: loss({
    summary: 'largest absolute error; has no interval, because no sample shows the largest',
    needs: 'values',
    of: {
      regression: (view) =>
        view.n === 0 ? noRows : plain(defined(view.y.reduce((most, y, i) => Math.max(most, Math.abs((view.predicted[i] ?? 0) - y)), 0))),
    },
  }),
  r2: metric({
    summary: 'coefficient of determination, 1 − SSE/SST; undefined where the truth is constant',
    direction: 'higher',
    range: [-any, 1],
    unit: '',
    needs: 'values',
    shown: ['regression'],
    of: { regression: explained('zero') },
  }),
  explained_variance: metric({
    summary: 'r2 that forgives a constant bias',
    direction: 'higher',
    range: [-any, 1],
    unit: '',
    needs: 'values',
    of: { regression: explained('mean') },
  }),
  mape: loss({ summary: 'mean of |e|/|y| over rows with y ≠ 0', needs: 'values', of: { regression: mape } }),
  smape: loss({
    summary: 'mean of 2|e|/(|y| + |ŷ|), 0/0 = 0',
    range: [0, 2],
    needs: 'values',
    of: { regression: perRow((y, p) => (y === p ? 0 : (2 * Math.abs(p - y)) / (Math.abs(y) + Math.abs(p)))) },
  }),
  wape: loss({
    summary: 'Σ|e| / Σ|y|',
    needs: 'values',
    of: {
      regression: sums([(y, p) => Math.abs(p - y), (y) => Math.abs(y)], ([e = 0, y = 0]) =>
        ratio(e, y, 'the truth is 0 in every row', null),
      ),
    },
  }),
  rmsle: loss({
    summary: 'rmse of log(1 + y); needs y and ŷ above −1',
    needs: 'values',
    of: {
      regression: (view) => {
        if (view.y.some((y) => y <= -1) || view.predicted.some((p) => p <= -1)) return plain(undefinedBecause('a value is −1 or less'))
        return sums([(y, p) => square(Math.log1p(p) - Math.log1p(y))], ([e2 = 0], n) => defined(Math.sqrt(e2 / n)))(view)
      },
    },
  }),
  pinball: loss({
    summary: 'quantile loss at `alpha`',
    needs: 'values',
    takes: { alpha: share(0.5) },
    of: { regression: perRow((y, p, params) => (y >= p ? number(params, 'alpha') * (y - p) : (1 - number(params, 'alpha')) * (p - y))) },
  }),
  poisson_deviance: loss({
    summary: 'mean Poisson deviance; needs y ≥ 0 and ŷ > 0',
    needs: 'values',
    of: {
      regression: perRowIf(
        (y, p) => y >= 0 && p > 0,
        'a truth is negative or a prediction is not positive',
        (y, p) => 2 * (xlogy(y, y / p) - y + p),
      ),
    },
  }),
  gamma_deviance: loss({
    summary: 'mean gamma deviance; needs y > 0 and ŷ > 0',
    needs: 'values',
    of: {
      regression: perRowIf(
        (y, p) => y > 0 && p > 0,
        'a truth or a prediction is not positive',
        (y, p) => 2 * (Math.log(p / y) + y / p - 1),
      ),
    },
  }),
  bias: loss({
    floor: false,
    summary: 'absolute value of the mean error',
    needs: 'values',
    of: { regression: sums([(y, p) => p - y], ([e = 0], n) => defined(Math.abs(e / n))) },
  }),
  d2_absolute_error: metric({
    summary: '1 − mae/mae of the median of y',
    direction: 'higher',
    range: [-any, 1],
    unit: '',
    needs: 'values',
    of: {
      regression: (view) => {
        const middle = medianOf(view.y)(new Uint16Array(view.n))(ALL).value ?? 0
        return sums([(y, p) => Math.abs(p - y), (y) => Math.abs(y - middle)], ([e = 0, y = 0], n) => {
          if (n < 2) return undefinedBecause('one row has no spread')
          return y === 0 ? undefinedBecause('the truth is constant') : defined(1 - e / y)
        })(view)
      },
    },
  }),
} as const satisfies Record<string, Metric>
