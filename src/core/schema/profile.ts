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

// each is made when it is first used: a run that reads no profile takes the kinds from here, and no more
const columnSchema = z.lazy(() =>
  z.strictObject({
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
        /** the most rows a value can have that is not among the spikes, where there was no room for all of them */
        most_unlisted: count.optional(),
      })
      .nullable(),
    categories: z
      .strictObject({
        /** most frequent first, ties by label; labels seen fewer than 5 times are not listed */
        top: z.array(z.strictObject({ value: z.string(), count })),
        other_count: count,
        /** exact, or null where the table of levels is not complete */
        distinct: count.nullable(),
        /** the most rows a label can have that is not listed, where there was no room for all of 5 rows */
        most_unlisted: count.optional(),
      })
      .nullable(),
    /** of a text: which buckets of a hash hold a usual word, one bit each in base64; `probe`: what the engine makes of a known word */
    words: z.strictObject({ known: z.string(), probe: z.string() }).nullable().optional(),
    /** made by us of a column of the data: of a timestamp its hour, weekday and month; of a text its length, words, shares of characters and of unknown words */
    derived: z
      .strictObject({
        from: z.string(),
        what: z.string(),
        /** numbers in each list, of what is made of lists of one length */
        size: count.optional(),
      })
      .nullable()
      .optional(),
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
  }),
)
export type ColumnProfile = z.infer<typeof columnSchema>

export const tableProfileSchema = z.lazy(() =>
  z.strictObject({
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
      .strictObject({
        by: z.enum(['time', 'group']),
        /** span of one block, such as `1 day`; of groups `group` */
        unit: z.string(),
        /** per block, those without a row too: spans follow one another, a bucket of groups keeps its place */
        rows: z.array(count),
        /** of time: how many units after 1970-01-01 (weeks: after Monday 1969-12-29) the first block lies */
        first: z.number().int().nullable().optional(),
      })
      .nullable()
      .optional(),
    /** of predictions of classes: rows by what was said (row) and what was true (column), in the order of the labels */
    outcomes: z
      .strictObject({ labels: z.array(z.string()), counts: z.array(z.array(count)) })
      .nullable()
      .optional(),
    /** of the rows that have a weight: its sum and the sum of its squares */
    weight: z.strictObject({ column: z.string(), total: z.number(), squares: z.number() }).nullable().optional(),
    /**
     * Sums over the cell numbers of numeric and boolean columns, two at a time: enough for a rank correlation of each pair, and they add.
     * Packed; `pairSums` of core/profile/pairs.ts gives n, Σa, Σb, Σa², Σb², Σab of every pair.
     */
    pairs: z
      .strictObject({
        columns: z.array(z.string()),
        /** rows looked at: all of them, or a sample by the hash of their number */
        rows: count,
        /** per column: rows where it is there, sum and sum of squares of its cell number (counted from the middle cell) */
        n: z.array(count),
        s: z.array(z.number()),
        q: z.array(z.number()),
        /** Σab of the pairs (0, 1), (0, 2), …, (1, 2), … over rows where both are there */
        products: z.array(z.number()),
        /** of pairs where one is missing somewhere: places of the two, n, Σa, Σb, Σa², Σb² over rows where both are there */
        partial: z.array(z.array(z.number())),
        /** of pairs that moved from the reference: places of the two, n Var(r) of the rows as they are */
        spread: z.array(z.tuple([count, count, z.number().nonnegative()])).optional(),
      })
      .nullable()
      .optional(),
    /** Counts by a feature and a label, of which at least one has classes: how one tells of the other. They add. */
    associations: z
      .strictObject({
        /** rows looked at: all of them, or a sample by the hash of their number */
        rows: count,
        /** cells of a column: its most frequent labels, all others, missing; or the cells between edges */
        axes: z.array(z.strictObject({ column: z.string(), levels: z.array(z.string()).nullable(), cuts: z.array(z.number()).nullable() })),
        /** places of both axes, and counts by cell of the feature, in it by cell of the label */
        tables: z.array(z.strictObject({ feature: count, label: count, counts: z.array(count) })),
      })
      .nullable()
      .optional(),
  }),
)
export type TableProfile = z.infer<typeof tableProfileSchema>

export const profileSchema = z.lazy(() =>
  z.strictObject({
    schema: z.literal('modelgate/profile@1'),
    engine: z.string(),
    tool: z.strictObject({ name: z.literal('modelgate'), version: z.string() }),
    target: z.union([z.string(), z.array(z.string())]).nullable(),
    /** one per role: train, validation, test, current, predictions */
    tables: z.array(tableProfileSchema),
  }),
)
export type Profile = z.infer<typeof profileSchema>
