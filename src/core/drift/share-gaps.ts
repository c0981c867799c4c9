/**
 * How far the shares of two histograms lie apart, in plain differences. Shown, not gated.
 *
 *     total variation  ½ Σ |p_j − q_j|          largest  max_j |p_j − q_j|
 *
 * Both in [0, 1]; total variation is the part of the rows that would have to change cell. Biased upwards by sampling.
 * @throws RangeError when lengths differ or a side is empty
 */
import { sizes } from './cells.ts'

export function shareGaps(reference: readonly number[], current: readonly number[]): { totalVariation: number; largest: number } {
  const { n, m } = sizes(reference, current)
  let sum = 0
  let largest = 0
  for (let j = 0; j < reference.length; j += 1) {
    const a = reference[j] ?? 0
    const gap = Math.abs(a / n - (current[j] ?? 0) / m)
    sum += gap
    largest = Math.max(largest, gap)
  }
  return { totalVariation: sum / 2, largest }
}
