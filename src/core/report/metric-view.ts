/** The metrics of an evaluation as rows: what it was, what it is, what may be, and what that means. */
import { counted } from '../evaluate/words.ts'
import { type Verdict, worst } from '../gate/fold.ts'
import type { EvaluateDetails } from '../schema/evaluate-details.ts'
import type { Check } from '../schema/result.ts'
import { change, changeInterval, level, levelInterval, plural, unitWord, written, writtenChange, writtenLevel } from './format.ts'
import { join, name, own, prose, say, type Text } from './text.ts'

type Metric = EvaluateDetails['metrics'][number]

export interface PlotLimit {
  readonly at: number
  readonly severity: 'warn' | 'fail'
  readonly bad: 'below' | 'above'
  /** as the limit was written */
  readonly label: string
}

export interface Mark {
  readonly value: number
  readonly label: string
  readonly interval: readonly [number | null, number | null] | null
}

export interface MetricView {
  readonly name: Text
  readonly gated: boolean
  readonly lowerIsBetter: boolean
  /** there is a value of the baseline */
  readonly compared: boolean
  readonly baseline: Text
  readonly candidate: Text
  readonly change: Text
  readonly limit: Text
  readonly effect: Verdict
  /** the word beside the icon: a status says more than the effect it had */
  readonly word: string
  /** for the plot, in the metric's own unit */
  readonly plot: {
    readonly candidate: Mark | null
    readonly baseline: Mark | null
    readonly limits: readonly PlotLimit[]
  }
}

/** How each kind of limit reads, and which side of it is bad. */
const limitKinds: Readonly<
  Record<string, { readonly on: 'level' | 'change'; readonly bad: 'below' | 'above'; readonly says: (value: string) => string }>
> = {
  min: { on: 'level', bad: 'below', says: (value) => `≥ ${value}` },
  max: { on: 'level', bad: 'above', says: (value) => `≤ ${value}` },
  max_drop: { on: 'change', bad: 'below', says: (value) => `drop ≤ ${value}` },
  max_rise: { on: 'change', bad: 'above', says: (value) => `rise ≤ ${value}` },
}
const limitKindOf = (check: Check) =>
  check.limit_kind !== null && Object.hasOwn(limitKinds, check.limit_kind) ? (limitKinds[check.limit_kind] ?? null) : null

const checksOf = (metric: Metric, checks: readonly Check[]) =>
  checks.filter((check) => check.metric === metric.name && check.slice === null).sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0))

/** The check on the change against the baseline: its interval is the one that decided. */
const changeCheck = (checks: readonly Check[]): Check | null =>
  checks.find((check) => limitKindOf(check)?.on === 'change' && check.delta !== null) ?? null

export function metricViews(details: EvaluateDetails, checks: readonly Check[]): readonly MetricView[] {
  const money = moneyText(details)
  const rows = details.metrics.map((metric) => metricView(metric, checksOf(metric, checks), money))
  return [...rows.filter((row) => row.gated), ...rows.filter((row) => !row.gated)]
}

/** Without a baseline a table has no column for it, and none for a change. */
export const areCompared = (metrics: readonly MetricView[]): boolean => metrics.some(({ compared }) => compared)

/** What a value is in: ` (EUR per 1,000 decisions)`. */
const moneyText = ({ decisions }: EvaluateDetails): Text => prose(` (${decisions?.value?.currency ?? 'money'} per 1,000 decisions)`)

