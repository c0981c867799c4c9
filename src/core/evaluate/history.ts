/**
 * `max_drop: auto`: how much a metric may fall, from how much it has moved between runs of the default branch.
 *
 *     tolerance = max(floor, k · MAD)          MAD = median |x − median(x)| over the last N recorded levels, not rescaled
 *
 * One value a candidate and holdout: the same bytes on the same rows again say nothing about how candidates differ. Fewer than 5 values, or a
 * spread of 0: the floor, and that is said. The floor is what was written, else the default margin of the metric.
 */
import type { MetricSpec } from '../schema/config.ts'
import type { LedgerModel } from '../schema/ledger.ts'

export const usualAuto = { floor: null, k: 3, runs: 20 } as const
export const fewestRuns = 5
/** so many the ledger keeps */
export const mostRecent = 50

/** What the ledger has of one metric. */
export interface Spread {
  /** null: fewer than two values */
  readonly mad: number | null
  readonly runs: number
}

/** @param values newest last, none of them NaN */
export function spreadOf(values: readonly number[]): Spread {
  if (values.length < 2) return { mad: null, runs: values.length }
  const centre = median(values)
  return { mad: median(values.map((value) => Math.abs(value - centre))), runs: values.length }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const half = sorted.length >> 1
  const upper = sorted[half] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? Number.NaN) + upper) / 2
}

/** Each `auto` with what the ledger has of it. @param state null: there is no ledger */
export const withHistory = (specs: readonly MetricSpec[], state: LedgerModel | null): readonly MetricSpec[] =>
  specs.map((spec) => {
    if (!spec.auto) return spec
    const values = (state?.recent ?? []).flatMap(({ metrics }) => {
      const value = Object.hasOwn(metrics, spec.name) ? metrics[spec.name] : null
      return typeof value === 'number' && Number.isFinite(value) ? [value] : []
    })
    return { ...spec, auto: { ...spec.auto, found: spreadOf(values.slice(-spec.auto.runs)) } }
  })
