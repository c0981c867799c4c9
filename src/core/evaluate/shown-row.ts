/** What the details keep of one metric, whoever computed it. */
import type { Metric } from '../metrics/metric.ts'
import { defined, type MetricValue } from '../metrics/sample.ts'
import type { MetricSpec } from '../schema/config.ts'
import type { EvaluateDetails } from '../schema/evaluate-details.ts'
import type { Change, StoredValue } from './change.ts'
import { finite, shownInterval } from './figures.ts'
import { margins } from './margin.ts'
import type { Row } from './rows.ts'

export type ShownRow = EvaluateDetails['metrics'][number]

interface Known extends Pick<Row, 'candidate' | 'level' | 'change'>, Partial<Pick<Row, 'baseline' | 'before' | 'trivial' | 'excluded'>> {
  readonly spec: MetricSpec
  readonly metric: Metric
  readonly gated: boolean
  /** of the baseline on the same rows, where it could not be scored again */
  readonly kept: StoredValue | null
}

/** What a metric is asked for by its name alone. */
export const unlimited = (name: string): MetricSpec => ({ name, metric: name, params: {}, certainty: 'literal' })

/** @param was what the baseline had on other rows or under other rules; undefined: nothing is known of it */
export function shownRow(known: Known, was?: MetricValue): ShownRow {
  const { spec, metric, candidate, level, kept, change } = known
  const baseline = known.baseline ?? (kept ? defined(kept.value) : was)
  return {
    name: spec.name,
    metric: spec.metric,
    direction: metric.direction,
    unit: metric.unit,
    gated: known.gated,
    candidate: {
      value: finite(candidate.value),
      undefined: candidate.undefined,
      interval: shownInterval(level?.bounds(0.975), metric.range),
      method: level?.method ?? null,
    },
    baseline: baseline
      ? {
          value: finite(baseline.value),
          undefined: baseline.undefined,
          interval: shownInterval(known.before?.bounds(0.975) ?? kept?.interval ?? undefined, metric.range),
          method: known.before?.method ?? (kept ? 'stored' : null),
          ...(baseline === was ? { comparable: false as const } : {}),
        }
      : null,
    trivial: finite(known.trivial?.value),
    change: change && shownChange(change, known, baseline?.value ?? null),
    ...(known.excluded ? { excluded: known.excluded } : {}),
  }
}

function shownChange({ value, test }: Change, { spec, metric }: Known, baseline: number | null): ShownRow['change'] {
  const margin = baseline === null ? 0 : (margins(spec, metric, baseline)[0]?.margin.value ?? 0)
  return {
    value: finite(value),
    interval: shownInterval(test?.bounds(0.975, Number.NaN), null),
    method: test?.method ?? 'none',
    p_worse: finite(metric.direction === 'higher' ? test?.below(0) : test?.above(0)),
    rows_needed: margin === 0 ? null : finite(test?.rowsNeeded(margin)),
  }
}
