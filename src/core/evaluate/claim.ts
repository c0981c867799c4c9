/** Two models compared in one metric, and what is claimed of it: a margin, with the p-value of being worse than that. */
import type { Status, Verdict } from '../gate/fold.ts'
import type { Metric } from '../metrics/metric.ts'
import type { MetricSpec, Mode } from '../schema/config.ts'
import { type Change, fewGroups } from './change.ts'
import type { Margin } from './margin.ts'

export const ALPHA = 0.05

export interface Compared {
  readonly spec: MetricSpec
  readonly metric: Metric
  readonly change: Change
  readonly candidate: number
  readonly baseline: number
  /** null: nobody said how many */
  readonly rows: number | null
  /** what groups of rows are called, where they are counted */
  readonly noun?: string
  /** a sentence on how it was compared */
  readonly note?: string
  /** why it has no test, where more is known of that than that there is none: a sentence */
  readonly untested?: string
}

/** A margin of one metric, at one severity, with the p-value that its family will adjust. */
export interface Claim {
  readonly compared: Compared
  readonly severity: 'fail' | 'warn'
  readonly margin: Margin
  /** p-value of "worse" as the mode means it; null without a test */
  readonly p: number | null
}

export interface Outcome {
  readonly claim: Claim
  readonly status: Status
  readonly effect: Verdict
  /** adjusted; what was compared with 0.05 */
  readonly p: number | null
  /** confidence of the one-sided bounds that say the same as p */
  readonly level: number
  readonly because: string
}

/** Groups of which there are fewer than ten have no standard error to speak of. */
export const tooFew = ({ change }: Compared): boolean => fewGroups(change) !== null
export const tested = (entry: Compared): boolean => entry.change.test !== null && !tooFew(entry)

/** p-value of "worse by more than `by`". */
export const worse = ({ metric, change }: Pick<Compared, 'metric' | 'change'>, by: number): number =>
  (metric.direction === 'higher' ? change.test?.below(-by) : change.test?.above(by)) ?? Number.NaN

/** p-value of "not worse by `by`", or of "better by −by". */
export const notWorse = ({ metric, change }: Pick<Compared, 'metric' | 'change'>, by: number): number =>
  (metric.direction === 'higher' ? change.test?.above(-by) : change.test?.below(by)) ?? Number.NaN

export const isCorrected = (mode: Mode): boolean => mode === 'guard' || mode === 'confident_worse'

export const isBroken = (status: Status): boolean => status === 'fail' || status === 'warn'
