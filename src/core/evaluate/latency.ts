/**
 * Latency from calls of candidate and baseline in turn on the same machine, so that whatever else the machine does meets both.
 *
 *     level    quantile of the candidate's calls; `max` holds when the one-sided 95 % order-statistic bound above it does not exceed the limit
 *     change   ratio = exp(Hodges–Lehmann of ln(c_i / b_i)) over pairs of calls; fails when its one-sided 95 % lower bound exceeds 1 + margin
 *
 * The margin is 10 % unless written. An absolute `max_rise` is turned into a share of the baseline's quantile. A ratio says how much slower a call is,
 * whichever quantile is named. A verdict that would fail is measured again, `confirm` times in all, and fails when more than half of them do; each is
 * kept. Source: David & Nagaraja 2003 (order statistics); Hodges & Lehmann 1963.
 */
import { effect, type Policy, worst } from '../gate/fold.ts'
import { change as changeText, count, shortened, written, writtenChange } from '../report/format.ts'
import type { MetricSpec, Thresholds } from '../schema/config.ts'
import { type Check, makeCheck } from '../schema/result.ts'
import { hodgesLehmann } from '../stats/hodges-lehmann.ts'
import { quantileInterval } from '../stats/quantile-interval.ts'
import type { MissingBaseline } from './missing-baseline.ts'
import { mostOf } from './most-of.ts'
import { countedMissing, sentence } from './words.ts'

export const warmUps = 50
const fewestCalls = 200
const usualMargin = 0.1
const mostPairs = 1000

/** Calls in turn, in ms; the baseline's are as many as the candidate's, or none. */
export interface Timings {
  readonly candidate: readonly number[]
  readonly baseline: readonly number[] | null
}

/** So many that the upper 95 % bound of the quantile is one of them. */
export const callsFor = (quantile: number): number => Math.max(fewestCalls, Math.ceil(Math.log(0.05) / Math.log(quantile)) + 1)

export interface LatencyRow {
  readonly value: number
  /** two-sided 95 % */
  readonly interval: readonly [number | null, number | null]
  /** one-sided 95 % bound above */
  readonly most: number | null
  readonly baseline: number | null
  readonly ratio: { readonly value: number; readonly interval: readonly [number, number]; readonly least: number } | null
}

export function latencyRow({ candidate, baseline }: Timings, quantile: number): LatencyRow {
  const sorted = Float64Array.from(candidate).sort()
  return {
    value: at(sorted, quantile),
    interval: quantileInterval(sorted, quantile, 0.975),
    most: quantileInterval(sorted, quantile, 0.95)[1],
    baseline: baseline === null ? null : at(Float64Array.from(baseline).sort(), quantile),
    ratio: baseline === null ? null : ratioOf(candidate, baseline),
  }
}

/** The smallest value that at least this share of the calls do not exceed. */
const at = (sorted: Float64Array, quantile: number): number => sorted[Math.max(0, Math.ceil(sorted.length * quantile) - 1)] ?? Number.NaN

function ratioOf(candidate: readonly number[], baseline: readonly number[]): LatencyRow['ratio'] {
  // a clock that did not tick says nothing about a ratio
  const logs = candidate.slice(0, mostPairs).flatMap((ms, i) => {
    const before = baseline[i] ?? 0
    return ms > 0 && before > 0 ? [Math.log(ms / before)] : []
  })
  if (logs.length === 0) return null
  const { centre, bounds } = hodgesLehmann(logs)
  const [low, high] = bounds(0.975)
  return { value: Math.exp(centre), interval: [Math.exp(low), Math.exp(high)], least: Math.exp(bounds(0.95)[0]) }
}

export interface LatencyInput {
  readonly spec: MetricSpec
  readonly quantile: number
  /** as often as it was measured, at least once */
  readonly repeats: readonly LatencyRow[]
  readonly calls: number
  /** why there is no baseline to time */
  readonly missing: MissingBaseline | null
  readonly policy: Policy
}

type Outcome = { readonly status: 'pass' | 'warn' | 'fail'; readonly limit: number | null }

/** Worth another measurement: it would fail or warn as it is. */
export const isSlow = (spec: MetricSpec, row: LatencyRow): boolean =>
  [...(spec.max ? [levelOutcome(spec.max, row)] : []), ...(row.ratio ? [ratioOutcome(spec, row)] : [])].some(
    ({ status }) => status !== 'pass',
  )

