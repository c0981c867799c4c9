/** A slice → what is said of it: its state, and the checks of those that have one. */
import { effect, type Policy } from '../gate/fold.ts'
import type { Metric } from '../metrics/metric.ts'
import { namedProbability, plural, verb } from '../report/format.ts'
import type { MetricSpec } from '../schema/config.ts'
import type { EvaluateDetails } from '../schema/evaluate-details.ts'
import { type Check, makeCheck } from '../schema/result.ts'
import { fewGroups } from './change.ts'
import { ALPHA } from './claim.ts'
import { FEWEST_DISCORDANT } from './discordant.ts'
import { intervalOf } from './figures.ts'
import { floorChecks } from './floor.ts'
import { changeKind, compare, type Margin, margins } from './margin.ts'
import { FEWEST_GROUPS } from './serial.ts'
import type { Measured, SlicesInput } from './slice-measure.ts'
import { counted, countedInconclusive, countedMissing, moved, rowsToDo, sentence, tooFewGroups } from './words.ts'

export type Told = NonNullable<EvaluateDetails['slices']>['list'][number]

export interface Judged extends Measured {
  readonly q: number | null
  /** comparisons in its family */
  readonly among: number
  readonly state: Told['state']
  readonly margin: Margin | null
}

const withMargin = (spec: MetricSpec, metric: Metric): MetricSpec => {
  const key = metric.direction === 'higher' ? 'maxDrop' : 'maxRise'
  if (spec[key]) return spec
  return { ...spec, [key]: { fail: metric.margin === 'points' ? { kind: 'absolute', value: 0.02 } : { kind: 'relative', value: 0.05 } } }
}

export function decide(measured: Measured, q: number | null, among: number): Judged {
  const one = { ...measured, q, among }
  const { spec, metric, value, baseline, change } = one
  if (value === null) return { ...one, state: 'undefined', margin: null }
  if (change === null || baseline === null) return { ...one, state: 'alone', margin: null }
  const drop = metric.direction === 'higher' ? -change.value : change.value
  const scale = Math.max(Math.abs(value), Math.abs(baseline))
  const own = margins(withMargin(spec, metric), metric, baseline)
  const reached = own.filter(({ margin }) => compare(drop, margin.value, scale) >= 0 && compare(drop, 0, scale) > 0)
  const [first] = reached
  if (!first) return { ...one, state: 'ok', margin: own[0]?.margin ?? null }
  const certain = q !== null && q <= ALPHA && one.discordant >= FEWEST_DISCORDANT
  return { ...one, state: certain ? first.severity : 'inconclusive', margin: first.margin }
}

const idOf = (kind: string, { spec, slice }: Measured): string => `evaluate.${kind}:${spec.name}:${slice.id}`

/** The level of a slice against `min` and `max`: only what is broken is a check of its own. */
export function floors({ spec, metric, value, level, slice }: Judged): readonly Check[] {
  if (value === null) return []
  return floorChecks({ spec: { ...spec, name: `${spec.name} in ${slice.id}` }, metric, value, level, rows: slice.n })
    .filter(({ status }) => status !== 'pass')
    .map((check) => ({
      ...check,
      id: `evaluate.slice_${check.limit_kind}:${spec.name}:${slice.id}`,
      metric: spec.name,
      slice: slice.id,
      column: slice.column,
      fix: `improve the model on these rows; or write another ${check.limit_kind} under evaluate.slices.metrics.${spec.name} of the base branch, or a waiver`,
    }))
}

/** ` (1,234 would show it)`: rows of this part that would, were it the worst of all that are compared. */
function wanted({ change, slice, among }: Judged, size: number): string {
  const groups = change?.test?.groups ?? null
  const needed = change?.test?.rowsNeeded(size, ALPHA / Math.max(1, among)) ?? Number.POSITIVE_INFINITY
  if (!Number.isFinite(needed) || needed <= (groups ?? slice.n)) return ''
  return ` (${rowsToDo(needed, change?.test)}${groups === null ? '' : ' groups'} would show it)`
}

