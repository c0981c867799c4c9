/** Blocks of two parts of one table → those of the whole: spans of time by when they lie, buckets of groups by their place. */
import type { TableProfile } from '../schema/profile.ts'

type Blocks = NonNullable<TableProfile['blocks']>

export interface MergedBlocks {
  readonly table: Blocks
  /** counts of one column, block by block */
  join(a: readonly (readonly number[])[], b: readonly (readonly number[])[]): number[][]
}

/** @returns null where either part has none. @throws RangeError where they are cut in another way */
export function mergeBlocks(a: Blocks | null, b: Blocks | null): MergedBlocks | null {
  if (a === null || b === null) return null
  const known = a.by === 'group' ? a.rows.length === b.rows.length : typeof a.first === 'number' && typeof b.first === 'number'
  if (a.by !== b.by || a.unit !== b.unit || !known) throw new RangeError('the profiles were counted in different blocks')
  const [fromA, fromB] = [a.first ?? 0, b.first ?? 0]
  const first = Math.min(fromA, fromB)
  const blocks = Math.max(fromA + a.rows.length, fromB + b.rows.length) - first
  const each = <T>(make: (inA: number, inB: number) => T): T[] =>
    Array.from({ length: blocks }, (_, i) => make(first + i - fromA, first + i - fromB))
  return {
    table: {
      by: a.by,
      unit: a.unit,
      rows: each((i, j) => (a.rows[i] ?? 0) + (b.rows[j] ?? 0)),
      ...(a.first === undefined ? {} : { first: a.by === 'time' ? first : null }),
    },
    join(left, right) {
      const cells = (left[0] ?? right[0] ?? []).length
      return each((i, j) => Array.from({ length: cells }, (_, cell) => (left[i]?.[cell] ?? 0) + (right[j]?.[cell] ?? 0)))
    },
  }
}
