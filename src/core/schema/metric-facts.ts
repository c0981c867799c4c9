/** What the config must know of a metric to read its limits. */
export interface MetricFacts {
  readonly direction: 'higher' | 'lower'
  /** smallest and largest value it can take; infinite where there is none */
  readonly range: readonly [number, number]
  /** parameters it takes */
  readonly params: readonly string[]
}

const share = (...params: readonly string[]): MetricFacts => ({ direction: 'higher', range: [0, 1], params })
const loss = (high = Number.POSITIVE_INFINITY): MetricFacts => ({ direction: 'lower', range: [0, high], params: [] })

const table: Readonly<Record<string, MetricFacts>> = {
  accuracy: share(),
  balanced_accuracy: share(),
  precision: share(),
  recall: share(),
  f1: share(),
  roc_auc: share(),
  pr_auc: share(),
  recall_at_fpr: share('fpr'),
  log_loss: loss(),
  brier: loss(1),
  mae: loss(),
  rmse: loss(),
}

export const metricNames: readonly string[] = Object.keys(table)
export const metricFacts = (name: string): MetricFacts | null => table[name] ?? null
/** Of the design, not of this version. */
export const unbuiltMetric = (name: string): boolean => /^(latency|value$|size$|model_size$)/.test(name)
