/**
 * How many missing values a first contract allows: none, where none was missing in 1000 rows; else what the next file of the size of the smallest
 * one seen stays below but once in a thousand times, and never less than the worst role has, rounded up to what a person would write.
 *
 *     limit = ⌈ max( x/m, max k/n ) ⌉       x = rowsToCome(Σk, Σn, m, 0.001), m = the rows of the smallest file
 *                                           up to a whole per cent, or a tenth of one below 1 %
 *
 * Null where the bound would allow everything. Source: TFDV's presence of features.
 */
import { rowsToCome } from '../stats/rows-to-come.ts'

const enoughForNone = 1000
const exceptional = 0.001
/** Of more rows the share is about as sure. */
const mostToCome = 10_000

interface Counts {
  readonly rows: number
}

export function nullLimit(counts: readonly (Counts & { readonly missing: number })[]): number | null {
  const missing = sum(counts.map((one) => one.missing))
  const rows = sum(counts.map((one) => one.rows))
  if (rows === 0) return null
  if (missing === 0 && rows >= enoughForNone) return 0
  const bound = Math.max(shareToCome(missing, counts), ...counts.map((one) => (one.rows === 0 ? 0 : one.missing / one.rows)))
  const perMille = Math.ceil(stable(bound * 1000))
  const limit = perMille <= 10 ? perMille / 1000 : Math.ceil(stable(bound * 100)) / 100
  return limit >= 1 ? null : limit
}

/** The part of the next file, as small as the smallest one of these, that `k` of all their rows lead to but once in a thousand times. */
export function shareToCome(k: number, counts: readonly Counts[]): number {
  const sizes = counts.map(({ rows }) => rows).filter((rows) => rows > 0)
  const next = Math.min(mostToCome, ...sizes)
  return rowsToCome(k, sum(sizes), next, exceptional) / next
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, x) => total + x, 0)
/** 0.07 × 100 is above 7 */
const stable = (value: number) => Number(value.toPrecision(12))
