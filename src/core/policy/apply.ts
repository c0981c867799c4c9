/**
 * What a change is judged by: the policy that stood before it. Limits, expectations and what follows from a verdict come from the base, so
 * that no pull request can be judged by limits that it has lowered itself; paths, commands and columns come from the head, and so do limits
 * that the base does not have. What the head has removed stays: silence cannot switch a check off.
 */

import { checkId } from '../checks/report.ts'
import { taskBefore } from '../evaluate/task-change.ts'
import { usualMetrics } from '../metrics/table.ts'
import type { Config, DataSpec, Expectation, FairnessSpec, MetricSpec, ModelConfig, ResultsFile } from '../schema/config.ts'
import { roles } from '../schema/config.ts'
import { canonicalJson, withDigest } from '../schema/parse-config.ts'
import { targetColumns } from '../schema/target-columns.ts'
import { driftOf } from './apply-drift.ts'
import { differences, type PolicyDifference } from './difference.ts'

export interface AppliedPolicy {
  /** in effect; its digest is over what is in effect */
  readonly config: Config
  readonly differences: readonly PolicyDifference[]
}

/**
 * @param base null: there is none, and the head stands as it is
 * @param hash sha256 of a text as 64 hex digits
 */
export function applyBasePolicy(base: Config | null, head: Config, hash: (text: string) => string): AppliedPolicy {
  if (base === null) return { config: head, differences: [] }
  const models = head.models.map((model) => {
    const before = base.models.find(({ name }) => name === model.name)
    return before === undefined ? model : judgedBy(before, model)
  })
  // a waiver that the head brings counts once it is merged
  const waivers = base.waivers === undefined ? {} : { waivers: base.waivers }
  const outside = base.outside === undefined ? {} : { outside: base.outside }
  const config = withDigest({ version: 1, models, ledger: base.ledger, ...waivers, ...outside }, hash)
  return { config, differences: differences(base, head, config) }
}

function judgedBy(base: ModelConfig, head: ModelConfig): ModelConfig {
  const { task } = head
  const data = dataOf(base.data, head.data, task)
  const before = taskBefore(base, task)
  return {
    name: head.name,
    task,
    model: head.model,
    format: head.format,
    data,
    expect: expectOf(base.expect, head.expect),
    // cells of the data are written only where both say so
    ...resultsOf(base.results ?? [], head.results ?? []),
    ...(base.samples === 'local' && head.samples === 'local' ? { samples: 'local' as const } : {}),
    ...(base.profile === undefined ? {} : { profile: base.profile }),
    train: head.train,
    ...(head.score === undefined ? {} : { score: head.score }),
    evaluate: { ...evaluateOf(base.evaluate, head.evaluate, task), ...(before && { taskBefore: before }) },
    baseline: base.baseline.from.length === 0 ? head.baseline : base.baseline,
    drift: { ...driftOf(base.drift, head.drift, targetColumns(data)), ...byRowsStill(base, data) },
    promote: base.promote ?? head.promote,
    gate: base.gate,
    limits: base.limits,
  }
}

/**
 * Data may move, but not away: without rows or a target there would be nothing to judge. What was kept from view stays so. What a row counts,
 * whom it belongs to, how young it may be and what kind a column is decide what is tested and how certainly (an identifier is not tested at all,
 * a weight of 0 takes a row out): they are the base's. A ranking has no meaning without its groups.
 */
const dataOf = (
  { kinds, ...base }: DataSpec,
  { kinds: _, target, targets, horizon: __, ...head }: DataSpec,
  task: ModelConfig['task'],
): DataSpec => ({
  ...head,
  sources: Object.fromEntries(
    roles.flatMap((role) => {
      const [before, after] = [base.sources[role], head.sources[role]]
      const source =
        before !== undefined && (after === undefined || (after.kind === 'profile' && before.kind !== 'profile')) ? before : after
      return source === undefined ? [] : [[role, source]]
    }),
  ),
  ...truthOf(target === null && !targets ? base : { target, ...(targets && { targets }) }),
  id: head.id ?? base.id,
  time: base.time ?? (base.group === null ? head.time : null),
  group: base.group ?? (task === 'ranking' ? head.group : null),
  weight: base.weight,
  ...(base.horizon && { horizon: base.horizon }),
  labelDelayMs: base.labelDelayMs,
  ...(kinds === undefined ? {} : { kinds }),
  sensitive: [...new Set([...head.sensitive, ...base.sensitive])],
})

