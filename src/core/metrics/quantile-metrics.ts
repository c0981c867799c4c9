/**
 * Metrics of quantiles, which a regression or a forecast may give, as entries of the table. Rows of numbers are in forecast.ts.
 *
 *     pinball of level τ: τ(y − q) where y ≥ q, else (1 − τ)(q − y);  quantile_loss: its mean over levels;  crps = 2 · quantile_loss
 *     interval_coverage: share of truths in [q at (1 − level)/2, q at (1 + level)/2];  coverage_gap = |that − level|
 *
 * Coverage should be `level`, neither less nor more: gate `coverage_gap`, and `interval_width` beside it. Undefined without quantiles at both ends.
 */
import { crpsPerRow } from './forecast.ts'
import { loss, type Metric, metric } from './metric.ts'
import { number, type Params, share } from './params.ts'
import { pinball } from './quantile.ts'
import { distanceOfMean, mean, proportion } from './row-samples.ts'
import { plain, type Sample, undefinedBecause } from './sample.ts'
import type { ForecastingView, RegressionView } from './view.ts'

type QuantileView = RegressionView | ForecastingView
const of = (make: (view: QuantileView, params: Params) => Sample): Metric['of'] => ({ regression: make, forecasting: make })
const at = (values: Float64Array, i: number) => values[i] ?? 0

/** Column of quantiles at a level; levels are decimal fractions, and (1 − 0.8)/2 is not 0.1 to the last bit. */
const columnAt = ({ quantiles }: QuantileView, level: number): number =>
  quantiles ? quantiles.levels.findIndex((one) => Math.abs(one - level) < 1e-9) : -1

/** Pinball loss at `alpha`, of the quantile at that level where the model gives one, else of its prediction. */
export function quantilePinball(view: QuantileView, params: Params): Sample {
  const alpha = number(params, 'alpha')
  const column = columnAt(view, alpha)
  const width = view.quantiles?.levels.length ?? 0
  return mean(view, (i) => {
    const said = view.quantiles && column >= 0 ? at(view.quantiles.values, i * width + column) : at(view.predicted, i)
    return pinball(alpha, at(view.y, i), said)
  })
}

const ofInterval =
  (make: (view: QuantileView, low: (i: number) => number, high: (i: number) => number, level: number) => Sample) =>
  (view: QuantileView, params: Params): Sample => {
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

const quantileLoss = (factor: number) => (view: QuantileView) => {
  const { quantiles, y } = view
  if (!quantiles) return plain(undefinedBecause('the model gives no quantiles'))
  const rows = crpsPerRow(y, quantiles.values, quantiles.levels)
  return mean(view, (i) => factor * at(rows, i))
}

export const quantileMetrics = {
  crps: loss({
    summary: 'continuous ranked probability score from quantiles: twice the mean pinball loss of their levels',
    needs: 'scores',
    of: of(quantileLoss(1)),
  }),
  quantile_loss: loss({
    summary: 'mean pinball loss over the levels of the quantiles',
    needs: 'scores',
    of: of(quantileLoss(0.5)),
  }),
  interval_coverage: metric({
    floor: false,
    summary: 'share of truths inside the interval of `level`; should be `level`, so gate coverage_gap',
    direction: 'higher',
    needs: 'scores',
    takes: level,
    of: of(
      ofInterval((view, low, high) => proportion(view, (i) => low(i) <= at(view.y, i) && at(view.y, i) <= high(i), 'there are no rows')),
    ),
  }),
  coverage_gap: metric({
    floor: false,
    summary: 'distance of interval_coverage from `level`',
    direction: 'lower',
    needs: 'scores',
    takes: level,
    of: of(
      ofInterval((view, low, high, wanted) =>
        distanceOfMean(view, (i) => (low(i) <= at(view.y, i) && at(view.y, i) <= high(i) ? 1 : 0), wanted),
      ),
    ),
  }),
  interval_width: loss({
    floor: false,
    summary: 'mean width of the interval of `level`',
    needs: 'scores',
    takes: level,
    of: of(ofInterval((view, low, high) => mean(view, (i) => high(i) - low(i)))),
  }),
} as const satisfies Record<string, Metric>
