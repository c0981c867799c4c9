/** What both ways of training hand back. */
import type { TrainDetails } from '../../core/schema/details.ts'
import { type Check, makeCheck } from '../../core/schema/result.ts'

export interface Made {
  readonly digest: string
  readonly bytes: number
  readonly environment: Readonly<Record<string, string>>
  readonly builtin: TrainDetails['builtin']
  /** rows of the training data, where they were counted */
  readonly rows: number | null
  readonly checks: readonly Check[]
}

export const pass = (id: string, message: string): Check => makeCheck({ id, status: 'pass', effect: 'pass', message })