type Truth = Pick<DataSpec, 'target' | 'targets'>
const truthOf = ({ target, targets }: Truth): Truth => ({ target, ...(targets && { targets }) })

/** A time that the head is the first to name may order rows, but not make blocks of them, which can be less certain than rows. */
const byRowsStill = ({ data: before, drift }: ModelConfig, data: DataSpec): Pick<ModelConfig['drift'], 'blocks'> =>
  drift.enabled && before.time === null && before.group === null && (data.time !== null || data.group !== null) ? { blocks: 'rows' } : {}

/** By their id, as everywhere: two of one check and column are told apart by their names. */
const sameCheck = (a: Expectation, b: Expectation) => checkId(a) === checkId(b)

/** The base's, on roles that only the head names too; then the head's new ones. */
const expectOf = (base: readonly Expectation[], head: readonly Expectation[]): readonly Expectation[] => [
  ...base.map((expectation) => {
    const more = head.find((other) => sameCheck(other, expectation))?.on ?? []
    const on = roles.filter((role) => expectation.on.includes(role) || more.includes(role))
    return on.length === expectation.on.length ? expectation : { ...expectation, on }
  }),
  ...head.filter((expectation) => !base.some((other) => sameCheck(other, expectation))),
]

/** Those of the base as the base has them, then what the head adds. */
function resultsOf(base: readonly ResultsFile[], head: readonly ResultsFile[]): Pick<ModelConfig, 'results'> {
  const all = [...base, ...head.filter(({ path }) => !base.some((other) => other.path === path))]
  return all.length === 0 ? {} : { results: all }
}

type Evaluate = ModelConfig['evaluate']

/** A base that lists no metric has the usual one of its task judged, at the default margin; a list in the head takes neither away. */
function evaluateOf(base: Evaluate, head: Evaluate, task: ModelConfig['task']): Evaluate {
  const { mode, threshold } = base
  const season = base.season ?? head.season
  const budget = {
    ...(season === undefined || season === null ? {} : { season }),
    ...(base.holdoutBudget === undefined ? {} : { holdoutBudget: base.holdoutBudget }),
    ...quantilesOf(base, head),
    ...partsOf(base, head),
  }
  if (base.metrics.length === 0) {
    const usual = usualMetrics(task)
    const metrics = head.metrics.map((metric) =>
      usual.includes(metric.metric) && isPlain(metric) ? atDefaultMargin(metric) : asFresh(metric),
    )
    return { metrics, mode, threshold, ...budget, ...(metrics.length > 0 ? { usualToo: true } : {}) }
  }
  const fresh = head.metrics.filter(({ name }) => !base.metrics.some((metric) => metric.name === name)).map(asFresh)
  return { metrics: [...base.metrics.map((metric) => withNewLimits(metric, head.metrics)), ...fresh], mode, threshold, ...budget }
}

/**
 * A loss over other levels is another loss, and smaller at the tails: the levels judged are the base's. A model may answer more of them in the
 * same change; where one of the base's is not among them, the base's stand as they are.
 */
function quantilesOf(
  { quantiles: before = null }: Evaluate,
  { quantiles: after = null }: Evaluate,
): Pick<Evaluate, 'quantiles' | 'judgedQuantiles'> {
  if (before === null) return after === null ? {} : { quantiles: after }
  if (after === null || !before.every((level) => after.includes(level))) return { quantiles: before }
  return after.length === before.length ? { quantiles: before } : { quantiles: after, judgedQuantiles: before }
}

