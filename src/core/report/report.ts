/** What a report is made from: the gate's outcome and the results it folded. Every format is rendered from this and nothing else. */
import type { Verdict } from '../gate/fold.ts'
import type { WaiverUse } from '../gate/waivers.ts'
import type { ModelStageName } from '../pipeline.ts'
import type { PolicyOrigin } from '../policy/origin.ts'
import type { ModelConfig } from '../schema/config.ts'
import type { Check, RunSource, StageResult } from '../schema/result.ts'

export interface StageReport {
  readonly stage: ModelStageName
  /** as the gate took it: `error` where no result of this run lay */
  readonly verdict: Verdict
  readonly because: string | null
  readonly durationMs: number
  /** null when it left no result, or one that is not of this run */
  readonly result: StageResult | null
}

export interface ModelReport {
  readonly config: ModelConfig
  readonly verdict: Verdict
  readonly promotable: boolean
  /** digest of the candidate's bytes as evaluated */
  readonly digest: string | null
  readonly stages: readonly StageReport[]
  readonly notConfigured: readonly { readonly stage: string; readonly because: string }[]
}

export interface Report {
  readonly verdict: Verdict
  readonly promotable: boolean
  /** in file order */
  readonly models: readonly ModelReport[]
  /** what the gate itself found: missing results, other bytes than those evaluated */
  readonly checks: readonly Check[]
  readonly source: RunSource
  readonly toolVersion: string
  readonly configDigest: string
  /** what became of the waivers that counted */
  readonly waivers?: readonly WaiverUse[]
  /** where the policy came from */
  readonly policy?: PolicyOrigin
  /** link to the run */
  readonly runUrl: string | null
}
