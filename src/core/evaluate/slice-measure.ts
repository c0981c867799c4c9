/** What a metric is in each slice, for candidate and baseline: rows taken out once, each slice in the order of all rows. */
import type { Policy } from '../gate/fold.ts'
import type { Metric } from '../metrics/metric.ts'
import { once } from '../metrics/once.ts'
import { assertScores, rowsOf, type Scores } from '../metrics/scores.ts'
import { metrics, sampleOf } from '../metrics/table.ts'
import { takeRows } from '../metrics/take-rows.ts'
import { type Known, type View, viewOfPart } from '../metrics/view.ts'
import type { MetricSpec } from '../schema/config.ts'
import { type Parts, type Ranking, rankingOnce } from '../stats/ranking.ts'
import { type Moments, sliceEffect } from '../stats/slice-effect.ts'
import { changeAmongMany, DRAWS, levelAmongMany } from './among-many.ts'
import { type Change, fewGroups } from './change.ts'
import { discordantRows, type Models } from './discordant.ts'
import type { Level } from './level.ts'
import type { MissingBaseline } from './missing-baseline.ts'
import { type Resampling, resampling } from './resampling.ts'
import { rowLosses } from './row-loss.ts'
import { serialOf } from './serial.ts'
import { knownOf } from './slice-ranks.ts'
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
  /** rows on which the models differ; those beyond `FEWEST_DISCORDANT` are not counted */
  readonly discordant: number
  /** p-value of "worse"; null without a test, or with too few groups for one */
  readonly p: number | null
  readonly phi: number | null
}

/** Every metric in every slice. */
export function measureSlices(input: SlicesInput): readonly Measured[] {
  const { families, baseline } = input
  for (const scores of [input.candidate, baseline]) if (scores) assertScores(scores)
  const effects = effectsOf(input.candidate, families)
  const sorted = rankingOf(input.candidate)
  const order = sorted?.order ?? null
  const models = byFallingScore(input, order)
  const ranked = {
    candidate: once(() => sorted && { order: sorted.order.map((_, at) => at), ends: sorted.ends }),
    baseline: once(() => {
      const ranks = baseline && rankingOf(baseline)
      return ranks && order ? { order: placesIn(order, ranks.order), ends: ranks.ends } : ranks
    }),
  }
  const knownIn = knownOf(models, ranked)
  const partsOf = partsIn(order, rowsOf(input.candidate))
  return families.flatMap((family) => {
    const { slices } = family
    const parts = partsOf(family)
    const known = knownIn(parts, slices.length)
    return slices.flatMap((slice, s) => {
      const rows = parts.rows.subarray(parts.starts[s], parts.starts[s + 1])
      return measure({ slice, rows, phi: effects.get(slice) ?? null, ...known(s) }, models, input.specs)
    })
  })
}

/**
 * The same rows in the order of the candidate's scores: what is taken out of a slice in that order lies in it already, and the order of the baseline, which mostly agrees, is
 * read from memory that is near. At millions of rows and hundreds of slices that is half of the time.
 */
function byFallingScore({ candidate, baseline }: Models, order: Uint32Array | null): Models {
  return order ? { candidate: takeRows(candidate, order), baseline: baseline && takeRows(baseline, order) } : { candidate, baseline }
}

/**
 * The rows of each slice of a family, which holds until the next family is asked for.
 * @param order row that is now in each place; null: they are where they were
 */
function partsIn(order: Uint32Array | null, n: number): (family: Family) => Parts {
  const [rows, at] = [new Uint32Array(n), new Uint32Array(n)]
  return ({ slices, of: given }) => {
    const none = slices.length
    const starts = new Uint32Array(none + 2)
    for (const [s, slice] of slices.entries()) starts[s + 1] = (starts[s] ?? 0) + slice.n
    starts[none + 1] = n
    const next = starts.slice()
    const of = order ? moved(given, order) : given
    for (let i = 0; i < n; i++) {
      const s = of[i] ?? none
      const to = next[s] ?? 0
      rows[to] = i
      at[i] = to - (starts[s] ?? 0)
      next[s] = to + 1
    }
    return { starts, rows, of, at }
  }
}

function moved(values: Family['of'], order: Uint32Array): Family['of'] {
  const into = values.slice()
  for (let i = 0; i < order.length; i++) into[i] = values[order[i] ?? 0] ?? 0
  return into
}

/** All rows are sorted by their scores once, */
const rankingOf = (scores: Scores): Ranking | null => (scores.task === 'binary' && scores.score ? rankingOnce(scores.score) : null)

/** Where rows now lie. @param order row that is in each place */
function placesIn(order: Uint32Array, rows: Uint32Array): Uint32Array {
  const places = new Uint32Array(order.length)
  for (let at = 0; at < order.length; at++) places[order[at] ?? 0] = at
  const found = new Uint32Array(rows.length)
  for (let at = 0; at < rows.length; at++) found[at] = places[rows[at] ?? 0] ?? 0
  return found
}

interface Part {
  readonly slice: Slice
  /** of the models as they lie */
  readonly rows: Uint32Array
  readonly phi: number | null
  /** null: nothing is known of them yet */
  readonly candidate: Known | null
  readonly baseline: Known | null
}

