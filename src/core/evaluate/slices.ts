/**
 * Does the model do worse somewhere although it does well on the whole? Each slice is held against the baseline on its own rows, as under mode `guard`:
 *
 *     fail   q ≤ 0.05 (Benjamini–Hochberg over all slices and metrics, a family of its own), drop ≥ margin, and the models differ on 10 rows at least
 *
 * Default margin: 2 points; 5 % of a loss. `min` and `max` hold in each slice, so the worst one decides. Beyond that a slice is told, never judged, by how much
 * worse it does than the rest of the rows (φ), and its level is drawn towards that of its column by what its size leaves open: the worst of many is mostly unlucky.
 * Source: Chung et al. 2019, "Slice Finder"; Benjamini & Hochberg 1995.
 */
import { effect, type Policy } from '../gate/fold.ts'
import type { Metric } from '../metrics/metric.ts'
import type { Sample } from '../metrics/sample.ts'
import { rowsOf, type Scores } from '../metrics/scores.ts'
import { metrics, sampleOf } from '../metrics/table.ts'
import { takeRows } from '../metrics/take-rows.ts'
import { once, viewOf } from '../metrics/view.ts'
import { count, plural } from '../report/format.ts'
import type { MetricSpec } from '../schema/config.ts'
import type { EvaluateDetails } from '../schema/details.ts'
import { type Check, makeCheck } from '../schema/result.ts'
import { benjaminiHochberg } from '../stats/multiplicity.ts'
import { normalSf } from '../stats/normal.ts'
import { placesOf, type Ranking, ranking, rankingOfPart } from '../stats/ranking.ts'
import { type Moments, shrunk, sliceEffect } from '../stats/slice-effect.ts'
import { type Change, changeBetween } from './change.ts'
import { ALPHA } from './difference.ts'
import { finite, shownInterval } from './figures.ts'
import { floorChecks } from './floor.ts'
import type { MissingBaseline } from './judge.ts'
import { type Level, levelOf } from './level.ts'
import { changeKind, compare, type Margin, margins } from './margin.ts'
import { resampling } from './resampling.ts'
import { rowLosses } from './row-loss.ts'
import { serialOf } from './serial.ts'
import type { Family, Slice } from './slice-rows.ts'
import { countedInconclusive, countedMissing, moved, pText, sentence } from './words.ts'

/** Models that differ on fewer rows than this are not told apart there. */
const FEWEST_DISCORDANT = 10
/** Told of each metric, worst first. */
const mostTold = 50

export interface SlicesInput {
  readonly families: readonly Family[]
  readonly candidate: Scores
  readonly baseline: Scores | null
  /** given exactly when `baseline` is null */
  readonly missing: MissingBaseline | null
  readonly specs: readonly MetricSpec[]
  readonly policy: Policy
  readonly minRows: number
  /** what was not looked at, sentences */
  readonly notes: readonly string[]
}

type Told = NonNullable<EvaluateDetails['slices']>['list'][number]

interface Measured {
  readonly slice: Slice
  readonly spec: MetricSpec
  readonly metric: Metric
  readonly value: number | null
  readonly baseline: number | null
  readonly level: Level | null
  readonly change: Change | null
  readonly discordant: number
  /** p-value of "worse"; null without a test */
  readonly p: number | null
  readonly phi: number | null
}

interface Judged extends Measured {
  readonly q: number | null
  readonly state: Told['state']
  readonly margin: Margin | null
}

export function judgeSlices(given: SlicesInput): { readonly checks: readonly Check[]; readonly details: Pick<EvaluateDetails, 'slices'> } {
  const input = byFallingScore(given)
  const { families, specs, minRows } = input
  const effects = effectsOf(input.candidate, families)
  const [ranks, before] = [ranksOfParts(input.candidate), input.baseline && ranksOfParts(input.baseline)]
  const measured = families.flatMap(({ slices }) =>
    slices.flatMap((slice) => measure(slice, { candidate: ranks, baseline: before }, effects.get(slice) ?? null, input)),
  )
  const tested = measured.filter(({ p }) => p !== null)
  const q = new Map(benjaminiHochberg(tested.map(({ p }) => p ?? 1)).map((value, i) => [tested[i], value]))
  const judged = measured.map((one) => decide(one, q.get(one) ?? null))
  const own = judged.flatMap((one) => [...floors(one), ...changeCheck(one, tested.length, input.policy)])
  const checks = [...own, ...specs.map((spec) => summary(spec, judged, input))]
  const small = families.reduce((sum, family) => sum + family.small, 0)
  return {
    checks,
    details: {
      slices: {
        judged: families.reduce((sum, { slices }) => sum + slices.length, 0),
        columns: families.map(({ column }) => column),
        small,
        min_rows: minRows,
        notes: [...input.notes],
        list: specs.flatMap((spec) => told(judged.filter((one) => one.spec === spec))),
      },
    },
  }
}

