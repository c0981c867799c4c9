/**
 * Has a column of numbers changed its unit, or its spread? The factor by which its median, else the spread of its middle half, is another.
 *
 *     median   now / before, where it is 8 or more, or ⅛ or less, and neither median lies near zero
 *     spread   (x₀.₇₅ − x₀.₂₅) now / before, where it is 10 or more
 *
 * Where these lie beyond the range of the reference a profile does not know them: mean and standard deviation, which are exact, take their place.
 * null: neither, or a side has no quantile that is known.
 */
import type { ColumnProfile } from '../schema/profile.ts'
import { finiteRows } from './column-rows.ts'
import { isGuess, profileQuantile } from './quantile.ts'

export interface ScaleChange {
  readonly of: number
  readonly limit: number
  readonly what: string
}

export function scaleChange(reference: ColumnProfile, current: ColumnProfile): ScaleChange | null {
  const middle = isGuess(current, 0.5) ? 'mean' : 'median'
  const middleOf = (column: ColumnProfile) => (middle === 'mean' ? (column.numeric?.mean ?? null) : profileQuantile(column, 0.5))
  const [before, now] = [middleOf(reference), middleOf(current)]
  const spread = (column: ColumnProfile) => (profileQuantile(column, 0.75) ?? 0) - (profileQuantile(column, 0.25) ?? 0)
  const clear = (value: number, column: ColumnProfile) => Math.abs(value) >= spread(column) / 4 || farFromZero(column)
  // a middle near zero, for its spread, has no scale: a column around zero that moved would look like a change of unit
  const scaled = before !== null && now !== null && before * now > 0 && clear(before, reference) && clear(now, current)
  if (scaled && Math.abs(Math.log10(now / before)) >= 0.9) return { of: now / before, limit: 10 ** 0.9, what: middle }
  const far = isGuess(current, 0.25) || isGuess(current, 0.75)
  const ratio = far ? deviation(current) / deviation(reference) : spread(current) / spread(reference)
  if (!(Number.isFinite(ratio) && ratio >= 10)) return null
  return { of: ratio, limit: 10, what: far ? 'standard deviation' : 'spread of the middle half' }
}

/** NaN where it is not known. */
function deviation(column: ColumnProfile): number {
  const m2 = column.numeric?.m2 ?? null
  return m2 === null ? Number.NaN : Math.sqrt(m2 / finiteRows(column))
}

/** Mean and deviation are exact also where all rows lie in the outermost cell, and quantiles are a guess. */
function farFromZero(column: ColumnProfile): boolean {
  const mean = column.numeric?.mean ?? null
  return mean !== null && Math.abs(mean) >= deviation(column) / 4
}
