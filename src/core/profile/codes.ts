/**
 * SQL that gives each row the number of its cell, for everything that is counted by cell and something else: by block of rows, by weight, by
 * a second column. Right-closed, as the cells of a profile: cell j holds (edge j−1, edge j].
 */
import type { ColumnFacts } from '../checks/facts.ts'
import { storedIn } from '../checks/float32.ts'

/** The number as the profile bins it. */
export const asDouble = ({ quoted }: ColumnFacts): string => `CAST(${quoted} AS DOUBLE)`

/** A number of ours as SQL, to its last bit. */
export const sqlNumber = (value: number): string => `CAST('${value}' AS DOUBLE)`

/** A text of ours or a label of the profile as SQL. */
export const sqlText = (text: string): string => `'${text.replaceAll("'", "''")}'`

/** A number of the profile as SQL that is held against the values of a column. */
export const numberIn = (facts: ColumnFacts, value: number): string => sqlNumber(storedIn(facts, value))

/** SQL: number of the cell of a finite value. It is a search tree of comparisons, seven deep for a hundred cells. */
export function cellNumber(facts: ColumnFacts, edges: readonly number[], from = 0): string {
  if (edges.length === 0) return String(from)
  const middle = edges.length >> 1
  const edge = edges[middle] ?? 0
  return `CASE WHEN ${asDouble(facts)} <= ${numberIn(facts, edge)} THEN ${cellNumber(facts, edges.slice(0, middle), from)} ELSE ${cellNumber(facts, edges.slice(middle + 1), from + middle + 1)} END`
}

/** SQL that is true where a value is missing: null, and NaN. */
export const isMissing = ({ kind, quoted }: ColumnFacts): string =>
  kind === 'float' ? `(${quoted} IS NULL OR isnan(${quoted}))` : `${quoted} IS NULL`

/** The value as the label a profile lists it by. */
export const asLabel = ({ quoted }: ColumnFacts): string => `CAST(${quoted} AS VARCHAR)`

/** SQL: place of the value in a list of ours, −1 where it is none of them. */
export const placeOf = (x: string, values: readonly string[]): string =>
  values.length === 0 ? '-1' : `CASE ${x} ${values.map((value, i) => `WHEN ${value} THEN ${i}`).join(' ')} ELSE -1 END`
