/** `drift` as it is written: what current data is held against, and how far a column may move. */
import { z } from 'zod'
import { flag, section } from './leaves.ts'
import { source } from './refs.ts'

const drifted = z
  .number({ error: 'expected a number between 0 and 1' })
  .gte(0, { error: 'a shift lies between 0 and 1' })
  .lte(1, { error: 'a shift lies between 0 and 1' })
const shiftLimit = z
  .union([drifted, section({ warn: drifted.optional(), fail: drifted.optional() })], {
    error: 'expected a number between 0 and 1, or {warn: …, fail: …}',
  })
  .transform((given) => (typeof given === 'number' ? { fail: given } : given))
  .refine(
    ({ warn, fail }: { warn?: number | undefined; fail?: number | undefined }) => warn === undefined || fail === undefined || warn <= fail,
    {
      error: 'warn lies beyond fail: it could never warn',
    },
  )

export const drift = z.union(
  [
    section({
      enabled: flag.optional(),
      reference: z.union([z.literal('training'), source], { error: 'expected training, or data' }).optional(),
      columns: z
        .record(z.string(), section({ shift: shiftLimit.optional(), ignore: flag.optional() }), { error: 'expected a map of columns' })
        .optional(),
    }),
    z.literal(false),
  ],
  { error: 'expected {reference, columns}, or false to switch drift off' },
)
