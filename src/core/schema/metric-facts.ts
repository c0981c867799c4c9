/** What the config must know of a metric to read its limits: taken from the one table of metrics. */

import { isMeasured, measureOf, mostCallRows } from '../evaluate/measured.ts'
import { isScoredTask, metrics, metricTasks, metricNames as namesOf, paramProblem } from '../metrics/table.ts'
import type { MetricSpec, Task } from './config.ts'

export interface MetricFacts {
  readonly direction: 'higher' | 'lower'
  /** smallest and largest value it can take; infinite where there is none */
  readonly range: readonly [number, number]
  /** parameters and their defaults */
  readonly params: Readonly<Record<string, number | string>>
  /** levels are written with it: `5ms`, `20MB` */
  readonly unit?: 'ms' | 'bytes'
}

/** Metrics of the design that cannot be asked for in this version: of some the config has no way yet to say what they need. */
export const unbuiltMetric = (name: string): boolean => /^(latency|size)$/.test(name)

export const metricNames: readonly string[] = Object.keys(metrics).filter((name) => !unbuiltMetric(name))

function metricFacts(name: string): MetricFacts | null {
  const measure = measureOf(name)
  if (measure !== null) return { direction: 'lower', range: [0, Number.POSITIVE_INFINITY], params: measure.params, unit: measure.unit }
  const entry = Object.hasOwn(metrics, name) ? metrics[name] : undefined
  if (entry === undefined || unbuiltMetric(name)) return null
  return {
    direction: entry.direction,
    range: entry.range ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
    params: name === 'value' ? {} : entry.params,
  }
}

/** As `metricFacts`; of a number that the team computes itself nothing is known but its direction. */
export const factsOfSpec = ({ metric, direction }: Pick<MetricSpec, 'metric' | 'direction'>): MetricFacts | null =>
  direction === undefined ? metricFacts(metric) : { direction, range: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY], params: {} }

/** Whether a sample of rows can show a change of it. */
export const isTested = ({ metric, direction }: Pick<MetricSpec, 'metric' | 'direction'>): boolean =>
  direction !== undefined || metrics[metric]?.tested !== false

/** Why a parameter cannot be what was written, with what is allowed; null when it can. */
export function badParam(name: string, key: string, value: number | string): string | null {
  if (isMeasured(name))
    return Number.isInteger(value) && Number(value) >= 1 && Number(value) <= mostCallRows
      ? null
      : `${key} is a whole number from 1 to ${mostCallRows}`
  const entry = Object.hasOwn(metrics, name) ? metrics[name] : undefined
  return entry === undefined ? null : paramProblem(entry, key, value)
}

/** Why a task cannot have this metric, with those it has; null when it can, or when nothing is known of the task. */
export function unsuited(name: string, task: Task): string | null {
  const entry = Object.hasOwn(metrics, name) ? metrics[name] : undefined
  if (entry === undefined || !isScoredTask(task) || entry.of[task] !== undefined) return null
  const has = namesOf(task).filter((one) => !unbuiltMetric(one))
  return `${name} is a metric of ${metricTasks(entry).join(' and ')}, not of a ${task} task. Metrics of ${task}: ${has.join(', ')}`
}
