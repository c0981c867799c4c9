/**
 * Interval of a quantile (p95 of a latency) from two of the sorted values, whatever their distribution.
 *
 *     lower = x_(l), l = smallest k with P(X ≤ k) ≥ α          upper = x_(u), u = 1 + smallest k with P(X ≤ k) ≥ 1 − α
 *     coverage ≥ P(l ≤ X < u),   X ~ Binomial(n, q), ranks counted from 1
 *
 * Each end is a one-sided bound at `level`; two-sided 95 % is level 0.975. Rank 0 or n + 1: so few rows have no value that bounds it on
 * that side, and the end is null. Ties make it wider than it need be, never narrower.
 * @throws RangeError unless n ≥ 1, q and level in (0, 1)
 * Source: Thompson 1936; David & Nagaraja 2003, "Order Statistics", §7.1.
 */
import { binomialAtMost } from './beta.ts'
import { firstIndex } from './sorted.ts'

export interface QuantileRanks {
  /** counted from 1; null: below every value */
  readonly lower: number | null
  readonly upper: number | null
  readonly coverage: number
}

export function quantileRanks(n: number, q: number, level: number): QuantileRanks {
  if (!(Number.isInteger(n) && n >= 1 && q > 0 && q < 1 && level > 0 && level < 1))
    throw new RangeError(`a quantile's interval needs rows, and shares between 0 and 1, not ${n}, ${q}, ${level}`)
  const lower = firstReaching(n, q, 1 - level)
  const upper = 1 + firstReaching(n, q, level)
  const below = lower === 0 ? 0 : binomialAtMost(lower - 1, n, q)
  return { lower: lower === 0 ? null : lower, upper: upper > n ? null : upper, coverage: binomialAtMost(upper - 1, n, q) - below }
}

/** @param sorted ascending, none of them NaN */
export function quantileInterval(sorted: ArrayLike<number>, q: number, level: number): readonly [number | null, number | null] {
  const { lower, upper } = quantileRanks(sorted.length, q, level)
  const at = (rank: number | null) => (rank === null ? null : (sorted[rank - 1] ?? null))
  return [at(lower), at(upper)]
}

/** Smallest k with P(X ≤ k) ≥ share; a tie up to rounding is a tie. */
const firstReaching = (n: number, q: number, share: number): number => firstIndex(n, (k) => binomialAtMost(k, n, q) >= share * (1 - 1e-13))