function measure(part: Part, models: Models, specs: readonly MetricSpec[]): readonly Measured[] {
  const own = takeRows(models.candidate, part.rows)
  const known = new Map<number, Rows>()
  const rowsAhead = (steps: number): Rows => {
    const found = known.get(steps) ?? (steps === 0 ? rowsOfPart(own, part, models) : aheadOf(own, steps, part, models))
    known.set(steps, found)
    return found
  }
  return specs.map((spec) => measureOne(spec, part, models, rowsAhead(Number(spec.params.horizon ?? 0))))
}

/** The rows that a metric is of, and what there is to draw from them. */
interface Rows {
  readonly rows: Uint32Array
  readonly view: View
  readonly before: View | null
  readonly draws: Resampling
}

function rowsOfPart(own: Scores, { rows, candidate, baseline }: Part, models: Models): Rows {
  const view = viewOfPart(own, candidate)
  const before = models.baseline && viewOfPart(takeRows(models.baseline, rows), baseline)
  return { rows, view, before, draws: resampling(serialOf(own, view.n, (own.group ?? null) !== null), DRAWS) }
}

/** The rows so many steps ahead have a place in time of their own, as those of the whole have (`rows.ts`). Without any, what is asked of all says that there are none. */
function aheadOf(own: Scores, steps: number, part: Part, models: Models): Rows {
  const { horizon = null } = own.task === 'forecasting' ? own : {}
  const rows = part.rows.filter((_, at) => horizon?.[at] === steps)
  if (rows.length === 0) return rowsOfPart(own, part, models)
  return rowsOfPart(takeRows(models.candidate, rows), { ...part, rows, candidate: null, baseline: null }, models)
}

function measureOne(spec: MetricSpec, { slice, phi }: Part, models: Models, { rows, view, before, draws }: Rows): Measured {
  const metric = metrics[spec.metric]
  if (!metric) throw new RangeError(`there is no metric ${spec.metric}`)
  const sample = sampleOf(metric, view, spec.params)
  const was = before && sampleOf(metric, before, spec.params)
  const defined = sample.value.undefined === null
  const change = was && defined && was.value.undefined === null ? changeAmongMany(was, sample, draws) : null
  return {
    slice,
    spec,
    metric,
    value: defined ? sample.value.value : null,
    baseline: was?.value.undefined === null ? was.value.value : null,
    level: levelAmongMany(sample, draws),
    change,
    discordant: was ? discordantRows(sample, was, models, rows) : 0,
    p: change?.test && fewGroups(change) === null ? worse(change, metric) : null,
    phi,
  }
}

function worse({ test }: Change, metric: Metric): number | null {
  const p = metric.direction === 'higher' ? test?.below(0) : test?.above(0)
  return p !== undefined && p >= 0 && p <= 1 ? p : null
}

/** How much worse each slice does than the rest, from one pass over the losses for each column. */
function effectsOf(candidate: Scores, families: readonly Family[]): ReadonlyMap<Slice, number> {
  const losses = rowLosses(candidate)
  const found = new Map<Slice, number>()
  if (!losses || losses.length !== rowsOf(candidate)) return found
  const weight = evenly(candidate.weight ?? null)
  const [total] = sumsOf(losses, weight, new Uint8Array(losses.length), 1, 0)
  const centre = total === undefined ? 0 : total.sum / total.n
  const [whole] = sumsOf(losses, weight, new Uint8Array(losses.length), 1, centre)
  if (!whole) return found
  for (const { slices, of } of families) {
    const parts = sumsOf(losses, weight, of, slices.length, centre)
    for (const [s, slice] of slices.entries()) {
      const part = parts[s]
      if (!part) continue
      const rest = { n: whole.n - part.n, sum: whole.sum - part.sum, squares: whole.squares - part.squares }
      if (part.n < 2 || rest.n < 2) continue
      found.set(slice, sliceEffect(momentsOf(part), momentsOf(rest)).phi)
    }
  }
  return found
}

/** Weights whose mean is 1 over the rows that count, so that they add up to as many rows. */
function evenly(weight: Float64Array | null): Float64Array | null {
  if (weight === null) return null
  const mean = weight.reduce((sum, w) => sum + w, 0) / weight.reduce((rows, w) => rows + (w === 0 ? 0 : 1), 0)
  return weight.map((w) => w / mean)
}

interface Sums {
  /** rows, or the sum of their weights */
  readonly n: number
  readonly sum: number
  readonly squares: number
}

/** Of each part. @param of part of each value */
function sumsOf(values: Float64Array, weight: Float64Array | null, of: Family['of'], parts: number, centre: number): readonly Sums[] {
  const [n, sum, squares] = [new Float64Array(parts + 1), new Float64Array(parts + 1), new Float64Array(parts + 1)]
  for (let i = 0; i < values.length; i++) {
    const part = of[i] ?? 0
    const d = (values[i] ?? 0) - centre
    const w = weight?.[i] ?? 1
    n[part] = (n[part] ?? 0) + w
    sum[part] = (sum[part] ?? 0) + w * d
    squares[part] = (squares[part] ?? 0) + w * d * d
  }
  return Array.from({ length: parts }, (_, s) => ({ n: n[s] ?? 0, sum: sum[s] ?? 0, squares: squares[s] ?? 0 }))
}

const momentsOf = ({ n, sum, squares }: Sums): Moments => ({
  n,
  mean: sum / n,
  sd: Math.sqrt(Math.max(0, squares - sum ** 2 / n) / (n - 1)),
})