/**
 * The same input with its rows in the order of the candidate's scores: what is taken out of a slice in that order need not be sorted, and the order of the
 * baseline, which mostly agrees, is read from memory that is near. At millions of rows and hundreds of slices that is half of the time.
 */
function byFallingScore(input: SlicesInput): SlicesInput {
  const { candidate, baseline, families } = input
  if (candidate.task !== 'binary' || !candidate.score) return input
  const { order } = ranking(candidate.score)
  return {
    ...input,
    candidate: takeRows(candidate, order),
    baseline: baseline && takeRows(baseline, order),
    families: families.map((family) => ({ ...family, slices: renumbered(family.slices, order) })),
  }
}

/** @param slices that have no row in common; @param order row that is now in each place */
function renumbered(slices: readonly Slice[], order: Uint32Array): readonly Slice[] {
  const none = slices.length
  const sliceOf = new Uint16Array(order.length).fill(none)
  for (const [s, { rows }] of slices.entries()) for (let j = 0; j < rows.length; j++) sliceOf[rows[j] ?? 0] = s
  const made = slices.map(({ rows }) => new Uint32Array(rows.length))
  const filled = new Uint32Array(none)
  for (let at = 0; at < order.length; at++) {
    const s = sliceOf[order[at] ?? 0] ?? none
    const rows = made[s]
    if (!rows) continue
    const next = filled[s] ?? 0
    rows[next] = at
    filled[s] = next + 1
  }
  return slices.map((slice, s) => ({ ...slice, rows: made[s] ?? slice.rows }))
}

type PartRanks = (slice: Slice) => Ranking | null

/** All rows are sorted by their scores once, when a metric asks, and each slice by their places. */
function ranksOfParts(scores: Scores): PartRanks {
  const places = once(() => {
    if (scores.task !== 'binary' || !scores.score) return null
    return placesOf(ranking(scores.score))
  })
  return ({ rows }) => {
    const all = places()
    return all && rankingOfPart(all, rows)
  }
}

function measure(
  slice: Slice,
  known: { readonly candidate: PartRanks; readonly baseline: PartRanks | null },
  phi: number | null,
  { candidate, baseline, specs }: SlicesInput,
): readonly Measured[] {
  const own = takeRows(candidate, slice.rows)
  const other = baseline && takeRows(baseline, slice.rows)
  const [view, before] = [viewOf(own, () => known.candidate(slice)), other && viewOf(other, () => known.baseline?.(slice) ?? null)]
  const draws = resampling(serialOf(own, view.n, (own.group ?? null) !== null))
  return specs.map((spec): Measured => {
    const metric = metrics[spec.metric]
    if (!metric) throw new RangeError(`there is no metric ${spec.metric}`)
    const sample = sampleOf(metric, view, spec.params)
    const was = before && sampleOf(metric, before, spec.params)
    const defined = sample.value.undefined === null
    const change = was && defined && was.value.undefined === null ? changeBetween(was, sample, draws) : null
    return {
      slice,
      spec,
      metric,
      value: defined ? sample.value.value : null,
      baseline: was?.value.undefined === null ? was.value.value : null,
      level: levelOf(sample, draws),
      change,
      discordant: was && other ? discordant(sample, was, own, other) : 0,
      p: change?.test ? worse(change, metric) : null,
      phi,
    }
  })
}

/** Rows on which the two can be told apart: of a share its own rows, else those with another answer. */
function discordant(sample: Sample, was: Sample, own: Scores, other: Scores): number {
  if (sample.kind === 'proportion' && was.kind === 'proportion') return differing(sample.hit, was.hit, sample.among)
  if (sample.kind === 'cells' && was.kind === 'cells') return differing(sample.predicted, was.predicted, null)
  if (own.task === 'ranking' && other.task === 'ranking') return differing(own.score, other.score, null)
  if (own.task === 'multiclass' && other.task === 'multiclass' && own.proba && other.proba) {
    const k = own.classes.length
    return differing(own.proba, other.proba, null) / Math.max(1, k)
  }
  if ((own.task === 'binary' || own.task === 'multilabel') && own.task === other.task && own.score && other.score) {
    return differing(own.score, other.score, null) / (own.task === 'multilabel' ? Math.max(1, own.labels.length) : 1)
  }
  return 'predicted' in own && 'predicted' in other ? differing(own.predicted, other.predicted, null) : own.y.length
}

function differing(a: ArrayLike<number>, b: ArrayLike<number>, among: Uint8Array | null): number {
  let rows = 0
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i] && (!among || among[i] === 1)) rows += 1
  return rows
}

