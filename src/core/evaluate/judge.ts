/**
 * Scores → checks. Good enough, and not worse than the baseline? Pure: same input, same answer to the last digit.
 *
 * - Metrics listed are gated; if none is listed, the task's primary one is (binary roc_auc, multiclass accuracy, regression rmse; accuracy
 *   for a binary model that gives labels only).
 * - A gated metric without `max_drop` or `max_rise` has the default margin, so that a worse model never passes because a limit was forgotten.
 * - A gated metric that is undefined is an error, and so are no rows at all.
 * - The first gated metric for which that makes sense, else the task's primary one, is also held against a trivial model on the same rows.
 */
import { effect, type Policy } from '../gate/fold.ts'
import type { Metric } from '../metrics/metric.ts'
import { plain, type Sample, undefinedBecause } from '../metrics/sample.ts'
import { assertPaired, type Scores } from '../metrics/scores.ts'
import { metrics, sampleOf, usualMetric } from '../metrics/table.ts'
import { type View, viewOf } from '../metrics/view.ts'
import { level as levelText } from '../report/format.ts'
import type { MetricSpec, Mode } from '../schema/config.ts'
import type { EvaluateDetails } from '../schema/details.ts'
import { type Check, makeCheck } from '../schema/result.ts'
import { type Change, changeBetween } from './change.ts'
import { type Compared, differenceChecks } from './difference.ts'
import { floorChecks, undefinedCheck } from './floor.ts'
import { type Level, levelOf } from './level.ts'
import { changeKind, margins } from './margin.ts'
import { type Resampling, resampling } from './resampling.ts'
import { beatsTrivial, tooGood } from './sanity.ts'
import { bestTrivial, type TrainingStatistics, type Trivial, trivialOf } from './trivial.ts'
import { countedMissing, sentence } from './words.ts'

/** Why there is nothing to compare with. */
export interface MissingBaseline {
  readonly kind: 'no-baseline' | 'not-comparable' | 'unchanged'
  /** a sentence */
  readonly because: string
}

export interface JudgeInput {
  readonly candidate: Scores
  /** on the same rows, in the same order */
  readonly baseline: Scores | null
  /** given exactly when `baseline` is null */
  readonly missing: MissingBaseline | null
  /** levels the baseline had on other rows: shown, never compared */
  readonly stored?: Readonly<Record<string, number | null>>
  readonly specs: readonly MetricSpec[]
  /** the usual metric of the task is judged besides `specs` */
  readonly usualToo?: boolean
  readonly mode: Mode
  readonly policy: Policy
  readonly training?: TrainingStatistics | null
  /** level of a mode that asks for proof, default 0.05 */
  readonly proof?: number
}

export interface Judgement {
  readonly checks: readonly Check[]
  readonly metrics: EvaluateDetails['metrics']
  /** shown name of the metric that stands for the model */
  readonly primary: string
}

/** What is computed of one metric. */
interface Row {
  readonly spec: MetricSpec
  readonly metric: Metric
  readonly gated: boolean
  readonly candidate: Sample
  readonly baseline: Sample | null
  readonly trivial: Sample | null
  readonly level: Level | null
  /** of the baseline */
  readonly before: Level | null
  readonly change: Change | null
}

export function judge(input: JudgeInput): Judgement {
  const { candidate, baseline } = input
  if (baseline) assertPaired(candidate, baseline)
  else if (!input.missing) throw new RangeError('without a baseline there is a reason why')
  const view = viewOf(candidate)
  const before = baseline ? viewOf(baseline) : null
  const gated = gatedSpecs(input)
  const primary = gated[0]?.name ?? ''
  const draws = resampling()
  const trivial = trivialOf(candidate, input.training ?? null)
  const specs = [...gated.map((spec) => ({ spec, gated: true })), ...shownSpecs(candidate, gated).map((spec) => ({ spec, gated: false }))]
  const rows = specs.map((entry) => rowOf(entry.spec, entry.gated, view, before, trivial.views, draws))

  const checks = view.n === 0 ? [emptyCheck()] : checksOf(rows, view.n, input, draws, trivial)
  return { checks, metrics: rows.map((row) => shownRow(row, input.stored)), primary }
}