export function latencyChecks({ spec, repeats, calls, missing, policy }: LatencyInput): readonly Check[] {
  const { max } = spec
  const common = { metric: spec.name, n: calls } as const
  const again = repeats.length === 1 ? '' : ` Measured ${count(repeats.length)} times, shown is a middle one; most of them decide.`
  const level = max === undefined ? [] : [levelCheck(decide(repeats, (row) => levelOutcome(max, row), surely))]
  return [...level, changeCheck()]

  function levelCheck({ status, limit, row: middle }: Decided): Check {
    const limits = limit === null ? [] : [limit]
    const bound = middle.most === null ? 'no bound is known from so few calls' : `surely at most ${milliseconds(middle.most, limits)}`
    return makeCheck({
      ...common,
      id: `evaluate.max:${spec.name}`,
      status,
      effect: status,
      unit: 'ms',
      limit_kind: 'max',
      observed: middle.value,
      interval: [null, middle.most],
      level: 0.95,
      tail: 'upper',
      limit,
      message: `${spec.name} is ${milliseconds(middle.value, limits)} (${bound}), limit ${written(limit)} ms.${again}`,
      fix:
        status === 'pass'
          ? null
          : `make the model faster; or accept it in modelgate.yml of the base branch: \`evaluate: {metrics: {${spec.name}: {max: ${roundUp(middle.most ?? middle.value)}ms}}}\``,
    })
  }

  function changeCheck(): Check {
    const id = `evaluate.max_rise:${spec.name}`
    const { status, limit, row: middle } = decide(repeats, (row) => ratioOutcome(spec, row), leastRise)
    const { ratio } = middle
    if (ratio === null) {
      const found = missing === null ? 'not-comparable' : missing.kind === 'unchanged' ? 'skipped' : missing.kind
      const because = missing?.because ?? 'the clock is too coarse for calls so short'
      const said = `${spec.name} is not compared: ${sentence(because)}`
      return makeCheck({
        ...common,
        id,
        status: found,
        effect: effect(found, 'fail', policy),
        limit_kind: 'max_rise',
        observed: middle.value,
        message: found === 'skipped' ? said : `${said} ${countedMissing(policy)}`,
      })
    }
    const rise = ratio.value - 1
    const slower = rise >= 0 ? 'slower' : 'faster'
    return makeCheck({
      ...common,
      id,
      status,
      effect: status,
      unit: 'relative',
      limit_kind: 'max_rise',
      observed: middle.value,
      baseline: middle.baseline,
      delta: middle.baseline === null ? null : middle.value - middle.baseline,
      interval: [ratio.least - 1, null],
      level: 0.95,
      tail: 'lower',
      limit,
      message: `A call is ${changeText(Math.abs(rise), 'relative').replace(/^[+±]/, '')} ${slower} than with the baseline (surely more than ${changeText(ratio.least - 1, 'relative', [limit ?? usualMargin])}), limit ${writtenChange(limit ?? usualMargin, 'relative')}; ${spec.name} ${milliseconds(middle.baseline ?? Number.NaN)} → ${milliseconds(middle.value)}.${again}`,
      fix:
        status === 'pass'
          ? null
          : `make the model faster; or accept it in modelgate.yml of the base branch: \`evaluate: {metrics: {${spec.name}: {max_rise: ${roundUp(Math.max(0, ratio.least - 1) * 100)}% relative}}}\``,
    })
  }
}

const milliseconds = (ms: number, against: readonly number[] = []): string => `${shortened(ms, 3, against)} ms`
const roundUp = (value: number): number => Number((Math.ceil(value * 100 + 1e-9) / 100).toFixed(2))

interface Decided extends Outcome {
  /** the middle one of the measurements that say so, by what decides */
  readonly row: LatencyRow
}

const surely = ({ most, value }: LatencyRow): number => most ?? value
const leastRise = ({ ratio, value }: LatencyRow): number => ratio?.least ?? value

/** What most of the measurements say, with one of them that says it: level and ratio need not come from the same one. */
function decide(repeats: readonly LatencyRow[], says: (row: LatencyRow) => Outcome, by: (row: LatencyRow) => number): Decided {
  const all = repeats.map((row) => ({ ...says(row), row })).sort((a, b) => by(a.row) - by(b.row))
  const { status } = mostOf(all, (one) => one.status)
  const likewise = all.filter((one) => one.status === status)
  const middle = likewise[Math.floor((likewise.length - 1) / 2)]
  if (middle === undefined) throw new RangeError('nothing was measured')
  return middle
}

function outcome<T>(limits: Thresholds<T>, value: (limit: T) => number, breaks: (limit: number) => boolean): Outcome {
  const found = (['fail', 'warn'] as const).flatMap((severity) => {
    const limit = limits[severity]
    if (limit === undefined) return []
    return [{ status: breaks(value(limit)) ? severity : ('pass' as const), limit: value(limit) }]
  })
  const decisive = worst(found.map((one) => one.status))
  return found.find((one) => one.status === decisive) ?? found[0] ?? { status: 'pass', limit: null }
}

const levelOutcome = (limits: Thresholds<number>, { value, most }: LatencyRow): Outcome =>
  outcome(
    limits,
    (limit) => limit,
    (limit) => (most ?? value) > limit,
  )

function ratioOutcome({ maxRise }: MetricSpec, { ratio, baseline }: LatencyRow): Outcome {
  const least = (ratio?.least ?? 1) - 1
  return outcome(
    maxRise ?? { fail: { kind: 'relative', value: usualMargin } },
    (limit) => (limit.kind === 'relative' ? limit.value : limit.value / (baseline ?? Number.NaN)),
    (limit) => least > limit,
  )
}
