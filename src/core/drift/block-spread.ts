/**
 * Is current further from the reference than blocks of the reference are from one another? For so few blocks that exchanging them can show nothing.
 *
 *     δ = mean over the reference's blocks of X²(block against the others) / df          how much more blocks vary than independent rows
 *     T = X²(current against reference) / (df · δ)          p = 2 · P(t > √T), B − 1 degrees of freedom
 *
 * As if all of the variation between blocks lay in one direction, which is the worst case and the usual one: a mean that wanders from day to day.
 * Approximate, unlike the exchange of blocks, so it never decides a fail. δ is at least 1. Fewer than four blocks of the reference: null.
 * @param reference, current counts per block and cell, the same cells in all
 * Source: after Rao & Scott 1981 and their F reference (Thomas & Rao 1987), with one effective degree of freedom.
 */
import { studentSf } from '../stats/student-t.ts'
import { chiSquare } from './chi-square.ts'

type Counts = readonly (readonly number[])[]

const enough = 4

export function blockSpread(reference: Counts, current: Counts): { readonly p: number; readonly excess: number } | null {
  if (reference.length < enough || current.length === 0) return null
  const before = summed(reference)
  const spreads = reference.map((block) => {
    const others = before.map((count, j) => count - (block[j] ?? 0))
    return perDegree(others, block)
  })
  const excess = Math.max(1, spreads.reduce((sum, one) => sum + one, 0) / spreads.length)
  const t = Math.sqrt(perDegree(before, summed(current)) / excess)
  return { p: Math.min(1, 2 * studentSf(t, reference.length - 1)), excess }
}

/** X² / df; 0 where only one cell is filled, or a side has no rows. */
function perDegree(a: readonly number[], b: readonly number[]): number {
  if (a.every((count) => count === 0) || b.every((count) => count === 0)) return 0
  const { statistic, df } = chiSquare(a, b)
  return df === 0 ? 0 : statistic / df
}

const summed = (blocks: Counts): number[] => (blocks[0] ?? []).map((_, j) => blocks.reduce((sum, block) => sum + (block[j] ?? 0), 0))
