/**
 * Has the rate of the positive class changed by a factor? JS* is blind here: fraud from 0.2 % to 0.5 % is only 0.02 of it.
 *
 *     ratio = max(q/p, p/q)          warn × 1.5, fail × 2, each at p-value ≤ 0.01
 *
 * Only for columns of two values. A rate of 0 on one side gives the ratio that half a row would give.
 */
import { share } from '../report/format.ts'
import type { ColumnProfile } from '../schema/profile.ts'
import { missing } from './column-cells.ts'
import type { Finding } from './findings.ts'
import { proportionsP } from './homogeneity.ts'

const limits = { warn: 1.5, fail: 2 } as const
const certainty = 0.01

/** Rows of the positive class among those that have a label. Without a positive value: of the class that was rarer at training. */
export interface Rates {
  readonly before: number
  readonly now: number
  readonly n: number
  readonly m: number
}

/** null when the column does not have two values on the reference side, or neither is the positive one. */
export function positiveRates(reference: ColumnProfile, current: ColumnProfile, positive: string | number | boolean | null): Rates | null {
  const before = reference.categories?.top ?? []
  if (reference.kind !== 'boolean' || before.length !== 2 || current.categories === null) return null
  const same = (label: string) => label === String(positive) || (typeof positive === 'number' && label !== '' && Number(label) === positive)
  const chosen = positive === null ? before.at(-1) : before.find(({ value }) => same(value))
  if (chosen === undefined) return null
  return {
    before: chosen.count,
    now: current.categories.top.find(({ value }) => value === chosen.value)?.count ?? 0,
    n: reference.n - missing(reference),
    m: current.n - missing(current),
  }
}

export function rateRatio({ before, now, n, m }: Rates): Finding | null {
  if (n === 0 || m === 0) return null
  const p = Math.max(before, 0.5) / n
  const q = Math.max(now, 0.5) / m
  const ratio = Math.max(q / p, p / q)
  const pValue = proportionsP(before, n, now, m)
  if (ratio < limits.warn || pValue > certainty) return null
  return {
    severity: ratio >= limits.fail ? 'fail' : 'warn',
    limit: ratio >= limits.fail ? limits.fail : limits.warn,
    observed: ratio,
    baseline: 1,
    p: pValue,
    says: `is positive in ${share(now / m)} of the rows, ${share(before / n)} at training: a factor of ${ratio.toFixed(2)}`,
    fix: 'Train on newer data, and set the threshold anew: it was chosen for the old rate.',
  }
}
