/** What the stage drift says beyond its checks (`details` of its result). */
import { z } from 'zod'
import { number } from './details-figures.ts'

export const driftStates = ['fail', 'warn', 'immaterial', 'inconclusive', 'ok', 'skipped'] as const
export const driftDetails = z.lazy(() =>
  z.strictObject({
    reference: z.strictObject({ from: z.string(), rows: z.number().int(), digest: z.string().nullable() }),
    current: z.strictObject({ rows: z.number().int() }),
    same_data: z.boolean(),
    columns: z.array(
      z.strictObject({
        column: z.string(),
        family: z.enum(['features', 'labels', 'predictions']),
        kind: z.string(),
        state: z.enum(driftStates),
        /** bias-corrected Jensen–Shannon distance, base 2, [0, 1] */
        js: number,
        p: number,
        /** Benjamini–Hochberg adjusted within the family */
        q: number,
        n_reference: z.number().int(),
        n_current: z.number().int(),
        /** `median 568 → 731`, never a label of a sensitive column */
        summary: z.string(),
        /** shown, not gated: psi, ks, w1, v, tvd; different values as a ratio; of blocks `design_effect`, the rows that one independent row takes */
        companions: z.record(z.string(), number),
        /** what p rests on: every row for itself, blocks of rows, or weighted rows */
        unit: z.enum(['rows', 'blocks', 'weights']).optional(),
        /** of blocks of time: JS* of each of the last ones, at most 31, against all of the reference, oldest first */
        trend: z.array(z.number()).optional(),
        /** of what moved: shares of the rows in a few cells of the reference; names are ranges and ranks, never labels */
        cells: z.array(z.strictObject({ name: z.string(), reference: z.number(), current: z.number() })).optional(),
      }),
    ),
    /** what the model's predictions of today were held against; because: why they were not compared */
    predictions: z
      .strictObject({
        from: z.string().nullable(),
        because: z.string().nullable(),
        /** accuracy on the current rows as its own probabilities have it; true only where they are calibrated there */
        expected_accuracy: number.optional(),
        /** shares of the classes on the holdout and, estimated from the predictions, now: most frequent on the holdout first, no label is named. `positive`: place of the positive one */
        priors: z
          .strictObject({ holdout: z.array(z.number()), now: z.array(z.number()), positive: z.number().int().nullable() })
          .nullable()
          .optional(),
      })
      .optional(),
    /** what was exchanged instead of rows */
    blocks: z
      .strictObject({ by: z.string(), unit: z.string(), reference: z.number().int(), current: z.number().int() })
      .nullable()
      .optional(),
    /** where chance is drawn from: exchanges of blocks, of rows between sparse cells, halves of a classifier */
    seeds: z.strictObject({ blocks: z.number().int(), cells: z.number().int(), classifier: z.number().int() }).optional(),
    /** pairs of columns that changed most */
    correlations: z
      .array(
        z.strictObject({
          a: z.string(),
          /** of a measure other than rank correlation: the label */
          b: z.string(),
          measure: z.enum(['rank_correlation', 'cramers_v', 'correlation_ratio']).optional(),
          reference: number,
          current: number,
          /** of a rank correlation with its sign; else how far both are apart on the scale of the measure, more than the difference where classes changed places */
          change: number,
          q: number,
          state: z.enum(driftStates),
        }),
      )
      .optional(),
    classifier: z
      .strictObject({
        auc: number,
        /** one-sided lower bounds */
        low95: number,
        low99: number,
        rows: z.number().int(),
        seed: z.number().int(),
        /** most telling first; gain as a part of the whole */
        top: z.array(z.strictObject({ column: z.string(), gain: z.number() })),
      })
      .nullable()
      .optional(),
  }),
)
export type DriftDetails = z.infer<typeof driftDetails>
