/** `drift` as it is written: what current data is held against, and how far a column may move. `drift-spec.ts` makes the program's types of it. */
import { z } from 'zod'
import { type DriftMetric, driftMetrics } from './config.ts'
import { choice, columnName, count, duration, flag, percent, section } from './leaves.ts'
import { whenWritten } from './partly.ts'
import { source } from './refs.ts'

interface Written<T> {
  readonly warn?: T | undefined
  readonly fail?: T | undefined
}

const neverWarns = 'warn lies beyond fail: it could never warn'
const inOrder = ({ warn, fail }: Written<number>) => warn === undefined || fail === undefined || warn <= fail

/** A limit on a size: one number is a fail, `{warn, fail}` are both. */
const limitOf = (value: z.ZodType<number>, expected: string) =>
  z
    .union([value, section({ warn: value.optional(), fail: value.optional() })], { error: `expected ${expected}, or {warn: …, fail: …}` })
    .transform((given): Written<number> => (typeof given === 'number' ? { fail: given } : given))
    .refine(inOrder, { error: neverWarns })

const pointsText = /^(\d+\.?\d*|\.\d+)\s*(pp|%)?$/

/** Metrics that have no upper end: a limit on them may exceed 1. */
const unbounded: ReadonlySet<DriftMetric> = new Set(['psi', 'wasserstein'])

export const drift = whenWritten(() => {
  const distance = z.number({ error: 'expected a number between 0 and 1' }).gte(0, { error: 'a shift is never below 0' })
  const drifted = distance.lte(1, { error: 'a shift lies between 0 and 1' })

  /** A change of a share: `3pp` or 0.03. */
  const points = z
    .union([z.number(), z.string()], { error: 'expected a change such as 3pp or 0.03' })
    .transform((given, context): number => {
      const refuse = (message: string) => {
        context.issues.push({ code: 'custom', message, input: given })
        return z.NEVER
      }
      const [whole, digits = '', unit] = pointsText.exec(String(given).trim()) ?? []
      if (whole === undefined) return refuse('expected a change such as 3pp or 0.03')
      if (unit === '%') return refuse(`${whole} could mean two things: write ${digits}pp, or a factor as max_ratio`)
      const value = unit === 'pp' ? percent(digits) : Number(digits)
      return value <= 1 ? value : refuse(`${value} is above 1, the most that a share can change: did you mean ${digits}pp?`)
    })
  const factor = z.number({ error: 'expected a factor above 1, such as 2' }).gt(1, { error: 'a factor that is allowed lies above 1' })

  const column = section({
    shift: limitOf(distance, 'a number').optional(),
    ignore: flag.optional(),
    metric: choice(driftMetrics).optional(),
    raw: flag.optional(),
    max_change: limitOf(points, 'a change such as 3pp').optional(),
    max_ratio: limitOf(factor, 'a factor such as 2').optional(),
  }).superRefine(({ shift, metric = 'js' }, context) => {
    if (unbounded.has(metric)) return
    for (const word of ['warn', 'fail'] as const) {
      const value = shift?.[word]
      if (value !== undefined && value > 1)
        context.addIssue({ code: 'custom', path: ['shift'], message: `a shift by ${metric} lies between 0 and 1` })
    }
  })

  const family = limitOf(drifted, 'a number between 0 and 1')

  const window = section({ window: duration, current: duration.optional() })

  return z.union(
    [
      section({
        enabled: flag.optional(),
        reference: z
          .union([z.literal('training'), window, source], { error: 'expected training, data, or {window: 28d, current: 7d}' })
          .optional(),
        columns: z.record(columnName, column, { error: 'expected a map of columns' }).optional(),
        certainty: choice(['lenient', 'strict']).optional(),
        correction: choice(['bh', 'by']).optional(),
        min_rows: count.min(20, { error: 'below 20 rows on a side nothing can be tested' }).optional(),
        families: section({ features: family.optional(), labels: family.optional(), predictions: family.optional() }).optional(),
        correlations: flag.optional(),
        classifier: z
          .union(
            [
              flag,
              section({
                rows: count
                  .min(200, { error: 'a classifier needs at least 200 rows of each side' })
                  .max(10_000, { error: 'at most 10000 rows of each side are read' })
                  .optional(),
              }),
            ],
            { error: 'expected true, false, or {rows: …}' },
          )
          .optional(),
        max_failed_columns: count.optional(),
        importance: z
          .record(columnName, z.number({ error: 'expected a weight' }).nonnegative({ error: 'a weight is at least 0' }), {
            error: 'expected a map: column, then its weight',
          })
          .optional(),
        blocks: choice(['auto', 'rows']).optional(),
      }),
      z.literal(false),
    ],
    { error: 'expected a map such as {reference, columns}, or false to switch drift off' },
  )
})
export type DriftFile = z.output<typeof drift>
