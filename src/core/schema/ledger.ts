/** The ledger branch: one state file per model (`models/<model>.json`), one file per event (`events/<seq>-<kind>.json`). */
import { z } from 'zod'
import { basisSchema, judgedSchema } from './judged.ts'
import { sourceSchema, waiverSchema } from './result.ts'

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/)
const semver = z.string().regex(/^\d+\.\d+\.\d+$/)

const storedFile = z.strictObject({ name: z.string(), digest, bytes: z.number().int().nonnegative() })

/** What was accepted by somebody when this was judged. */
const waived = z.array(waiverSchema.extend({ check: z.string() })).optional()

const versionSchema = z.strictObject({
  version: semver,
  /** `flights@v1.0.0` in the store */
  tag: z.string(),
  digest,
  files: z.array(storedFile),
  config_digest: z.string(),
  verdict: z.enum(['pass', 'warn']),
  source: sourceSchema,
  created_at: z.string(),
  /** shown name → level on the holdout at promotion */
  metrics: z.record(z.string(), z.number().nullable()),
  judged: judgedSchema.optional(),
  /** columns that its one matrix input was fed with, in their order; none where the config named none */
  features: z.array(z.string()).optional(),
  url: z.string().nullable(),
  waived,
})
export type VersionRecord = z.infer<typeof versionSchema>

const runSchema = z.strictObject({
  digest,
  verdict: z.enum(['pass', 'warn']),
  source: sourceSchema,
  at: z.string(),
  metrics: z.record(z.string(), z.number().nullable()),
  judged: judgedSchema.optional(),
  /** the version that holds these bytes, once there is one */
  version: semver.nullable(),
  waived,
})
export type RunRecord = z.infer<typeof runSchema>

/** Newest last, `mostRecent` of them; one entry a candidate and holdout. */
const recentRunSchema = z.strictObject({
  digest,
  at: z.string(),
  verdict: z.enum(['pass', 'warn']),
  /** fingerprint of the holdout; null: there was none */
  holdout: z.string().nullable(),
  /** that were evaluated */
  rows: z.number().int().optional(),
  /** what the numbers mean: of what truth, by which settings, and what each name stood for; a run without it is compared with nothing */
  basis: basisSchema.optional(),
  of: z.record(z.string(), z.string()).optional(),
  metrics: z.record(z.string(), z.number().nullable()),
})
export type RecentRun = z.infer<typeof recentRunSchema>

export const ledgerModelSchema = z.strictObject({
  schema: z.literal('modelgate/ledger-model@1'),
  model: z.string(),
  /** number of the newest event of the ledger that touched this model */
  sequence: z.number().int().nonnegative(),
  versions: z.array(versionSchema),
  aliases: z.record(
    z.string(),
    z.strictObject({
      version: semver,
      since: z.string(),
      /** what a rollback goes back to */
      previous: semver.nullable(),
      /** set when a rollback brought it here: repeating that rollback changes nothing */
      rolled_back_from: semver.optional(),
    }),
  ),
  /** last green run of the default branch */
  main: runSchema.nullable(),
  /** green runs of the default branch, the last of them, for what is measured between runs */
  recent: z.array(recentRunSchema).optional(),
  /** holdout fingerprint → distinct candidates evaluated */
  holdout_uses: z.record(z.string(), z.array(digest)),
})
export type LedgerModel = z.infer<typeof ledgerModelSchema>

const eventKinds = ['run', 'version', 'alias', 'rollback'] as const
export const ledgerEventSchema = z.strictObject({
  schema: z.literal('modelgate/event@1'),
  sequence: z.number().int().positive(),
  kind: z.enum(eventKinds),
  model: z.string(),
  at: z.string(),
  alias: z.string().nullable(),
  version: semver.nullable(),
  previous: semver.nullable(),
  digest: digest.nullable(),
  verdict: z.string().nullable(),
  reason: z.string().nullable(),
  source: sourceSchema,
  waived,
})
export type LedgerEvent = z.infer<typeof ledgerEventSchema>
