/** What a person is shown of a value of the config: labels and lists of values are counted or named, never shown. */
import { isoDate } from '../checks/params.ts'
import { findCheck } from '../checks/table.ts'
import { measures } from '../evaluate/fairness-measures.ts'
import type {
  Change,
  CommandSpec,
  Expectation,
  FairnessLimits,
  MetricSpec,
  ModelConfig,
  Source,
  Thresholds,
  WindowReference,
} from '../schema/config.ts'
import { factsOfSpec } from '../schema/metric-facts.ts'

export const shownNumber = (value: number): string => String(Number(value.toPrecision(10)))

export const shownThresholds = <T>({ warn, fail }: Thresholds<T>, show: (value: T) => string): string =>
  warn === undefined && fail !== undefined
    ? show(fail)
    : `{${[...(warn === undefined ? [] : [`warn: ${show(warn)}`]), ...(fail === undefined ? [] : [`fail: ${show(fail)}`])].join(', ')}}`

export function shownChange({ kind, value }: Change, spec: MetricSpec): string {
  if (kind === 'relative') return `${shownNumber(value * 100)}% relative`
  const bounded = factsOfSpec(spec)?.range.every(Number.isFinite) ?? false
  return bounded ? `${shownNumber(value * 100)}pp` : shownNumber(value)
}

export const shownAuto = ({ floor, k, runs }: NonNullable<MetricSpec['auto']>, show: (value: Change) => string): string =>
  `floor ${floor === null ? 'the default' : show(floor)}, ${k} × MAD of the last ${runs} runs`

export const shownOutcomes = (outcomes: Readonly<Record<'tp' | 'fp' | 'fn' | 'tn', number>>): string =>
  (['tp', 'fp', 'fn', 'tn'] as const).map((key) => `${key} ${shownNumber(outcomes[key])}`).join(', ')

/** A class is a label of the data: named, not shown. */
export function shownFairness({ measure, named, certainty, maxDifference, minRatio, maxRise }: FairnessLimits): string {
  const points = measures[measure]?.unit === 'pp'
  const gap = (value: number) => (points ? `${shownNumber(value * 100)}pp` : shownNumber(value))
  return [
    ...(named === null ? [] : ['of one class']),
    ...(maxDifference ? [`max_difference ${shownThresholds(maxDifference, gap)}`] : []),
    ...(minRatio ? [`min_ratio ${shownThresholds(minRatio, shownNumber)}`] : []),
    ...(maxRise ? [`max_rise ${shownThresholds(maxRise, gap)}`] : []),
    ...(certainty === 'guard' ? [] : [`certainty ${certainty}`]),
  ].join(', ')
}

export function shownSource(source: Source | WindowReference | undefined): string {
  switch (source?.kind) {
    case undefined:
      return ''
    case 'files':
      return [...source.paths, ...(source.sha256 === null ? [] : [`sha256 ${source.sha256.slice(0, 12)}`])].join(', ')
    case 'glob':
      return `glob ${source.pattern}`
    case 'profile':
      return `profile ${source.path}`
    case 'window':
      return `the ${shownNumber(source.windowMs / 86_400_000)}d before the last ${shownNumber(source.currentMs / 86_400_000)}d`
  }
}

export function shownScore(score: ModelConfig['score']): string {
  switch (score?.kind) {
    case undefined:
      return ''
    case 'run':
      return shownCommand(score.command)
    case 'predictions':
      return `predictions ${shownSource(score.source)}`
    case 'metrics_file':
      return `metrics_file ${score.path}`
  }
}

export const shownCommand = ({ shell, argv }: CommandSpec): string => [...(shell === null ? [] : [`${shell}:`]), ...argv].join(' ')

/** Text of the config that may hold labels is named, not shown: the diff of the pull request shows it. */
export function shownExpectation({ check, params, severity, on, mostly = 1, where = null }: Expectation): string {
  const entry = findCheck(check)
  const words = Object.entries(params).map(([key, value]) => {
    if (Array.isArray(value)) return `${value.length} ${value.length === 1 ? 'value' : 'values'}`
    if (entry?.sqlKeys.includes(key) || entry?.queryKeys.includes(key)) return `${key} in SQL`
    if (key === 'pattern') return 'a pattern'
    if (key === 'value' && typeof value === 'string' && !isoDate.test(value)) return 'a text'
    if (typeof value === 'object') return key
    return key === 'value' || key === 'type' ? String(value) : `${key} ${String(value)}`
  })
  return [
    ...(words.length === 0 ? ['required'] : words),
    ...(mostly === 1 ? [] : [`mostly ${shownNumber(mostly * 100)}%`]),
    ...(where === null ? [] : ['where a condition holds']),
    ...(severity === 'warn' ? ['severity warn'] : []),
    `on ${on.join(' and ')}`,
  ].join(', ')
}
