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

/** Aggregates by themselves: one row, its values under the names of `answerName`. Null: nothing of the table is wanted. */
export const scanQuery = (wanted: readonly Sql[], { relation }: TableFacts): Sql | null =>
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

/** Aggregates of one query. Twice as many took four times as long to plan, from about here on. */
export const aggregatesPerQuery = 200

/** Scans that ride together, and what each of them is told. */
export interface Riders {
  readonly wanted: readonly Sql[]
  /** the first of its values, as many as rode; it asks for the others itself, which are all of them where nobody took it along (`answers` is null) */
  readonly valuesOf: (scan: Scan, answers: readonly unknown[] | null) => readonly unknown[]
}

/** As many as there is room for, in their order. */
export function ridersOf(scans: readonly Scan[], room = mostRiders): Riders {
  const seats = new Map<Scan, readonly [from: number, to: number]>()
  const wanted: Sql[] = []
  for (const scan of scans) {
    const from = wanted.length
    wanted.push(...scan.wanted.slice(0, room - from))
    seats.set(scan, [from, wanted.length])
  }
  return {
    wanted,
    valuesOf: (scan, answers) => answers?.slice(...(seats.get(scan) ?? [0, 0])) ?? [],
  }
}
