/**
 * What metrics of few rows of a kind would be if the next row of it were the worst there is, or the best: draws for `stats/unseen.ts`, one function for each sort of sample. Null:
 * no kind is rare, and what was seen speaks for the rest.
 *
 *     scores       a positive below all others and a negative above them; the other way round
 *     classes      a row of each class that is taken for the next one; that is recognised
 *     labels       a miss and a false alarm of each label; a hit
 *     errors       an error three times as large as the largest that was seen; one of nothing
 *
 * Rows stand for themselves and count alike: of groups or weights nothing here is asked.
 */
import { rarerOf } from '../stats/clusters.ts'
import type { Ranking } from '../stats/ranking.ts'
import { UNSEEN, type UnseenDraw } from '../stats/unseen.ts'
import { type Curve, cuts, emptyCurve } from './curve.ts'
import type { Confusion, MetricValue, Sample } from './sample.ts'
import type { Rows } from './view.ts'

/** Rows of a kind of which a bootstrap knows enough. */
const FEW = 30
/** Rows among which a place in the order of the scores jumps from one to the next. */
const ROWS = 500
/** Rows of long-tailed errors, and how far beyond the largest another may lie: as in `evaluate/open-end.ts`. */
const ERRORS = 1000
const TIMES = 3
/** Rows, classes times rows: more than these are not drawn one by one. */
const MOST = 20_000

/** Draws of rows that stand for themselves and count alike; of others nothing is asked. */
export const unseenOf = ({ weight, unit }: Pick<Rows, 'weight' | 'unit'>, make: () => UnseenDraw | null): Pick<Sample, 'unseen'> =>
  weight || unit ? {} : { unseen: make }

const number = ({ value }: MetricValue): number => value ?? Number.NaN

interface Ends {
  /** how many rows of each class lie between two thresholds */
  readonly positives: Float64Array
  readonly negatives: Float64Array
}

function endsOf(ranks: Ranking, y: ArrayLike<number>): Ends {
  const sorted = Uint8Array.from(ranks.order, (row) => y[row] ?? 0)
  const ends = cuts(ranks, sorted)
  const [positives, negatives] = [new Float64Array(ends.length), new Float64Array(ends.length)]
  let at = 0
  for (const [g, end] of ends.entries()) {
    for (; at < end; at++) {
      const into = sorted[at] === 1 ? positives : negatives
      into[g] = (into[g] ?? 0) + 1
    }
  }
  return { positives, negatives }
}

/** The rows of one draw, added up, and what stands for a positive and a negative that nobody saw. */
interface Drawn {
  readonly curve: Curve
  readonly positive: number
  readonly negative: number
}

/** Adds up in place. */
function drawnOf(curve: Curve, positive: number, negative: number): Drawn {
  let [tp, fp] = [0, 0]
  for (let g = 0; g < curve.tp.length; g++) {
    tp += curve.tp[g] ?? 0
    fp += curve.fp[g] ?? 0
    curve.tp[g] = tp
    curve.fp[g] = fp
  }
  return { curve, positive, negative }
}

/** @param into has a place before all thresholds and one after them, for what nobody saw */
function fill(into: Curve, { tp, fp }: Curve, first: Shares, last: Shares): Curve {
  const size = tp.length
  const [positive, negative] = first
  into.tp[0] = positive
  into.fp[0] = negative
  for (let g = 0; g < size; g++) {
    into.tp[g + 1] = (tp[g] ?? 0) + positive
    into.fp[g + 1] = (fp[g] ?? 0) + negative
  }
  into.tp[size + 1] = (into.tp[size] ?? 0) + last[0]
  into.fp[size + 1] = (into.fp[size] ?? 0) + last[1]
  return into
}

/** A positive below all others and a negative above them; the other way round. */
const bothEnds = (into: Curve, { curve, positive, negative }: Drawn, of: (curve: Curve) => number): readonly [number, number] => {
  const worse = of(fill(into, curve, [0, negative], [positive, 0]))
  return [worse, of(fill(into, curve, [positive, 0], [0, negative]))]
}
type Shares = readonly [positive: number, negative: number]

/** @param always however many rows there are of the rarer class, where there are few in all: for what jumps */
export function ofScores(ranks: Ranking, y: Uint8Array, of: (curve: Curve) => number, always: boolean): UnseenDraw | null {
  const rarer = rarerOf(y, null)
  if (rarer === 0 || (rarer >= FEW && !(always && y.length < ROWS))) return null
  const ends = endsOf(ranks, y)
  const size = ends.positives.length
  if (size > MOST) return null
  const curve = emptyCurve(new Uint32Array(size + 2))
  const draw = (weight: (rows: number) => number): Drawn => {
    const drawn = { tp: new Float64Array(size), fp: new Float64Array(size) }
    for (let g = 0; g < size; g++) {
      drawn.tp[g] = some(weight, ends.positives[g] ?? 0)
      drawn.fp[g] = some(weight, ends.negatives[g] ?? 0)
    }
    return drawnOf(drawn, weight(UNSEEN), weight(UNSEEN))
  }
  const drawn = size > ROWS ? null : keptFor(ranks, y)
  let next = 0
  return (weight) => {
    const known = drawn?.[next] ?? draw(weight)
    if (drawn) drawn[next++] = known
    return bothEnds(curve, known, of)
  }
}

