/**
 * `confirm: N` for what a command answers: a command may draw random numbers, and then one run of it is a noisy measurement. What would fail or
 * warn is run again, N times in all, and each check of the metric counts as what more than half of the runs say; every run is kept.
 * Slices, groups and calibration are measured in the same runs, and are those of one run that says of them what most of the runs say.
 */
import { count } from '../report/format.ts'
import type { MetricSpec } from '../schema/config.ts'
import type { EvaluateDetails } from '../schema/evaluate-details.ts'
import type { Check } from '../schema/result.ts'
import type { Judgement } from './judge.ts'
import { mostOf, type Said } from './most-of.ts'

/** Metrics that ask for it and would not pass as they are, and how often they are measured at most. */
export function toConfirm(specs: readonly MetricSpec[], { checks }: Judgement): readonly MetricSpec[] {
  const due = new Set(checks.filter(isBroken).map(({ metric }) => metric))
  return specs.filter(({ name, confirm = 1 }) => confirm > 1 && due.has(name))
}

export interface Repeated {
  readonly checks: readonly Check[]
  readonly details: NonNullable<EvaluateDetails['repeated']>
}

/**
 * @param runs the first one decided that there were more
 * @param specs of `toConfirm`
 */
export function decideRepeated(runs: readonly [Judgement, ...Judgement[]], specs: readonly MetricSpec[]): Repeated {
  const [first] = runs
  const times = new Map(specs.map(({ name, confirm = 1 }) => [name, Math.min(confirm, runs.length)]))
  const checks = first.checks.map((check) => {
    const n = check.metric === null ? undefined : times.get(check.metric)
    if (n === undefined || !isMeasured(check)) return check
    // an id that another run does not have says nothing there
    const same = runs.slice(0, n).flatMap((run) => run.checks.filter(({ id }) => id === check.id))
    const found = same.find(({ effect }) => effect === 'error') ?? mostOf(same, effectOf)
    return { ...found, message: `${found.message} Run ${count(n)} times, shown is one of them; most of them decide.` }
  })
  const details = specs.map(({ name }) => ({
    name,
    runs: runs.slice(0, times.get(name)).flatMap(({ metrics }) => {
      const row = metrics.find((metric) => metric.name === name)
      return row === undefined
        ? []
        : [{ value: row.candidate.value, baseline: row.baseline?.value ?? null, change: row.change?.value ?? null }]
    }),
  }))
  return { checks, details }
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
  const note = `Run ${count(runs.length)} times, shown is one of them; most of them decide.`
  return { ...found, checks: found.checks.map((check) => (isBroken(check) ? { ...check, message: `${check.message} ${note}` } : check)) }
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
