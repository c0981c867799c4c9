/** The interval of a metric of one model: one function per family of the metrics table, no metric by name. */
import type { Sample } from '../metrics/sample.ts'
import { aucInterval, aucParts } from '../stats/delong.ts'
import { meanOf, tBounds } from '../stats/mean.ts'
import { normalQuantile } from '../stats/normal.ts'
import { type Bounds, proportionInterval } from '../stats/proportion.ts'
import type { Resampling } from './resampling.ts'

export interface Level {
  readonly method: string
  /** each end is a one-sided bound at `level`; 0.975 makes a two-sided 95 % interval */
  bounds(level: number): Bounds
}

/** Few rows or a long tail: Student's t does not hold. */
export const isTame = (mean: { readonly n: number; readonly skewness: number }): boolean => mean.n >= 30 && Math.abs(mean.skewness) <= 3

/** null where the value is undefined or no interval is known */
export function levelOf(sample: Sample, draws: Resampling): Level | null {
  const { value } = sample
  if (value.value === null || value.undefined !== null) return null
  switch (sample.kind) {
    case 'proportion': {
      const [hits, rows] = countHits(sample.hit, sample.among)
      return share(hits, rows)
    }
    case 'cells': {
      if (sample.trials) {
        const table = new Float64Array(sample.classes * sample.classes)
        for (let i = 0; i < sample.y.length; i++) {
          const cell = (sample.y[i] ?? 0) * sample.classes + (sample.predicted[i] ?? 0)
          table[cell] = (table[cell] ?? 0) + 1
        }
        return share(...sample.trials(table))
      }
      return draws.cells(sample, null)
    }
    case 'auc': {
      const parts = aucParts(sample.ranks, sample.y)
      const at = (level: number) => aucInterval(parts, sample.y, level)
      return { method: at(0.95).method, bounds: (level) => at(level).bounds }
    }
    case 'mean': {
      const mean = meanOf(sample.rows)
      if (mean.n < 2) return null
      if (!isTame(mean)) return draws.rows(sample, null)
      return { method: 't', bounds: (level) => tBounds(mean, level) }
    }
    case 'influence': {
      const centre = value.value
      const se = influenceError(sample.influence)
      return { method: 'influence', bounds: (level) => [centre - normalQuantile(level) * se, centre + normalQuantile(level) * se] }
    }
    case 'moments':
    case 'rank':
    case 'weighted':
      return draws.rows(sample, null)
    case 'plain':
      return null
  }
}

const share = (hits: number, rows: number): Level => ({
  method: proportionInterval(hits, rows, 0.95).method,
  bounds: (level) => proportionInterval(hits, rows, level).bounds,
})

export function countHits(hit: Uint8Array, among: Uint8Array | null): [hits: number, rows: number] {
  let hits = 0
  let rows = 0
  for (let i = 0; i < hit.length; i++) {
    if (among && among[i] === 0) continue
    rows += 1
    hits += hit[i] ?? 0
  }
  return [hits, rows]
}

/** Standard error of a mean of influences whose expectation is 0. */
export function influenceError(influence: Float64Array): number {
  let squares = 0
  for (const x of influence) squares += x * x
  const n = influence.length
  return n < 2 ? Number.NaN : Math.sqrt(squares / (n - 1) / n)
}
