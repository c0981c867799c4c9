/**
 * Which rows of a table are nearly rows of train: the same but for their long texts, and those alike. The SQL of `train_test_overlap` with `fuzzy`.
 *
 *     words     of a text without case and punctuation; each sign of Chinese and Japanese is one. Six or more make a long text, others are compared as they are
 *     shingles  its words and pairs of neighbours, as numbers
 *     alike     shared shingles / all shingles of both (Jaccard), as the part of 64 minima that agree: give or take √(J (1 − J)/64), 0.06 at 0.7
 *     minima    of the shingles under 64 fixed orders (exclusive or with spread numbers), four to a band; rows that agree in a band are compared:
 *               of those 0.8 alike 99.98 %, 0.7 alike 99 %, 0.6 alike 89 %, 0.1 alike 0.2 %
 *
 * Only minima and bands are kept of a row, and four rows of train for each band, so time and memory grow with the rows and not with their pairs; the engine
 * writes to disk what has no room. Of very many rows alike only the first four are seen, which is enough where only whether there is one is asked.
 * Nothing is random: the same rows in every run.
 * Source: Broder 1997, "On the resemblance and containment of documents"; Leskovec, Rajaraman & Ullman, "Mining of Massive Datasets", §3.4.
 */
import { chosenRows } from '../../profile/sampling.ts'
import type { Scope } from '../entry.ts'
import { type ColumnFacts, type Sql, sql } from '../facts.ts'
import { rowPlace } from '../sql-parts.ts'

const leastWords = 6
const bands = 16
const perBand = 4
const minima = bands * perBand
const mates = 4
/** rows of a side whose neighbours in train are looked for */
const askedRows = 100_000
export const usualSimilarity = 0.7

/** Of one side: SQL of its values, and which of them are folded text. */
export interface NearValue {
  readonly value: string
  readonly text: boolean
}

export const isText = ([a, b]: readonly [ColumnFacts, ColumnFacts]): boolean => a.kind === 'string' && b.kind === 'string'

/** One row: `judged`, `broken`; of train `n`, `once` (no other row of train is alike), `twice` (half of those with one). */
export function nearQuery(
  table: Scope['table'],
  train: Scope['table'],
  values: readonly (readonly [NearValue, NearValue])[],
  similarity: number,
): Sql {
  const here = values.map(([one]) => one)
  const there = values.map(([, one]) => one)
  const pairs = (side: string) =>
    `SELECT DISTINCT a, b FROM (SELECT s.row_at AS a, unnest(ids) AS b FROM (SELECT row_at, unnest(bands) AS band FROM ${side}) AS s JOIN buckets USING (band)) WHERE ${side === 'asked' ? 'a <> b' : 'true'}`
  const alike = (side: string) =>
    `SELECT a, count(*) AS found FROM (${pairs(side)}) JOIN ${side} AS x ON a = x.row_at JOIN there AS y ON b = y.row_at WHERE x.k = y.k AND ${alikeEnough} GROUP BY a`
  return sql(
    `WITH here AS MATERIALIZED (SELECT * FROM (${rowsOf(table, here)}) ${chosenRows(table.rows, askedRows, 'row_at')}),
      there AS MATERIALIZED (${rowsOf(train, there)}),
      asked AS MATERIALIZED (SELECT * FROM there ${chosenRows(train.rows, askedRows, 'row_at')}),
      buckets AS MATERIALIZED (SELECT band, min(row_at, ${mates}) AS ids FROM (SELECT row_at, unnest(bands) AS band FROM there) GROUP BY band),
      own AS MATERIALIZED (${alike('asked')})
    SELECT (SELECT count(*) FROM here) AS judged, (SELECT count(*) FROM (${alike('here')})) AS broken, (SELECT count(*) FROM asked) AS n,
      (SELECT count(*) FROM asked) - (SELECT count(*) FROM own) AS once, (SELECT count(*) FROM own WHERE found = 1) // 2 AS twice`,
    [similarity, similarity],
  )
}

/** SQL of the rows of a side that have a value: `row_at`, `k` (all but long texts), the minima `m<i>` (null without a long text), `bands`. */
function rowsOf(table: Scope['table'], values: readonly NearValue[]): string {
  const list = values.map(({ value }, i) => `${value} AS v${i}`)
  const texts = values.flatMap(({ text }, i) => (text ? [i] : []))
  const filled = values.map((_, i) => `v${i} IS NOT NULL`).join(' OR ')
  const words = texts.map((i) => `${wordsOf(`v${i}`)} AS w${i}`)
  const isLong = (i: number) => `coalesce(len(w${i}) >= ${leastWords}, false)`
  const key = values.map(({ text }, i) => (text ? `CASE WHEN ${isLong(i)} THEN NULL ELSE v${i} END, ${isLong(i)}` : `v${i}`))
  const shingles = texts.map((i) => `CASE WHEN ${isLong(i)} THEN ${shinglesOf(`w${i}`, i)} ELSE [] END`)
  const least = orders.map((order, i) => `list_min(list_transform(g, lambda h: xor(h, CAST(${order} AS UBIGINT)))) AS m${i}`)
  const banded = Array.from({ length: bands }, (_, band) => {
    const own = Array.from({ length: perBand }, (_, i) => `m${band * perBand + i}`)
    return `hash(${band}, ${own.join(', ')}, k)`
  })
  return `SELECT * EXCLUDE (whole), CASE WHEN m0 IS NULL THEN [hash(k)] ELSE [hash(whole, k), ${banded.join(', ')}] END AS bands
    FROM (SELECT row_at, k, hash(g) AS whole, ${least.join(', ')}
      FROM (SELECT row_at, hash(${key.join(', ')}) AS k, flatten([${shingles.join(', ')}]) AS g
        FROM (SELECT *, ${words.join(', ')} FROM (SELECT ${[`${rowPlace(table)} AS row_at`, ...list].join(', ')} FROM ${table.relation}) WHERE ${filled})))`
}

const wordsOf = (folded: string): string =>
  `string_split(trim(regexp_replace(regexp_replace(${folded}, '([\\p{Han}\\p{Hiragana}\\p{Katakana}])', ' \\1 ', 'g'), ' +', ' ', 'g')), ' ')`

/** Of the words of one column, so that two columns do not mix. */
const shinglesOf = (words: string, column: number): string =>
  `list_concat(list_transform(${words}, lambda w: hash(w, ${column})), list_transform(list_zip(${words}[:-2], ${words}[2:]), lambda two: hash(two, ${column})))`

/** Fixed orders of all numbers: each begins in a part of its own. */
const orders = Array.from({ length: minima }, (_, i) => {
  const begin = (BigInt(i) << 64n) / BigInt(minima)
  return begin + BigInt.asUintN(64, BigInt(i + 1) * 0x9e3779b97f4a7c15n) / BigInt(minima)
})

/** SQL: two rows of one key have no long text, or texts that are alike; takes one parameter, the similarity. */
const alikeEnough = `(x.m0 IS NULL AND y.m0 IS NULL OR ${orders.map((_, i) => `CAST(x.m${i} = y.m${i} AS INTEGER)`).join(' + ')} >= CAST(? AS DOUBLE) * ${minima})`
