/** The one envelope every stage writes, and its parser. Persisted format `modelgate/result@1`. */
import { z } from 'zod'
import { statuses, verdicts } from '../gate/fold.ts'

export const stageNames = ['validate', 'train', 'fetch', 'evaluate', 'drift', 'gate', 'comment', 'promote', 'rollback'] as const
export type StageName = (typeof stageNames)[number]

const number = z.number().nullable()

/** Of a waiver of the config, what a result and the ledger keep. */
export const waiverSchema = z.strictObject({
  reason: z.string(),
  owner: z.string(),
  /** last day it holds, ISO date */
  until: z.string(),
  limit: z.string().nullable(),
})

export const checkSchema = z.lazy(() =>
  z.strictObject({
    /** `<stage>.<check>[:<subject>]`: never a label or a value from the data */
    id: z.string().regex(/^[a-z]+\.[a-z_0-9]+(:.*)?$/s),
    status: z.enum(statuses),
    /** what policy makes of the status; the verdict folds these */
    effect: z.enum(verdicts),
    metric: z.string().nullable(),
    slice: z.string().nullable(),
    column: z.string().nullable(),
    /** what else of the user's the message names: columns, metrics */
    names: z.array(z.string()).optional(),
    unit: z.string().nullable(),
    limit_kind: z.string().nullable(),
    observed: number,
    baseline: number,
    delta: number,
    /** the interval that decided */
    interval: z.tuple([number, number]).nullable(),
    level: number,
    /** where the claim lies that was tested: `lower`, that the true value is lower; its bound is the other end. Of a one-sided test each end is a bound at `level` */
    tail: z.enum(['lower', 'upper', 'two-sided']).nullable(),
    limit: number,
    p_value: number,
    n: number,
    message: z.string(),
    /** the sentence, or the exact YAML, that would resolve a failing check */
    fix: z.string().nullable(),
    /** somebody answers for it: the effect is `pass` whatever the status */
    waived: waiverSchema.optional(),
  }),
)
export type Check = z.infer<typeof checkSchema>

export const inputSchema = z.strictObject({
  role: z.string(),
  path: z.string(),
  digest: z.string(),
  rows: z.number().int().nullable(),
  bytes: z.number().int(),
})
export type InputRecord = z.infer<typeof inputSchema>

export const sourceSchema = z.strictObject({
  repository: z.string(),
  sha: z.string(),
  ref: z.string(),
  run_id: z.string(),
  run_attempt: z.string(),
  event: z.string(),
})
/** Where a run came from. On a laptop: event `local`, run_id `local`, sha and ref from git where there is one. */
export type RunSource = z.infer<typeof sourceSchema>

const baselineSchema = z.strictObject({
  ref: z.string(),
  version: z.string().nullable(),
  digest: z.string(),
  age_days: number,
  same_rows: z.boolean(),
})
export type BaselineRecord = z.infer<typeof baselineSchema>

export const resultSchema = z.lazy(() =>
  z.strictObject({
    schema: z.literal('modelgate/result@1'),
    stage: z.enum(stageNames),
    /** null for results of the whole run: gate, comment */
    model: z.string().nullable(),
    verdict: z.enum(verdicts),
    /** why, when the verdict is `skipped` */
    because: z.string().nullable(),
    /** what beside the verdict could not be done: `comment`, `cache`, `artifact`, `ledger` */
    degraded: z.array(z.string()),
    checks: z.array(checkSchema),
    inputs: z.array(inputSchema),
    details: z.record(z.string(), z.json()),
    baseline: baselineSchema.nullable(),
    tool: z.strictObject({ name: z.literal('modelgate'), version: z.string() }),
    config_digest: z.string(),
    source: sourceSchema,
    started_at: z.string(),
    duration_ms: z.number(),
  }),
)
export type StageResult = z.infer<typeof resultSchema>

/** What a stage's own function returns; `execute` makes the envelope and the verdict of it. */
export interface StageOutput {
  readonly checks: readonly Check[]
  readonly inputs?: readonly InputRecord[]
  /** JSON only: a non-finite number is null beside `undefined: "why"` */
  readonly details?: { readonly [key: string]: unknown }
  readonly baseline?: BaselineRecord | null
  readonly degraded?: readonly string[]
  /** set when the stage had nothing to do, with the reason */
  readonly skipped?: string
}

type Given = Pick<Check, 'id' | 'status' | 'effect' | 'message'> & Partial<Check>

/** A check with every field of the envelope present; fields not given are null. */
export const makeCheck = (given: Given): Check => ({
  metric: null,
  slice: null,
  column: null,
  unit: null,
  limit_kind: null,
  observed: null,
  baseline: null,
  delta: null,
  interval: null,
  level: null,
  tail: null,
  limit: null,
  p_value: null,
  n: null,
  fix: null,
  ...given,
})
