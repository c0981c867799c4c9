/** Rows of one column, as its profile counts them. */
import type { ColumnProfile } from '../schema/profile.ts'

/** no label and no value of fewer rows is listed, however large its share: a profile names nobody */
export const listedRows = 5

/** of one cell, level or value: `a` at training, `b` now */
export interface Cell {
  readonly a: number
  readonly b: number
}

export const missing = (column: ColumnProfile): number => column.n_null + column.n_nan
export const infinite = (column: ColumnProfile): number => column.n_pos_inf + column.n_neg_inf
/** 0 of a column without numbers */
export const finiteRows = ({ numeric }: ColumnProfile): number => (numeric === null ? 0 : (rowsUpTo(numeric).at(-1) ?? 0))

type Numeric = NonNullable<ColumnProfile['numeric']>
const sums = new WeakMap<Numeric, readonly number[]>()

/** Rows in each cell and those below it, ascending: every column is asked for several times, most of them once in the life of a process. */
export function rowsUpTo(numeric: Numeric): readonly number[] {
  const there = sums.get(numeric)
  if (there !== undefined) return there
  let sum = 0
  const made = numeric.cells.map((rows) => {
    sum += rows
    return sum
  })
  sums.set(numeric, made)
  return made
}
