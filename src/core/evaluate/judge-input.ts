/** What is judged, and by what. */
import type { Policy } from '../gate/fold.ts'
import type { Scores } from '../metrics/scores.ts'
import type { MetricSpec, Mode } from '../schema/config.ts'
import type { StoredValue } from './change.ts'
import type { MissingBaseline } from './missing-baseline.ts'
import type { TrainingStatistics } from './trivial.ts'

export interface JudgeInput {
  readonly candidate: Scores
  /** on the same rows, in the same order */
  readonly baseline: Scores | null
  /** given exactly when `baseline` is null */
  readonly missing: MissingBaseline | null
  /** why a metric cannot be held against its own number of then, by its name */
  readonly redefined?: Readonly<Record<string, string>>
  /** levels the baseline had on other rows: shown, never compared */
  readonly stored?: Readonly<Record<string, number | null>>
  /** what the baseline had on the very same rows, where its predictions are gone: compared, but not row by row */
  readonly unpaired?: Unpaired
  readonly specs: readonly MetricSpec[]
  /** the usual metric of the task is judged besides `specs` */
  readonly usualToo?: boolean
  readonly mode: Mode
  readonly policy: Policy
  readonly training?: TrainingStatistics | null
  /** level of a mode that asks for proof, default 0.05 */
  readonly proof?: number
  /** the column whose values are the groups of the scores */
  readonly groupName?: string | null
}

export interface Unpaired {
  /** why, a sentence */
  readonly because: string
  readonly metrics: Readonly<Record<string, StoredValue>>
}
