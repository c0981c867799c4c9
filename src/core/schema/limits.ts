/**
 * `evaluate.metrics`: one way to say a LIMIT. `min`/`max` are on the level, `max_drop`/`max_rise` on the change; they carry the direction,
 * so the wrong one is an error. What could mean two things (`1%` of a change) is refused with both spellings.
 */
import { z } from 'zod'
import { fewestRuns, mostRecent, usualAuto } from '../evaluate/history.ts'
import { measureOf } from '../evaluate/measured.ts'
import { wordsInstead } from '../text/nearest.ts'
import { type Change, certainties, type Limits, type MetricSpec, type Task, type Thresholds } from './config.ts'
import { choice, duration, percent, readLevel, section, size } from './leaves.ts'
import { meant } from './meant.ts'
import type { MetricFacts } from './metric-facts.ts'
import { badParam, factsOfSpec, metricNames, unbuiltMetric, unsuited } from './metric-facts.ts'
import { whenWritten } from './partly.ts'
import { notAvailable, says, shown, unknownKey } from './problems.ts'

const limitValue = z.union([z.number(), z.string()], { error: 'expected a number, or a text such as 1pp or 1% relative' })
export const limit = whenWritten(() =>
  z.union([limitValue, section({ warn: limitValue.optional(), fail: limitValue.optional() })], {
    error: 'expected a limit: a number, a text such as 1pp, or {warn: …, fail: …}',
  }),
)

/** What follows reads metrics as they should be: a number that is wrong ends the reading. */
export const wholeNumber = (low: number, high: number) => {
  const error = `expected a whole number from ${low} to ${high}`
  return z.number({ error }).refine((n) => Number.isInteger(n) && n >= low && n <= high, { error, abort: true })
}

/** `auto`: from how much the metric has moved between runs of the default branch. */
const auto = () =>
  section({
    floor: limitValue.optional(),
    k: z
      .number({ error: 'expected a number above 0' })
      .refine((k) => k > 0, { error: 'expected a number above 0', abort: true })
      .optional(),
    runs: wholeNumber(fewestRuns, mostRecent).optional(),
  })
const changeLimit = whenWritten(() =>
  z.union([limitValue, section({ warn: limitValue.optional(), fail: limitValue.optional(), auto: auto().optional() })], {
    error: 'expected a limit: a number, a text such as 1pp, auto, {warn: …, fail: …}, or {auto: {floor, k, runs}}',
  }),
)

type AutoFile = z.output<ReturnType<typeof auto>> | undefined

/** Other keys are parameters of the metric, checked against its entry in the table. */
const metric = () =>
  z
    .object(
      {
        metric: z.string({ error: 'expected the name of a metric' }).optional(),
        min: limit.optional(),
        max: limit.optional(),
        max_drop: changeLimit.optional(),
        max_rise: changeLimit.optional(),
        certainty: choice(certainties).optional(),
        direction: choice(['higher', 'lower']).optional(),
        confirm: wholeNumber(1, 9).optional(),
      },
      { error: (issue) => (issue.code === 'invalid_type' ? 'expected limits such as {min: 0.7, max_drop: 1pp}' : undefined) },
    )
    .catchall(z.json())
type MetricFile = z.output<ReturnType<typeof metric>>

const ownKeys = ['min', 'max', 'max_drop', 'max_rise', 'certainty', 'confirm', 'metric'] as const
/** A direction is offered to nobody whose metric has one. */
const own = new Set<string>([...ownKeys, 'direction'])

export const metricName = z.string().regex(/^[A-Za-z][A-Za-z0-9_@.-]{0,99}$/, {
  error: says('INVALID_NAME', 'A metric is named with letters, digits and _ . @ -, a letter first.'),
})

export const metrics = whenWritten(() =>
  z
    .union([z.array(metricName, { error: 'expected names of metrics' }), z.record(metricName, metric())], {
      error: 'expected a list of metrics, or a map of their limits',
    })
    .transform((given, context): readonly MetricSpec[] => {
      const refuse: Refuse = (path, message) => context.issues.push({ code: 'custom', message, input: given, path: [...path] })
      if (!Array.isArray(given)) return Object.entries(given).flatMap(([name, entry]) => readMetric(name, entry, [name], refuse))
      return given.flatMap((name, i) => {
        if (given.indexOf(name) < i) refuse([i], `${shown(name)} is written twice`)
        return readMetric(name, {}, [i], refuse)
      })
    }),
)

type Refuse = (path: readonly (string | number)[], message: string) => void

