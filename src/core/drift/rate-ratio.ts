/**
 * Has the rate of the positive class changed by a factor? JS* is blind here: fraud from 0.2 % to 0.5 % is only 0.02 of it.
 *
 *     ratio = max(q/p, p/q)          warn × 1.5 at p × rates asked ≤ 0.01, fail × 2 at ≤ 0.002 (Bonferroni)
 *     change = |q − p|               where `max_change` was written
 *
 * Only for columns of two values. A rate of 0 on one side gives the ratio that half a row would give.
 */
import { share } from '../report/format.ts'
import type { Thresholds } from '../schema/config.ts'
import type { ColumnProfile } from '../schema/profile.ts'
import { missing } from './column-rows.ts'
import { type Era, eras } from './era.ts'
import type { Finding } from './findings.ts'
import { proportionsP } from './homogeneity.ts'
import { certainty, reachedLimit } from './thresholds.ts'

/** Rows of the positive class among those that have a label. Without a positive value: of the class that was rarer at training. */
export interface Rates {
  /** what the rows are counted of */
  readonly of: 'positive' | 'rarer'
  readonly before: number
  readonly now: number
  readonly n: number
  readonly m: number
  /** rows that one independent row takes: tests count so many fewer */
  readonly excess: number
}

/** null when the column does not have two values on the reference side, or neither is the positive one. */
export function positiveRates(
  reference: ColumnProfile,
  current: ColumnProfile,
  positive: string | number | boolean | null,
  excess = 1,
): Rates | null {
  if (reference.kind !== 'boolean') return null
  const before = classes(reference)
  const now = classes(current)
  if (before?.size !== 2 || now === null) return null
  const labels = [...before.keys()]
  const same = (label: string) => label === String(positive) || (typeof positive === 'number' && label !== '' && Number(label) === positive)
  const rarer = () => labels.toSorted((a, b) => (before.get(a) ?? 0) - (before.get(b) ?? 0))[0]
  const chosen = positive === null ? rarer() : labels.find(same)
  if (chosen === undefined) return null
  return {
    of: positive === null ? 'rarer' : 'positive',
    before: before.get(chosen) ?? 0,
    now: now.get(chosen) ?? 0,
    n: reference.n - missing(reference),
    m: current.n - missing(current),
    excess,
  }
}

/** Rows of each class: labels, or 0.0 and 1.0 stored as floats, where the rarer one may be too rare to be listed. */
function classes(column: ColumnProfile): ReadonlyMap<string, number> | null {
  const { categories, numeric } = column
  if (categories !== null) return categories.top.length === 0 ? null : new Map(categories.top.map(({ value, count }) => [value, count]))
  if (numeric === null || numeric.min === null || numeric.max === null) return null
  const listed = (value: number) => numeric.spikes.find((spike) => spike.value === value)?.count
  const rows = column.n - missing(column)
  const low = listed(numeric.min) ?? rows - (listed(numeric.max) ?? 0)
  const counted: [string, number][] = [[String(numeric.min), low]]
  if (numeric.max !== numeric.min) counted.push([String(numeric.max), rows - low])
  return new Map(counted)
}

export interface RateQuestion {
  /** without asking whether the change is certain */
  readonly raw?: boolean
  /** columns of which this is asked, which share one level */
  readonly asked?: number
  readonly era?: Era
}

function changeP({ before, now, n, m, excess }: Rates, asked: number): number {
  const worth = (rows: number) => Math.round(rows / excess)
  return Math.min(1, asked * proportionsP(worth(before), worth(n), worth(now), worth(m)))
}

/** A fail that is certain enough for a warn only is one. */
function certainLimit(reached: ReturnType<typeof reachedLimit>, p: number): ReturnType<typeof reachedLimit> {
  if (reached === null || p > certainty.rate.warn) return null
  return p > certainty.rate.fail ? { ...reached, severity: 'warn' } : reached
}

/** What one question makes of the two rates: `size` is what its limits are set on. */
type Asking = (rates: Rates, then: string) => Pick<Finding, 'observed' | 'baseline' | 'says' | 'fix'> & { readonly size: number }

const asking =
  (asks: Asking) =>
  (rates: Rates, limits: Thresholds<number>, { raw = false, asked = 1, era = 'training' }: RateQuestion = {}): Finding | null => {
    if (rates.n === 0 || rates.m === 0) return null
    const { size, ...told } = asks(rates, eras[era].at)
    const p = changeP(rates, asked)
    const reached = certainLimit(reachedLimit(size, limits), raw ? 0 : p)
    return reached && { ...reached, ...told, p }
  }

/** Of the values that are there. */
const holds = ({ of, before, now, n, m }: Rates, then: string): string =>
  `${of === 'positive' ? 'is positive in' : 'has its rarer value in'} ${share(now / m)} of its values, ${share(before / n)} ${then}`

export const rateRatio = asking((rates, then) => {
  const { before, now, n, m } = rates
  const p = Math.max(before, 0.5) / n
  const q = Math.max(now, 0.5) / m
  const ratio = Math.max(q / p, p / q)
  return {
    size: ratio,
    observed: ratio,
    baseline: 1,
    says: `${holds(rates, then)}: a factor of ${ratio.toFixed(2)}`,
    fix: 'Train on newer data, and set the threshold anew: it was chosen for the old rate.',
  }
})

export const rateChange = asking((rates, then) => ({
  size: Math.abs(rates.now / rates.m - rates.before / rates.n),
  observed: rates.now / rates.m,
  baseline: rates.before / rates.n,
  says: holds(rates, then),
  fix: 'Train on newer data; or allow more under max_change.',
}))