/** Two thousand draws end at 1 in 4,000, which hundreds of slices need more than: beyond 1 in 1,000 the tail is the normal one of their spread. */
function worse({ value, test }: Change, metric: Metric): number | null {
  if (!test) return null
  const p = metric.direction === 'higher' ? test.below(0) : test.above(0)
  if (!(p >= 0 && p <= 1)) return null
  if (p > 0.001 || !/^(bca|percentile)$/.test(test.method)) return p
  const [low, high] = test.bounds(0.975, 0)
  const se = (high - low) / 2 / 1.959964
  return se > 0 ? Math.min(p, normalSf(Math.abs(value) / se)) : p
}

/** How much worse each slice does than the rest, from one pass over the losses for each column. */
function effectsOf(candidate: Scores, families: readonly Family[]): ReadonlyMap<Slice, number> {
  const losses = rowLosses(candidate)
  const found = new Map<Slice, number>()
  if (!losses || losses.length !== rowsOf(candidate)) return found
  const centre = losses.reduce((sum, x) => sum + x, 0) / losses.length
  const whole = sumsOf(losses, null, centre)
  for (const slice of families.flatMap(({ slices }) => slices)) {
    const part = sumsOf(losses, slice.rows, centre)
    const rest = { n: whole.n - part.n, sum: whole.sum - part.sum, squares: whole.squares - part.squares }
    if (part.n < 2 || rest.n < 2) continue
    found.set(slice, sliceEffect(momentsOf(part), momentsOf(rest)).phi)
  }
  return found
}

interface Sums {
  readonly n: number
  readonly sum: number
  readonly squares: number
}

function sumsOf(values: Float64Array, rows: Uint32Array | null, centre: number): Sums {
  const n = rows?.length ?? values.length
  let sum = 0
  let squares = 0
  for (let j = 0; j < n; j++) {
    const d = (values[rows ? (rows[j] ?? 0) : j] ?? 0) - centre
    sum += d
    squares += d * d
  }
  return { n, sum, squares }
}

const momentsOf = ({ n, sum, squares }: Sums): Moments => ({
  n,
  mean: sum / n,
  sd: Math.sqrt(Math.max(0, squares - sum ** 2 / n) / (n - 1)),
})

const withMargin = (spec: MetricSpec, metric: Metric): MetricSpec => {
  const key = metric.direction === 'higher' ? 'maxDrop' : 'maxRise'
  if (spec[key]) return spec
  return { ...spec, [key]: { fail: metric.margin === 'points' ? { kind: 'absolute', value: 0.02 } : { kind: 'relative', value: 0.05 } } }
}

function decide(one: Measured, q: number | null): Judged {
  const { spec, metric, value, baseline, change } = one
  if (value === null) return { ...one, q, state: 'undefined', margin: null }
  if (change === null || baseline === null) return { ...one, q, state: 'alone', margin: null }
  const drop = metric.direction === 'higher' ? -change.value : change.value
  const scale = Math.max(Math.abs(value), Math.abs(baseline))
  const own = margins(withMargin(spec, metric), metric, baseline)
  const reached = own.filter(({ margin }) => compare(drop, margin.value, scale) >= 0 && compare(drop, 0, scale) > 0)
  const [first] = reached
  if (!first) return { ...one, q, state: 'ok', margin: own[0]?.margin ?? null }
  const certain = q !== null && q <= ALPHA && one.discordant >= FEWEST_DISCORDANT
  return { ...one, q, state: certain ? first.severity : 'inconclusive', margin: first.margin }
}

const idOf = (kind: string, { spec, slice }: Measured): string => `evaluate.${kind}:${spec.name}:${slice.id}`

/** The level of a slice against `min` and `max`: only what is broken is a check of its own. */
function floors({ spec, metric, value, level, slice }: Judged): readonly Check[] {
  if (value === null) return []
  return floorChecks({ spec: { ...spec, name: `${spec.name} in ${slice.id}` }, metric, value, level, rows: slice.rows.length })
    .filter(({ status }) => status !== 'pass')
    .map((check) => ({
      ...check,
      id: `evaluate.slice_${check.limit_kind}:${spec.name}:${slice.id}`,
      metric: spec.name,
      slice: slice.id,
      column: slice.column,
      fix: `improve the model on these rows; or write another ${check.limit_kind} under evaluate.slices.metrics.${spec.name} of the base branch`,
    }))
}

