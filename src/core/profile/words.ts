/**
 * Which words of a text column are usual: enough to count the unknown ones of later rows, and no word is kept.
 *
 *     bucket    hash(word) mod 2^k, words in lower case, parted by spaces
 *     known     the buckets that at least t rows hold; t = 5, or what leaves no more than 5,000 of them
 *     unknown   words of a row in other buckets ÷ words of the row; null where it has none
 *
 * Of the reference's own rows each is counted as if it had not been looked at: a bucket is known to a row when t *other* rows hold it. Without that every
 * text would have fewer unknown words at training than later, by selection alone. A row of a table that is sampled for the words may not
 * be among them; that is far less than what matters.
 * Other words that fall into a known bucket are taken as known (at most one in thirteen): on both sides alike.
 */
import { type ColumnFacts, type Sql, sql } from '../checks/facts.ts'
import { minLevelRows } from './queries.ts'
import { columnNumber, stackedAtOnce } from './stacked.ts'

const mostKnown = 5_000
const mostBits = 16
const leastBits = 11

/** Buckets of each of so many texts: fewer where there are many, so that a profile stays small. */
export const bucketsOf = (texts: number): number => 2 ** Math.max(leastBits, mostBits - Math.ceil(Math.log2(Math.max(1, texts / 4))))

const bucketList = ({ quoted }: Pick<ColumnFacts, 'quoted'>, make: string): string =>
  `[${make} FOR w IN string_split(lower(trim(CAST(${quoted} AS VARCHAR))), ' ') IF w <> '']`
const bucket = (buckets: number): string => `CAST(hash(w) % ${buckets} AS INTEGER)`

/** Texts of one query: the words of all of them are parted before they are counted. */
export const textsAtOnce = (rows: number): number => (stackedAtOnce(rows) === 0 ? 1 : Math.max(1, Math.floor(16_384 / rows)))

/** Rows: `col` (place among the columns), `bucket`, `held` (rows that hold it), most first. @param table the sample, with the number of its rows */
export function wordQuery(
  table: { readonly relation: string; readonly rowAt: string },
  columns: readonly ColumnFacts[],
  buckets: number,
): Sql {
  const lists = columns.map((column) => bucketList(column, bucket(buckets)))
  const stacked = `(SELECT ${columnNumber(lists.length)}, unnest([${lists.join(', ')}]) AS list, ${table.rowAt} AS row_at FROM ${table.relation})`
  const words =
    lists.length === 1
      ? `0 AS col, ${table.rowAt} AS row_at, unnest(${lists[0]}) AS bucket FROM ${table.relation}`
      : `col, row_at, unnest(list) AS bucket FROM ${stacked}`
  return sql(`SELECT col, bucket, count(*) AS held FROM (SELECT DISTINCT ${words}) GROUP BY col, bucket HAVING count(*) >= ${minLevelRows}
    QUALIFY row_number() OVER (PARTITION BY col ORDER BY held DESC, bucket) <= ${mostKnown + 1} ORDER BY col, held DESC, bucket`)
}

/** What this engine makes of a word: words of another one lie in other buckets. */
export const hashProbe: Sql = sql(`SELECT CAST(hash('word') AS VARCHAR) AS probe`)

export interface Words {
  /** one bit a bucket, base64, the first bucket the highest bit of the first byte */
  readonly known: string
  /** as the reference's own rows see it */
  readonly own: string
}

/** null where no word is usual. */
export function usualWords(rows: readonly Readonly<Record<string, unknown>>[], buckets: number): Words | null {
  const held = rows.map((row) => ({ bucket: Number(row.bucket), rows: Number(row.held) }))
  const least = held.length > mostKnown ? (held.at(-1)?.rows ?? 0) + 1 : minLevelRows
  const from = (fewest: number) =>
    bitsOf(
      held.flatMap((one) => (one.rows >= fewest ? [one.bucket] : [])),
      buckets,
    )
  return held.some((one) => one.rows > least) ? { known: from(least), own: from(least + 1) } : null
}

function bitsOf(set: readonly number[], buckets: number): string {
  const bytes = new Uint8Array(buckets / 8)
  for (const one of set) bytes[one >> 3] = (bytes[one >> 3] ?? 0) | (128 >> (one & 7))
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
}

/** SQL: part of the words of a text that lie in no known bucket. @param known base64, as `usualWords` gave it */
export function unknownWords(quoted: string, known: string): string {
  const buckets = atob(known).length * 8
  const bits = `CAST(from_base64('${known}') AS BIT)`
  return `list_avg(${bucketList({ quoted }, `1 - get_bit(${bits}, ${bucket(buckets)})`)})`
}

/** A profile is read from a file: what goes into SQL is nothing but base64 of a power of two. */
export const isWords = (known: string): boolean => {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(known) || known.length % 4 !== 0) return false
  const bits = atob(known).length * 8
  return bits >= 2 ** leastBits && bits <= 2 ** mostBits && Math.log2(bits) % 1 === 0
}
