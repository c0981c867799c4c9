/**
 * Population stability index between two histograms over the same cells. Shown, not gated: with an empty cell it grows with n.
 *
 *     PSI = Σ (q_j − p_j) · ln(q_j / p_j)          p, q: smoothed shares of reference and current
 *
 * Range [0, ∞); 0 means equal shares; larger is further apart. Every cell gets half a count on both sides (Jeffreys), so an empty
 * cell is finite. Biased upwards by about (k − 1)(1/n + 1/m); `corrected` takes that off.
 * @throws RangeError when lengths differ or either side is empty
 * Source: Yurdakul & Naranjo 2020, "Statistical properties of the population stability index".
 */
import { sizes } from './cells.ts'

export function populationStability(reference: readonly number[], current: readonly number[]): { raw: number; corrected: number } {
  const { n, m } = sizes(reference, current)
  const k = reference.length
  let raw = 0
  for (let j = 0; j < reference.length; j += 1) {
    const a = reference[j] ?? 0
    const p = (a + 0.5) / (n + k / 2)
    const q = ((current[j] ?? 0) + 0.5) / (m + k / 2)
    raw += (q - p) * Math.log(q / p)
  }
  return { raw, corrected: Math.max(0, raw - (k - 1) * (1 / n + 1 / m)) }
}