/** Draws of one ranking, which every metric of it reads: weights come from one seed, so that they are the same in each. Gone with the ranking. */
const kept = new WeakMap<Ranking, { readonly y: Uint8Array; readonly drawn: Drawn[] }>()

function keptFor(ranks: Ranking, y: Uint8Array): Drawn[] {
  const known = kept.get(ranks)
  if (known?.y === y) return known.drawn
  const drawn: Drawn[] = []
  kept.set(ranks, { y, drawn })
  return drawn
}

const some = (weight: (rows: number) => number, rows: number): number => (rows === 0 ? 0 : weight(rows))

/** Area under the ROC curve: trapezes. */
export function areaUnder({ tp, fp }: Curve): number {
  let [sum, tpBefore, fpBefore] = [0, 0, 0]
  for (let g = 0; g < tp.length; g++) {
    sum += ((fp[g] ?? 0) - fpBefore) * ((tp[g] ?? 0) + tpBefore)
    tpBefore = tp[g] ?? 0
    fpBefore = fp[g] ?? 0
  }
  return sum / (2 * tpBefore * fpBefore)
}

export interface ScoresOfClass {
  readonly ranks: Ranking
  readonly y: Uint8Array
  /** in the mean over the classes */
  readonly share: number
}

/** A mean over classes or labels of what each scores against the rest. A row has one weight for all of them. */
export function ofManyScores(classes: readonly ScoresOfClass[], of: (curve: Curve) => number): UnseenDraw | null {
  const [first] = classes
  if (!first || first.y.length * classes.length > MOST || classes.every(({ y }) => rarerOf(y, null) >= FEW)) return null
  const drawn = classes.map(({ ranks, y, share }) => {
    const ends = cuts(
      ranks,
      Uint8Array.from(ranks.order, (row) => y[row] ?? 0),
    )
    const sums = [new Float64Array(ends.length), new Float64Array(ends.length)] as const
    return { order: ranks.order, y, share, ends, sums, curve: emptyCurve(new Uint32Array(ends.length + 2)) }
  })
  const weights = new Float64Array(first.y.length)
  const unseen = each(classes.length)
  return (weight) => {
    for (let i = 0; i < weights.length; i++) weights[i] = weight(1)
    let [worse, better] = [0, 0]
    for (const { order, y, share, ends, sums, curve } of drawn) {
      const [negatives, positives] = [sums[0].fill(0), sums[1].fill(0)]
      let at = 0
      for (let g = 0; g < ends.length; g++) {
        for (const end = ends[g] ?? 0; at < end; at++) {
          const row = order[at] ?? 0
          const into = y[row] === 1 ? positives : negatives
          into[g] = (into[g] ?? 0) + (weights[row] ?? 0)
        }
      }
      const [low, high] = bothEnds(curve, drawnOf({ tp: positives, fp: negatives }, weight(unseen), weight(unseen)), of)
      worse += share * low
      better += share * high
    }
    return [worse, better]
  }
}

/** Of each of `kinds` things half a row; of more than three a part of that, so that a mean over many is not pulled down by all of them at once. */
const each = (kinds: number): number => UNSEEN * Math.min(1, 3 / kinds)

/** @param table counts by truth (row) and answer (column), of three classes or more */
export function ofTable(table: Confusion, classes: number, of: (table: Confusion) => MetricValue): UnseenDraw | null {
  const [truth, said] = [new Float64Array(classes), new Float64Array(classes)]
  for (const [cell, rows] of table.entries()) {
    const [y, answer] = [Math.floor(cell / classes), cell % classes]
    truth[y] = (truth[y] ?? 0) + rows
    said[answer] = (said[answer] ?? 0) + rows
  }
  if (table.length > MOST || [...truth, ...said].every((rows) => rows >= FEW)) return null
  // a class that does not occur is none of those that are averaged
  const own = [...truth.keys()].filter((c) => (truth[c] ?? 0) > 0 || (said[c] ?? 0) > 0)
  const unseen = each(own.length)
  const [seen, drawn] = [new Float64Array(table.length), new Float64Array(table.length)]
  const withAll = (weights: readonly number[], answer: (at: number) => number): number => {
    drawn.set(seen)
    for (const [at, c] of own.entries()) {
      const cell = c * classes + (own[answer(at) % own.length] ?? 0)
      drawn[cell] = (drawn[cell] ?? 0) + (weights[at] ?? 0)
    }
    return number(of(drawn))
  }
  return (weight) => {
    for (const [cell, rows] of table.entries()) seen[cell] = some(weight, rows)
    const weights = own.map(() => weight(unseen))
    return [withAll(weights, (at) => at + 1), withAll(weights, (at) => at)]
  }
}

