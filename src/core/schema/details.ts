/** What the other stages say beyond their checks, as the report and other programs read it (`details` of the envelope). Those of evaluate and drift have files of their own. */
import { z } from 'zod'
import { waiverStates } from '../gate/waivers.ts'

export const validateDetails = z.lazy(() =>
  z.strictObject({
    tables: z.array(z.strictObject({ role: z.string(), format: z.string(), rows: z.number().int(), columns: z.number().int() })),
  }),
)
export type ValidateDetails = z.infer<typeof validateDetails>

export const trainDetails = z.lazy(() =>
  z.strictObject({
    /** true: inputs unchanged since the record that lies there, nothing was run */
    reused: z.boolean(),
    how: z.string(),
    model: z.strictObject({ path: z.string(), digest: z.string(), bytes: z.number().int() }),
    /** digest over command, inputs, environment names and config of training: equal keys need no new training */
    key: z.string(),
    duration_ms: z.number(),
    environment: z.record(z.string(), z.string()),
    /** of a builtin: what it chose and saw */
    builtin: z.record(z.string(), z.json()).nullable(),
  }),
)
export type TrainDetails = z.infer<typeof trainDetails>

export const fetchDetails = z.lazy(() =>
  z.strictObject({
    ref: z.string(),
    resolved: z.string(),
    version: z.string().nullable(),
    model: z.strictObject({ path: z.string(), digest: z.string(), bytes: z.number().int() }),
    /** path of the training profile that came with it */
    profile: z.string().nullable(),
  }),
)
export type FetchDetails = z.infer<typeof fetchDetails>

export const gateDetails = z.lazy(() =>
  z.strictObject({
    promotable: z.boolean(),
    /** what it was judged by; results of before have none */
    policy: z
      .strictObject({
        /** `base <commit>`, or `head` */
        from: z.string(),
        /** why from the head although there is a base */
        because: z.string().nullable(),
        /** a sentence each: which value is used, which is not */
        differences: z.array(z.string()),
      })
      .optional(),
    /** every waiver that was in force or had ended, and what became of it */
    waivers: z
      .array(
        z.strictObject({
          model: z.string(),
          check: z.string(),
          limit: z.string().nullable(),
          reason: z.string(),
          owner: z.string(),
          until: z.string(),
          state: z.enum(waiverStates),
          checks: z.array(z.string()),
        }),
      )
      .optional(),
    models: z.array(
      z.strictObject({
        model: z.string(),
        verdict: z.string(),
        promotable: z.boolean(),
        /** digest of the candidate's bytes as evaluated */
        digest: z.string().nullable(),
        stages: z.array(
          z.strictObject({ stage: z.string(), verdict: z.string(), because: z.string().nullable(), duration_ms: z.number() }),
        ),
        /** stages the config does not ask for, and why: never counted as passed */
        not_configured: z.array(z.strictObject({ stage: z.string(), because: z.string() })),
      }),
    ),
    report: z.strictObject({ markdown: z.string(), html: z.string() }),
  }),
)
export type GateDetails = z.infer<typeof gateDetails>

const storedFile = z.strictObject({ name: z.string(), digest: z.string(), bytes: z.number().int() })
const movedAlias = z.strictObject({ alias: z.string(), version: z.string(), previous: z.string().nullable(), moved: z.boolean() })

/** The receipt of a promotion or a rollback, read back from ledger and store after the fact. */
export const promoteDetails = z.lazy(() =>
  z.strictObject({
    model: z.string(),
    version: z.string(),
    tag: z.string(),
    digest: z.string(),
    url: z.string().nullable(),
    /** false: these bytes were a version already */
    released: z.boolean(),
    files: z.array(storedFile),
    aliases: z.array(movedAlias),
    ledger: z.strictObject({ name: z.string(), head: z.string().nullable() }),
    store: z.string(),
  }),
)
export type PromoteDetails = z.infer<typeof promoteDetails>
