/**
 * Metrics that only a forecast has: errors on the scale of the series' own naive forecast, and intervals.
 *
 *     MASE  = mean |e| / mean |y_t − y_(t−m)|            RMSSE = √(mean e² / mean (y_t − y_(t−m))²)      m: rows of one season, 1 without
 *     coverage = share of truths in [lower, upper]       width = mean (upper − lower)
 *     CRPS ≈ 2 · mean over levels of the pinball loss    of quantile forecasts at those levels
 *
 * The scales come from the training series, not from the test rows: a short test period would make its own scale noise. [0, ∞), smaller is
 * better; below 1 is better than repeating the last season. A constant series has scale 0: undefined. Coverage should be the
 * interval's level, neither more nor less.
 * @throws RangeError when lengths differ, or an interval is turned around
 * Source: Hyndman & Koehler 2006; Gneiting & Raftery 2007 for the CRPS as the integral of the pinball loss.
 */
import { pinball } from './quantile.ts'
import { defined, type MetricValue, undefinedBecause } from './sample.ts'

export interface NaiveScale {
  /** mean |y_t − y_(t−m)| */
  readonly absolute: number
  /** mean (y_t − y_(t−m))² */
  readonly squared: number
  readonly pairs: number
  /** why nothing is known of it */
  readonly unknown?: string
}

/**
 * @param series one series in the order of time; NaN: its place is there and its value is not known, so that no pair is made of it. Add the sums of
 * several with `combinedScale`
 */
export function naiveScale(series: ArrayLike<number>, season = 1): NaiveScale {
  if (!(Number.isInteger(season) && season >= 1)) throw new RangeError(`a season has one row or more, not ${season}`)
  let absolute = 0
  let squared = 0
  let pairs = 0
  for (let t = season; t < series.length; t++) {
    const step = (series[t] ?? Number.NaN) - (series[t - season] ?? Number.NaN)
    if (Number.isNaN(step)) continue
    pairs += 1
    absolute += Math.abs(step)
    squared += step * step
  }
  if (!Number.isFinite(absolute)) throw new RangeError('a value of the series is not finite')
  return { absolute: pairs === 0 ? 0 : absolute / pairs, squared: pairs === 0 ? 0 : squared / pairs, pairs }
}

/** Of several series together: each pair of rows counts once. */
export function combinedScale(scales: readonly NaiveScale[]): NaiveScale {
  const pairs = scales.reduce((sum, scale) => sum + scale.pairs, 0)
  const mean = (key: 'absolute' | 'squared') => (pairs === 0 ? 0 : scales.reduce((sum, scale) => sum + scale.pairs * scale[key], 0) / pairs)
  return { absolute: mean('absolute'), squared: mean('squared'), pairs }
}

export const mase = (meanAbsoluteError: number, { absolute, pairs }: NaiveScale): MetricValue => scaled(meanAbsoluteError, absolute, pairs)

export function rmsse(meanSquaredError: number, { squared, pairs }: NaiveScale): MetricValue {
  const ratio = scaled(meanSquaredError, squared, pairs)
  return ratio.value === null ? ratio : defined(Math.sqrt(ratio.value))
}

function scaled(error: number, scale: number, pairs: number): MetricValue {
  if (pairs === 0) return undefinedBecause('the training series is no longer than a season')
  return scale === 0 ? undefinedBecause('the training series repeats itself: its naive forecast has no error') : defined(error / scale)
}

export function intervalForecast(
  y: ArrayLike<number>,
  lower: ArrayLike<number>,
  upper: ArrayLike<number>,
): { readonly covered: number; readonly coverage: number; readonly width: number } {
  same(y, lower)
  same(y, upper)
  if (y.length === 0) throw new RangeError('there are no rows')
  let covered = 0
  let width = 0
  for (let i = 0; i < y.length; i++) {
    const [low, high, truth] = [lower[i] ?? Number.NaN, upper[i] ?? Number.NaN, y[i] ?? Number.NaN]
    if (!(low <= high)) throw new RangeError('an interval ends before it begins')
    if (low <= truth && truth <= high) covered += 1
    width += high - low
  }
  return { covered, coverage: covered / y.length, width: width / y.length }
}

/** CRPS of each row, from quantile forecasts: n × levels, row by row. Levels evenly spread over (0, 1); their mean is the integral. */
export function crpsPerRow(y: ArrayLike<number>, quantiles: ArrayLike<number>, levels: readonly number[]): Float64Array {
  const k = levels.length
  if (k === 0 || !levels.every((level) => level > 0 && level < 1)) throw new RangeError('a level lies between 0 and 1')
  if (quantiles.length !== y.length * k) throw new RangeError(`${quantiles.length} quantiles for ${y.length} rows of ${k} levels`)
  return Float64Array.from({ length: y.length }, (_, i) => {
    let sum = 0
    for (const [j, level] of levels.entries()) sum += pinball(level, y[i] ?? Number.NaN, quantiles[i * k + j] ?? Number.NaN)
    return (2 * sum) / k
  })
}

function same(a: ArrayLike<number>, b: ArrayLike<number>): void {
  if (a.length !== b.length) throw new RangeError(`${b.length} values for ${a.length} rows`)
}