/** @param y, predicted n × k, row by row. @param of sums by label: tn, fp, fn, tp of each, one after the other */
export function ofLabels(y: Uint8Array, predicted: Uint8Array, labels: number, of: (sums: Float64Array) => MetricValue): UnseenDraw | null {
  const sorts = new Map<string, { readonly at: readonly number[]; rows: number }>()
  const totals = new Float64Array(4 * labels)
  for (let from = 0; from < y.length; from += labels) {
    const at = Array.from({ length: labels }, (_, c) => 4 * c + 2 * (y[from + c] ?? 0) + (predicted[from + c] ?? 0))
    for (const cell of at) totals[cell] = (totals[cell] ?? 0) + 1
    const key = at.join()
    const known = sorts.get(key)
    if (known) known.rows += 1
    else sorts.set(key, { at, rows: 1 })
  }
  const yes = (c: number) => {
    const [fp = 0, fn = 0, tp = 0] = totals.subarray(4 * c + 1, 4 * c + 4)
    return Math.min(tp + fn, tp + fp)
  }
  if (sorts.size * labels > MOST || Array.from({ length: labels }, (_, c) => yes(c)).every((rows) => rows >= FEW)) return null
  const unseen = each(labels)
  const [seen, drawn] = [new Float64Array(4 * labels), new Float64Array(4 * labels)]
  return (weight) => {
    seen.fill(0)
    for (const { at, rows } of sorts.values()) {
      const w = weight(rows)
      for (const cell of at) seen[cell] = (seen[cell] ?? 0) + w
    }
    const values = [[1, 2], [3]].map((cells) => {
      drawn.set(seen)
      for (let c = 0; c < labels; c++) for (const cell of cells) drawn[4 * c + cell] = (drawn[4 * c + cell] ?? 0) + weight(unseen)
      return number(of(drawn))
    })
    return [values[0] ?? Number.NaN, values[1] ?? Number.NaN]
  }
}

export interface UnseenRow {
  /** what it adds to each sum */
  readonly row: readonly number[]
  readonly rows: number
}

/** A function of sums over rows. */
export function ofSums(
  columns: readonly Float64Array[],
  of: (sums: Float64Array, rows: number) => MetricValue,
  worst: readonly UnseenRow[],
  best: readonly UnseenRow[],
): UnseenDraw {
  const rows = columns[0]?.length ?? 0
  const [seen, drawn] = [new Float64Array(columns.length), new Float64Array(columns.length)]
  return (weight) => {
    seen.fill(0)
    let all = 0
    for (let i = 0; i < rows; i++) {
      const w = weight(1)
      all += w
      for (let j = 0; j < seen.length; j++) seen[j] = (seen[j] ?? 0) + w * (columns[j]?.[i] ?? 0)
    }
    const [worse = Number.NaN, better = Number.NaN] = [worst, best].map((ends) => {
      drawn.set(seen)
      let total = all
      for (const end of ends) {
        const w = weight(end.rows)
        total += w
        for (let j = 0; j < drawn.length; j++) drawn[j] = (drawn[j] ?? 0) + w * (end.row[j] ?? 0)
      }
      return number(of(drawn, total))
    })
    return [worse, better]
  }
}

/** The ends of the classes that are rare. @param worst, best a row of a negative and of a positive. Null: neither is rare. */
export function ofClasses(
  y: Uint8Array,
  columns: readonly Float64Array[],
  of: (sums: Float64Array, rows: number) => MetricValue,
  worst: readonly [readonly number[], readonly number[]],
  best: readonly [readonly number[], readonly number[]],
): UnseenDraw | null {
  const positives = y.reduce((sum, one) => sum + one, 0)
  const rare = [y.length - positives, positives].map((rows) => rows < FEW)
  if (y.length > MOST || !rare.includes(true)) return null
  const ends = (rows: readonly (readonly number[])[]) => rows.flatMap((row, label) => (rare[label] ? [{ row, rows: UNSEEN }] : []))
  return ofSums(columns, of, ends(worst), ends(best))
}

/** Sums of which the first is one of errors that have no end, and the fourth, where there is one, of what they are held against. */
export function ofErrors(columns: readonly Float64Array[], of: (sums: Float64Array, rows: number) => MetricValue): UnseenDraw | null {
  const [errors = new Float64Array(), , , spread] = columns
  if (errors.length < 2 || errors.length >= ERRORS) return null
  const row = [TIMES * most(errors), 0, 0, 0]
  return ofSums(columns, of, [{ row, rows: 1 }], spread ? [{ row: [0, 0, 0, most(spread)], rows: 1 }] : [])
}

const most = (values: Float64Array): number => values.reduce((largest, x) => Math.max(largest, x), 0)