const unlimited = (name: string): MetricSpec => ({ name, metric: name, params: {}, certainty: 'literal' })

function gatedSpecs({ specs, candidate, usualToo = false }: JudgeInput): readonly MetricSpec[] {
  const usual = unlimited(usualMetric(candidate))
  if (specs.length === 0) return [usual]
  const listed = specs.some(({ metric, params }) => metric === usual.metric && Object.keys(params).length === 0)
  return listed || !usualToo ? specs : [usual, ...specs.filter(({ name }) => name !== usual.name)]
}

function shownSpecs(scores: Scores, gated: readonly MetricSpec[]): readonly MetricSpec[] {
  const taken = new Set(gated.flatMap((spec) => [spec.name, ...(Object.keys(spec.params).length === 0 ? [spec.metric] : [])]))
  return Object.entries(metrics).flatMap(([name, metric]) =>
    metric.shown.includes(scores.task) && !taken.has(name) ? [unlimited(name)] : [],
  )
}

/** Bootstraps that pass over the rows cost half a second at 100,000 of them: there, only what is gated has an interval. */
const isCheap = (sample: Sample, rows: number): boolean => rows <= 5000 || (sample.kind !== 'rank' && sample.kind !== 'weighted')

function rowOf(spec: MetricSpec, gated: boolean, view: View, before: View | null, trivial: readonly View[], draws: Resampling): Row {
  const metric = metrics[spec.metric]
  if (!metric) throw new RangeError(`there is no metric ${spec.metric}`)
  const candidate = sampleOf(metric, view, spec.params)
  const baseline = before ? sampleOf(metric, before, spec.params) : null
  const inferred = gated || isCheap(candidate, view.n)
  return {
    spec,
    metric,
    gated,
    candidate,
    baseline,
    trivial: bestTrivial(trivial, metric, spec.params),
    level: inferred ? levelOf(candidate, draws) : null,
    // draws that the change has made are used again
    before: baseline && inferred ? levelOf(baseline, draws) : null,
    change: baseline && inferred ? changeBetween(baseline, candidate, draws) : null,
  }
}

const emptyCheck = (): Check =>
  makeCheck({
    id: 'evaluate.rows',
    status: 'error',
    effect: 'error',
    n: 0,
    message: 'There are no labelled rows to evaluate on. An empty evaluation is not a pass.',
    fix: 'give data.test rows with labels',
  })

function checksOf(all: readonly Row[], n: number, input: JudgeInput, draws: Resampling, { knows }: Trivial): readonly Check[] {
  const rows = all.filter((row) => row.gated)
  // the first gated metric that a model without features cannot be good at, else the task's own
  const first = rows.find((row) => row.metric.floor) ?? all.find((row) => row.spec.metric === usualMetric(input.candidate))
  const compared: Compared[] = []
  const checks = rows.flatMap((row) => {
    const { spec, metric, candidate } = row
    const kind = changeKind(metric)
    const { value, undefined: why } = candidate.value
    if (value === null || why !== null) {
      const kinds = [...(['min', 'max'] as const).filter((limit) => spec[limit] !== undefined), kind]
      return kinds.map((limit) => undefinedCheck(limit, spec, why ?? 'it has no value', n))
    }
    const floors = floorChecks({ spec, metric, value, level: row.level, rows: n })
    const previous = row.baseline?.value.value ?? null
    if (row.change && previous !== null && row.baseline?.value.undefined === null) {
      compared.push({ spec, metric, change: row.change, candidate: value, baseline: previous, rows: n })
      return floors
    }
    return [...floors, uncompared(row, kind, value, n, input)]
  })
  const differences = differenceChecks(compared, input.mode, input.policy, input.proof)
  const sanity = first ? [beatsTrivial(first.spec, first.metric, first.candidate, first.trivial, knows, n, draws, input.policy)] : []
  return [...checks, ...differences, ...sanity, ...rows.flatMap((row) => tooGood(row.spec, row.candidate, n))]
}

