/**
 * First Wasserstein distance (earth mover's) of two histograms over ordered points, in the units of the column. Shown, not gated.
 *
 *     W1 = Σ_j |F_j − G_j| · (x_{j+1} − x_j)
 *
 * Range [0, ∞); exact when the mass lies on the points, otherwise as if every row lay on the right edge of its cell.
 * @param points ascending, one per cell
 * @throws RangeError when lengths differ or a side is empty
 * Source: Vallender 1974.
 */
import { sizes } from './cells.ts'

export function wasserstein(points: readonly number[], reference: readonly number[], current: readonly number[]): number {
  const { n, m } = sizes(reference, current)
  if (points.length !== reference.length) throw new RangeError(`${points.length} points for ${reference.length} cells`)
  let gap = 0
  let distance = 0
  for (let j = 0; j < points.length - 1; j += 1) {
    gap += (reference[j] ?? 0) / n - (current[j] ?? 0) / m
    distance += Math.abs(gap) * ((points[j + 1] ?? 0) - (points[j] ?? 0))
  }
  return distance
}
