/** Aggregates of a table: everything drift, reports and ledgers need, and no row. Persisted format `modelgate/profile@1`. */
import { z } from 'zod'

const number = z.number().nullable()
const count = z.number().int().nonnegative()

export const profileKinds = [
  'constant',
  'boolean',
  'categorical',
  'numeric-discrete',
  'numeric-continuous',
  'datetime',
  'text',
  'identifier',
] as const
export type ProfileKind = (typeof profileKinds)[number]

const columnSchema = z.strictObject({
  name: z.string(),
  kind: z.enum(profileKinds),
  /** why this kind, in words */
  reason: z.string(),
  /** storage type in the engine's word */
  type: z.string(),
  sensitive: z.boolean(),
  n: count,
  n_null: count,
  n_nan: count,
  n_pos_inf: count,
  n_neg_inf: count,
  n_empty: count,
  numeric: z
    .strictObject({
      min: number,
      max: number,
      mean: number,
      /** sum of squared deviations, for Chan's merge */
      m2: number,
      /** ascending, at most 99; cells are (−∞, e1], (e1, e2], …, (ek, ∞) */
      edges: z.array(z.number()),
      edges_id: z.string(),
      /** counts of those k + 1 cells, spikes included */
      cells: z.array(count),
      /** every value with a share of at least 0.5 % and at least 5 rows, at most 200; of a table counted against a reference also every spike of that, whatever its count here */
      spikes: z.array(z.strictObject({ value: z.number(), count })),
    })
    .nullable(),
  categories: z
    .strictObject({
      /** most frequent first, ties by label; labels seen fewer than 5 times are not listed */
      top: z.array(z.strictObject({ value: z.string(), count })),
      other_count: count,
      /** exact, or null where the table of levels is not complete */
      distinct: count.nullable(),
    })
    .nullable(),
})
export type ColumnProfile = z.infer<typeof columnSchema>

export const tableProfileSchema = z.strictObject({
  role: z.string(),
  rows: count,
  /** order-free digest of the content; equal means the same data */
  fingerprint: z.string(),
  digests: z.array(z.string()),
  columns: z.array(columnSchema),
})
export type TableProfile = z.infer<typeof tableProfileSchema>

export const profileSchema = z.strictObject({
  schema: z.literal('modelgate/profile@1'),
  engine: z.string(),
  tool: z.strictObject({ name: z.literal('modelgate'), version: z.string() }),
  target: z.string().nullable(),
  /** one per role: train, validation, test, current, predictions */
  tables: z.array(tableProfileSchema),
})
export type Profile = z.infer<typeof profileSchema>