function metricView(metric: Metric, checks: readonly Check[], money: Text): MetricView {
  const levels = checks
    .filter((check) => limitKindOf(check)?.on === 'level')
    .flatMap((check) => (check.limit === null ? [] : [check.limit]))
  const unit = unitWord(metric.unit)
  const lowerIsBetter = metric.direction === 'lower'
  const worstCheck = worst(checks.map((check) => check.effect))
  const decisive = checks.filter((check) => check.effect === worstCheck)
  const deciding = decisive.find((check) => check.status !== 'pass') ?? decisive[0] ?? null
  return {
    name: say`${name(metric.name)}${unit === null ? [] : say` ${name(unit)}`}${metric.metric === 'value' ? money : []}${own(lowerIsBetter ? ' (lower is better)' : '')}`,
    gated: metric.gated,
    lowerIsBetter,
    compared: metric.baseline !== null,
    baseline:
      metric.baseline === null
        ? own('–')
        : say`${levelText(metric.baseline, metric, levels)}${isComparable(metric) ? [] : own(' (not comparable)')}`,
    candidate: levelText(metric.candidate, metric, levels),
    change: changeText(metric, changeCheck(checks)),
    limit: join(limitTexts(metric, checks), ', '),
    effect: metric.gated ? worstCheck : 'skipped',
    word: metric.gated
      ? checks.some((check) => check.waived !== undefined) && worstCheck === 'pass'
        ? 'waived'
        : (deciding?.status ?? 'skipped')
      : 'shown only',
    plot: plotOf(metric, checks, levels),
  }
}

/** Both levels of a row with the same digits, and enough of them to see on which side of its limits the candidate lies. */
const shownLevel = (value: number | null, metric: Metric, limits: readonly number[]): string => {
  const both = [metric.candidate.value, metric.baseline?.value ?? null].filter((each) => each !== null)
  return level(value, metric.unit, limits, both)
}
const levelText = (value: Metric['candidate'], metric: Metric, limits: readonly number[]): Text =>
  own(value.value === null ? 'undefined' : shownLevel(value.value, metric, limits))

/** What is recorded of other rows, or under other rules, has no difference to anything. */
const isComparable = ({ baseline }: Metric): boolean => baseline?.comparable !== false

/** Raw: candidate minus baseline, in the metric's own direction. */
const difference = (metric: Metric): number | null => {
  const { candidate, baseline } = metric
  return candidate.value === null || baseline?.value == null || !isComparable(metric) ? null : candidate.value - baseline.value
}

function changeText(metric: Metric, check: Check | null): Text {
  const delta = check?.delta ?? metric.change?.value ?? difference(metric)
  if (delta === null) return own('–')
  const shown = change(delta, metric.unit, absoluteLimit(check))
  const { interval, side, percent } = intervalOf(metric, check)
  const words =
    interval === null
      ? ''
      : ` (${changeInterval(interval, metric.unit, absoluteLimit(check))}${side === '' ? '' : `, ${percent} % ${side}`})`
  return own(`${shown}${better(metric, delta, interval)}${words}`)
}

const absoluteLimit = (check: Check | null): readonly number[] =>
  check === null || check.limit === null || check.unit === 'relative' ? [] : [check.limit_kind === 'max_drop' ? -check.limit : check.limit]

/**
 * The interval that decided, where a check decided; else the two-sided one of the details. Of a one-sided test either end is a bound at the level said: 97.5 %
 * each side is what a two-sided interval of 95 % is.
 */
function intervalOf(metric: Metric, check: Check | null) {
  if (!check?.interval) return { interval: metric.change?.interval ?? null, side: '', percent: '95' }
  const { interval, level, tail } = check
  const percent = written(Math.round((level ?? 0.95) * 1000) / 10)
  return { interval, side: tail === 'two-sided' || tail === null ? '' : interval.includes(null) ? 'one-sided' : 'each side', percent }
}

/** `better` or `worse` only where the interval says so: a change within noise has no direction. */
function better(metric: Metric, delta: number, interval: readonly [number | null, number | null] | null): string {
  if (interval === null || delta === 0) return ''
  const [low, high] = interval
  const clear = (low !== null && low > 0) || (high !== null && high < 0)
  if (!clear) return ''
  return delta > 0 === (metric.direction === 'higher') ? ' better' : ' worse'
}

const limitLabel = (metric: Metric, check: Check, kind: NonNullable<ReturnType<typeof limitKindOf>>): string => {
  if (kind.on === 'level') return kind.says(writtenLevel(check.limit, metric.unit))
  const written = check.unit === 'relative' ? `${writtenChange(check.limit, 'relative')} relative` : writtenChange(check.limit, metric.unit)
  return kind.says(metric.history === undefined ? written : `${written} (auto, ${plural(metric.history.runs, 'run')})`)
}

