/**
 * What is computed of each metric: its value for both models and for the trivial one, the intervals, the change. At millions of rows a metric's
 * sample is as large as the scores themselves, so a sample is read and dropped before the next is made; only metrics of a ranking, which hold
 * nothing of their own, wait for each other, because their draws are made together.
 */
import type { Metric } from '../metrics/metric.ts'
import type { MetricValue, Sample } from '../metrics/sample.ts'
import { metrics, sampleOf } from '../metrics/table.ts'
import type { View } from '../metrics/view.ts'
import type { MetricSpec } from '../schema/config.ts'
import { type Change, changeBetween } from './change.ts'
import type { Harm } from './change-test.ts'
import { type FewDiffering, fewDiffering } from './differing.ts'
import { type Asking, STEPS, wantsMore } from './finely.ts'
import { type Level, levelOf } from './level.ts'
import { type Resampling, resampling } from './resampling.ts'
import { serialOf } from './serial.ts'
import { bestTrivial } from './trivial.ts'

export interface Asked {
  readonly spec: MetricSpec
  readonly gated: boolean
  /** held against the trivial model */
  readonly floor: boolean
}

export interface Row {
  readonly spec: MetricSpec
  readonly metric: Metric
  readonly gated: boolean
  readonly candidate: MetricValue
  readonly baseline: MetricValue | null
  readonly trivial: MetricValue | null
  readonly level: Level | null
  /** of the baseline */
  readonly before: Level | null
  readonly change: Change | null
  /** from the trivial model to the candidate; where it is asked for */
  readonly gain: Change | null
  /** entries that the metric has no value for */
  readonly excluded: NonNullable<Sample['excluded']> | null
}

export interface Judged {
  readonly candidate: View
  readonly baseline: View | null
  readonly trivial: readonly View[]
  readonly draws: Resampling
  /** how small p-values of changes have to be told; absent: as small as the first draws say */
  readonly asking?: Asking
}

export function rowsOf(asked: readonly Asked[], models: Judged): readonly Row[] {
  const known = new Map<number, Drawn>()
  const drawnFor = ({ spec: { params } }: Asked): Drawn => {
    const ahead = Number(params.horizon ?? 0)
    const drawn = known.get(ahead) ?? withFew(ahead === 0 ? models : atHorizon(models, ahead))
    known.set(ahead, drawn)
    return drawn
  }
  const parts = asked.map((one) => {
    const drawn = drawnFor(one)
    const samples = samplesOf(one, drawn.models)
    if (!samples.inferred || samples.candidate.kind !== 'rank')
      return { row: rowOf(one, samples, drawn.models, drawn.few), samples: null, one, drawn }
    drawn.models.draws.announce(samples.baseline ? [samples.candidate, samples.baseline] : [samples.candidate])
    return { row: null, samples, one, drawn }
  })
  return parts.flatMap(({ row, samples, one, drawn }) => row ?? (samples ? [rowOf(one, samples, drawn.models, drawn.few)] : []))
}

interface Drawn {
  readonly models: Judged
  readonly few: FewDiffering | null
}

const withFew = (models: Judged): Drawn => ({
  models,
  few: models.baseline && fewDiffering(models.candidate, models.baseline, models.draws.serial),
})

/** The rows so many steps ahead have a place in time of their own: among all rows it would not be found, and series, or rows, would be resampled in its place. */
function atHorizon(models: Judged, steps: number): Judged {
  const { candidate, baseline, trivial } = models
  const own = aheadOf(candidate, steps)
  if (own === null) return models
  return {
    ...models,
    candidate: own,
    baseline: baseline && aheadOf(baseline, steps),
    trivial: trivial.flatMap((view) => aheadOf(view, steps) ?? []),
    draws: resampling(serialOf(own, own.n, (own.group ?? null) !== null)),
  }
}

const aheadOf = (view: View, steps: number): View | null => (view.task === 'forecasting' ? view.ahead(steps) : null)

/** Which way a change of a metric is for the worse; what is only shown is not judged by it. */
export const harmOf = ({ endless, direction }: Metric): Harm => ({ way: direction === 'lower' ? 'up' : 'down', endless })

interface Samples {
  readonly metric: Metric
  readonly candidate: Sample
  readonly baseline: Sample | null
  readonly trivial: Sample | null
  /** has an interval and a test */
  readonly inferred: boolean
}

/** Bootstraps that pass over the rows cost much at 100,000 of them: there, only what is gated has an interval. */
const isCheap = (sample: Sample, rows: number): boolean => rows <= 5000 || (sample.kind !== 'rank' && sample.kind !== 'weighted')

function samplesOf({ spec, gated, floor }: Asked, { candidate: view, baseline: before, trivial }: Judged): Samples {
  const metric = metrics[spec.metric]
  if (!metric) throw new RangeError(`there is no metric ${spec.metric}`)
  const candidate = sampleOf(metric, view, spec.params)
  return {
    metric,
    candidate,
    baseline: before ? sampleOf(metric, before, spec.params) : null,
    trivial: bestTrivial(trivial, metric, spec.params),
    inferred: gated || floor || isCheap(candidate, view.n),
  }
}

function rowOf(
  { spec, gated, floor }: Asked,
  { metric, candidate, baseline, trivial, inferred }: Samples,
  { draws, asking }: Judged,
  few: FewDiffering | null,
): Row {
  const differing = few && (() => few(metric.needs, (view) => sampleOf(metric, view, spec.params).value))
  const from = (drawing: Resampling) =>
    baseline && inferred ? changeBetween(baseline, candidate, drawing, differing, gated ? harmOf(metric) : null) : null
  let change = from(draws)
  const was = baseline?.value.value ?? null
  for (const more of gated && asking && was !== null ? STEPS : []) {
    if (asking && change && was !== null && wantsMore({ spec, metric, change, baseline: was }, asking)) change = from(draws.finer(more))
  }
  return {
    spec,
    metric,
    gated,
    candidate: candidate.value,
    baseline: baseline?.value ?? null,
    trivial: trivial?.value ?? null,
    level: inferred ? levelOf(candidate, draws) : null,
    before: baseline && inferred ? levelOf(baseline, draws) : null,
    change,
    gain: floor && trivial && candidate.value.undefined === null ? changeBetween(trivial, candidate, draws) : null,
    excluded: candidate.excluded ?? null,
  }
}
