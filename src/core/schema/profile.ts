/** Aggregates of a table: everything drift, reports and ledgers need, and no row. Persisted format `modelgate/profile@1`. */
import { z } from 'zod'

const number = z.number().nullable()
const count = z.number().int().nonnegative()

export const profileKinds = [
  'constant',
  'boolean',
  'categorical',
  'categorical-high',
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
      /** of a table counted against a reference whose extremes are known: finite values below its min and above its max */
      beyond: z.strictObject({ below: count, above: count }).nullable().optional(),
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
  /** made by us of a column of the data: of a timestamp its hour, weekday and month; of a text its length, tokens, shares of characters */
  derived: z.strictObject({ from: z.string(), what: z.string() }).nullable().optional(),
  /** the same counts as sums of `data.weight`: missing (null and NaN), infinite, one per cell, spike and label listed above, and what is not listed */
  weighted: z
    .strictObject({
      missing: z.number(),
      infinite: z.number(),
      cells: z.array(z.number()),
      spikes: z.array(z.number()),
      top: z.array(z.number()),
      other: z.number(),
    })
    .nullable()
    .optional(),
  /** per block of the table, in the order of its `blocks.rows`: counts of the cells `column-cells` makes of this column in the reference */
  blocks: z.array(z.array(count)).nullable().optional(),
})
export type ColumnProfile = z.infer<typeof columnSchema>

export const tableProfileSchema = z.strictObject({
  role: z.string(),
  rows: count,
  /** order-free digest of the content; equal means the same data */
  fingerprint: z.string(),
  digests: z.array(z.string()),
  columns: z.array(columnSchema),
  /** rows that repeat an earlier row; null where it was not counted */
  duplicates: count.nullable().optional(),
  /** the units that drift exchanges when rows depend on one another: at most 400 spans of `data.time`, or buckets of `data.group` */
  blocks: z
    .strictObject({ by: z.enum(['time', 'group']), /** `1 day`, `group` */ unit: z.string(), rows: z.array(count) })
    .nullable()
    .optional(),
  /** of the rows that have a weight: its sum and the sum of its squares */
  weight: z.strictObject({ column: z.string(), total: z.number(), squares: z.number() }).nullable().optional(),
  /** sums over the cell numbers of two columns, rows where both are there: enough for a rank correlation, and they add */
  pairs: z
    .array(
      z.strictObject({
        a: z.string(),
        b: z.string(),
        n: count,
        sa: z.number(),
        sb: z.number(),
        saa: z.number(),
        sbb: z.number(),
        sab: z.number(),
      }),
    )
    .optional(),
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
