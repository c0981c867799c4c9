/**
 * What the numbers of a run rest on, a row for each part of it: what messages call it, and which metrics mean something else where it is another one.
 * A part of which that is not known for sure touches every metric, and so does every part a metric that is not in the table of metrics.
 */
import { keysOf } from '../collections.ts'
import { metrics } from '../metrics/table.ts'
import type { MetricSpec, ModelConfig } from '../schema/config.ts'
import type { Judged } from '../schema/judged.ts'
import { shorten, visible } from '../text/visible.ts'

type Basis = Judged['basis']
export type Asked = Pick<MetricSpec, 'metric' | 'direction'>

/** Raised when the definition of a metric changes: its numbers of before mean something else. */
const metricsVersion = 1

/** @param holdout fingerprint of the test files; @param rows that were evaluated, those without a label yet left out */
export function judgedAs(
  { data, evaluate }: Pick<ModelConfig, 'data' | 'evaluate'>,
  found: { readonly holdout: string; readonly task: string; readonly rows: number },
): Basis {
  const { chooseThreshold = null, threshold, value = null, season = null, quantiles = null, judgedQuantiles: levels = quantiles } = evaluate
  return {
    ...found,
    metrics_version: metricsVersion,
    target: data.targets ? JSON.stringify(data.targets) : data.target,
    positive: data.positive === null ? null : String(data.positive),
    weight: data.weight,
    group: data.group,
    threshold: chooseThreshold === null ? String(threshold) : `for ${chooseThreshold.maximize} on ${chooseThreshold.on}`,
    value: value === null ? null : JSON.stringify(value),
    season: season ?? 1,
    quantiles: levels === null ? null : levels.join(', '),
    horizon: data.horizon ?? null,
  }
}

interface Part {
  readonly called: string
  /** its value helps whoever reads what differs: `positive` may be a label of the data, others are digests or long */
  readonly shown: boolean
  /** two spellings that are one and the same */
  readonly meant?: (value: unknown) => unknown
  /** whether a metric means something else; absent: every one does */
  readonly touches?: (metric: string, then: Basis, now: Basis) => boolean
}

const decides = (metric: string, { task }: Basis): boolean =>
  (task === 'binary' || task === 'multilabel') && metrics[metric]?.needs === 'labels'
const forValue = ({ threshold }: Basis): boolean => threshold.startsWith('for value ')
const ofScale: ReadonlySet<string> = new Set(['mase', 'rmsse'])
const ofQuantiles: ReadonlySet<string> = new Set([
  'pinball',
  'crps',
  'quantile_loss',
  'interval_coverage',
  'coverage_gap',
  'interval_width',
])

const parts: { readonly [key in keyof Basis]: Part } = {
  holdout: { called: 'the test data', shown: false },
  task: { called: 'the task', shown: true },
  rows: { called: 'the number of rows', shown: true },
  metrics_version: { called: 'the definition of the metrics', shown: false },
  target: { called: 'data.target', shown: true },
  // the default, written out or not, is one and the same
  positive: { called: 'data.positive', shown: false, meant: (value) => (/^(?:1|true)$/i.test(String(value)) ? null : value) },
  weight: { called: 'data.weight', shown: true },
  // of queries and series the level, and of everything the interval
  group: { called: 'data.group', shown: true },
  // of several classes the most probable one is the answer, and numbers have no threshold
  threshold: { called: 'evaluate.threshold', shown: true, touches: decides },
  value: {
    called: 'evaluate.value',
    shown: false,
    touches: (metric, then, now) => metric === 'value' || ((forValue(then) || forValue(now)) && decides(metric, now)),
  },
  season: { called: 'evaluate.season', shown: true, touches: (metric) => ofScale.has(metric) },
  // the median is among them, whatever the others are, and is the number that other metrics are of
  quantiles: { called: 'evaluate.quantiles', shown: false, touches: (metric) => ofQuantiles.has(metric) },
  // of errors further ahead the interval counts that they overlap
  horizon: { called: 'data.horizon', shown: true },
}

type Key = keyof Basis
const keys = keysOf(parts)

function differing(then: Basis, now: Basis): readonly Key[] {
  return keys.filter((key) => {
    const { meant = (value: unknown) => value } = parts[key]
    return meant(then[key]) !== meant(now[key])
  })
}

function touches(key: Key, { metric, direction }: Asked, then: Basis, now: Basis): boolean {
  const known = direction === undefined && Object.hasOwn(metrics, metric)
  return !known || (parts[key].touches?.(metric, then, now) ?? true)
}

/** One question was asked of both by this metric, if of other rows. */
export const sameQuestion = (asked: Asked, then: Basis, now: Basis): boolean =>
  differing(then, now).every((key) => key === 'holdout' || key === 'rows' || !touches(key, asked, then, now))

/** What of the basis is another one, in words, where every metric means something else by that; null: some may mean what they did. */
export function basisDiffers(then: Basis, now: Basis): string | null {
  const all = differing(then, now)
  return all.some((key) => parts[key].touches === undefined) ? inWords(all, then, now) : null
}

/** What of the basis is another one for this metric, in words; null: nothing. */
export function differsFor(asked: Asked, then: Basis, now: Basis): string | null {
  const all = differing(then, now).filter((key) => touches(key, asked, then, now))
  return all.length === 0 ? null : inWords(all, then, now)
}

function inWords(all: readonly Key[], then: Basis, now: Basis): string {
  const value = (basis: Basis, key: Key) => (basis[key] === null ? 'not set' : shorten(visible(String(basis[key])), 60))
  const part = (key: Key) => {
    const { called, shown } = parts[key]
    return shown ? `${called} (${value(then, key)} then, ${value(now, key)} now)` : called
  }
  return `${all.map(part).join(', ')} ${all.length === 1 ? 'is not what it was' : 'are not what they were'} then`
}
