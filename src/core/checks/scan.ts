/**
 * Aggregates that are answered by going once through the rows of a table.
 *
 * Whoever asks says what it wants, and is told values in that order; who goes through the rows is not its business. So a scan is a query of
 * its own, or rides in a query that reads the same rows anyhow, as the profile's: `ridersOf` is where that is decided. What a rider needs is
 * then read, and unpacked, once.
 */
import { type Sql, sql, type TableFacts } from './facts.ts'

export interface Scan<T = unknown> {
  /** aggregates over the columns of the table by their own names, none of them twice */
  readonly wanted: readonly Sql[]
  /** @param values in the order of `wanted` */
  readonly finish: (values: readonly unknown[]) => T
}

/** A scan by itself: one row, its values under the names of `answerName`. Null: nothing of the table is wanted. */
export const scanQuery = ({ wanted }: Scan, { relation }: TableFacts): Sql | null =>
  wanted.length === 0
    ? null
    : sql(
        `SELECT ${wanted.map((one, i) => `${one.sql} AS ${answerName(i)}`).join(', ')} FROM ${relation}`,
        wanted.flatMap(({ values }) => values),
      )

/** Under what a query names the values of those who ask or ride: no other column of it may be called so. */
export const answerName = (place: number): string => `answer${place}`

/** Values in the order in which they were wanted. */
export const answersOf = (wanted: readonly Sql[], row: Readonly<Record<string, unknown>>): readonly unknown[] =>
  wanted.map((_, i) => row[answerName(i)] ?? null)

/**
 * Aggregates that ride at most. The engine plans in the square of their number, and those of sixteen columns of a profile are there already:
 * with these it is about as many as a query of checks has by itself.
 */
export const mostRiders = 100

/** Scans that ride together, and what each of them is told. */
export interface Riders {
  readonly wanted: readonly Sql[]
  /** null where it is not aboard, or was not taken along after all: it then asks for itself */
  readonly valuesOf: (scan: Scan, answers: readonly unknown[] | null) => readonly unknown[] | null
}

/** As many as there is room for, in their order; one that is too large does not keep the smaller ones behind it out. */
export function ridersOf(scans: readonly Scan[], room = mostRiders): Riders {
  const seats = new Map<Scan, number>()
  const wanted: Sql[] = []
  for (const scan of scans) {
    if (scan.wanted.length === 0 || wanted.length + scan.wanted.length > room) continue
    seats.set(scan, wanted.length)
    wanted.push(...scan.wanted)
  }
  return {
    wanted,
    valuesOf: (scan, answers) => {
      const seat = seats.get(scan)
      return answers === null || seat === undefined ? null : answers.slice(seat, seat + scan.wanted.length)
    },
  }
}
