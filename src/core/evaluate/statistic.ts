/** A metric as a function of how often each unit of rows was drawn, one function per family; metrics of one ranking share its curve. */
import { cuts, drawable, drawnCurve, emptyCurve } from '../metrics/curve.ts'
import type { Sample } from '../metrics/sample.ts'
import { type Replicates, type RowDraws, readsQuantiles, replicate, replicateAll } from '../stats/row-bootstrap.ts'

type Kind<K extends Sample['kind']> = Extract<Sample, { kind: K }>
/** Families whose draws weigh rows. */
export type RowSample = Kind<'proportion' | 'mean' | 'moments' | 'cells' | 'rank' | 'weighted'>
export type RankSample = Kind<'rank'>

export const isRowSample = (sample: Sample): sample is RowSample =>
  sample.kind !== 'auc' && sample.kind !== 'cut' && sample.kind !== 'influence' && sample.kind !== 'plain'

/** Rows, or what the sample has instead of them. */
export function entriesOf(sample: RowSample): number {
  switch (sample.kind) {
    case 'proportion':
      return sample.hit.length
    case 'mean':
      return sample.rows.length
    case 'moments':
      return sample.columns[0]?.length ?? 0
    case 'cells':
    case 'rank':
      return sample.y.length
    case 'weighted':
      return sample.rows
  }
}

/** Sums over rows are taken once for each unit, and a draw reads these only. */
export const isSummed = (sample: RowSample): boolean => sample.kind !== 'rank' && sample.kind !== 'weighted'

export function replicatesOf(sample: Exclude<RowSample, RankSample>, draws: RowDraws): Replicates {
  return replicate(draws, statistic(sample, draws))
}

/** @param samples of one ranking: equal `ranks`, `y` and `weight` */
export function rankReplicates(samples: readonly RankSample[], draws: RowDraws): readonly Replicates[] {
  const [first] = samples
  if (!first) return []
  const { ranks, y, weight = null } = first
  const { order } = ranks
  const sorted = new Uint8Array(order.length)
  for (let at = 0; at < sorted.length; at++) sorted[at] = y[order[at] ?? 0] ?? 0
  const all = cuts(ranks, sorted)
  const ends = readsQuantiles(draws) ? all : thinned(all)
  const curve = emptyCurve(ends)
  const rows = drawable(order, ends, sorted, draws.of, weight)
  const made = replicateAll(draws, samples.length, (weights, into) => {
    drawnCurve(curve, rows, weights)
    for (const [j, sample] of samples.entries()) into[j] = sample.of(curve).value ?? Number.NaN
  })
  return made.map((one, j) => ({ ...one, estimate: samples[j]?.value.value ?? Number.NaN }))
}

const THRESHOLDS = 32_768

/**
 * Thresholds for draws of which only the spread is read: among millions of rows neighbouring ones say the same, and most of a draw would be walking from one to the next.
 */
function thinned(ends: Uint32Array): Uint32Array {
  const step = Math.ceil(ends.length / THRESHOLDS)
  if (step <= 1) return ends
  const kept = Math.ceil(ends.length / step)
  // the last one is the end of the rows
  return Uint32Array.from({ length: kept }, (_, j) => ends[Math.min(ends.length - 1, (j + 1) * step - 1)] ?? 0)
}

function statistic(sample: Exclude<RowSample, RankSample>, draws: RowDraws): (weights: Uint8Array) => number {
  switch (sample.kind) {
    case 'proportion': {
      const { hit, among } = sample
      return sums([hit, null], among, draws, ([hits = 0, rows = 0]) => hits / rows)
    }
    case 'mean': {
      const { rows, weight = null } = sample
      return sums([rows, null], weight, draws, ([sum = 0, total = 0]) => sum / total)
    }
    case 'moments': {
      const { columns, weight = null } = sample
      const k = columns.length
      return sums([...columns, null], weight, draws, (totals) => sample.of(totals.subarray(0, k), totals[k] ?? 0).value ?? Number.NaN)
    }
    case 'cells':
      return tables(sample, draws)
    case 'weighted': {
      const of = sample.prepare(draws.of)
      return (weights) => of(weights).value ?? Number.NaN
    }
  }
}

type Column = Float64Array | Uint8Array

/** @param columns of values; null: 1 each. @param weight of each row; null: 1 each */
function sums(
  columns: readonly (Column | null)[],
  weight: Column | null,
  draws: RowDraws,
  of: (totals: Float64Array) => number,
): (weights: Uint8Array) => number {
  // of draws over all rows, the rows of one group lie in few units
  const { held, place } = unitsOf(draws)
  const perUnit = columns.map((column) => {
    const into = new Float64Array(held.length)
    for (let i = 0; i < draws.rows; i++) {
      const at = place[draws.of[i] ?? 0] ?? 0
      into[at] = (into[at] ?? 0) + (weight ? (weight[i] ?? 0) : 1) * (column ? (column[i] ?? 0) : 1)
    }
    return into
  })
  const totals = new Float64Array(columns.length)
  const own = held.length === draws.units ? null : new Uint8Array(held.length)
  return (weights) => {
    if (own) for (let j = 0; j < own.length; j++) own[j] = weights[held[j] ?? 0] ?? 0
    for (const [j, values] of perUnit.entries()) totals[j] = dot(values, own ?? weights)
    return of(totals)
  }
}

/** Units that hold a row, rising, and the place of each among them. */
function unitsOf({ units, rows, of }: RowDraws): { readonly held: Uint16Array; readonly place: Uint16Array } {
  const place = new Uint16Array(units)
  for (let i = 0; i < rows; i++) place[of[i] ?? 0] = 1
  const held = new Uint16Array(place.reduce((sum, one) => sum + one, 0))
  let next = 0
  for (let u = 0; u < units; u++) {
    if (place[u] !== 1) continue
    held[next] = u
    place[u] = next++
  }
  return { held, place }
}

function dot(values: Float64Array, weights: Uint8Array): number {
  let total = 0
  for (let u = 0; u < values.length; u++) total += (values[u] ?? 0) * (weights[u] ?? 0)
  return total
}

/** The confusion table of each unit, as far as it is filled. */
function tables(sample: Kind<'cells'>, draws: RowDraws): (weights: Uint8Array) => number {
  const { classes, y, predicted, weight = null } = sample
  const size = classes * classes
  const filled = new Map<number, number>()
  for (let i = 0; i < y.length; i++) {
    const entry = (draws.of[i] ?? 0) * size + (y[i] ?? 0) * classes + (predicted[i] ?? 0)
    filled.set(entry, (filled.get(entry) ?? 0) + (weight ? (weight[i] ?? 0) : 1))
  }
  const unit = Uint16Array.from(filled.keys(), (entry) => Math.floor(entry / size))
  const cell = Uint32Array.from(filled.keys(), (entry) => entry % size)
  const amount = Float64Array.from(filled.values())
  const table = new Float64Array(size)
  return (weights) => {
    table.fill(0)
    for (let e = 0; e < amount.length; e++) {
      const at = cell[e] ?? 0
      table[at] = (table[at] ?? 0) + (weights[unit[e] ?? 0] ?? 0) * (amount[e] ?? 0)
    }
    return sample.of(table).value ?? Number.NaN
  }
}
