/** `evaluate` as it is written: what is measured, and how a change is judged. */
import { z } from 'zod'
import { calibration } from './calibration-file.ts'
import { modes } from './config.ts'
import { fairness } from './fairness-file.ts'
import { choice, columnName, columnSets, flag, section, share, text } from './leaves.ts'
import { metrics } from './limits.ts'
import { whenWritten } from './partly.ts'
import { source } from './refs.ts'

const fewest = 'expected a whole number of at least 20'
const minRows = () => z.number({ error: fewest }).int({ error: fewest }).gte(20, { error: fewest })

const aLevel = 'a level lies between 0 and 1, such as 0.1'

const money = z.number({ error: 'expected an amount of money' })
const value = whenWritten(() =>
  section({
    tp: money.optional(),
    fp: money.optional(),
    fn: money.optional(),
    tn: money.optional(),
    matrix: z.record(text, z.record(text, money), { error: 'expected a map by label: what is true, then what is said' }).optional(),
    column: columnName.optional(),
    currency: text.regex(/^[\p{L}\p{Sc}]{1,12}$/u, { error: 'expected a currency such as EUR' }).optional(),
  }),
)

const slices = whenWritten(() =>
  section({
    by: columnSets.optional(),
    auto: flag.optional(),
    min_rows: minRows().optional(),
    metrics: metrics.optional(),
  }),
)

export const evaluate = whenWritten(() =>
  section({
    metrics: metrics.optional(),
    mode: choice(modes).optional(),
    threshold: z
      .union(
        [
          z.number().gte(0, { error: 'a threshold lies between 0 and 1' }).lte(1, { error: 'a threshold lies between 0 and 1' }),
          section({ on: choice(['validation', 'train']), maximize: choice(['f1', 'accuracy', 'balanced_accuracy', 'mcc', 'value']) }),
        ],
        { error: 'expected a number between 0 and 1, or {on: validation, maximize: f1}' },
      )
      .optional(),
    quantiles: z
      .array(z.number({ error: aLevel }).gt(0, { error: aLevel }).lt(1, { error: aLevel }), { error: 'expected a list of levels' })
      .refine((levels) => levels.every((level, i) => i === 0 || level > (levels[i - 1] ?? level)), {
        error: 'levels rise, in the order of the outputs of the model',
      })
      .refine((levels) => levels.includes(0.5), { error: 'one level is 0.5: the median is what errors are measured of' })
      .optional(),
    season: z
      .number({ error: 'expected a whole number of at least 1' })
      .int({ error: 'expected a whole number of at least 1' })
      .positive({ error: 'expected a whole number of at least 1' })
      .optional(),
    holdout_budget: z
      .number({ error: 'expected a whole number of at least 1' })
      .int({ error: 'expected a whole number of at least 1' })
      .positive({ error: 'expected a whole number of at least 1' })
      .optional(),
    parity: section({
      predictions: source,
      max_difference: z
        .number({ error: 'expected a number of at least 0, such as 1e-4' })
        .nonnegative({ error: 'expected a number of at least 0, such as 1e-4' })
        .optional(),
      min_agreement: share.optional(),
    }).optional(),
    value: value.optional(),
    slices: slices.optional(),
    fairness: fairness.optional(),
    calibration: calibration.optional(),
  }),
)
