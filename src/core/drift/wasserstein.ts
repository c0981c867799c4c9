/**
 * First Wasserstein distance (earth mover's) of two histograms over ordered points, in the units of the column.
 *
 *     W1 = ∫ |F(x) − G(x)| dx
 *
 * Range [0, ∞). Exact where all rows lie on the points. Rows of a cell that is `spread` lie evenly between the point before and its own; of the first and the last such
 * cell nobody knows how far out they lie, only that ∫ (F − G) dx is the difference of the means: what is left of it beside the inner cells is theirs, and at least what
 * tails would have that thin out as they do one cell further in (exponentially). The extremes say nothing of it: one value far out would pull a hundredth of the rows along.
 * @param points ascending, one per cell
 * @throws RangeError when lengths differ or a side is empty
 * Source: Vallender 1974.
 */
import { sizes } from './cells.ts'

export interface Shape {
  readonly spread: readonly boolean[]
  /** of the rows in all cells of a side; null: not known */
  readonly means: { readonly reference: number; readonly current: number } | null
}

const onPoints: Shape = { spread: [], means: null }

export function wasserstein(
  points: readonly number[],
  reference: readonly number[],
  current: readonly number[],
  { spread, means }: Shape = onPoints,
): number {
  const { n, m } = sizes(reference, current)
  if (points.length !== reference.length) throw new RangeError(`${points.length} points for ${reference.length} cells`)
  const last = points.length - 1
  const width = (j: number) => (points[j] ?? 0) - (points[j - 1] ?? 0)
  const inner = { gap: 0, distance: 0, signed: 0 }
  for (let j = 0; j <= last; j += 1) {
    const before = inner.gap
    inner.gap += (reference[j] ?? 0) / n - (current[j] ?? 0) / m
    if (j === 0 || (j === last && spread[j])) continue
    const after = spread[j] ? inner.gap : before
    inner.distance += between(before, after) * width(j)
    inner.signed += ((before + after) / 2) * width(j)
  }
  /** how much further out the rows of an outermost cell lie on one side, by its neighbour */
  const tail = (end: number, next: number, wide: number) => {
    if (!(spread[end] && spread[next])) return 0
    const beyond = (counts: readonly number[], rows: number) => (counts[end] ?? 0) ** 2 / ((counts[next] ?? 0) * rows)
    const more = Math.abs(beyond(reference, n) - beyond(current, m)) * wide
    return Number.isFinite(more) ? more : 0
  }
  const open = last > 0 && (spread[0] || spread[last])
  const left = means === null || !(open || last === 0) ? 0 : Math.abs(means.current - means.reference - inner.signed)
  return inner.distance + Math.max(left, last < 3 ? 0 : tail(0, 1, width(1)) + tail(last, last - 1, width(last - 1)))
}

/** Mean of |gap| where it goes evenly from one to the other. */
function between(before: number, after: number): number {
  const sum = Math.abs(before) + Math.abs(after)
  return before * after >= 0 ? sum / 2 : (before ** 2 + after ** 2) / (2 * sum)
}
