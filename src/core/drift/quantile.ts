/**
 * Quantiles as a profile knows them: the smallest edge that at least this part of the finite rows does not exceed.
 *
 *     x_p = min {e_j : #{x ≤ e_j} ≥ p · n}
 *
 * Exact for percentiles of the reference, at most one percentile cell too high for other data. In the two outermost cells, where
 * data that left the reference's range lies: between the edge (or the nearer extreme) and the extreme, on a line, or on a line of logarithms where both
 * have the same sign, so that a change of unit keeps its order of magnitude. null without finite rows, or where an extreme that is
 * needed is not kept.
 */
import type { ColumnProfile } from '../schema/profile.ts'
import { firstAtLeast } from '../stats/sorted.ts'
import { rowsUpTo } from './column-rows.ts'

export const profileQuantile = (column: ColumnProfile, p: number): number | null => found(column, p)?.value ?? null

/** Whether it lies in one of the two outermost cells, of which the profile knows no more than where they end. */
export const isGuess = (column: ColumnProfile, p: number): boolean => found(column, p)?.guess === true

function found(column: ColumnProfile, p: number): { readonly value: number | null; readonly guess: boolean } | null {
  const { numeric } = column
  if (numeric === null) return null
  const upTo = rowsUpTo(numeric)
  const rows = upTo.at(-1) ?? 0
  if (rows === 0) return null
  const wanted = p * rows
  const first = numeric.edges[0]
  if (first !== undefined && wanted <= (numeric.cells[0] ?? 0)) {
    const atEdge = numeric.spikes.find(({ value }) => value === first)?.count ?? 0
    const below = (numeric.cells[0] ?? 0) - atEdge
    if (wanted > below) return { value: first, guess: false }
    return { value: between(numeric.min, atMost(first, numeric.max), wanted / below), guess: true }
  }
  const edge = numeric.edges[firstAtLeast(upTo, wanted)]
  if (edge !== undefined) return { value: edge, guess: false }
  const below = upTo[numeric.edges.length - 1] ?? 0
  const last = atLeast(numeric.edges.at(-1) ?? null, numeric.min)
  return { value: between(last, numeric.max, (wanted - below) / (rows - below)), guess: true }
}

// of data that lies beyond the reference altogether, its own extreme is nearer than the edge
const atMost = (edge: number, extreme: number | null): number => (extreme === null ? edge : Math.min(edge, extreme))
const atLeast = (edge: number | null, extreme: number | null): number | null =>
  edge === null ? extreme : extreme === null ? edge : Math.max(edge, extreme)

function between(low: number | null, high: number | null, part: number): number | null {
  if (low === null || high === null) return null
  return low * high > 0 ? low * (high / low) ** part : low + part * (high - low)
}
