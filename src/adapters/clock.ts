/** The clock of this machine. */
import type { Clock } from '../ports/clock.ts'

export const systemClock: Clock = {
  now: () => new Date().toISOString(),
  // `performance` is a module of Node that is loaded when it is first asked for
  elapsed: () => Number(process.hrtime.bigint()) / 1e6,
}
