/**
 * Forecasts of one or a few series: rows that follow each other in time are not independent, and there are too few series to resample them.
 * Errors of forecasts h steps ahead are correlated over h − 1 steps at least, so a mean has the standard error of Diebold and Mariano over the
 * steps, and what is bootstrapped is blocks of consecutive steps, max(h, T^(1/3)) long (Künsch 1989).
 * From ten series on the series are the unit that is resampled, and time within them is of no concern.
 */
import { compacted } from '../stats/row-bootstrap.ts'

export const FEWEST_GROUPS = 10

/** What is known of the rows' place in time. */
export interface Timed {
  readonly task: string
  readonly series?: Int32Array | null
  readonly time?: Float64Array | null
  readonly horizon?: Int32Array | null
}

export interface Serial {
  readonly rows: number
  readonly steps: number
  /** place in time of each row, from 0 on */
  readonly step: Uint32Array
  /** steps ahead */
  readonly horizon: number
  /** block of steps of each row */
  readonly blocks: Int32Array
}

/** null: rows, or groups of them, stand for themselves */
export function serialOf({ task, series = null, time = null, horizon = null }: Timed, rows: number, grouped: boolean): Serial | null {
  if (task !== 'forecasting' || grouped || rows < 3) return null
  if (series && compacted(series).count >= FEWEST_GROUPS) return null
  const step = time ? places(time) : order(series, rows)
  let steps = 0
  for (const at of step) steps = Math.max(steps, at + 1)
  const ahead = horizon ? horizon.reduce((most, h) => Math.max(most, h), 1) : 1
  // no more than a third of the steps: a longer horizon leaves nothing to estimate from
  const h = Math.max(1, Math.min(ahead, Math.floor(steps / 3)))
  const length = Math.max(h, Math.ceil(Math.cbrt(steps)))
  return { rows, steps, step, horizon: h, blocks: Int32Array.from(step, (at) => Math.floor(at / length)) }
}

/** Rank of each time among the distinct ones. */
function places(time: Float64Array): Uint32Array {
  const sorted = time.toSorted()
  const distinct = sorted.filter((t, i) => i === 0 || t !== sorted[i - 1])
  const place = new Map([...distinct].map((t, i) => [t, i]))
  return Uint32Array.from(time, (t) => place.get(t) ?? 0)
}

/** Rows of a series lie in the order of time. */
function order(series: Int32Array | null, rows: number): Uint32Array {
  const next = new Map<number, number>()
  return Uint32Array.from({ length: rows }, (_, i) => {
    const code = series?.[i] ?? 0
    const at = next.get(code) ?? 0
    next.set(code, at + 1)
    return at
  })
}

/** One value a step, so that their mean is that of the rows. */
export function perStep(values: Float64Array, { step, steps }: Serial): Float64Array {
  const sums = new Float64Array(steps)
  for (let i = 0; i < values.length; i++) sums[step[i] ?? 0] = (sums[step[i] ?? 0] ?? 0) + (values[i] ?? 0)
  return sums.map((sum) => (sum * steps) / values.length)
}
