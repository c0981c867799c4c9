/**
 * Fisher's exact test of a 2 × 2 table, two-sided.
 *
 *     p = Σ P(x)  over all tables of these margins with P(x) ≤ P(observed),   x hypergeometric
 *
 * In (0, 1]; exact for any counts, and conservative as every exact test of a discrete statistic is. Equal probabilities are taken
 * as equal up to a relative 1e-7, as R and scipy do. An empty margin gives 1.
 * @param a, b first row; @param c, d second row: non-negative integers
 * Source: Fisher 1934.
 */
import { logGamma } from '../stats/gamma.ts'

export function fisherExact(a: number, b: number, c: number, d: number): number {
  const row = a + b
  const column = a + c
  const all = row + c + d
  const low = Math.max(0, column - (c + d))
  const high = Math.min(row, column)
  if (low >= high) return 1

  const logMass = (x: number) => logChoose(row, x) + logChoose(all - row, column - x)
  const limit = logMass(a) + 1e-7
  const whole = logChoose(all, column)
  let p = 0
  for (let x = low; x <= high; x++) {
    const mass = logMass(x)
    if (mass <= limit) p += Math.exp(mass - whole)
  }
  return Math.min(1, p)
}

const logChoose = (n: number, k: number) => logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1)
