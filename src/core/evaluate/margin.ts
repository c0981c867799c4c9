/**
 * How much worse is too much: what the config wrote, else the default of the metric.
 * Defaults: half a point; 2 % of a baseline below 0.10; 1 % of a loss. `auto` is in `history.ts`.
 */
import type { Metric } from '../metrics/metric.ts'
import type { MetricSpec, Change as Written } from '../schema/config.ts'
import { fewestRuns } from './history.ts'
import { limitText } from './limit-text.ts'

export interface Margin {
  /** in the metric's own unit, ≥ 0 */
  readonly value: number
  /** the share of the baseline it was written as */
  readonly relative: number | null
  /** false: the default */
  readonly written: boolean
  /** of `auto`: where the number comes from, a sentence */
  readonly from?: string
}

export const changeKind = (metric: Metric): 'max_drop' | 'max_rise' => (metric.direction === 'higher' ? 'max_drop' : 'max_rise')

export function margins(
  spec: MetricSpec,
  metric: Metric,
  baseline: number,
): readonly { readonly severity: 'fail' | 'warn'; readonly margin: Margin }[] {
  if (spec.auto) return [{ severity: 'fail', margin: fromHistory(spec.auto, metric, baseline) }]
  const written = metric.direction === 'higher' ? spec.maxDrop : spec.maxRise
  const found = (['fail', 'warn'] as const).flatMap((severity) => {
    const limit = written?.[severity]
    return limit === undefined ? [] : [{ severity, margin: marginOf(limit, baseline, true) }]
  })
  return found.length > 0 ? found : [{ severity: 'fail', margin: marginOf(standard(metric, baseline), baseline, false) }]
}

/** The larger of the floor and what runs of the default branch differ by anyway. */
function fromHistory({ floor: written, k, found }: NonNullable<MetricSpec['auto']>, metric: Metric, baseline: number): Margin {
  const floor = marginOf(written ?? standard(metric, baseline), baseline, true)
  const runs = found?.runs ?? 0
  const mad = found?.mad ?? null
  const said = limitText(floor, metric.unit)
  if (runs < fewestRuns || mad === null) {
    return {
      ...floor,
      from: `The limit is the floor of ${said}: the ledger has ${runs} of the ${fewestRuns} comparable runs that auto needs.`,
    }
  }
  // in the digits in which it is shown, so that the limit that counts is the one that is read
  const spread = Number((k * mad).toPrecision(3))
  const shown = limitText({ value: spread, relative: null }, metric.unit)
  const from = `The limit is the larger of the floor ${said} and ${k} × MAD over the last ${runs} comparable runs, ${shown}.`
  return spread > floor.value ? { value: spread, relative: null, written: true, from } : { ...floor, from }
}

function standard(metric: Metric, baseline: number): Written {
  if (metric.margin === 'relative') return { kind: 'relative', value: 0.01 }
  return baseline >= 0 && baseline < 0.1 ? { kind: 'relative', value: 0.02 } : { kind: 'absolute', value: 0.005 }
}

const marginOf = (limit: Written, baseline: number, written: boolean): Margin =>
  limit.kind === 'absolute'
    ? { value: limit.value, relative: null, written }
    : { value: limit.value * Math.abs(baseline), relative: limit.value, written }

/**
 * Two numbers nearer than rounding can tell are equal: 0.1 + 0.2 meets a limit of 0.3, and 0.57 − 0.56 is a drop of one point.
 * Everything else is compared as computed, never as shown.
 */
export function compare(a: number, b: number, scale = 1): -1 | 0 | 1 {
  if (Math.abs(a - b) <= 1e-12 * Math.max(scale, Math.abs(a), Math.abs(b))) return 0
  return a < b ? -1 : 1
}