const limitTexts = (metric: Metric, checks: readonly Check[]): readonly Text[] =>
  checks.flatMap((check) => {
    const kind = limitKindOf(check)
    if (kind === null) return []
    // of a change that was judged without a limit, better was asked for
    if (check.limit === null) return kind.on === 'change' && check.delta !== null ? [own('surely better')] : []
    return [own(limitLabel(metric, check, kind))]
  })

function plotOf(metric: Metric, checks: readonly Check[], levels: readonly number[]): MetricView['plot'] {
  const before = isComparable(metric) ? metric.baseline : null
  const base = before?.value ?? null
  const mark = (side: Metric['candidate'] | null): Mark | null =>
    side === null || side.value === null
      ? null
      : { value: side.value, label: shownLevel(side.value, metric, levels), interval: side.interval }
  return {
    candidate: mark(metric.candidate),
    baseline: mark(before),
    limits: checks.flatMap((check) => {
      const kind = limitKindOf(check)
      if (kind === null || check.limit === null) return []
      const severity = check.status === 'warn' ? 'warn' : 'fail'
      const about = { severity, bad: kind.bad, label: limitLabel(metric, check, kind) } as const
      if (kind.on === 'level') return [{ at: check.limit, ...about }]
      if (base === null) return []
      const size = check.unit === 'relative' ? Math.abs(base) * check.limit : check.limit
      return [{ at: kind.bad === 'below' ? base - size : base + size, ...about }]
    }),
  }
}

/** ` on 1,200 rows`, ` on 1,200 rows in 80 routes`; nothing where nobody said on how many */
export const rowsText = ({ rows, groups }: Pick<EvaluateDetails, 'rows' | 'groups'>): Text =>
  rows === null ? own('') : prose(` on ${counted(rows, groups?.count ?? null, groups?.noun ?? '')}`)

/** `roc_auc 0.691 → 0.702 (+1.1 pp, 95 % CI +0.6 to +1.6 pp) on 30,000 rows against production 1.3.0.` */
export function primarySentence(details: EvaluateDetails, checks: readonly Check[], baseline: Text): Text {
  const metric = details.metrics.find((entry) => entry.name === details.primary) ?? details.metrics[0]
  if (metric === undefined) return own('No metric was computed.')
  const mine = checksOf(metric, checks)
  const limits = mine.filter((check) => limitKindOf(check)?.on === 'level').flatMap((check) => (check.limit === null ? [] : [check.limit]))
  const rows = rowsText(details)
  const direction = own(metric.direction === 'lower' ? ', lower is better' : '')
  const now =
    metric.metric === 'value'
      ? say`${own(shownLevel(metric.candidate.value, metric, limits))}${moneyText(details)}`
      : own(shownLevel(metric.candidate.value, metric, limits))
  if (metric.candidate.value === null) return say`${name(metric.name)} is undefined${rows}.`
  if (details.unchanged) return say`${name(metric.name)} ${now}${rows}: the same bytes as the baseline.`
  const delta = difference(metric)
  if (delta === null || metric.baseline === null) {
    const { interval } = metric.candidate
    const inside = interval === null ? [] : own(` (95 % CI ${levelInterval(interval, metric.unit, limits)})`)
    // that there is no baseline yet is said with what follows from it
    const differs = mine.some((entry) => entry.status === 'not-comparable')
    const why = differs ? say` It is not compared with ${baseline.length === 0 ? own('the baseline') : baseline}.` : []
    return say`${name(metric.name)} ${now}${inside}${rows}${direction}.${why}`
  }
  const check = changeCheck(mine)
  const { interval, side, percent } = intervalOf(metric, check)
  const shift = check?.delta ?? metric.change?.value ?? delta
  const bounds = interval === null ? '' : changeInterval(interval, metric.unit, absoluteLimit(check))
  const sure = bounds === '' ? '' : side === '' ? `, ${percent} % CI ${bounds}` : `, CI ${bounds} at ${percent} % ${side}`
  const changed = own(`${change(shift, metric.unit, absoluteLimit(check))}${better(metric, shift, interval)}${sure}`)
  const before = own(shownLevel(metric.baseline.value, metric, limits))
  const against = baseline.length === 0 ? [] : say` against ${baseline}`
  return say`${name(metric.name)} ${before} → ${now} (${changed})${rows}${against}${direction}.`
}
