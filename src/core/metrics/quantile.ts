/**
 * Quantile of weighted values: the smallest with at least the share τ of the weight at or below it; the mean of it and the next where exactly that
 * share lies there ("averaged inverted CDF"). τ in (0, 1). O(n log n) once, then O(n) a draw.
 * Source: Hyndman & Fan 1996, definition 2; scikit-learn's `_weighted_percentile(average=True)`.
 */
import { defined, undefinedBecause, type Weighted } from './sample.ts'

export function quantileOf(values: Float64Array, weight: Float64Array | null, level: number): Weighted {
  const order = Uint32Array.from(values.keys()).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0))
  const sorted = Float64Array.from(order, (row) => values[row] ?? 0)
  const own = weight && Float64Array.from(order, (row) => weight[row] ?? 0)
  return (unitOf) => {
    const unit = Uint16Array.from(order, (row) => unitOf[row] ?? 0)
    return (weights) => {
      const weightAt = (at: number) => (weights[unit[at] ?? 0] ?? 0) * (own ? (own[at] ?? 0) : 1)
      let all = 0
      for (let at = 0; at < unit.length; at++) all += weightAt(at)
      const share = level * all
      const near = own ? 1e-15 * all : 0 // sums of real weights are not exact
      let seen = 0
      for (let at = 0; at < unit.length; at++) {
        const w = weightAt(at)
        seen += w
        if (w === 0 || seen < share - near) continue
        const low = sorted[at] ?? 0
        if (seen > share + near) return defined(low)
        let next = at + 1
        while (next < unit.length && weightAt(next) === 0) next += 1
        return defined((low + (sorted[next] ?? low)) / 2)
      }
      return undefinedBecause('there are no rows')
    }
  }
}

/** Loss of a quantile at a level: τ(y − q) where y ≥ q, else (1 − τ)(q − y). */
export const pinball = (level: number, y: number, quantile: number): number =>
  y >= quantile ? level * (y - quantile) : (1 - level) * (quantile - y)

/** Of the rows as they are. */
export const quantileNow = (values: Float64Array, weight: Float64Array | null, level: number): number =>
  quantileOf(values, weight, level)(new Uint16Array(values.length))(Uint8Array.of(1)).value ?? Number.NaN
