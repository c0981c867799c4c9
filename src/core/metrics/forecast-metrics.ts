/**
 * Metrics that only a forecast has, as entries of the table. e = ŷ − y; formulas in forecast.ts, those of quantiles here.
 *
 *     mase = mean |e_i| / scale of its series        rmsse = √ mean e_i² / squared scale of its series
 *     pinball of level τ: τ(y − q) where y ≥ q, else (1 − τ)(q − y);  quantile_loss: its mean over levels;  crps = 2 · quantile_loss
 *     interval_coverage: share of truths in [q at (1 − level)/2, q at (1 + level)/2];  coverage_gap = |that − level|
 *
 * Every series is measured on its own naive error, so that no series drowns the others. mase and rmsse: [0, ∞), smaller is better, below 1 is better
 * than repeating the last season; undefined without training rows, and where a training series repeats itself (scale 0). Coverage should
 * be `level`, neither less nor more: gate `coverage_gap`, and `interval_width` beside it. Undefined without quantiles at both ends.
 * The series is the unit that is resampled where no group is given; losses are per row, in the order of the rows, for Diebold–Mariano.
 */
import { crpsPerRow } from './forecast.ts'
import { distanceOfMean, loss, type Metric, mean, metric, number, type Params, proportion, rootOfMean, share } from './metric.ts'
import { pinball } from './quantile.ts'
import { plain, type Sample, undefinedBecause } from './sample.ts'
import type { ForecastingView } from './view.ts'

const at = (values: Float64Array, i: number) => values[i] ?? 0
const error = (view: ForecastingView, i: number) => at(view.predicted, i) - at(view.y, i)

/** Scale of each row's series, or why there is none. */
function scales(view: ForecastingView, key: 'absolute' | 'squared'): Float64Array | string {
  const { scale, series, n } = view
  if (scale === null) return 'the training rows of the series are not known'
  const found = new Float64Array(n)
  for (let i = 0; i < n; i++) {
    const own = scale[series?.[i] ?? 0]
    if (!own || own.pairs === 0) return 'a training series is no longer than a season'
    if (own[key] === 0) return 'a training series repeats itself: its naive forecast has no error'
    found[i] = own[key]
  }
  return found
}

const scaled = (key: 'absolute' | 'squared', make: (view: ForecastingView, scale: Float64Array) => Sample) => (view: ForecastingView) => {
  const scale = scales(view, key)
  return typeof scale === 'string' ? plain(undefinedBecause(scale)) : make(view, scale)
}

/** Column of quantiles at a level; levels are decimal fractions, and (1 − 0.8)/2 is not 0.1 to the last bit. */
const columnAt = ({ quantiles }: ForecastingView, level: number): number =>
  quantiles ? quantiles.levels.findIndex((one) => Math.abs(one - level) < 1e-9) : -1

/** Pinball loss at `alpha`, of the quantile at that level where the model gives one, else of its prediction. */
export function forecastPinball(view: ForecastingView, params: Params): Sample {
  const alpha = number(params, 'alpha')
  const column = columnAt(view, alpha)
  const width = view.quantiles?.levels.length ?? 0
  return mean(view, (i) => {
    const said = view.quantiles && column >= 0 ? at(view.quantiles.values, i * width + column) : at(view.predicted, i)
    return pinball(alpha, at(view.y, i), said)
  })
}

const ofInterval =
  (make: (view: ForecastingView, low: (i: number) => number, high: (i: number) => number, level: number) => Sample) =>
  (view: ForecastingView, params: Params): Sample => {
    const level = number(params, 'level')
    const ends = [(1 - level) / 2, (1 + level) / 2].map((tail) => columnAt(view, tail))
    const [low = -1, high = -1] = ends
    const { quantiles } = view
    if (!quantiles || low < 0 || high < 0) return plain(undefinedBecause('the model gives no quantiles at both ends of that interval'))
    const width = quantiles.levels.length
    const low_ = (i: number) => at(quantiles.values, i * width + low)
    const high_ = (i: number) => at(quantiles.values, i * width + high)
    for (let i = 0; i < view.n; i++) if (low_(i) > high_(i)) return plain(undefinedBecause('an interval ends before it begins'))
    return make(view, low_, high_, level)
  }

const level = { level: share(0.8) }

const quantileLoss = (factor: number) => (view: ForecastingView) => {
  const { quantiles, y } = view
  if (!quantiles) return plain(undefinedBecause('the model gives no quantiles'))
  const rows = crpsPerRow(y, quantiles.values, quantiles.levels)
  return mean(view, (i) => factor * at(rows, i))
}

export const forecastMetrics = {
  mase: loss({
    summary: "mean absolute error against that of each series' naive forecast on its training rows",
    needs: 'values',
    shown: ['forecasting'],
    of: { forecasting: scaled('absolute', (view, scale) => mean(view, (i) => Math.abs(error(view, i)) / at(scale, i))) },
  }),
  rmsse: loss({
    summary: "root of the mean squared error against that of each series' naive forecast on its training rows",
    needs: 'values',
    of: {
      forecasting: scaled('squared', (view, scale) => rootOfMean(view, (i) => error(view, i) ** 2 / at(scale, i))),
    },
  }),
  crps: loss({
    summary: 'continuous ranked probability score from quantiles: twice the mean pinball loss of their levels',
    needs: 'scores',
    of: { forecasting: quantileLoss(1) },
  }),
  quantile_loss: loss({
    summary: 'mean pinball loss over the levels of the quantiles',
    needs: 'scores',
    of: { forecasting: quantileLoss(0.5) },
  }),
  interval_coverage: metric({
    floor: false,
    summary: 'share of truths inside the interval of `level`; should be `level`, so gate coverage_gap',
    direction: 'higher',
    needs: 'scores',
    takes: level,
    of: {
      forecasting: ofInterval((view, low, high) =>
        proportion(view, (i) => low(i) <= at(view.y, i) && at(view.y, i) <= high(i), null, 'there are no rows'),
      ),
    },
  }),
  coverage_gap: metric({
    floor: false,
    summary: 'distance of interval_coverage from `level`',
    direction: 'lower',
    needs: 'scores',
    takes: level,
    of: {
      forecasting: ofInterval((view, low, high, wanted) =>
        distanceOfMean(view, (i) => (low(i) <= at(view.y, i) && at(view.y, i) <= high(i) ? 1 : 0), wanted),
      ),
    },
  }),
  interval_width: loss({
    floor: false,
    summary: 'mean width of the interval of `level`',
    needs: 'scores',
    takes: level,
    of: { forecasting: ofInterval((view, low, high) => mean(view, (i) => high(i) - low(i))) },
  }),
} as const satisfies Record<string, Metric>