function changeCheck(one: Judged, among: number, policy: Policy): readonly Check[] {
  const { spec, metric, value, baseline, change, slice, state, margin, q } = one
  // of slices that were only found, hundreds may be undecided: they are counted, and not each a line
  if (state !== 'fail' && state !== 'warn' && !(state === 'inconclusive' && slice.declared)) return []
  if (value === null || baseline === null || !change || !margin) return []
  const higher = metric.direction === 'higher'
  const bounds = change.test?.bounds(0.95, 0) ?? null
  const rows = `${count(slice.rows.length)} rows`
  const said = moved(`${spec.name} in ${slice.id}`, change.value, baseline, metric.unit, true, margin)
  const why =
    state !== 'inconclusive'
      ? `${pText(q ?? 1).replace('p', 'q')} over ${plural(among, 'comparison')}, ${rows}.`
      : one.discordant < FEWEST_DISCORDANT
        ? `Not decided: the models differ on ${plural(one.discordant, 'row')} of ${rows}, and ${FEWEST_DISCORDANT} are needed. ${countedInconclusive(policy)}`
        : `Not decided: among ${plural(among, 'comparison')} this may be chance, ${rows}. ${countedInconclusive(policy)}`
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
      interval: bounds && (higher ? [null, bounds[1]] : [bounds[0], null]),
      level: bounds && 0.95,
      tail: bounds && (higher ? 'lower' : 'upper'),
      limit: margin.relative ?? margin.value,
      p_value: q,
      n: slice.rows.length,
      message: `${said}. ${why}`,
      fix:
        state === 'inconclusive'
          ? null
          : `look at what differs in these rows (evaluate.json says which they are, under details.slices); or accept it with a wider limit under evaluate.slices.metrics.${spec.name} of the base branch, or a waiver`,
    }),
  ]
}

function summary(spec: MetricSpec, all: readonly Judged[], { missing, policy, families, minRows }: SlicesInput): Check {
  const own = all.filter((one) => one.spec === spec)
  const common = { id: `evaluate.slices:${spec.name}`, n: own.length }
  const of = `${plural(own.length, 'slice')} of ${families.map(({ column }) => column).join(', ')}`
  if (own.length === 0) {
    return makeCheck({
      ...common,
      status: 'inconclusive',
      effect: effect('inconclusive', 'fail', policy),
      message: `No slice of ${families.map(({ column }) => column).join(', ') || 'any column'} has ${count(minRows)} rows. ${countedInconclusive(policy)}`,
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
  const said = broken === 0 ? 'none is worse beyond chance' : `${broken} ${broken === 1 ? 'is' : 'are'} worse beyond chance`
  const undecided = open === 0 ? '' : `, ${open} fell by as much and may have by chance`
  // what is broken has a check of its own
  return makeCheck({ ...common, status: 'pass', effect: 'pass', message: `${spec.name} in ${of}: ${said}${undecided}.${holes}` })
}

const severity: Readonly<Record<Told['state'], number>> = { fail: 0, warn: 1, inconclusive: 2, ok: 2, alone: 2, undefined: 3 }

/** Worst first: what is broken, then by the level that is left when luck is taken off. */
function told(own: readonly Judged[]): readonly Told[] {
  const levels = new Map(
    [...new Set(own.map(({ slice }) => slice.column))].flatMap((column) => drawn(own.filter(({ slice }) => slice.column === column))),
  )
  const sign = (metric: Metric) => (metric.direction === 'higher' ? 1 : -1)
  return own
    .toSorted(
      (a, b) =>
        severity[a.state] - severity[b.state] ||
        sign(a.metric) * ((levels.get(a) ?? 0) - (levels.get(b) ?? 0)) ||
        b.slice.rows.length - a.slice.rows.length,
    )
    .slice(0, mostTold)
    .map((one) => ({
      slice: one.slice.id,
      label: one.slice.label,
      metric: one.spec.name,
      direction: one.metric.direction,
      unit: one.metric.unit,
      n: one.slice.rows.length,
      value: finite(one.value),
      interval: shownInterval(one.level?.bounds(0.975), null),
      shrunk: finite(levels.get(one)),
      baseline: finite(one.baseline),
      change: finite(one.change?.value),
      change_interval: shownInterval(one.change?.test?.bounds(0.975, 0), null),
      q: finite(one.q),
      effect: finite(one.phi),
      state: one.state,
    }))
}

/** The slices of one column, drawn towards their own mean: that of all rows is another thing for a metric that is no mean, such as roc_auc. */
function drawn(column: readonly Judged[]): readonly (readonly [Judged, number])[] {
  const known = column.flatMap((one) => {
    const bounds = one.level?.bounds(0.975)
    if (one.value === null || !bounds) return []
    const n = one.slice.rows.length
    const variance = n * ((bounds[1] - bounds[0]) / 2 / 1.959964) ** 2
    return Number.isFinite(variance) ? [{ one, n, value: one.value, variance }] : []
  })
  const rows = known.reduce((sum, { n }) => sum + n, 0)
  const whole = known.reduce((sum, { n, value }) => sum + n * value, 0) / rows
  return shrunk(known, whole).flatMap((value, i) => (known[i] ? [[known[i].one, value] as const] : []))
}
