/** `evaluate` as it is written: what is measured, and how a change is judged. */
import { z } from 'zod'
import { modes } from './config.ts'
import { choice, later, section } from './leaves.ts'
import { metrics } from './limits.ts'

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
  holdout_budget: z
    .number({ error: 'expected a whole number of at least 1' })
    .int({ error: 'expected a whole number of at least 1' })
    .positive({ error: 'expected a whole number of at least 1' })
    .optional(),
  value: later('evaluate.value'),
  slices: later('evaluate.slices'),
})