function readMetric(name: string, given: MetricFile, path: readonly (string | number)[], refuse: Refuse): readonly MetricSpec[] {
  const metric = given.metric ?? name
  const { direction } = given
  const facts = factsOfSpec({ metric, ...(direction === undefined ? {} : { direction }) })
  if (facts === null) {
    const at = given.metric === undefined ? path : [...path, 'metric']
    if (unbuiltMetric(metric)) refuse(at, notAvailable(`the metric ${shown(metric)}`))
    else {
      const near = meant(metric, metricNames)
      refuse(
        at,
        says(
          'UNKNOWN_METRIC',
          `There is no metric ${shown(metric)}.${near === null ? '' : ` Did you mean ${near}?`} Known: ${wordsInstead(near ?? metric, metricNames)}. One that score.metrics_file brings needs direction: higher or lower.`,
        ),
      )
    }
    return []
  }
  const measure = direction === undefined ? measureOf(metric) : null
  if (given.confirm !== undefined && measure?.kind === 'size')
    refuse([...path, 'confirm'], 'confirm repeats a noisy measurement: a size is the same every time')
  if (given.certainty !== undefined && measure !== null) refuse([...path, 'certainty'], 'this is measured, and judged in one way only')
  const params: Record<string, number | string> = {}
  for (const [key, value] of Object.entries(given)) {
    if (own.has(key)) continue
    if (!Object.hasOwn(facts.params, key)) {
      refuse([...path, key], says('UNKNOWN_KEY', unknownKey([], key, [...ownKeys, ...Object.keys(facts.params)]).text))
      continue
    }
    const param = typeof value === 'string' ? (readLevel(value) ?? value) : value
    const why = typeof param === 'number' || typeof param === 'string' ? badParam(metric, key, param) : `expected text or a number`
    if (why !== null) refuse([...path, key], `${why}${percentMeant(metric, key, param)}`)
    else if (typeof param === 'number' || typeof param === 'string') params[key] = param
  }
  return [
    {
      name,
      metric,
      params,
      certainty: given.certainty ?? 'literal',
      ...(direction === undefined ? {} : { direction }),
      ...(given.confirm === undefined ? {} : { confirm: given.confirm }),
      ...readLimits(metric, facts, given, path, refuse),
    },
  ]
}

/** `fpr: 5` is most likely 5 %: said only where that would be right. */
const percentMeant = (metric: string, key: string, value: unknown): string =>
  typeof value === 'number' && value > 1 && value <= 100 && badParam(metric, key, value / 100) === null ? `: did you mean ${value}%?` : ''

/** The metrics that the task of the config cannot have. When nothing says the task, the evaluation finds out. */
export const unsuitedMetrics = (
  specs: readonly MetricSpec[],
  task: Task | undefined,
): readonly { readonly path: readonly string[]; readonly message: string }[] =>
  specs.flatMap(({ name, metric, direction }) => {
    const why = task === undefined || direction !== undefined ? null : unsuited(metric, task)
    return why === null ? [] : [{ path: metric === name ? [name] : [name, 'metric'], message: says('METRIC_UNSUITED', why) }]
  })

/** Which limit says what: the sense of direction it has, and how its text is read. */
const kinds = [
  { key: 'min', good: 'higher', instead: 'max' },
  { key: 'max', good: 'lower', instead: 'min' },
  { key: 'max_drop', good: 'higher', instead: 'max_rise' },
  { key: 'max_rise', good: 'lower', instead: 'max_drop' },
] as const

function readLimits(
  metric: string,
  facts: MetricFacts,
  given: MetricFile,
  path: readonly (string | number)[],
  refuse: Refuse,
): Limits & Pick<MetricSpec, 'auto'> {
  const found: {
    auto?: NonNullable<MetricSpec['auto']>
    min?: Thresholds<number>
    max?: Thresholds<number>
    maxDrop?: Thresholds<Change>
    maxRise?: Thresholds<Change>
  } = {}
  for (const { key, good, instead } of kinds) {
    const limit = given[key]
    if (limit === undefined) continue
    const at = [...path, key]
    if (facts.direction !== good) {
      refuse(at, says('WRONG_DIRECTION', `${metric}: ${facts.direction} is better, write ${instead}`))
      continue
    }
    const automatic = typeof limit === 'object' && 'auto' in limit ? limit.auto : undefined
    if (limit === 'auto' || automatic !== undefined) {
      if (facts.unit !== undefined) refuse(at, 'auto is for metrics that are computed from rows')
      else if (key === 'min' || key === 'max') refuse(at, 'auto is for max_drop and max_rise')
      else if (typeof limit === 'object' && (limit.warn !== undefined || limit.fail !== undefined)) refuse(at, 'auto stands alone')
      else found.auto = readAuto(metric, facts, automatic, (why) => refuse([...at, 'auto', 'floor'], why))
      continue
    }
    const written = typeof limit === 'object' ? limit : { fail: limit }
    const inside = (word: string) => (typeof limit === 'object' ? [...at, word] : at)
    if (written.fail === undefined && written.warn === undefined) refuse(at, 'write warn, fail or both')
    if (key === 'min' || key === 'max') {
      const levels = thresholds(written, (text, word) => readLevelLimit(metric, facts, text, (why) => refuse(inside(word), why)))
      const order = key === 'min' ? -1 : 1
      if (levels.warn !== undefined && levels.fail !== undefined && order * (levels.warn - levels.fail) > 0) refuse(at, neverWarns)
      found[key] = levels
    } else {
      const changes = thresholds(written, (text, word) => readChange(metric, facts, text, (why) => refuse(inside(word), why)))
      if (changes.warn && changes.fail && changes.warn.kind === changes.fail.kind && changes.warn.value > changes.fail.value)
        refuse(at, neverWarns)
      found[key === 'max_drop' ? 'maxDrop' : 'maxRise'] = changes
    }
  }
  return found
}

