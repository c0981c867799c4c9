/**
 * `min` and `max`: the level itself against a limit, on unrounded numbers.
 *
 *     literal   the point estimate decides; equal to the limit passes
 *     strict    the whole one-sided 95 % interval must lie on the right side
 *     lenient   fails only when the whole interval lies on the wrong side; a point estimate beyond the limit is then a warn
 */
import { type Status, type Verdict, worst } from '../gate/fold.ts'
import type { Metric } from '../metrics/metric.ts'
import { level as levelText, plural, verb, writtenLevel } from '../report/format.ts'
import type { MetricSpec, Thresholds } from '../schema/config.ts'
import { type Check, makeCheck } from '../schema/result.ts'
import { normalQuantile } from '../stats/normal.ts'
import { rowsNeeded } from '../stats/rows-needed.ts'
import type { Level } from './level.ts'
import { limitsInYaml } from './limit-text.ts'
import { compare } from './margin.ts'
import { rowsToDo } from './words.ts'

export interface Judged {
  readonly spec: MetricSpec
  readonly metric: Metric
  readonly value: number
  readonly level: Level | null
  /** null: nobody said how many */
  readonly rows: number | null
}

export function floorChecks(judged: Judged): readonly Check[] {
  return (['min', 'max'] as const).flatMap((kind) => {
    const limits = judged.spec[kind]
    return limits ? [floorCheck(kind, limits, judged)] : []
  })
}

interface Outcome {
  readonly status: Status
  readonly effect: Verdict
  readonly severity: 'fail' | 'warn'
  readonly limit: number
}

function floorCheck(kind: 'min' | 'max', limits: Thresholds<number>, judged: Judged): Check {
  const { spec, metric, value, level, rows } = judged
  const outcomes = (['fail', 'warn'] as const).flatMap((severity): Outcome[] => {
    const limit = limits[severity]
    return limit === undefined ? [] : [{ ...outcome(kind, limit, severity, judged), severity, limit }]
  })
  const effect = worst(outcomes.map((o) => o.effect))
  const decided: Outcome = outcomes.find((o) => o.effect === effect) ?? { status: 'error', effect: 'error', severity: 'fail', limit: 0 }
  const literal = spec.certainty === 'literal'
  const shown = levelText(value, metric.unit, [decided.limit])
  const bound = level?.bounds(0.95)
  const decisive =
    kind === 'min' ? (spec.certainty === 'strict' ? bound?.[0] : bound?.[1]) : spec.certainty === 'strict' ? bound?.[1] : bound?.[0]
  const sure = literal || decisive === undefined ? '' : ` (one-sided 95 % bound ${levelText(decisive, metric.unit, [decided.limit])})`
  const side = compare(value, decided.limit) === 0 ? 'exactly' : value < decided.limit ? 'below' : 'above'
  const missed = spec.certainty === 'strict' && decided.status !== 'pass' && decisive !== undefined && rows !== null ? decisive : null
  const advice = missed === null ? '' : strictAdvice(kind, value, missed, decided.limit, rows ?? 0)
  const noInterval = decided.status === 'error' ? `: it has no interval, which certainty ${spec.certainty} needs` : ''
  return makeCheck({
    id: `evaluate.${kind}:${spec.name}`,
    status: decided.status,
    effect: decided.effect,
    metric: spec.name,
    unit: metric.unit,
    limit_kind: kind,
    observed: value,
    interval: literal ? twoSided(level) : bound ? [...bound] : null,
    level: level ? 0.95 : null,
    // strict claims that the limit is met, lenient that it is broken
    tail: level ? (literal ? 'two-sided' : (kind === 'min') === (spec.certainty === 'strict') ? 'upper' : 'lower') : null,
    limit: decided.limit,
    n: rows,
    message: `${spec.name} is ${shown}${sure}, ${side} the ${kind === 'min' ? 'minimum' : 'maximum'} of ${writtenLevel(decided.limit, metric.unit)}${noInterval}${advice}`,
    fix: decided.effect === 'pass' ? null : fixFor(kind, judged, missed ?? value, decided, noInterval !== ''),
  })
}

/** Rows that would show it: the bound has the distance z·se from the estimate. Nothing, where the estimate itself is on the wrong side. */
function strictAdvice(kind: 'min' | 'max', value: number, bound: number, limit: number, rows: number): string {
  const room = kind === 'min' ? value - limit : limit - value
  if (!(room > 0)) return ''
  const needed = rowsNeeded(rows, Math.abs(value - bound) / normalQuantile(0.95), room)
  return `. ${plural(rows, 'row')} ${verb(rows, 'do')} not show it${needed > rows ? ` (${rowsToDo(needed)} would)` : ''}`
}

const twoSided = (level: Level | null): [number, number] | null => {
  if (!level) return null
  const [low, high] = level.bounds(0.975)
  return [low, high]
}

function outcome(
  kind: 'min' | 'max',
  limit: number,
  severity: 'fail' | 'warn',
  { spec, value, level }: Judged,
): { status: Status; effect: Verdict } {
  const meets = (x: number) => (kind === 'min' ? compare(x, limit) >= 0 : compare(x, limit) <= 0)
  const broken = { status: severity, effect: severity } as const
  const fine = { status: 'pass', effect: 'pass' } as const
  if (spec.certainty === 'literal') return meets(value) ? fine : broken
  if (!level) return { status: 'error', effect: 'error' }
  const [low, high] = level.bounds(0.95)
  const [worse, better] = kind === 'min' ? [low, high] : [high, low]
  if (spec.certainty === 'strict') return meets(worse) ? fine : broken
  if (meets(value)) return fine
  return meets(better) ? { status: 'warn', effect: 'warn' } : broken
}

/** @param value what has to meet the limit: the estimate, or under strict the bound */
function fixFor(
  kind: 'min' | 'max',
  { spec, metric }: Judged,
  value: number,
  { limit, severity }: Pick<Outcome, 'limit' | 'severity'>,
  noInterval: boolean,
): string {
  const { name } = spec
  if (noInterval) return `write evaluate.metrics.${name}.certainty: literal`
  // a limit that this value meets: rounded away from it, at the digits of the limit and one more
  const decimals = Math.min(8, Math.max(3, (String(limit).split('.')[1] ?? '').length))
  const step = 10 ** decimals
  const met = kind === 'min' ? Math.floor(value * step) / step : Math.ceil(value * step) / step
  // every model meets the end of the range: that would be no limit
  const [least, most] = metric.range ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
  if (kind === 'min' ? met <= least : met >= most) return 'improve the model'
  const limits = limitsInYaml(spec[kind], severity, String(met), {
    write: String,
    beforeFail: (fail) => (kind === 'min' ? met >= fail : met <= fail),
  })
  return `improve the model; or accept this level in modelgate.yml of the base branch: \`evaluate: {metrics: {${name}: {${kind}: ${limits}}}}\``
}

/** What is said of a gated metric that has no value: never a pass. */
export const undefinedCheck = (kind: string, spec: MetricSpec, because: string, rows: number): Check =>
  makeCheck({
    id: `evaluate.${kind}:${spec.name}`,
    status: 'error',
    effect: 'error',
    metric: spec.name,
    limit_kind: kind,
    n: rows,
    message: `${spec.name} is undefined: ${because}. A gate on an undefined metric cannot be decided.`,
    fix: `evaluate on data where ${spec.name} is defined, or gate another metric in evaluate.metrics`,
  })
