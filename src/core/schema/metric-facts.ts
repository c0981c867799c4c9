/** What the config must know of a metric to read its limits: taken from the one table of metrics. */
import { metrics } from '../metrics/table.ts'

export interface MetricFacts {
  readonly direction: 'higher' | 'lower'
  /** smallest and largest value it can take; infinite where there is none */
  readonly range: readonly [number, number]
  /** parameters and their defaults */
  readonly params: Readonly<Record<string, number | string>>
}

export const metricNames: readonly string[] = Object.keys(metrics)

export function metricFacts(name: string): MetricFacts | null {
  const entry = Object.hasOwn(metrics, name) ? metrics[name] : undefined
  if (entry === undefined) return null
  return { direction: entry.direction, range: entry.range ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY], params: entry.params }
}

/** Metrics of the design that this version does not have. */
export const unbuiltMetric = (name: string): boolean => /^(latency(_p\d+)?|value|size|model_size)$/.test(name)
