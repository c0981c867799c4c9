/**
 * Jensen–Shannon distance of two histograms, base 2: the one effect size for every kind of column.
 *
 *     JSD = ½ Σ [p ln(p/m̄) + q ln(q/m̄)],  m̄ = (p + q)/2          distance = √(JSD / ln 2)
 *     JS* = √(max(0, JSD − (k−1)(1/n + 1/m)/8) / ln 2)
 *
 * Both in [0, 1]: 0 for equal shares, 1 for histograms that share no cell. The plain distance is biased upwards, as sampling alone
 * gives 8·N_eff·JSD ~ χ²(k−1); JS* takes the mean of that off, so that small samples and many cells do not look like drift.
 * A shift of ¼ sd, or 2 % of the rows in a cell that was empty, is about 0.1; ½ sd, or 8 %, about 0.2.
 * k counts the cells that are not empty on both sides.
 * @throws RangeError when lengths differ or a side is empty
 * Source: Lin 1991; Endres & Schindelin 2003; the bias follows from the χ² limit, as for the PSI.
 */
import { sizes } from './cells.ts'

export function jensenShannon(reference: readonly number[], current: readonly number[]): { distance: number; corrected: number } {
  const { n, m } = sizes(reference, current)
  let divergence = 0
  let cells = 0
  let shared = false
  for (let j = 0; j < reference.length; j += 1) {
    const a = reference[j] ?? 0
    const b = current[j] ?? 0
    if (a + b === 0) continue
    cells += 1
    if (a > 0 && b > 0) shared = true
    const p = a / n
    const q = b / m
    divergence += (term(p, q) + term(q, p)) / 2
  }
  if (!shared) return { distance: 1, corrected: 1 }
  const bias = ((cells - 1) * (1 / n + 1 / m)) / 8
  const toDistance = (nats: number) => Math.min(1, Math.sqrt(Math.max(0, nats) / Math.LN2))
  return { distance: toDistance(divergence), corrected: toDistance(divergence - bias) }
}

const term = (p: number, q: number) => (p === 0 ? 0 : p * Math.log((2 * p) / (p + q)))
