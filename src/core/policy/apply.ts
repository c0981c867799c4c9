/**
 * What a change is judged by: the policy that stood before it. Limits, expectations and what follows from a verdict come from the base, so
 * that no pull request can be judged by limits that it has lowered itself; paths, commands and columns come from the head, and so do limits
 * that the base does not have. What the head has removed stays: silence cannot switch a check off.
 */
import { type Family, shiftDefaults } from '../drift/thresholds.ts'
import { primaryMetric } from '../metrics/table.ts'
import type { Config, DataSpec, DriftColumn, Expectation, MetricSpec, ModelConfig } from '../schema/config.ts'
import { roles } from '../schema/config.ts'
import { canonicalJson, withDigest } from '../schema/parse-config.ts'
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
  const config = withDigest({ version: 1, models, ledger: base.ledger }, hash)
  return { config, differences: differences(base, head, config) }
}

function judgedBy(base: ModelConfig, head: ModelConfig): ModelConfig {
  const data = dataOf(base.data, head.data)
  return {
    name: head.name,
    task: head.task,
    model: head.model,
    format: head.format,
    data,
    expect: expectOf(base.expect, head.expect),
    train: head.train,
    evaluate: evaluateOf(base.evaluate, head.evaluate),
    baseline: base.baseline.from.length === 0 ? head.baseline : base.baseline,
    drift: driftOf(base.drift, head.drift, data.target),
    promote: base.promote ?? head.promote,
    gate: base.gate,
    limits: base.limits,
  }
}

/** Data may move, but not away: without rows or a target there would be nothing to judge. What was kept from view stays so. */
const dataOf = (base: DataSpec, head: DataSpec): DataSpec => ({
  ...head,
  sources: Object.fromEntries(
    roles.flatMap((role) => {
      const [before, after] = [base.sources[role], head.sources[role]]
      const source =
        before !== undefined && (after === undefined || (after.kind === 'profile' && before.kind !== 'profile')) ? before : after
      return source === undefined ? [] : [[role, source]]
    }),
  ),
  target: head.target ?? base.target,
  sensitive: [...new Set([...head.sensitive, ...base.sensitive])],
})

const sameCheck = (a: Expectation, b: Expectation) => a.check === b.check && a.column === b.column

/** The base's, on roles that only the head names too; then the head's new ones. */
const expectOf = (base: readonly Expectation[], head: readonly Expectation[]): readonly Expectation[] => [
  ...base.map((expectation) => {
    const more = head.find((other) => sameCheck(other, expectation))?.on ?? []
    const on = roles.filter((role) => expectation.on.includes(role) || more.includes(role))
    return on.length === expectation.on.length ? expectation : { ...expectation, on }
  }),
  ...head.filter((expectation) => !base.some((other) => sameCheck(other, expectation))),
]

type Evaluate = ModelConfig['evaluate']

/** A base that lists no metric has the usual one of its task judged, at the default margin; a list in the head takes neither away. */
function evaluateOf(base: Evaluate, head: Evaluate): Evaluate {
  const { mode, threshold } = base
  if (base.metrics.length === 0) {
    const metrics = head.metrics.map((metric) => (usual.has(metric.metric) && isPlain(metric) ? atDefaultMargin(metric) : metric))
    return { metrics, mode, threshold, ...(metrics.length > 0 ? { usualToo: true } : {}) }
  }
  const fresh = head.metrics.filter(({ name }) => !base.metrics.some((metric) => metric.name === name))
  return { metrics: [...base.metrics.map((metric) => withNewLimits(metric, head.metrics)), ...fresh], mode, threshold }
}

const usual: ReadonlySet<string> = new Set(Object.values(primaryMetric))
const isPlain = ({ params }: MetricSpec): boolean => Object.keys(params).length === 0
const atDefaultMargin = ({ maxDrop: _, maxRise: __, ...metric }: MetricSpec): MetricSpec => metric

/**
 * Levels that the base does not limit may be limited by the head. A change without a limit has the default margin, which is a limit: there the
 * head may only add the other word of `{warn, fail}`.
 */
function withNewLimits(base: MetricSpec, metrics: readonly MetricSpec[]): MetricSpec {
  const head = metrics.find(({ name }) => name === base.name)
  if (head === undefined || head.metric !== base.metric || canonicalJson(head.params) !== canonicalJson(base.params)) return base
  const min = base.min ? { ...head.min, ...base.min } : head.min
  const max = base.max ? { ...head.max, ...base.max } : head.max
  const maxDrop = base.maxDrop && { ...head.maxDrop, ...base.maxDrop }
  const maxRise = base.maxRise && { ...head.maxRise, ...base.maxRise }
  return { ...base, ...(min && { min }), ...(max && { max }), ...(maxDrop && { maxDrop }), ...(maxRise && { maxRise }) }
}

type Drift = ModelConfig['drift']

/** Drift that the base has switched off is the head's to switch on. */
function driftOf(base: Drift, head: Drift, target: string | null): Drift {
  if (!base.enabled) return head
  const fresh = Object.entries(head.columns).filter(
    ([name, column]) => base.columns[name] === undefined && isStricter(column, name === target ? 'labels' : 'features'),
  )
  return { ...base, columns: { ...base.columns, ...Object.fromEntries(fresh) } }
}

/** A column without a limit of its own has the default ones: another is new only when nothing passes it that the default stops. */
function isStricter({ shift, ignore }: DriftColumn, family: Family): boolean {
  if (ignore === true || shift?.fail === undefined) return false
  const usual = shiftDefaults[family]
  return shift.fail <= usual.fail && (shift.warn ?? shift.fail) <= usual.warn
}
