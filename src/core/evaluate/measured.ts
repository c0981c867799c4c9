/**
 * What is measured of a model rather than computed from its answers: how long it takes, how large it is. One entry a kind. They are written
 * among the metrics, judged by `latency.ts` and `model-size.ts`, and never by the tests on rows.
 */

export interface Measure {
  readonly kind: 'latency' | 'size'
  readonly summary: string
  /** of a level: `5ms`, `20MB` */
  readonly unit: 'ms' | 'bytes'
  /** of a latency: which quantile of the calls */
  readonly quantile: number | null
  /** parameters and their defaults */
  readonly params: Readonly<Record<string, number>>
}

const latency = /^latency_p(\d{2}|\d{2}\.\d{1,2})$/

/** Rows of one call. */
export const mostCallRows = 4096

/** null: no such measure */
export function measureOf(metric: string): Measure | null {
  if (metric === 'model_size') return { kind: 'size', summary: 'bytes of the model file', unit: 'bytes', quantile: null, params: {} }
  const percent = Number(latency.exec(metric)?.[1] ?? Number.NaN)
  if (!(percent >= 1 && percent < 100)) return null
  return {
    kind: 'latency',
    summary: `the time below which ${percent} % of the calls lie, in ms, one thread, without the way to the process`,
    unit: 'ms',
    quantile: percent / 100,
    params: { rows: 1 },
  }
}

export const isMeasured = (metric: string): boolean => measureOf(metric) !== null
