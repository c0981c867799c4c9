/** Where an interval is known not to hold 95 %, and why: told in the report, and not a missed target. */
import type { Coverage } from './coverage.ts'

export interface Departure {
  readonly because: string
  readonly applies: (one: Coverage) => boolean
}

export const departures: readonly Departure[] = []

export const departureOf = (one: Coverage): Departure | null => departures.find(({ applies }) => applies(one)) ?? null
