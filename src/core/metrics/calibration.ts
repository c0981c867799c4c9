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
import { type Binning, binOf, reliabilityBins } from '../stats/calibration-bins.ts'
import { meanSigned, type SignedRows, signedRows } from '../stats/calibration-signs.ts'
import { weightedMean } from '../stats/clusters.ts'
import { excessCalibrationError } from '../stats/expected-calibration-error.ts'
import { weighted } from './row-samples.ts'
import { defined, type Gap, type MetricValue, type Sample, undefinedBecause, type Weighted } from './sample.ts'
import type { Rows } from './view.ts'

/** Of each row: 1 or 0, and the probability of 1. */
export interface Promised {
  readonly y: Uint8Array
  readonly p: Float64Array
}

export interface Bins {
  readonly bins: number
  readonly binning: Binning
}

export function calibrationError(view: Rows, promise: Promised, bins: Bins, of: 'error' | 'worst' | 'excess'): Sample {
  const sample = weighted(view, prepared(view, promise, bins, of))
  if (sample.kind !== 'weighted') return sample
  if (of !== 'worst') return { ...sample, signed: () => ({ ...signedOf(view, promise, bins), heavy: view.weight }) }
  return { ...sample, gaps: () => gapsOf(view, promise, bins) }
}

function signedOf(view: Rows, { y, p }: Promised, of: Bins): SignedRows {
  const { weight, unit } = view
  return signedRows(y, p, binnedOnce(view, { y, p }, of).bin, of.bins, weight, unit)
}

/** Of the bins that have rows which count. */
function gapsOf(view: Rows, { y, p }: Promised, of: Bins): readonly Gap[] {
  const { weight, unit } = view
  if (!weight && !unit) {
    return reliabilityBins(y, p, null, of.bins, of.binning).map(({ rows, observed, mean }) => ({
      rows,
      promised: mean,
      share: Math.round(observed * rows),
    }))
  }
  return rowsByBin(binnedOnce(view, { y, p }, of).bin, of.bins).flatMap((rows) => {
    const take = (values: ArrayLike<number>) => Float64Array.from(rows, (i) => values[i] ?? 0)
    const heavy = weight && take(weight)
    if (rows.length === 0 || heavy?.every((w) => w === 0)) return []
    const codes = unit && Int32Array.from(rows, (i) => unit[i] ?? 0)
    return [{ rows: rows.length, promised: weightedMean(take(p), heavy, codes).mean, share: weightedMean(take(y), heavy, codes) }]
  })
}

function rowsByBin(bin: Uint16Array, bins: number): readonly Uint32Array[] {
  const sizes = new Uint32Array(bins)
  for (let i = 0; i < bin.length; i++) sizes[bin[i] ?? 0] = (sizes[bin[i] ?? 0] ?? 0) + 1
  const rows = Array.from(sizes, (size) => new Uint32Array(size))
  for (let i = bin.length - 1; i >= 0; i--) {
    const b = bin[i] ?? 0
    const at = (sizes[b] ?? 0) - 1
    sizes[b] = at
    const own = rows[b]
    if (own) own[at] = i
  }
  return rows
}

/** Mean over the classes of the error of each. */
export function classwiseError(view: Rows, classes: readonly Promised[], bins: Bins): Sample {
  const sample = weighted(view, (unit) => {
    const each = classes.map((promise) => prepared(view, promise, bins, 'error')(unit))
    return (weights) => {
      const values = each.map((of) => of(weights).value ?? Number.NaN)
      const sum = values.reduce((total, value) => total + value, 0)
      return Number.isFinite(sum) ? defined(sum / values.length) : undefinedBecause('there are no rows')
    }
  })
  const signed = () => ({ ...meanSigned(classes.map((promise) => signedOf(view, promise, bins))), heavy: view.weight })
  return sample.kind === 'weighted' ? { ...sample, signed } : sample
}

