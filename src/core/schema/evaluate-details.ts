/** What an evaluation says beyond its checks (`details` of its result). */
import { z } from 'zod'
import { interval, number } from './details-figures.ts'
import { judgedSchema } from './judged.ts'
import { calibrationDetails, fairnessDetails, slicesDetails } from './parts-details.ts'
import { predictionsKept } from './predictions-kept.ts'

const metricValue = z.strictObject({
  value: number,
  /** why there is no value */
  undefined: z.string().nullable(),
  interval,
  /** how the interval was made: `wilson`, `delong`, `t`, `influence-t`, `bca`, `bca+t` (the wider of both), `…+tail` (wider on the side of the harm, as few rows carry a loss without an end), … */
  method: z.string().nullable(),
})

export const evaluateDetails = z.lazy(() =>
  z.strictObject({
    task: z.string(),
    primary: z.string(),
    /** null: numbers of somebody who did not say on how many */
    rows: z.number().int().nullable(),
    /** what is resampled and counted instead of rows: queries, series, whatever `data.group` names */
    groups: z.strictObject({ count: z.number().int(), noun: z.string() }).optional(),
    /** rows left out and why, such as rows without a label yet */
    excluded: z.record(z.string(), z.number().int()),
    labels: z.array(z.string()).nullable(),
    positive: z.string().nullable(),
    threshold: number,
    /** what scoring did to fit the model to the data: a dropped ZipMap, an input met by its exported name */
    rewrites: z.array(z.string()),
    score_ms: z.number(),
    /** what was asked for of size and speed */
    measured: z
      .strictObject({
        bytes: z.strictObject({ candidate: z.number().int(), baseline: z.number().int().nullable() }),
        /** what differs between the two graphs, in words; null: only one was opened */
        graph: z.string().nullable(),
        latency: z.array(
          z.strictObject({
            name: z.string(),
            /** timed, of each model */
            calls: z.number().int(),
            warm_ups: z.number().int(),
            /** of one call */
            rows: z.number().int(),
            /** one a measurement; more than one where `confirm` asked for them */
            repeats: z.array(
              z.strictObject({
                /** ms */
                value: number,
                interval,
                baseline: number,
                ratio: z.strictObject({ value: number, interval }).nullable(),
              }),
            ),
          }),
        ),
      })
      .optional(),
    /** who answered, where that was not our own runtime */
    scored: z
      .strictObject({
        /** `metrics_file`: nobody answered, and numbers were taken at their word */
        by: z.enum(['command', 'predictions', 'metrics_file']),
        /** the command as it was typed, or the files */
        how: z.string(),
        /** false: the file of the model was not looked into (`format: opaque`) */
        inspected: z.boolean(),
      })
      .optional(),
    /** files of `baseline.predictions` that the baseline's answers were read from */
    baseline_answers: z.string().optional(),
    /** of a command that was run again, by `confirm`: how often, and which run is shown, recorded and kept, from 1 */
    runs: z.strictObject({ count: z.number().int(), shown: z.number().int() }).optional(),
    /** the metrics for which it was; one entry a run, the first one first, and the run that is shown of it, from 1: `runs.shown`, unless that says otherwise of it than was decided */
    repeated: z
      .array(
        z.strictObject({
          name: z.string(),
          shown: z.number().int(),
          runs: z.array(z.strictObject({ value: number, baseline: number, change: number })),
        }),
      )
      .optional(),
    /** rows whose predictions are profiled for drift and promotion */
    predictions_kept: predictionsKept,
    /** against answers of the training framework */
    parity: z
      .strictObject({
        /** largest one, relative to the answer where that is larger than 1; null: one of the two gives no number */
        difference: number,
        /** share of the rows with the same class; null: there are no classes */
        agreement: number,
        rows: z.number().int(),
        /** each, where a command was run again by `confirm`; the two above are the worst of them */
        runs: z.array(z.strictObject({ difference: number, agreement: number })).optional(),
      })
      .optional(),
    /** how often the test data was used to judge a candidate */
    holdout: z
      .strictObject({
        fingerprint: z.string(),
        /** distinct candidates, this one included; null: not known */
        uses: z.number().int().nullable(),
        /** the number of this candidate among them */
        use: z.number().int(),
        budget: z.number().int(),
        /** by how much the best of so many equal candidates looks better, in the primary metric */
        optimism: number,
        /** level at which a mode that asks for proof was judged */
        level: number,
        note: z.string(),
      })
      .optional(),
    /** how scores became decisions, and what those are worth */
    decisions: z
      .strictObject({
        chosen: z
          .strictObject({
            on: z.string(),
            maximize: z.string(),
            rows: z.number().int(),
            value: number,
            /** of the baseline */ baseline: number,
          })
          .nullable(),
        value: z
          .strictObject({
            currency: z.string().nullable(),
            /** on the evaluated rows; threshold null: never a yes */
            best: z.strictObject({ threshold: number, value: number }).nullable(),
            /** from which probability on a yes pays, where probabilities are calibrated */
            calibrated: number,
          })
          .nullable(),
        /** sentences */
        notes: z.array(z.string()),
      })
      .optional(),
    slices: slicesDetails.optional(),
    /** what its numbers mean, for a later comparison without the bytes */
    judged: judgedSchema.optional(),
    calibration: calibrationDetails.optional(),
    fairness: fairnessDetails.optional(),
    /** true when candidate and baseline are the same bytes: nothing was compared */
    unchanged: z.boolean(),
    metrics: z.array(
      z.strictObject({
        name: z.string(),
        metric: z.string(),
        direction: z.enum(['higher', 'lower']),
        unit: z.string(),
        gated: z.boolean(),
        candidate: metricValue,
        /** `comparable: false`: what is recorded of other rows, or under other rules. It is shown, and never held against the candidate */
        baseline: metricValue.extend({ comparable: z.literal(false).optional() }).nullable(),
        /** what a trivial model reaches on the same rows */
        trivial: number,
        change: z.strictObject({ value: number, interval, method: z.string(), p_worse: number, rows_needed: number }).nullable(),
        /** of `max_drop: auto`: the median absolute deviation of so many runs in the ledger, null: too few, and how many of it are allowed */
        history: z.strictObject({ mad: number, runs: z.number().int(), k: z.number() }).optional(),
        /** rows or queries that the metric has no value for, and why */
        excluded: z.strictObject({ count: z.number().int(), because: z.string() }).optional(),
      }),
    ),
  }),
)
export type EvaluateDetails = z.infer<typeof evaluateDetails>
