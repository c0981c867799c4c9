/**
 * Calibration error in equal-width bins: how far the mean probability of a bin is from the share of yes in it.
 *
 *     ECE = Σ_b (n_b/n) |ȳ_b − p̄_b|          MCE = max_b |ȳ_b − p̄_b|
 *
 * Bins are (j/m, (j+1)/m], the first one closed. [0, 1], smaller is better; biased upwards at small n, more so with many bins.
 * @throws RangeError when a probability is outside [0, 1]
 * Source: Naeini, Cooper & Hauskrecht 2015.
 */
import { weighted } from './metric.ts'
import { defined, type Sample, undefinedBecause } from './sample.ts'
import type { Rows } from './view.ts'

export function calibrationError(view: Rows, yes: (i: number) => number, p: (i: number) => number, bins: number, worst: boolean): Sample {
  const { n, weight } = view
  const bin = new Uint16Array(n)
  const gap = new Float64Array(n)
  for (let i = 0; i < n; i++) {
    const probability = p(i)
    if (!(probability >= 0 && probability <= 1)) throw new RangeError('a probability lies outside [0, 1]')
    bin[i] = Math.max(0, Math.ceil(probability * bins) - 1)
    gap[i] = yes(i) - probability
  }
  return weighted(view, (unit) => {
    const parts = byUnit(unit, bin, gap, weight, bins)
    const gaps = new Float64Array(bins)
    const sizes = new Float64Array(bins)
    return (weights) => {
      gaps.fill(0)
      sizes.fill(0)
      let total = 0
      for (let e = 0; e < parts.bin.length; e++) {
        const w = weights[parts.unit[e] ?? 0] ?? 0
        const b = parts.bin[e] ?? 0
        gaps[b] = (gaps[b] ?? 0) + w * (parts.gap[e] ?? 0)
        sizes[b] = (sizes[b] ?? 0) + w * (parts.size[e] ?? 0)
        total += w * (parts.size[e] ?? 0)
      }
      if (total === 0) return undefinedBecause('there are no rows')
      let sum = 0
      let most = 0
      for (let b = 0; b < bins; b++) {
        const distance = Math.abs(gaps[b] ?? 0)
        sum += distance
        if ((sizes[b] ?? 0) > 0) most = Math.max(most, distance / (sizes[b] ?? 1))
      }
      return defined(worst ? most : sum / total)
    }
  })
}

/** Sums of the rows of each unit in each bin, where there are any: once, so that a draw does not pass over the rows. */
function byUnit(unit: Uint16Array, bin: Uint16Array, gap: Float64Array, weight: Float64Array | null, bins: number) {
  const units = unit.reduce((most, u) => Math.max(most, u), 0) + 1
  const gaps = new Float64Array(units * bins)
  const sizes = new Float64Array(units * bins)
  for (let i = 0; i < bin.length; i++) {
    const at = (unit[i] ?? 0) * bins + (bin[i] ?? 0)
    const w = weight ? (weight[i] ?? 0) : 1
    gaps[at] = (gaps[at] ?? 0) + w * (gap[i] ?? 0)
    sizes[at] = (sizes[at] ?? 0) + w
  }
  const filled = Uint32Array.from(sizes.keys()).filter((at) => (sizes[at] ?? 0) > 0)
  return {
    unit: Uint16Array.from(filled, (at) => Math.floor(at / bins)),
    bin: Uint16Array.from(filled, (at) => at % bins),
    gap: Float64Array.from(filled, (at) => gaps[at] ?? 0),
    size: Float64Array.from(filled, (at) => sizes[at] ?? 0),
  }
}