/** A change that cannot be looked at, and what policy makes of that. */
function uncompared({ spec, metric, baseline }: Row, kind: string, value: number, n: number, input: JudgeInput): Check {
  const { missing, policy } = input
  const stored = input.stored?.[spec.name] ?? null
  const written = stored === null ? [] : margins(spec, metric, stored)
  const common = {
    id: `evaluate.${kind}:${spec.name}`,
    metric: spec.name,
    unit: metric.unit,
    limit_kind: kind,
    observed: value,
    baseline: stored,
    n,
  } as const
  if (missing?.kind === 'unchanged') {
    return makeCheck({
      ...common,
      status: 'skipped',
      effect: 'skipped',
      message: `${spec.name} is not compared: ${sentence(missing.because)}`,
    })
  }
  const status = missing?.kind ?? 'not-comparable'
  const because = missing?.because ?? `${spec.name} of the baseline is undefined: ${baseline?.value.undefined ?? 'it has no value'}`
  const was = stored === null ? '' : ` The baseline had ${levelText(stored, metric.unit)} on its own rows.`
  return makeCheck({
    ...common,
    status,
    effect: effect(status, 'fail', policy),
    limit: written[0]?.margin.relative ?? written[0]?.margin.value ?? null,
    message: `${spec.name} is not compared: ${sentence(because)}${was} ${countedMissing(policy)}`,
    fix:
      status === 'no-baseline'
        ? 'promote a first model, or let a run of the default branch record one'
        : 'evaluate baseline and candidate on the same labelled rows',
  })
}

const finite = (value: number | null | undefined): number | null =>
  value !== null && value !== undefined && Number.isFinite(value) ? value : null

function pair(
  bounds: readonly [number, number] | undefined,
  range: readonly [number, number] | null,
): [number | null, number | null] | null {
  if (!bounds) return null
  const [low, high] = range ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
  return [finite(Math.max(low, bounds[0])), finite(Math.min(high, bounds[1]))]
}

function shownRow(
  { spec, metric, gated, candidate, baseline, trivial, level, before, change }: Row,
  stored: JudgeInput['stored'],
): EvaluateDetails['metrics'][number] {
  const was = baseline ?? (stored && spec.name in stored ? plain(storedValue(stored[spec.name] ?? null)) : null)
  const margin = baseline?.value.value == null ? null : (margins(spec, metric, baseline.value.value)[0]?.margin.value ?? null)
  const bounds = change?.test?.bounds(0.975, Number.NaN)
  return {
    name: spec.name,
    metric: spec.metric,
    direction: metric.direction,
    unit: metric.unit,
    gated,
    candidate: {
      value: finite(candidate.value.value),
      undefined: candidate.value.undefined,
      interval: pair(level?.bounds(0.975), metric.range),
      method: level?.method ?? null,
    },
    baseline:
      was === null
        ? null
        : {
            value: finite(was.value.value),
            undefined: was.value.undefined,
            interval: pair(before?.bounds(0.975), metric.range),
            method: before?.method ?? null,
          },
    trivial: finite(trivial?.value.value),
    change:
      change === null
        ? null
        : {
            value: finite(change.value),
            interval: pair(bounds, null),
            method: change.test?.method ?? 'none',
            p_worse: finite(metric.direction === 'higher' ? change.test?.below(0) : change.test?.above(0)),
            rows_needed: margin === null || margin === 0 ? null : finite(change.test?.rowsNeeded(margin)),
          },
  }
}

const storedValue = (value: number | null) => (value === null ? undefinedBecause('it was undefined') : { value, undefined: null })
