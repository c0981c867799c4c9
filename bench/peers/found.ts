/** What a run of the peers found, as the report tells it. */
import { z } from 'zod'
import type { Measured } from '../measure.ts'
import type { Installed } from './tools.ts'

export const countsSchema = z.array(
  z.object({ scenario: z.string(), rows: z.number(), runs: z.number(), alarms: z.number(), verdicts: z.number().nullable() }),
)
export const pairsSchema = z.array(z.object({ name: z.string(), flagged: z.array(z.string()), verdict: z.boolean().nullable() }))

export type Counts = z.infer<typeof countsSchema>
export type PairAnswers = z.infer<typeof pairsSchema>

export interface Timing {
  readonly task: string
  /** ratios are claimed of it: the largest of its kind */
  readonly claimed: boolean
  readonly ours: Measured
  readonly theirs: readonly { readonly peer: Installed; readonly measured: Measured }[]
}

/** One suite on one table. */
export interface Validation {
  readonly what: string
  readonly timings: readonly Timing[]
  /** what any program on this Node and this engine takes for it, the least first */
  readonly floor: readonly Measured[]
  /** values that break a check, as all who validated found */
  readonly broken: number
}
