/**
 * `max_drop: auto`: how much a metric may fall, from how much it has moved between runs of the default branch.
 *
 *     tolerance = max(floor, k · MAD)          MAD = median |x − median of its own test data| over the last N recorded levels, not rescaled
 *
 * One value a candidate and holdout: the same bytes on the same rows again say nothing about how candidates differ. Candidate and baseline meet on
 * the same rows, so that what test data differ by is no part of it: each level is held against those on its own test data, and one that is alone
 * there says nothing. Levels that meant something else (another definition, truth, threshold …) are left out. Fewer than 5 values, or a
 * spread of 0: the floor, and that is said. The floor is what was written, else the default margin of the metric.
 */
import type { MetricSpec } from '../schema/config.ts'
import type { EvaluateDetails } from '../schema/evaluate-details.ts'
import type { Judged } from '../schema/judged.ts'
import type { LedgerModel } from '../schema/ledger.ts'
import { sameQuestion } from './basis.ts'
import { meaning } from './comparable.ts'

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

/** @param values by the test data they are of, none of them NaN */
function spreadOf(values: readonly (readonly number[])[]): Spread {
  const beside = values.filter((own) => own.length > 1)
  const deviations = beside.flatMap((own) => {
    const centre = median(own)
    return own.map((value) => Math.abs(value - centre))
  })
  return { mad: deviations.length === 0 ? null : median(deviations), runs: deviations.length }
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const half = sorted.length >> 1
  const upper = sorted[half] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? Number.NaN) + upper) / 2
}

/** Each `auto` with what the ledger has of it. @param state null: there is no ledger */
export const withHistory = (specs: readonly MetricSpec[], state: LedgerModel | null, now: Judged['basis']): readonly MetricSpec[] =>
  specs.map((spec) => {
    if (!spec.auto) return spec
    const known = (state?.recent ?? []).flatMap(({ metrics, holdout, basis, of = {} }) => {
      const value = Object.hasOwn(metrics, spec.name) ? metrics[spec.name] : null
      const same = basis !== undefined && sameQuestion(spec, basis, now) && Object.hasOwn(of, spec.name) && of[spec.name] === meaning(spec)
      return same && typeof value === 'number' && Number.isFinite(value) ? [{ value, holdout }] : []
    })
    const last = known.slice(-spec.auto.runs)
    const on = (one: string | null) => last.flatMap(({ value, holdout }) => (holdout === one ? [value] : []))
    return { ...spec, auto: { ...spec.auto, found: spreadOf([...new Set(last.map(({ holdout }) => holdout))].map(on)) } }
  })

/** Rows of a report with what their limit is made of, where that is the ledger. */
export const withRuns = (rows: readonly MetricRow[], specs: readonly MetricSpec[]): MetricRow[] =>
  rows.map((row) => {
    const { auto } = specs.find(({ name }) => name === row.name) ?? {}
    return auto?.found ? { ...row, history: { ...auto.found, k: auto.k } } : row
  })
type MetricRow = EvaluateDetails['metrics'][number]
