/**
 * Metrics that only a forecast has, as entries of the table. e = ŷ − y; formulas in forecast.ts.
 *
 *     mase = mean |e_i| / scale of its series        rmsse = √ mean e_i² / squared scale of its series
 *
 * Every series is measured on its own naive error, so that no series drowns the others. mase and rmsse: [0, ∞), smaller is better, below 1 is better
 * than repeating the last season; undefined without training rows, and where a training series repeats itself (scale 0).
 * The series is the unit that is resampled where no group is given; losses are per row, in the order of the rows, for Diebold–Mariano.
 */
import { loss, type Metric } from './metric.ts'
import { mean, rootOfMean } from './row-samples.ts'
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
    if (own?.unknown) return own.unknown
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
} as const satisfies Record<string, Metric>
