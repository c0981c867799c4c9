/**
 * Numbers of 32-bit floats. Such a column holds the float nearest to what was meant, and as a double 0.1 is 0.10000000149011612: a limit of 0.1, a
 * cell of a profile, the same data as text or as doubles would all lie beside it.
 *
 *     told     a value of such a column is told by the shortest decimal that means it, as a CSV would have it: 0.1
 *     stored   a number is held against such a column as the float nearest to it
 *
 * Both keep the order of numbers. Numbers of every other column are what they are.
 */
import type { ColumnFacts } from './facts.ts'

type Typed = Pick<ColumnFacts, 'type'>
export const isSingle = ({ type }: Typed): boolean => type === 'FLOAT'
/** Digits that tell any float from its neighbours. */
const enough = 9

/** @param value of such a column, as a double */
export function toldBy(column: Typed, value: number): number {
  if (!isSingle(column) || !Number.isFinite(value)) return value
  for (let digits = 1; digits < enough; digits += 1) {
    const near = Number(value.toPrecision(digits))
    if (Math.fround(near) === value) return near
  }
  return value
}

export function storedIn(column: Typed, value: number): number {
  const nearest = Math.fround(value)
  // beyond all floats it is beyond the column too
  return isSingle(column) && Number.isFinite(nearest) ? nearest + 0 : value
}
