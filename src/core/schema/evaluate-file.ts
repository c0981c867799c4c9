/** `evaluate` as it is written: what is measured, and how a change is judged. */
import { z } from 'zod'
import { modes } from './config.ts'
import { choice, columnName, flag, later, section } from './leaves.ts'
import { metrics } from './limits.ts'

const fewest = 'expected a whole number of at least 20'
const minRows = z.number({ error: fewest }).int({ error: fewest }).gte(20, { error: fewest })

const slices = section({
  by: z
    .array(
      z.union(
        [
          columnName,
          z
            .array(columnName, { error: 'expected a list of columns' })
            .min(1, { error: 'this list is empty' })
            .max(3, { error: 'at most three columns are taken together' }),
        ],
        {
          error: 'expected the name of a column, or a list of columns that are taken together',
        },
      ),
      { error: 'expected a list of columns' },
    )
    .optional(),
  auto: flag.optional(),
  min_rows: minRows.optional(),
  metrics: metrics.optional(),
})

export const evaluate = section({
  metrics: metrics.optional(),
  mode: choice(modes).optional(),
  threshold: z
    .union(
      [
        z.number().gte(0, { error: 'a threshold lies between 0 and 1' }).lte(1, { error: 'a threshold lies between 0 and 1' }),
        section({ on: later('threshold: {on: …}'), maximize: later('threshold: {maximize: …}') }),
      ],
      { error: 'expected a number between 0 and 1' },
    )
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
  value: later('evaluate.value'),
  slices: slices.optional(),
})