function readAuto(metric: string, facts: MetricFacts, given: AutoFile, why: Why): NonNullable<MetricSpec['auto']> {
  const { floor, k = usualAuto.k, runs = usualAuto.runs } = given ?? {}
  return { floor: floor === undefined ? null : readChange(metric, facts, floor, why), k, runs }
}

export const neverWarns = 'warn lies beyond fail: it could never warn'

type Written = { readonly warn?: number | string | undefined; readonly fail?: number | string | undefined }

export function thresholds<T>(written: Written, read: (text: number | string, word: string) => T | null): Thresholds<T> {
  const found: { warn?: T; fail?: T } = {}
  for (const word of ['warn', 'fail'] as const) {
    const text = written[word]
    const value = text === undefined ? null : read(text, word)
    if (value !== null) found[word] = value
  }
  return found
}

type Why = (message: string) => void

function readLevelLimit(metric: string, { range, unit }: MetricFacts, text: number | string, why: Why): number | null {
  if (unit !== undefined) return readWithUnit(metric, unit, text, why)
  const value = readLevel(String(text).trim())
  if (value === null) {
    why(`${shown(String(text))} is not a level: write a number such as 0.7, or 70%`)
    return null
  }
  const [low, high] = range
  if (value > high) {
    why(`${value} is above ${high}, the most that ${metric} can be${high === 1 && value <= 100 ? `: did you mean ${value}%?` : ''}`)
    return null
  }
  if (value < low) {
    why(`${value} is below ${low}, the least that ${metric} can be`)
    return null
  }
  return value
}

/** How a measured level is written, and read. */
const units = {
  ms: { read: duration, example: '5ms' },
  bytes: { read: size, example: '20MB' },
} as const

function readWithUnit(metric: string, unit: 'ms' | 'bytes', text: number | string, why: Why): number | null {
  const { read, example } = units[unit]
  const found = read.safeParse(text)
  if (found.success) return found.data
  why(`${shown(String(text))} is no limit of ${metric}: write it with its unit, such as ${example}`)
  return null
}

const changeText = /^(\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)\s*(pp|%\s+relative|%)?$/

export function readChange(metric: string, { range, unit: measured }: MetricFacts, text: number | string, why: Why): Change | null {
  if (measured !== undefined && !/relative\s*$/.test(String(text))) {
    if (/%\s*$/.test(String(text))) {
      why(`${shown(String(text))} could mean two things: write ${String(text)} relative, or ${units[measured].example}`)
      return null
    }
    const value = readWithUnit(metric, measured, text, why)
    return value === null ? null : { kind: 'absolute', value }
  }
  const [whole, digits = '', unit = ''] = changeText.exec(String(text).trim()) ?? []
  const bounded = Number.isFinite(range[0]) && Number.isFinite(range[1])
  const examples = bounded ? '1pp (absolute) or 1% relative' : 'a number (absolute) or 1% relative'
  const refuse = (message: string) => {
    why(message)
    return null
  }
  if (whole === undefined) return refuse(`${shown(String(text))} is not a change: write ${examples}`)
  if (unit === '%') return refuse(`${whole} could mean two things: write ${bounded ? `${digits}pp (absolute) or ` : ''}${digits}% relative`)
  if (unit.endsWith('relative')) return { kind: 'relative', value: percent(digits) }
  if (unit === 'pp' && !bounded) return refuse(`pp is for metrics between fixed bounds, ${metric} has none: write ${examples}`)
  const value = unit === 'pp' ? percent(digits) : Number(digits)
  const widest = range[1] - range[0]
  if (bounded && value > widest) return refuse(`${value} is above ${widest}, the most that ${metric} can change: did you mean ${digits}pp?`)
  if (bounded && unit === '' && value === widest)
    return refuse(`${value} is all that ${metric} can change, a limit that nothing reaches: did you mean ${digits}pp?`)
  return { kind: 'absolute', value }
}
