/** One line about how a column moved, in its own units, for a person. Aggregates only; nothing of a sensitive column but its sizes. */
import { count, plural, share, shortened, written } from '../report/format.ts'
import type { ColumnProfile } from '../schema/profile.ts'
import type { ColumnCells } from './column-cells.ts'
import { missing } from './column-rows.ts'
import { isGuess, profileQuantile } from './quantile.ts'
import type { Rates } from './rate-ratio.ts'

export function summarise(reference: ColumnProfile, current: ColumnProfile, cells: ColumnCells, rates: Rates | null): string {
  const moved = movement(reference, current, cells, rates)
  const nulls = [reference, current].map((column) => missing(column) / column.n)
  const [before = 0, now = 0] = nulls
  return Math.abs(now - before) < 0.001 ? moved : `${moved}, missing ${share(before)} → ${share(now)}`
}

function movement(reference: ColumnProfile, current: ColumnProfile, { coarse, fine }: ColumnCells, rates: Rates | null): string {
  if (rates !== null && rates.n > 0 && rates.m > 0)
    return `${rates.of === 'positive' ? 'positive' : 'rarer value'} ${share(rates.before / rates.n)} → ${share(rates.now / rates.m)}`
  if (fine === null && reference.sensitive) return 'sensitive: only missing values are compared'
  if (fine !== null && !reference.sensitive) {
    const middle = middles(reference, current)
    if (middle !== null) {
      const { word, before, now } = middle
      return before === now
        ? `${word} ${round(now)} as before, ${largestChange(reference, current, coarse)}`
        : `${word} ${round(before, now)} → ${round(now, before)}`
    }
  }
  return `${largestChange(reference, current, coarse)}${differentValues(reference, current)}`
}

/** The median, or, where half of the rows of today lie beyond all cells and nobody knows where, the mean. */
function middles(reference: ColumnProfile, current: ColumnProfile) {
  const guess = isGuess(current, 0.5)
  const of = (column: ColumnProfile) => (guess ? (column.numeric?.mean ?? null) : profileQuantile(column, 0.5))
  const [before, now] = [of(reference), of(current)]
  return before === null || now === null ? null : { word: guess ? 'mean' : 'median', before, now }
}

function largestChange({ n }: ColumnProfile, { n: m }: ColumnProfile, { reference, current }: ColumnCells['coarse']): string {
  const largest = reference.reduce((most, a, j) => Math.max(most, Math.abs(a / n - (current[j] ?? 0) / m)), 0)
  if (reference.length === 1) return 'all rows in one cell'
  return `largest change ${share(largest)} of the rows, in one of ${plural(reference.length, 'cell')}`
}

/** Of a column with very many levels, where both sides know how many. */
function differentValues(reference: ColumnProfile, current: ColumnProfile): string {
  const [before, now] = [reference, current].map(({ categories }) => categories?.distinct ?? null)
  if (reference.kind !== 'categorical-high' || before == null || now == null) return ''
  return `, different values ${count(before)} → ${count(now)}`
}

/** Four digits, all of a whole number, and as many as tell it from the other. */
const round = (value: number, other: number = value): string =>
  Number.isInteger(value)
    ? count(value)
    : written(shortened(value, Math.max(4, Math.ceil(Math.log10(Math.abs(value)))), other === value ? [] : [other]))
