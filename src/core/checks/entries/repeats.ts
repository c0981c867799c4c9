/**
 * Values of a column that repeat an earlier one: `judged` values that are there, `broken` of them.
 *
 *     broken = values − different values
 *
 * Whole numbers that lie close together, as running numbers do, are marked as bits of words, each word a group:
 * 64 times fewer groups than values. Numbers far apart would have a word each, so those are counted as everything else is.
 */
import type { Aggregates } from '../entry.ts'
import { type ColumnFacts, isWord, type Sql, sparsest, sql, type TableFacts } from '../facts.ts'
import { ifPresent } from '../sql-parts.ts'

/** In the scan that is made anyway, where the engine can count different values in it. Of values that are the running number of their row none repeats another. */
export const repeatsInBits = ({ quoted, kinds, astray }: ColumnFacts): Aggregates | null =>
  kinds === undefined
    ? null
    : {
        judged: sql(`count(${quoted})`),
        broken: sql(`count(${quoted}) - ${kinds}`),
        ...(astray === undefined ? {} : { doubts: sql(astray) }),
      }

export function repeats(column: ColumnFacts, { relation, columnar }: TableFacts): Sql {
  if (columnar && isWord(column.type)) return sql(inWords(column.quoted, relation))
  const there = ifPresent(column)
  return sql(`SELECT count(${there}) AS judged, count(${there}) - count(DISTINCT ${there}) AS broken FROM ${relation}`)
}

/** One plan for both ways: the one not taken reads a column and drops every row of it. */
const inWords = (x: string, relation: string): string => `
  WITH seen AS MATERIALIZED (
    SELECT count(${x}) AS judged, coalesce(CAST(max(${x}) AS HUGEINT) - CAST(min(${x}) AS HUGEINT) < ${sparsest} * count(${x}), true) AS dense
    FROM ${relation}),
  words AS (
    SELECT bit_or(CAST(1 AS UBIGINT) << CAST(${x} & 63 AS UBIGINT)) AS word
    FROM ${relation} WHERE (SELECT dense FROM seen) GROUP BY ${x} >> 6),
  different AS (
    SELECT CASE WHEN dense
      THEN (SELECT coalesce(sum(bit_count(word)), 0) FROM words)
      ELSE (SELECT count(DISTINCT ${x}) FROM ${relation} WHERE NOT (SELECT dense FROM seen)) END AS kinds
    FROM seen)
  SELECT judged, judged - kinds AS broken FROM seen, different`
