/**
 * A column as if it had another number of rows, its shares kept: what weighted rows, or rows that depend on each other, are worth.
 *
 *     weights   rows = (Σw)² / Σw²            shares: sums of weights
 *     blocks    rows = n / δ                  δ: how much more blocks vary than so many independent rows would
 *
 * Counts are rounded by largest remainder, so that they add up; every test that holds for counts can then be asked.
 * Source: Kish 1965, "Survey Sampling", for both.
 */
import type { ColumnProfile, TableProfile } from '../schema/profile.ts'

type Sums = NonNullable<ColumnProfile['weighted']>

/** Rows that the weights of a table are worth; null where it has none. */
export const effectiveRows = ({ weight }: TableProfile): number | null =>
  weight === null || weight === undefined || !(weight.squares > 0) ? null : weight.total ** 2 / weight.squares

/** null: the column was not counted by weight. */
export const weightedColumn = (column: ColumnProfile, rows: number): ColumnProfile | null =>
  column.weighted === null || column.weighted === undefined ? null : atRows(column, column.weighted, rows)

/** The same shares in fewer rows. */
export const shrunk = (column: ColumnProfile, by: number): ColumnProfile =>
  by <= 1 ? column : atRows(column, counted(column), column.n / by)

const counted = ({ n_null, n_nan, n_pos_inf, n_neg_inf, numeric, categories }: ColumnProfile): Sums => ({
  missing: n_null + n_nan,
  infinite: n_pos_inf + n_neg_inf,
  cells: numeric?.cells ?? [],
  spikes: numeric?.spikes.map(({ count }) => count) ?? [],
  top: categories?.top.map(({ count }) => count) ?? [],
  other: categories?.other_count ?? 0,
})

function atRows(column: ColumnProfile, sums: Sums, wanted: number): ColumnProfile {
  const { numeric, categories } = column
  const present = numeric === null ? total(sums.top) + sums.other : total(sums.cells)
  const whole = sums.missing + sums.infinite + present
  const rows = Math.max(1, Math.round(wanted))
  const per = whole > 0 ? rows / whole : 0
  const missing = Math.round(sums.missing * per)
  const infinite = Math.min(rows - missing, Math.round(sums.infinite * per))
  const left = rows - missing - infinite
  const infinities = column.n_pos_inf + column.n_neg_inf
  const negative = infinities > 0 ? Math.round((infinite * column.n_neg_inf) / infinities) : 0
  const labels = apportion([...sums.top, sums.other], left)
  const part = column.n > 0 ? rows / column.n : 0
  return {
    ...column,
    n: rows,
    n_null: missing,
    n_nan: 0,
    n_pos_inf: infinite - negative,
    n_neg_inf: negative,
    n_empty: Math.min(left, Math.round(column.n_empty * part)),
    numeric: numeric && {
      ...numeric,
      m2: numeric.m2 === null ? null : numeric.m2 * part,
      cells: apportion(sums.cells, left),
      spikes: numeric.spikes.map((spike, i) => ({ ...spike, count: Math.round((sums.spikes[i] ?? 0) * per) })),
      ...(numeric.beyond && { beyond: { below: Math.floor(numeric.beyond.below * part), above: Math.floor(numeric.beyond.above * part) } }),
    },
    categories: categories && {
      ...categories,
      top: categories.top.map((level, i) => ({ ...level, count: labels[i] ?? 0 })),
      other_count: labels.at(-1) ?? 0,
    },
    blocks: null,
    weighted: null,
  }
}

const total = (parts: readonly number[]) => parts.reduce((sum, part) => sum + part, 0)

/** Whole numbers in these proportions that add up to `rows`. */
function apportion(parts: readonly number[], rows: number): number[] {
  const whole = total(parts)
  if (!(whole > 0)) return parts.map(() => 0)
  const exact = parts.map((part) => (part * rows) / whole)
  const counts = exact.map(Math.floor)
  const rest = rows - total(counts)
  const order = exact.map((value, i) => ({ i, over: value - Math.floor(value) })).sort((x, y) => y.over - x.over || x.i - y.i)
  for (const { i } of order.slice(0, Math.max(0, rest))) counts[i] = (counts[i] ?? 0) + 1
  return counts
}
