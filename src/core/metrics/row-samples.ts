/** What rows come to, as samples: shares and means of them, functions of their sums, of a table of answers, of an order. */
import type { Ranking } from '../stats/ranking.ts'
import { once } from './once.ts'
import type { Params } from './params.ts'
import { type Confusion, type Curve, defined, type MetricValue, plain, type Sample, undefinedBecause, type Weighted } from './sample.ts'
import { ofTable, unseenOf } from './unseen.ts'
import { ofScores } from './unseen-scores.ts'
import type { BinaryView, MulticlassView, Rows } from './view.ts'

export const noRows = plain(undefinedBecause('there are no rows'))
export const noScores = plain(undefinedBecause('the model gives no probabilities'))

/** Share of the rows for which `hit` holds; with weights a weighted mean. */
export function proportion(view: Rows, hit: (i: number) => boolean, because: string): Sample {
  const hits = new Uint8Array(view.n)
  for (let i = 0; i < hits.length; i++) hits[i] = hit(i) ? 1 : 0
  return shareOf(view, hits, null, because)
}

/** The same of ones among ones: a function for each of millions of rows would be most of the work. @param hits 0 where `among` is */
export function shareOf(view: Rows, hits: Uint8Array, among: Uint8Array | null, because: string): Sample {
  const { n, unit } = view
  if (view.weight !== null) {
    const kept = among && rowsWhere(n, (i) => among[i] === 1)
    return kept?.length === 0 ? plain(undefinedBecause(because, 0)) : mean(view, (i) => hits[i] ?? 0, kept)
  }
  const rows = among ? ones(among) : n
  return { kind: 'proportion', value: rows === 0 ? undefinedBecause(because, 0) : defined(ones(hits) / rows), hit: hits, among, unit }
}

function ones(values: Uint8Array): number {
  let count = 0
  for (let i = 0; i < values.length; i++) count += values[i] ?? 0
  return count
}

type CellView = BinaryView | MulticlassView
const classesOf = (view: CellView) => (view.task === 'binary' ? 2 : view.classes.length)

export function cells(
  view: CellView,
  of: (confusion: Confusion, classes: number) => MetricValue,
  trials: ((confusion: Confusion) => readonly [number, number]) | null = null,
): Sample {
  const classes = classesOf(view)
  const read = (confusion: Confusion) => of(confusion, classes)
  const value = view.n === 0 ? undefinedBecause('there are no rows') : read(view.confusion())
  const { y, predicted, unit, weight } = view
  // a weighted share has no whole number of trials
  return {
    kind: 'cells',
    value,
    classes,
    y,
    predicted,
    of: read,
    trials: weight === null ? trials : null,
    unit,
    weight,
    ...(classes > 2 ? unseenOf(view, () => ofTable(view.confusion(), classes, read)) : {}),
  }
}

/** @param influence of each row, where the function has a gradient */
export const rank =
  (
    of: (curve: Curve, params: Params) => MetricValue,
    influence: ((ranks: Ranking, y: Uint8Array, weight: Float64Array | null) => Float64Array) | null = null,
  ) =>
  (view: BinaryView, params: Params): Sample => {
    const ranks = view.ranks()
    const curve = view.curve()
    if (!ranks || !curve) return noScores
    const { y, unit, weight } = view
    return {
      kind: 'rank',
      value: of(curve, params),
      ranks,
      y,
      of: (drawn) => of(drawn, params),
      influence: influence && once(() => influence(ranks, y, weight)),
      ...unseenOf(view, () => ofScores(ranks, y, (drawn) => of(drawn, params).value ?? Number.NaN, true)),
      unit,
      weight,
    }
  }

export function rowsWhere(n: number, holds: (i: number) => boolean): Uint32Array {
  const rows = new Uint32Array(n)
  let found = 0
  for (let i = 0; i < n; i++) if (holds(i)) rows[found++] = i
  return rows.subarray(0, found)
}

/** Mean of a value per row, of the rows `kept` where they are given. */
export function mean(view: Rows, row: (i: number) => number, kept: Uint32Array | null = null): Sample {
  const rows = new Float64Array(kept?.length ?? view.n)
  for (let j = 0; j < rows.length; j++) rows[j] = row(kept ? (kept[j] ?? 0) : j)
  return meanOf(view, rows, kept)
}

/** The same of values that are there: of millions of rows a function for each would be most of the work. */
export function meanOf({ weight, unit }: Rows, rows: Float64Array, kept: Uint32Array | null = null): Sample {
  if (rows.length === 0) return noRows
  const heavy = pickWeight(weight, kept)
  let sum = 0
  let all = 0
  for (let j = 0; j < rows.length; j++) {
    const w = heavy ? (heavy[j] ?? 0) : 1
    sum += w * (rows[j] ?? 0)
    all += w
  }
  if (!Number.isFinite(sum)) throw new RangeError('a per-row value is not finite')
  return { kind: 'mean', value: defined(sum / all), rows, unit: pick(unit, kept), weight: heavy }
}

const pick = (codes: Int32Array | null, rows: Uint32Array | null): Int32Array | null =>
  codes && rows ? Int32Array.from(rows, (i) => codes[i] ?? 0) : codes
const pickWeight = (weight: Float64Array | null, rows: Uint32Array | null): Float64Array | null =>
  weight && rows ? Float64Array.from(rows, (i) => weight[i] ?? 0) : weight

/** Root of a mean of a value per row. */
export const rootOfMean = (view: Rows, row: (i: number) => number): Sample => ofMean(view, row, { kind: 'root' }, Math.sqrt)

/** How far the mean of a value per row is from `from`. */
export const distanceOfMean = (view: Rows, row: (i: number) => number, from: number): Sample =>
  ofMean(view, row, { kind: 'distance', from }, (mean) => Math.abs(mean - from))

type OfMean = NonNullable<Extract<Sample, { kind: 'moments' }>['ofMean']>
function ofMean(view: Rows, row: (i: number) => number, how: OfMean, read: (mean: number) => number): Sample {
  const sample = moments(view, [row], ([sum = 0], n) => defined(read(sum / n)))
  return sample.kind === 'moments' ? { ...sample, ofMean: how } : sample
}

type OfSums = (sums: Float64Array, rows: number) => MetricValue

export function moments(view: Rows, columns: readonly ((i: number) => number)[], of: OfSums): Sample {
  const filled = columns.map((column) => {
    const values = new Float64Array(view.n)
    for (let i = 0; i < values.length; i++) values[i] = column(i)
    return values
  })
  return momentsOf(view, filled, of)
}

/** The same of values that are there. */
export function momentsOf({ n, weight, unit }: Rows, columns: readonly Float64Array[], of: OfSums): Sample {
  if (n === 0) return noRows
  const sums = Float64Array.from(columns, (column) => total(column, weight))
  return { kind: 'moments', value: of(sums, weight ? total(weight, null) : n), columns, of, unit, weight }
}

function total(values: Float64Array, weight: Float64Array | null): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += (values[i] ?? 0) * (weight ? (weight[i] ?? 0) : 1)
  return sum
}

/** Mean of the rows as they are. */
export const meanNow = (values: Float64Array, weight: Float64Array | null): number =>
  total(values, weight) / (weight ? total(weight, null) : values.length)

/** @param prepare takes the weights of rows into account itself: `weightOf` */
export function weighted({ n, unit }: Rows, prepare: Weighted): Sample {
  if (n === 0) return noRows
  return { kind: 'weighted', value: prepare(new Uint16Array(n))(Uint8Array.of(1)), rows: n, prepare, unit }
}
