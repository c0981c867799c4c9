/** What a metric is in each slice, for candidate and baseline: rows taken out once, each slice ranked by the places of all rows. */
import type { Policy } from '../gate/fold.ts'
import type { Metric } from '../metrics/metric.ts'
import type { Sample } from '../metrics/sample.ts'
import { rowsOf, type Scores } from '../metrics/scores.ts'
import { metrics, sampleOf } from '../metrics/table.ts'
import { takeRows } from '../metrics/take-rows.ts'
import { once, viewOf } from '../metrics/view.ts'
import type { MetricSpec } from '../schema/config.ts'
import { normalSf } from '../stats/normal.ts'
import { placesOf, type Ranking, ranking, rankingOfPart } from '../stats/ranking.ts'
import { type Moments, sliceEffect } from '../stats/slice-effect.ts'
import { type Change, changeBetween, fewGroups } from './change.ts'
import type { MissingBaseline } from './judge.ts'
import { type Level, levelOf } from './level.ts'
import { resampling } from './resampling.ts'
import { rowLosses } from './row-loss.ts'
import { serialOf } from './serial.ts'
import type { Family, Slice } from './slice-rows.ts'

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

export interface Measured {
  readonly slice: Slice
  readonly spec: MetricSpec
  readonly metric: Metric
  readonly value: number | null
  readonly baseline: number | null
  readonly level: Level | null
  readonly change: Change | null
  readonly discordant: number
  /** p-value of "worse"; null without a test, or with too few groups for one */
  readonly p: number | null
  readonly phi: number | null
}

/** Every metric in every slice. */
export function measureSlices(given: SlicesInput): readonly Measured[] {
  const input = byFallingScore(given)
  const { families, candidate, baseline } = input
  const effects = effectsOf(candidate, families)
  const ranks = { candidate: ranksOfParts(candidate), baseline: baseline && ranksOfParts(baseline) }
  return families.flatMap(({ slices }) => slices.flatMap((slice) => measure(slice, ranks, effects.get(slice) ?? null, input)))
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
      p: change?.test && fewGroups(change) === null ? worse(change, metric) : null,
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
  if (p > 0.001 || !/^(bca|percentile)(\+t)?$/.test(test.method)) return p
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
