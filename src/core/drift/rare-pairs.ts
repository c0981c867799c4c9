/**
 * Two columns that hold one value in nearly every row, such as rare flags. How they go together rests on the rows that hold another value: a single
 * one makes a rank correlation of 1, and the rows of one side do not show how easily it is 0 in the next.
 */
import type { PairSums } from '../profile/pairs.ts'
import type { ColumnProfile } from '../schema/profile.ts'

/** Rows that one of the two must have beside its most frequent value, on each side, for the two to be compared: of two flags, and of others. */
export const leastRare = { flags: 10, others: 50 } as const

/** Part of the values that lie in another cell, or are another label, than the most frequent one: [0, 1). */
export function rareShare({ numeric, categories }: ColumnProfile): number {
  let rows = categories?.other_count ?? 0
  let most = rows
  for (const count of numeric?.cells ?? categories?.top.map((level) => level.count) ?? []) {
    rows += count
    most = Math.max(most, count)
  }
  return rows === 0 ? 0 : 1 - most / rows
}

/** Rows of two flags by what both are. */
export interface FlagTable {
  readonly both: number
  readonly first: number
  readonly second: number
  readonly neither: number
}

/** Rows by cell of two columns that have two cells each, next to each other; null: one has more, or does not vary. */
export function flagTable({ n, sa, sb, saa, sbb, sab }: PairSums): FlagTable | null {
  const [a, b] = [lowerOfTwo(n, sa, saa), lowerOfTwo(n, sb, sbb)]
  if (a === null || b === null) return null
  const [ones, others] = [sa - a * n, sb - b * n]
  const both = sab - a * sb - b * sa + a * b * n
  return { both, first: ones - both, second: others - both, neither: n - ones - others + both }
}

/** Σ(x − c)(x − c − 1) of whole numbers is 0 when each is c or c + 1, and more otherwise. */
function lowerOfTwo(n: number, sum: number, squares: number): number | null {
  const c = Math.floor(sum / n)
  return n > 0 && sum !== c * n && squares - (2 * c + 1) * sum + c * (c + 1) * n === 0 ? c : null
}

/**
 * n Var(r) of the rows of both sides together: what both would have in common if nothing had changed. It sees a coincidence that one side alone did
 * not happen to have.
 *
 *     φ = xy − r (x² + y²)/2, x and y standardised; n Var(r) = mean φ²          profile/pair-spread.ts
 *
 * @returns null where one of the flags does not vary
 */
export function pooledSpread(before: FlagTable, now: FlagTable): number | null {
  const rows = {
    both: before.both + now.both,
    first: before.first + now.first,
    second: before.second + now.second,
    neither: before.neither + now.neither,
  }
  const n = rows.both + rows.first + rows.second + rows.neither
  const [p, q] = [(rows.both + rows.first) / n, (rows.both + rows.second) / n]
  const [sdA, sdB] = [Math.sqrt(p * (1 - p)), Math.sqrt(q * (1 - q))]
  if (!(sdA > 0 && sdB > 0)) return null
  const r = (rows.both / n - p * q) / (sdA * sdB)
  const squared = (a: number, b: number) => {
    const [x, y] = [(a - p) / sdA, (b - q) / sdB]
    return (x * y - (r / 2) * (x * x + y * y)) ** 2
  }
  return (rows.both * squared(1, 1) + rows.first * squared(1, 0) + rows.second * squared(0, 1) + rows.neither * squared(0, 0)) / n
}
