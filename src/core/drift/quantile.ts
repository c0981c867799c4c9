/**
 * Quantiles as a profile knows them: the smallest edge that at least this part of the finite rows does not exceed.
 *
 *     x_p = min {e_j : #{x ≤ e_j} ≥ p · n}
 *
 * Exact for percentiles of the reference, at most one percentile cell too high for other data. Beyond the last edge: on the line
 * from it to the maximum. null without finite rows, or where a maximum that is needed is not kept.
 */
import type { ColumnProfile } from '../schema/profile.ts'

export function profileQuantile(column: ColumnProfile, p: number): number | null {
  const { numeric } = column
  if (numeric === null) return null
  const rows = numeric.cells.reduce((sum, count) => sum + count, 0)
  if (rows === 0) return null
  let below = 0
  for (const [j, edge] of numeric.edges.entries()) {
    below += numeric.cells[j] ?? 0
    if (below >= p * rows) return edge
  }
  const last = numeric.edges.at(-1) ?? numeric.min
  if (last === null || numeric.max === null) return null
  const beyond = rows - below
  return beyond === 0 ? last : last + ((p * rows - below) / beyond) * (numeric.max - last)
}
