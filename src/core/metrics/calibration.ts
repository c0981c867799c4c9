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
  const gaps = new Float64Array(bins)
  const sizes = new Float64Array(bins)
  return weighted(view, (unit) => (weights) => {
    gaps.fill(0)
    sizes.fill(0)
    let total = 0
    for (let i = 0; i < n; i++) {
      const w = (weights[unit[i] ?? 0] ?? 0) * (weight ? (weight[i] ?? 0) : 1)
      const b = bin[i] ?? 0
      gaps[b] = (gaps[b] ?? 0) + w * (gap[i] ?? 0)
      sizes[b] = (sizes[b] ?? 0) + w
      total += w
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
  })
}
