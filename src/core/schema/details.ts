/** What each stage says beyond its checks, as the report and other programs read it (`details` of the envelope). */
import { z } from 'zod'
import { waiverStates } from '../gate/waivers.ts'
import { judgedSchema } from './judged.ts'

const number = z.number().nullable()
const interval = z.tuple([number, number]).nullable()

const metricValue = z.strictObject({
  value: number,
  /** why there is no value */
  undefined: z.string().nullable(),
  interval,
  /** how the interval was made: `wilson`, `delong`, `t`, `bca`, `bca+t` (the wider of both), … */
  method: z.string().nullable(),
})

/** `alone`: there was nothing to compare it with */
export const sliceStates = ['fail', 'warn', 'inconclusive', 'ok', 'alone', 'undefined'] as const

export const evaluateDetails = z.strictObject({
  task: z.string(),
  primary: z.string(),
  /** null: numbers of somebody who did not say on how many */
  rows: z.number().int().nullable(),
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
  /** metrics of a command that was run again, by `confirm`; one entry a run, the first one first */
  repeated: z
    .array(z.strictObject({ name: z.string(), runs: z.array(z.strictObject({ value: number, baseline: number, change: number })) }))
    .optional(),
  /** against answers of the training framework */
  parity: z
    .strictObject({
      /** largest one, relative to the answer where that is larger than 1; null: one of the two gives no number */
      difference: number,
      /** share of the rows with the same class; null: there are no classes */
      agreement: number,
      rows: z.number().int(),
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
  /** parts of the rows, where they were asked for */
  slices: z
    .strictObject({
      judged: z.number().int(),
      columns: z.array(z.string()),
      /** levels with too few rows to be judged */
      small: z.number().int(),
      min_rows: z.number().int(),
      notes: z.array(z.string()),
      /** of each metric the worst first */
      list: z.array(
        z.strictObject({
          /** column and place: `origin#3` */
          slice: z.string(),
          /** null: it may not be shown */
          label: z.string().nullable(),
          metric: z.string(),
          direction: z.enum(['higher', 'lower']),
          unit: z.string(),
          n: z.number().int(),
          value: number,
          interval,
          /** drawn towards its column by what its size leaves open */
          shrunk: number,
          baseline: number,
          change: number,
          change_interval: interval,
          /** of "worse", Benjamini–Hochberg over all slices */
          q: number,
          /** how much worse its rows are than the rest, φ */
          effect: number,
          state: z.enum(sliceStates),
        }),
      ),
    })
    .optional(),
  /** what its numbers mean, for a later comparison without the bytes */
  judged: judgedSchema.optional(),
  /** of a classifier that gives probabilities */
  calibration: z
    .strictObject({
      /** `top label`: of several classes the most probable one, and whether it was right */
      of: z.enum(['positive', 'top label']),
      rows: z.number().int(),
      bins: z.number().int(),
      binning: z.enum(['width', 'mass']),
      /** calibration error in bins of equal width and of equal mass; what of it chance explains; what is above that */
      error: z.strictObject({ width: number, mass: number }),
      chance: z.strictObject({ width: number, mass: number }),
      excess: z.strictObject({ width: number, mass: number }),
      /** of several classes: mean error of each against the rest */
      classwise: number,
      /** z null: infinite */
      spiegelhalter: z.strictObject({ z: number, p: number }),
      /** truth regressed on the log-odds; null: no finite answer */
      line: z.strictObject({ slope: number, slope_interval: interval, intercept: number, intercept_interval: interval }).nullable(),
      /** value = reliability − resolution + uncertainty + within */
      brier: z.strictObject({ value: number, reliability: number, resolution: number, uncertainty: number, within: number }),
      baseline: z.strictObject({ excess: z.strictObject({ width: number, mass: number }), z: number, p: number }).nullable(),
      /** bins with rows, by rising probability */
      table: z.array(z.strictObject({ rows: z.number().int(), mean: z.number(), observed: z.number(), interval })),
    })
    .optional(),
  /** groups against each other, where that was asked for */
  fairness: z
    .strictObject({
      min_rows: z.number().int(),
      columns: z.array(
        z.strictObject({
          column: z.string(),
          /** rows without a value, which belong to no group */
          without: z.number().int(),
          groups: z.array(
            z.strictObject({
              /** column and place: `sex#2` */
              group: z.string(),
              /** null: it may not be shown */
              label: z.string().nullable(),
              rows: z.number().int(),
            }),
          ),
        }),
      ),
      list: z.array(
        z.strictObject({
          column: z.string(),
          name: z.string(),
          class: z.string().nullable(),
          unit: z.string(),
          gated: z.boolean(),
          /** largest minus smallest over the groups that are compared; of several parts the worst */
          difference: number,
          /** smallest over largest; null where that means nothing */
          ratio: number,
          baseline_difference: number,
          /** ids of its checks */
          checks: z.array(z.string()),
          parts: z.array(
            z.strictObject({
              part: z.string(),
              /** what `base` counts */
              among: z.string(),
              groups: z.array(
                z.strictObject({
                  group: z.string(),
                  value: number,
                  undefined: z.string().nullable(),
                  interval,
                  base: z.number().int(),
                  /** false: too few rows, or no value */
                  compared: z.boolean(),
                  baseline: number,
                }),
              ),
            }),
          ),
        }),
      ),
    })
    .optional(),
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
      baseline: metricValue.nullable(),
      /** what a trivial model reaches on the same rows */
      trivial: number,
      change: z.strictObject({ value: number, interval, method: z.string(), p_worse: number, rows_needed: number }).nullable(),
      /** rows or queries that the metric has no value for, and why */
      excluded: z.strictObject({ count: z.number().int(), because: z.string() }).optional(),
    }),
  ),
})
export type EvaluateDetails = z.infer<typeof evaluateDetails>

export const driftStates = ['fail', 'warn', 'immaterial', 'inconclusive', 'ok', 'skipped'] as const
export const driftDetails = z.strictObject({
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
})
export type DriftDetails = z.infer<typeof driftDetails>

export const validateDetails = z.strictObject({
  tables: z.array(z.strictObject({ role: z.string(), format: z.string(), rows: z.number().int(), columns: z.number().int() })),
})
export type ValidateDetails = z.infer<typeof validateDetails>

export const trainDetails = z.strictObject({
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
})
export type TrainDetails = z.infer<typeof trainDetails>

export const fetchDetails = z.strictObject({
  ref: z.string(),
  resolved: z.string(),
  version: z.string().nullable(),
  model: z.strictObject({ path: z.string(), digest: z.string(), bytes: z.number().int() }),
  /** path of the training profile that came with it */
  profile: z.string().nullable(),
})
export type FetchDetails = z.infer<typeof fetchDetails>

export const gateDetails = z.strictObject({
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
      stages: z.array(z.strictObject({ stage: z.string(), verdict: z.string(), because: z.string().nullable(), duration_ms: z.number() })),
      /** stages the config does not ask for, and why: never counted as passed */
      not_configured: z.array(z.strictObject({ stage: z.string(), because: z.string() })),
    }),
  ),
  report: z.strictObject({ markdown: z.string(), html: z.string() }),
})
export type GateDetails = z.infer<typeof gateDetails>

const storedFile = z.strictObject({ name: z.string(), digest: z.string(), bytes: z.number().int() })
const movedAlias = z.strictObject({ alias: z.string(), version: z.string(), previous: z.string().nullable(), moved: z.boolean() })

/** The receipt of a promotion or a rollback, read back from ledger and store after the fact. */
export const promoteDetails = z.strictObject({
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
})
export type PromoteDetails = z.infer<typeof promoteDetails>
