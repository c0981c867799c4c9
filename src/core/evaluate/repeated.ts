/**
 * `confirm: N` for what a command answers: a command may draw random numbers, and then one run of it is a noisy measurement. What would fail or
 * warn is run again, N times in all, and each check of the metric counts as what more than half of the runs say; every run is kept.
 * What is shown and recorded of a metric is of one run that says what was decided: a level that fails is never the level of a metric that passed.
 * Slices, groups and calibration are measured in the same runs, and are those of one run that says of them what most of the runs say.
 */
import { count } from '../report/format.ts'
import type { MetricSpec } from '../schema/config.ts'
import type { EvaluateDetails } from '../schema/evaluate-details.ts'
import type { Check } from '../schema/result.ts'
import type { Judgement } from './judge.ts'
import { mostOf, type Said } from './most-of.ts'
import { sentence } from './words.ts'

/** Metrics that ask for it and would not pass as they are, and how often they are measured at most. */
export function toConfirm(specs: readonly MetricSpec[], { checks }: Judgement): readonly MetricSpec[] {
  const due = new Set(checks.filter(isBroken).map(({ metric }) => metric))
  return specs.filter(({ name, confirm = 1 }) => confirm > 1 && due.has(name))
}

export interface Repeated {
  readonly checks: readonly Check[]
  /** those of the run that is shown of each metric */
  readonly metrics: Judgement['metrics']
  /** place of the run whose answers are kept: that of the first metric that was run again, else the first one */
  readonly shown: number
  readonly details: NonNullable<EvaluateDetails['repeated']>
}

/**
 * @param runs the first one decided that there were more
 * @param specs of `toConfirm`
 */
export function decideRepeated(runs: readonly [Judgement, ...Judgement[]], specs: readonly MetricSpec[]): Repeated {
  const [first] = runs
  const times = new Map(specs.map(({ name, confirm = 1 }) => [name, Math.min(confirm, runs.length)]))
  const decided = first.checks.map((check) => {
    const n = check.metric === null ? undefined : times.get(check.metric)
    if (n === undefined || !isMeasured(check)) return { check, n: 0 }
    // an id that another run does not have says nothing there
    const same = runs.slice(0, n).flatMap((run) => run.checks.filter(({ id }) => id === check.id))
    return { check: same.find(({ effect }) => effect === 'error') ?? mostOf(same, effectOf), n }
  })
  const places = new Map(
    [...times].map(([name, n]) => [
      name,
      agreeing(
        runs.slice(0, n),
        decided.flatMap(({ check, n }) => (n > 0 && check.metric === name ? [check] : [])),
      ),
    ]),
  )
  const checks = decided.map(({ check, n }) => {
    if (n === 0) return check
    const shown = runs[places.get(check.metric ?? '') ?? 0]?.checks.find(({ id }) => id === check.id)
    const told = shown?.effect === check.effect ? shown : check
    return { ...told, message: `${sentence(told.message)} ${runTimes(n)}` }
  })
  const metrics = first.metrics.map((row) => runs[places.get(row.name) ?? 0]?.metrics.find(({ name }) => name === row.name) ?? row)
  const details = specs.map(({ name }) => ({
    name,
    runs: runs.slice(0, times.get(name)).flatMap(({ metrics }) => {
      const row = metrics.find((metric) => metric.name === name)
      return row === undefined
        ? []
        : [{ value: row.candidate.value, baseline: row.baseline?.value ?? null, change: row.change?.value ?? null }]
    }),
  }))
  return { checks, metrics, details, shown: places.get(specs[0]?.name ?? '') ?? 0 }
}

const runTimes = (n: number) => `Run ${count(n)} times, shown is one of them; most of them decide.`

/** Place of the run that agrees with the most of what was decided, the first of such. */
function agreeing(runs: readonly Judgement[], decided: readonly Check[]): number {
  const agreed = runs.map(
    ({ checks }) => decided.filter(({ id, effect }) => checks.some((one) => one.id === id && one.effect === effect)).length,
  )
  return agreed.indexOf(Math.max(...agreed))
}

/** What one run says of the parts of its rows. An error is never outvoted. */
export type PartsOfRun = { readonly checks: readonly Check[] }

/** Worth another run, as a metric that would not pass is. */
export const partsBroken = ({ checks }: PartsOfRun): boolean => saidOf(checks) !== 'pass'

/** The parts as one run has them: one that says of them what most of the runs say. @param runs of at least one */
export function mostParts<T extends PartsOfRun>(runs: readonly T[]): T {
  const failed = runs.find(({ checks }) => checks.some(({ effect }) => effect === 'error'))
  if (failed !== undefined) return failed
  const found = mostOf(runs, ({ checks }) => saidOf(checks))
  if (runs.length === 1) return found
  const note = runTimes(runs.length)
  return {
    ...found,
    checks: found.checks.map((check) => (isBroken(check) ? { ...check, message: `${sentence(check.message)} ${note}` } : check)),
  }
}

const isBroken = (check: Check): boolean => isMeasured(check) && effectOf(check) !== 'pass'

/** The worst of what was measured in one run. */
function saidOf(checks: readonly Check[]): Said {
  const broken = checks.filter(isBroken).map(effectOf)
  return broken.includes('fail') ? 'fail' : broken.includes('warn') ? 'warn' : 'pass'
}

/** Running again changes nothing where there is nothing to compare with. */
const isMeasured = ({ status }: Check): boolean => status === 'pass' || status === 'warn' || status === 'fail' || status === 'inconclusive'

const effectOf = ({ effect }: Check): Said => (effect === 'fail' || effect === 'warn' ? effect : 'pass')
