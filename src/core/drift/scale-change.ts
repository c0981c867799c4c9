/**
 * Has a column of numbers changed its unit, or its spread? The factor by which its median, else the spread of its middle half, is another.
 *
 *     median   now / before, where it is 8 or more, or ⅛ or less, and neither median lies near zero
 *     spread   (x₀.₇₅ − x₀.₂₅) now / before, where it is 10 or more
 *
 * null: neither, or a side has no quantile that is known.
 */
import type { ColumnProfile } from '../schema/profile.ts'
import { finiteRows } from './column-cells.ts'
import { profileQuantile } from './quantile.ts'

export interface ScaleChange {
  readonly of: number
  readonly limit: number
  readonly what: string
}

export function scaleChange(reference: ColumnProfile, current: ColumnProfile): ScaleChange | null {
  const before = profileQuantile(reference, 0.5)
  const now = profileQuantile(current, 0.5)
  const spread = (column: ColumnProfile) => (profileQuantile(column, 0.75) ?? 0) - (profileQuantile(column, 0.25) ?? 0)
  const clear = (median: number, column: ColumnProfile) => Math.abs(median) >= spread(column) / 4 || farFromZero(column)
  // a median near zero, for its spread, has no scale: a column around zero that moved would look like a change of unit
  const scaled = before !== null && now !== null && before * now > 0 && clear(before, reference) && clear(now, current)
  if (scaled && Math.abs(Math.log10(now / before)) >= 0.9) {
    const mean = (current.numeric?.mean ?? 0) / (reference.numeric?.mean ?? 0)
    const agrees = mean > 0 && Math.abs(Math.log10(mean / (now / before))) < 1 // in the outermost cells the median is a guess, the mean is exact
    return { of: agrees ? mean : now / before, limit: 10 ** 0.9, what: 'median' }
  }
  const ratio = spread(current) / spread(reference)
  return Number.isFinite(ratio) && ratio >= 10 ? { of: ratio, limit: 10, what: 'spread of the middle half' } : null
}

/** Mean and deviation are exact also where all rows lie in the outermost cell, and quantiles are a guess. */
function farFromZero(column: ColumnProfile): boolean {
  const { mean = null, m2 = null } = column.numeric ?? {}
  return mean !== null && m2 !== null && Math.abs(mean) >= Math.sqrt(m2 / finiteRows(column)) / 4
}
