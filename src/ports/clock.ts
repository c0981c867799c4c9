/** What time it is, and how much of it passes: an argument of every stage, so that a test can say it. */
export interface Clock {
  /** ISO 8601, UTC */
  now(): string
  /** monotonic, ms */
  elapsed(): number
}
