/**
 * Calibration error in bins: how far the mean probability of a bin is from the share of yes in it.
 *
 *     ECE = Σ_b (W_b/W) |ȳ_b − p̄_b|          MCE = max_b |ȳ_b − p̄_b|          excess = max(0, ECE − E[ECE])
 *
 * Bins and E[ECE], what chance alone leaves, are those of `stats/`. ECE is biased upwards at small n, more so with many bins; the excess has that taken off.
 * Bins of equal mass are those of the rows as they are, in every draw too. [0, 1], smaller is better.
 * @throws RangeError when a probability is outside [0, 1]
 * Source: Naeini, Cooper & Hauskrecht 2015; classwise: Kull et al. 2019.
 */
import { type Binning, binOf } from '../stats/calibration-bins.ts'
import { excessCalibrationError } from '../stats/expected-calibration-error.ts'
import { weighted } from './metric.ts'
import { defined, type MetricValue, type Sample, undefinedBecause, type Weighted } from './sample.ts'
import type { Rows } from './view.ts'

/** Of each row: 1 or 0, and the probability of 1. */
export interface Promised {
  readonly yes: (i: number) => number
  readonly p: Float64Array
}

export interface Bins {
  readonly bins: number
  readonly binning: Binning
}

export const calibrationError = (view: Rows, promise: Promised, bins: Bins, of: 'error' | 'worst' | 'excess'): Sample =>
  weighted(view, prepared(view, promise, bins, of))

/** Mean over the classes of the error of each. */
export function classwiseError(view: Rows, classes: readonly Promised[], bins: Bins): Sample {
  return weighted(view, (unit) => {
    const each = classes.map((promise) => prepared(view, promise, bins, 'error')(unit))
    return (weights) => {
      const values = each.map((of) => of(weights).value ?? Number.NaN)
      const sum = values.reduce((total, value) => total + value, 0)
      return Number.isFinite(sum) ? defined(sum / values.length) : undefinedBecause('there are no rows')
    }
  })
}

function prepared({ weight }: Rows, { yes, p }: Promised, { bins, binning }: Bins, of: 'error' | 'worst' | 'excess'): Weighted {
  const bin = binOf(p, weight, bins, binning)
  const columns: readonly ((i: number, w: number) => number)[] = [
    (i, w) => w * (yes(i) - (p[i] ?? 0)),
    (_, w) => w,
    // what the excess needs besides
    ...(of === 'excess' ? [(i: number, w: number) => w * (p[i] ?? 0), (_: number, w: number) => w * w] : []),
  ]
  return (unit) => {
    const parts = byUnit(unit, bin, columns, weight, bins)
    const sums = columns.map(() => new Float64Array(bins))
    return (weights) => {
      for (const [j, into] of sums.entries()) {
        into.fill(0)
        const values = parts.values[j] ?? new Float64Array()
        for (let e = 0; e < parts.bin.length; e++) {
          const b = parts.bin[e] ?? 0
          into[b] = (into[b] ?? 0) + (weights[parts.unit[e] ?? 0] ?? 0) * (values[e] ?? 0)
        }
      }
      return read(sums, of)
    }
  }
}

function read([gaps, sizes, chances, squares]: readonly Float64Array[], of: 'error' | 'worst' | 'excess'): MetricValue {
  if (!gaps || !sizes) return undefinedBecause('there are no rows')
  let sum = 0
  let most = 0
  let total = 0
  for (const [b, size] of sizes.entries()) {
    const distance = Math.abs(gaps[b] ?? 0)
    total += size
    sum += distance
    if (size > 0) most = Math.max(most, distance / size)
  }
  if (total === 0) return undefinedBecause('there are no rows')
  if (of === 'worst') return defined(most)
  if (of === 'error') return defined(sum / total)
  const bins = [...sizes].map((weight, b) => ({
    weight,
    squares: squares?.[b] ?? 0,
    mean: weight > 0 ? Math.min(1, (chances?.[b] ?? 0) / weight) : 0,
  }))
  return defined(excessCalibrationError(sum / total, bins))
}

function addTo(into: Float64Array, places: Uint32Array, column: (i: number, w: number) => number, weight: Float64Array | null): void {
  for (let i = 0; i < places.length; i++) {
    const at = places[i] ?? 0
    into[at] = (into[at] ?? 0) + column(i, weight ? (weight[i] ?? 0) : 1)
  }
}

/** Sums of the rows of each unit in each bin, where there are any: once, so that a draw does not pass over the rows. */
function byUnit(
  unit: Uint16Array,
  bin: Uint16Array,
  columns: readonly ((i: number, w: number) => number)[],
  weight: Float64Array | null,
  bins: number,
) {
  let units = 1
  for (let i = 0; i < unit.length; i++) units = Math.max(units, (unit[i] ?? 0) + 1)
  const filled = new Uint8Array(units * bins)
  const sums = columns.map(() => new Float64Array(units * bins))
  const places = new Uint32Array(bin.length)
  for (let i = 0; i < bin.length; i++) {
    const at = (unit[i] ?? 0) * bins + (bin[i] ?? 0)
    places[i] = at
    filled[at] = 1
  }
  for (const [j, column] of columns.entries()) addTo(sums[j] ?? new Float64Array(), places, column, weight)
  const kept = Uint32Array.from(filled.keys()).filter((at) => filled[at] === 1)
  return {
    unit: Uint16Array.from(kept, (at) => Math.floor(at / bins)),
    bin: Uint16Array.from(kept, (at) => at % bins),
    values: sums.map((into) => Float64Array.from(kept, (at) => into[at] ?? 0)),
  }
}
