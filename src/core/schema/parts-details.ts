/** Parts of the rows as an evaluation tells of them: slices, probabilities in bins, groups. */
import { z } from 'zod'
import { interval, number } from './details-figures.ts'

/** `alone`: there was nothing to compare it with */
const sliceStates = ['fail', 'warn', 'inconclusive', 'ok', 'alone', 'undefined'] as const

/** parts of the rows, where they were asked for */
export const slicesDetails = z.lazy(() =>
  z.strictObject({
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
  }),
)

/** of a classifier that gives probabilities */
export const calibrationDetails = z.lazy(() =>
  z.strictObject({
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
  }),
)

/** groups against each other, where that was asked for */
export const fairnessDetails = z.lazy(() =>
  z.strictObject({
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
  }),
)
