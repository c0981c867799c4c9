/** What the numbers of a run mean, kept beside them: whoever compares with them later must have all of it the same. */
import { z } from 'zod'

export const basisSchema = z.lazy(() =>
  z.strictObject({
    /** fingerprint of the test files */
    holdout: z.string(),
    /** that were evaluated */
    rows: z.number().int(),
    task: z.string(),
    metrics_version: z.number().int(),
    /** the keys of the config that say what the truth is and what a row counts, as they were written */
    target: z.string().nullable(),
    positive: z.string().nullable(),
    weight: z.string().nullable(),
    group: z.string().nullable(),
    threshold: z.string(),
    value: z.string().nullable(),
    season: z.number().int(),
    /** levels that losses and intervals are made of */
    quantiles: z.string().nullable(),
    horizon: z.string().nullable(),
  }),
)

export const judgedSchema = z.lazy(() =>
  z.strictObject({
    basis: basisSchema,
    /** shown name → what it is, its level and the two-sided 95 % interval of it; null: of a number that came without one */
    figures: z.record(
      z.string(),
      z.strictObject({ of: z.string(), value: z.number(), interval: z.tuple([z.number(), z.number()]).nullable() }),
    ),
  }),
)
export type Judged = z.infer<typeof judgedSchema>
