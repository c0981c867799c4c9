/**
 * How many missing values a first contract allows: none, where none was missing in 1000 rows; else the upper one-sided 99 % Wilson bound of
 * what was seen, and never less than the worst role has, rounded up to what a person would write.
 *
 *     limit = ⌈ max( Wilson₉₉(Σk, Σn), max k/n ) ⌉       up to a whole per cent, or a tenth of one below 1 %
 *
 * Null where the bound would allow everything. Source: statistics.md §4, schema inference; TFDV's presence of features.
 */
import { wilson } from '../stats/proportion.ts'

const enoughForNone = 1000

export function nullLimit(counts: readonly { readonly missing: number; readonly rows: number }[]): number | null {
  const missing = sum(counts.map((one) => one.missing))
  const rows = sum(counts.map((one) => one.rows))
  if (rows === 0) return null
  if (missing === 0 && rows >= enoughForNone) return 0
  const bound = Math.max(wilson(missing, rows, 0.99)[1], ...counts.map((one) => (one.rows === 0 ? 0 : one.missing / one.rows)))
  const perMille = Math.ceil(stable(bound * 1000))
  const limit = perMille <= 10 ? perMille / 1000 : Math.ceil(stable(bound * 100)) / 100
  return limit >= 1 ? null : limit
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, x) => total + x, 0)
/** 0.07 × 100 is above 7 */
const stable = (value: number) => Number(value.toPrecision(12))