export function changeCheck(one: Judged, policy: Policy): readonly Check[] {
  const { spec, metric, value, baseline, change, slice, state, margin, q, among } = one
  // of slices that were only found, hundreds may be undecided: they are counted, and not each a line
  if (state !== 'fail' && state !== 'warn' && !(state === 'inconclusive' && slice.declared)) return []
  if (value === null || baseline === null || !change || !margin) return []
  const higher = metric.direction === 'higher'
  const few = fewGroups(change)
  const bounds = few === null ? (change.test?.bounds(0.95, 0) ?? null) : null
  const groups = change.test?.groups ?? null
  const rows = counted(slice.n, groups, 'groups')
  const said = moved(`${spec.name} in ${slice.id}`, change.value, baseline, metric.unit, true, margin)
  const why =
    few !== null
      ? `${tooFewGroups(slice.n, few, 'groups', FEWEST_GROUPS)} ${countedInconclusive(policy)}`
      : state !== 'inconclusive'
        ? `${namedProbability('q', q ?? 1, [ALPHA])} over ${plural(among, 'comparison')}, ${rows}.`
        : one.discordant < FEWEST_DISCORDANT
          ? `Not decided: the models differ on ${plural(one.discordant, 'row')} of ${rows}, and ${FEWEST_DISCORDANT} are needed. ${countedInconclusive(policy)}`
          : `Not decided: among ${plural(among, 'comparison')} this may be chance, ${rows}${wanted(one, margin.value)}. ${countedInconclusive(policy)}`
  return [
    makeCheck({
      id: idOf('slice', one),
      status: state,
      effect: state === 'inconclusive' ? effect('inconclusive', 'fail', policy) : state,
      metric: spec.name,
      slice: slice.id,
      column: slice.column,
      unit: metric.unit,
      limit_kind: changeKind(metric),
      observed: value,
      baseline,
      delta: change.value,
      interval: bounds && intervalOf(higher ? [Number.NEGATIVE_INFINITY, bounds[1]] : [bounds[0], Number.POSITIVE_INFINITY]),
      level: bounds && 0.95,
      tail: bounds && (higher ? 'lower' : 'upper'),
      limit: margin.relative ?? margin.value,
      p_value: q,
      n: slice.n,
      message: `${said}. ${why}`,
      fix:
        state === 'inconclusive'
          ? null
          : `look at what differs in these rows (evaluate.json says which they are, under details.slices); or accept it with a wider limit under evaluate.slices.metrics.${spec.name} of the base branch, or a waiver`,
    }),
  ]
}

export function summary(spec: MetricSpec, all: readonly Judged[], { missing, policy, families, minRows }: SlicesInput): Check {
  const own = all.filter((one) => one.spec === spec)
  const common = { id: `evaluate.slices:${spec.name}`, names: [spec.name, ...families.map(({ column }) => column)], n: own.length }
  const of = `${plural(own.length, 'slice')} of ${families.map(({ column }) => column).join(', ')}`
  if (own.length === 0) {
    return makeCheck({
      ...common,
      status: 'inconclusive',
      effect: effect('inconclusive', 'fail', policy),
      message: `No slice of ${families.map(({ column }) => column).join(', ') || 'any column'} has ${plural(minRows, 'row')}. ${countedInconclusive(policy)}`,
    })
  }
  const undefinedIn = own.filter(({ state }) => state === 'undefined').length
  const holes = undefinedIn === 0 ? '' : ` It is not defined in ${plural(undefinedIn, 'slice')}.`
  if (missing) {
    const status = missing.kind === 'unchanged' ? 'skipped' : missing.kind
    return makeCheck({
      ...common,
      status,
      effect: status === 'skipped' ? 'skipped' : effect(status, 'fail', policy),
      message: `${spec.name} of ${of} is not compared: ${sentence(missing.because)}${status === 'skipped' ? '' : ` ${countedMissing(policy)}`}${holes}`,
    })
  }
  const broken = own.filter(({ state }) => state === 'fail' || state === 'warn').length
  const open = own.filter(({ state }) => state === 'inconclusive').length
  const said = broken === 0 ? 'none is worse beyond chance' : `${broken} ${verb(broken, 'are')} worse beyond chance`
  const undecided = open === 0 ? '' : `, ${open} fell by as much and may have by chance`
  // what is broken has a check of its own
  return makeCheck({ ...common, status: 'pass', effect: 'pass', message: `${spec.name} in ${of}: ${said}${undecided}.${holes}` })
}
