/**
 * Pearson's test of homogeneity of two histograms.
 *
 *     X² = Σ_j (m·a_j − n·b_j)² / ((a_j + b_j)·n·m)          df = k' − 1 over cells that are not empty on both sides
 *
 * p is the upper tail of χ²(df); df = 0 gives X² = 0, p = 1. No continuity correction. `v` is Cramér's V without its upward bias.
 * The χ² law needs expected counts of about 5; `sparse` says when they are not there (20 % of cells below 5, or any in 2 × 2).
 * @param reference a_j, @param current b_j: counts, length k ≥ 1
 * @throws RangeError when lengths differ or a side is empty
 * Source: Pearson 1900; Cochran 1954 for the rule of five.
 */
import { cramersV } from '../stats/cramers-v.ts'
import { chiSquareSf } from '../stats/gamma.ts'
import { sizes } from './cells.ts'

export interface ChiSquare {
  readonly statistic: number
  readonly df: number
  readonly p: number
  readonly v: number
  readonly sparse: boolean
}

export function chiSquare(reference: readonly number[], current: readonly number[]): ChiSquare {
  const { n, m } = sizes(reference, current)
  const smaller = Math.min(n, m)
  let statistic = 0
  let cells = 0
  let thin = 0
  for (let j = 0; j < reference.length; j += 1) {
    const a = reference[j] ?? 0
    const b = current[j] ?? 0
    if (a + b === 0) continue
    cells += 1
    if (((a + b) * smaller) / (n + m) < 5) thin += 1
    statistic += ((m * a - n * b) / n) * ((m * a - n * b) / m) * (1 / (a + b))
  }
  const df = cells - 1
  const sparse = df > 0 && (cells === 2 ? thin > 0 : thin > cells / 5)
  return { statistic, df, p: chiSquareSf(statistic, df), v: cramersV(statistic, 2, cells, n + m), sparse }
}