/** What a decision is worth and how its threshold is chosen are the base's. Slices that it looks at stay as they are; the head may be the first to look, or name more of them. */
function partsOf(
  base: Evaluate,
  head: Evaluate,
): Pick<Evaluate, 'slices' | 'fairness' | 'calibration' | 'value' | 'chooseThreshold' | 'parity'> {
  const value = base.value ?? head.value
  const calibration = base.calibration ?? head.calibration
  const fairness = fairnessOf(base.fairness ?? null, head.fairness ?? null)
  const decided = {
    ...parityOf(base.parity, head.parity),
    ...(value && { value }),
    ...(base.chooseThreshold && { chooseThreshold: base.chooseThreshold }),
    ...(fairness && { fairness }),
    ...(calibration && { calibration }),
  }
  const [before, after] = [base.slices ?? null, head.slices ?? null]
  if (before === null) return after === null ? decided : { ...decided, slices: after }
  const fresh = { by: newBy(before.by, after?.by ?? []), auto: !before.auto && (after?.auto ?? false) }
  const slices = { ...before, by: [...before.by, ...fresh.by], auto: before.auto || fresh.auto }
  return { ...decided, slices: fresh.by.length > 0 || fresh.auto ? { ...slices, fresh } : slices }
}

type By = readonly (readonly string[])[]

/** Those of the head that the base does not have, in whatever order of columns. */
function newBy(base: By, head: By): By {
  const key = (names: readonly string[]) => canonicalJson([...names].sort())
  const known = new Set(base.map(key))
  return head.filter((names) => !known.has(key(names)))
}

const fairnessKinds = ['maxDifference', 'minRatio', 'maxRise'] as const

/** Columns, measures and kinds of limit that the base does not have are the head's to add, and told apart as new metrics are. */
function fairnessOf(base: Evaluate['fairness'] | null, head: Evaluate['fairness'] | null): FairnessSpec | null {
  if (!base) return head ?? null
  if (!head) return base
  const metrics = base.metrics.map((limits) => {
    const after = head.metrics.find(({ name }) => name === limits.name)
    if (after === undefined || after.measure !== limits.measure || after.named !== limits.named) return limits
    const fresh = fairnessKinds.filter((kind) => limits[kind] === undefined && after[kind] !== undefined)
    const added = Object.fromEntries(fresh.map((kind) => [kind, after[kind]]))
    return fresh.length === 0 ? limits : { ...limits, ...added, fresh }
  })
  const news = head.metrics.filter(({ name }) => !base.metrics.some((limits) => limits.name === name))
  const freshBy = newBy(base.by, head.by)
  return {
    ...base,
    by: [...base.by, ...freshBy],
    metrics: [...metrics, ...news.map((limits) => ({ ...limits, fresh: fairnessKinds }))],
    ...(freshBy.length === 0 ? {} : { freshBy }),
  }
}

/** How far answers may differ is the base's; where those of the training framework lie is the head's. */
function parityOf(base: Evaluate['parity'], head: Evaluate['parity']): Pick<Evaluate, 'parity'> {
  const parity = base && head ? { ...base, predictions: head.predictions } : (base ?? head)
  return parity ? { parity } : {}
}

const isPlain = ({ params }: MetricSpec): boolean => Object.keys(params).length === 0
/** Told apart, because a change that lists forty metrics more would else make those of the base forty times less certain. */
const asFresh = (metric: MetricSpec): MetricSpec => ({ ...metric, fresh: true })
const atDefaultMargin = ({ maxDrop: _, maxRise: __, auto: ___, ...metric }: MetricSpec): MetricSpec => metric

/**
 * Levels that the base does not limit may be limited by the head. A change without a limit has the default margin, which is a limit: there the
 * head may only add the other word of `{warn, fail}`.
 */
function withNewLimits(base: MetricSpec, metrics: readonly MetricSpec[]): MetricSpec {
  const head = metrics.find(({ name }) => name === base.name)
  if (head === undefined || head.metric !== base.metric || head.direction !== base.direction) return base
  if (canonicalJson(head.params) !== canonicalJson(base.params)) return base
  const min = base.min ? { ...head.min, ...base.min } : head.min
  const max = base.max ? { ...head.max, ...base.max } : head.max
  const maxDrop = base.maxDrop && { ...head.maxDrop, ...base.maxDrop }
  const maxRise = base.maxRise && { ...head.maxRise, ...base.maxRise }
  const [before, after] = [base.maxDrop ?? base.maxRise, maxDrop ?? maxRise]
  const freshWords = (['warn', 'fail'] as const).filter((word) => before?.[word] === undefined && after?.[word] !== undefined)
  return {
    ...base,
    ...(min && { min }),
    ...(max && { max }),
    ...(maxDrop && { maxDrop }),
    ...(maxRise && { maxRise }),
    ...(freshWords.length === 0 ? {} : { freshWords }),
  }
}