function prepared(view: Rows, promise: Promised, bins: Bins, of: 'error' | 'worst' | 'excess'): Weighted {
  const { binned } = binnedOnce(view, promise, bins)
  return (unit) => {
    const parts = binned(unit)
    // what the excess needs besides
    const columns = [parts.gaps, parts.sizes, ...(of === 'excess' ? [parts.chances, parts.squares] : [])]
    const sums = columns.map(() => new Float64Array(bins.bins))
    return (weights) => {
      for (const [j, into] of sums.entries()) addDrawn(into.fill(0), columns[j] ?? into, parts, weights)
      return read(sums, of)
    }
  }
}

function addDrawn(into: Float64Array, values: Float64Array, { unit, bin }: Parts, weights: Uint8Array): void {
  for (let e = 0; e < bin.length; e++) {
    const b = bin[e] ?? 0
    into[b] = (into[b] ?? 0) + (weights[unit[e] ?? 0] ?? 0) * (values[e] ?? 0)
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

/** Sums over the rows of each unit in each bin, where there are any: taken once, so that a draw does not pass over the rows. */
interface Parts {
  readonly unit: Uint16Array
  readonly bin: Uint16Array
  /** Σ w (y − p) */
  readonly gaps: Float64Array
  /** Σ w */
  readonly sizes: Float64Array
  /** Σ w p */
  readonly chances: Float64Array
  /** Σ w² */
  readonly squares: Float64Array
}

type Binned = (unit: Uint16Array) => Parts

/** Every error reads the same bins, and the same sums of the rows as they are and as they are drawn: made once for the probabilities, gone with them. */
const kept = new WeakMap<Float64Array, readonly { readonly for: Bins & Pick<Rows, 'weight'> & Promised; readonly made: Made }[]>()

interface Made {
  /** of each row */
  readonly bin: Uint16Array
  readonly binned: Binned
}

function binnedOnce({ weight }: Rows, { y, p }: Promised, { bins, binning }: Bins): Made {
  const others = kept.get(p) ?? []
  const known = others.find(
    (other) => other.for.y === y && other.for.weight === weight && other.for.bins === bins && other.for.binning === binning,
  )
  if (known) return known.made
  const bin = binOf(p, weight, bins, binning)
  let [whole, last]: [Parts | null, { readonly unit: Uint16Array; readonly parts: Parts } | null] = [null, null]
  const binned = (unit: Uint16Array): Parts => {
    const units = unitsIn(unit)
    if (units > 1 && last?.unit === unit) return last.parts
    if (units === 1 && whole) return whole
    const parts = partsOf(unit, units, bin, { y, p }, weight, bins)
    if (units === 1) whole = parts
    else last = { unit, parts }
    return parts
  }
  kept.set(p, [...others, { for: { y, p, weight, bins, binning }, made: { bin, binned } }])
  return { bin, binned }
}

function unitsIn(unit: Uint16Array): number {
  let units = 1
  for (let i = 0; i < unit.length; i++) units = Math.max(units, (unit[i] ?? 0) + 1)
  return units
}

function partsOf(unit: Uint16Array, units: number, bin: Uint16Array, { y, p }: Promised, weight: Float64Array | null, bins: number): Parts {
  const filled = new Uint8Array(units * bins)
  const empty = () => new Float64Array(filled.length)
  const [gaps, sizes, chances, squares] = [empty(), empty(), empty(), empty()]
  for (let i = 0; i < bin.length; i++) {
    const at = (unit[i] ?? 0) * bins + (bin[i] ?? 0)
    const one = p[i] ?? 0
    const w = weight ? (weight[i] ?? 0) : 1
    filled[at] = 1
    gaps[at] = (gaps[at] ?? 0) + w * ((y[i] ?? 0) - one)
    sizes[at] = (sizes[at] ?? 0) + w
    chances[at] = (chances[at] ?? 0) + w * one
    squares[at] = (squares[at] ?? 0) + w * w
  }
  const places = Uint32Array.from(filled.keys()).filter((at) => filled[at] === 1)
  const found = (sums: Float64Array) => Float64Array.from(places, (at) => sums[at] ?? 0)
  return {
    unit: Uint16Array.from(places, (at) => Math.floor(at / bins)),
    bin: Uint16Array.from(places, (at) => at % bins),
    gaps: found(gaps),
    sizes: found(sizes),
    chances: found(chances),
    squares: found(squares),
  }
}
