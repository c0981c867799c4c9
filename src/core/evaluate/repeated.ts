/**
 * `confirm: N` for what a command answers: a command may draw random numbers, and then one run of it is a noisy measurement. What would fail or
 * warn is run again, N times in all, and each check of the metric counts as what more than half of the runs say; every run is kept.
 *
 * One run is shown, recorded, profiled and kept: metrics, slices, groups, calibration and answers are of the same one, which says of the parts of its
 * rows what most runs say, and of the metrics the most of what was decided. Where no run says all of it, a metric of which that run says otherwise is
 * of another run that does not, since a level that fails is never the level of a metric that passed; its messages then name both.
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

/** What one run says of the parts of its rows. An error is never outvoted. */
export type PartsOfRun = { readonly checks: readonly Check[] }

/** Worth another run, as a metric that would not pass is. */
export const partsBroken = ({ checks }: PartsOfRun): boolean => saidOf(checks) !== 'pass'

export interface Run<Parts extends PartsOfRun> {
  readonly judged: Judgement
  readonly parts: Parts
}

export interface Repeated<Parts extends PartsOfRun> {
  readonly checks: readonly Check[]
  readonly metrics: Judgement['metrics']
  readonly parts: Parts
  /** place of the run that is shown */
  readonly shown: number
  readonly details: Pick<EvaluateDetails, 'repeated' | 'runs'>
}

/**
 * @param runs the first one decided that there were more
 * @param specs of `toConfirm`: others are decided by the first run
 */
export function decideRuns<Parts extends PartsOfRun>(
  runs: readonly [Run<Parts>, ...Run<Parts>[]],
  specs: readonly MetricSpec[],
): Repeated<Parts> {
  const all = runs.map(({ judged }) => judged)
  const [{ judged: first }] = runs
  const times = new Map<string | null, number>(specs.map(({ name, confirm = 1 }) => [name, Math.min(confirm, runs.length)]))
  const timesOf = (metric: string | null): number => times.get(metric) ?? 1
  const decided = first.checks.map((check) => {
    const n = timesOf(check.metric)
    if (n === 1 || !isMeasured(check)) return check
    // an id that another run does not have says nothing there
    const same = all.slice(0, n).flatMap((run) => run.checks.filter(({ id }) => id === check.id))
    return same.find(({ effect }) => effect === 'error') ?? mostOf(same, effectOf)
  })
  const shown = most(placesOfParts(runs.map(({ parts }) => parts)), (place) => agreements(all[place], decided))
  const placeOf = (metric: string | null): number => {
    const own = decided.filter((check) => check.metric === metric)
    const among = [shown, ...all.slice(0, timesOf(metric)).keys()]
    return most(among, (place) => agreements(all[place], own))
  }
  const placed = new Map([null, ...first.metrics.map(({ name }) => name)].map((metric) => [metric, placeOf(metric)]))
  const place = (metric: string | null): number => placed.get(metric) ?? shown
  const checks = decided.map((check) => {
    const of = place(check.metric)
    const there = all[of]?.checks.find((one) => saysSame(one, check)) ?? check
    const n = isMeasured(check) ? timesOf(check.metric) : 1
    return n > 1 || of !== shown ? noted(there, runTimes(n, of, shown)) : there
  })
  const { parts } = runs[shown] ?? runs[0]
  return {
    checks,
    metrics: first.metrics.map((row) => all[place(row.name)]?.metrics.find(({ name }) => name === row.name) ?? row),
    parts: { ...parts, checks: parts.checks.map((check) => (isBroken(check) ? noted(check, runTimes(runs.length, shown, shown)) : check)) },
    shown,
    details: {
      runs: { count: runs.length, shown: shown + 1 },
      ...(specs.length === 0 ? {} : { repeated: specs.map(({ name }) => kept(name, all.slice(0, timesOf(name)), place(name) + 1)) }),
    },
  }
}

/** Of one metric each run, and which of them is shown, from 1. */
function kept(name: string, runs: readonly Judgement[], shown: number): NonNullable<EvaluateDetails['repeated']>[number] {
  const rows = runs.flatMap(({ metrics }) => metrics.filter((metric) => metric.name === name))
  return {
    name,
    shown,
    runs: rows.map(({ candidate, baseline, change }) => ({
      value: candidate.value,
      baseline: baseline?.value ?? null,
      change: change?.value ?? null,
    })),
  }
}

const noted = (check: Check, note: string): Check => ({ ...check, message: `${sentence(check.message)} ${note}` })

/** @param of place of the run that a check is of; @param shown of the one that all else is of */
function runTimes(n: number, of: number, shown: number): string {
  const decides = n === 1 ? '' : `Run ${count(n)} times, most of them decide. `
  return `${decides}${of === shown ? `Shown is run ${count(of + 1)}.` : `This is of run ${count(of + 1)}; what else is shown is of run ${count(shown + 1)}, which says otherwise here.`}`
}

/** The first of those that have the most. */
function most(places: readonly number[], of: (place: number) => number): number {
  const found = places.map(of)
  return places[found.indexOf(Math.max(...found))] ?? 0
}

const saysSame = (one: Check, decided: Check): boolean => one.id === decided.id && one.effect === decided.effect

const agreements = (run: Judgement | undefined, decided: readonly Check[]): number =>
  decided.filter((check) => run?.checks.some((one) => saysSame(one, check))).length

/** Places of the runs that say of the parts what counts: an error of any, else what most of them say. */
function placesOfParts(parts: readonly PartsOfRun[]): readonly number[] {
  const broken = ({ checks }: PartsOfRun) => checks.some(({ effect }) => effect === 'error')
  const said = saidOf(mostOf(parts, ({ checks }) => saidOf(checks)).checks)
  const counts = parts.some(broken) ? broken : ({ checks }: PartsOfRun) => saidOf(checks) === said
  return parts.flatMap((one, place) => (counts(one) ? [place] : []))
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
