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
import { sumsByGroup } from '../stats/clusters.ts'
import type { GammaDraws } from '../stats/gamma-draws.ts'
import { lumpedRows } from '../stats/lumped-rows.ts'
import { UNSEEN, type UnseenDraw } from '../stats/unseen.ts'
import { type Confusion, defined, type MetricValue, type Sample } from './sample.ts'
import type { Rows } from './view.ts'

/** Rows of a kind of which a bootstrap knows enough. */
export const FEW = 30
/** How far beyond the largest error another may lie: as in `evaluate/open-end.ts`. */
const TIMES = 3
/** Rows that are drawn one by one where each adds something of its own to sums; of more the largest are. */
const ALONE = 1000
/** Fewer groups are too few to tell how they differ. */
const GROUPS = 10
/** Rows, classes times rows: more than these are not drawn one by one. */
export const MOST = 20_000

/** Draws of rows that stand for themselves and count alike; of others nothing is asked. */
export const unseenOf = ({ weight, unit }: Pick<Rows, 'weight' | 'unit'>, make: () => UnseenDraw | null): Pick<Sample, 'unseen'> =>
  weight || unit ? {} : { unseen: make }

const number = ({ value }: MetricValue): number => value ?? Number.NaN

/** A row that is not there has no weight. */
export const some = (weight: GammaDraws, rows: number): number => (rows === 0 ? 0 : weight(rows))

/** Of each of `kinds` things half a row; of more than three a part of that, so that a mean over many is not pulled down by all of them at once. */
export const each = (kinds: number): number => UNSEEN * Math.min(1, 3 / kinds)

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

interface UnseenRow {
  /** what it adds to each sum */
  readonly row: readonly number[]
  readonly rows: number
}

/** A function of sums over rows, of which the last is how many they are. @param rest adds what a draw makes of rows that are not in the columns */
function ofSums(
  columns: readonly Float64Array[],
  of: (sums: Float64Array, rows: number) => MetricValue,
  [worst, best]: readonly [worst: readonly UnseenRow[], best: readonly UnseenRow[]],
  rest: ((weight: GammaDraws, sums: Float64Array) => void) | null = null,
): UnseenDraw {
  const weights = new Float64Array(columns[0]?.length ?? 0)
  const [seen, drawn] = [new Float64Array(columns.length), new Float64Array(columns.length)]
  const read = drawn.subarray(0, -1)
  const value = (weight: GammaDraws, ends: readonly UnseenRow[]): number => {
    drawn.set(seen)
    for (const end of ends) {
      const w = weight(end.rows)
      for (let j = 0; j < drawn.length; j++) drawn[j] = (drawn[j] ?? 0) + w * (end.row[j] ?? 0)
    }
    return number(of(read, drawn.at(-1) ?? 0))
  }
  return (weight) => {
    for (let i = 0; i < weights.length; i++) weights[i] = weight(1)
    for (const [j, column] of columns.entries()) seen[j] = dot(weights, column)
    rest?.(weight, seen)
    return [value(weight, worst), value(weight, best)]
  }
}

/** The same of so many rows that only those are drawn one by one which are much of a sum. @param by of each row: how much */
function ofManySums(
  columns: readonly Float64Array[],
  of: (sums: Float64Array, rows: number) => MetricValue,
  ends: readonly [worst: readonly UnseenRow[], best: readonly UnseenRow[]],
  by: () => Float64Array,
  alone = ALONE,
): UnseenDraw {
  if ((columns[0]?.length ?? 0) < alone) return ofSums(columns, of, ends)
  const { kept, addRest } = lumpedRows(columns, by())
  return ofSums(kept, of, ends, addRest)
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0)
  return sum
}

/** The ends of the classes that are rare. @param worst, best a row of a negative and of a positive. Null: neither is rare. @param alone how many rows are drawn one by one */
export function ofClasses(
  y: Uint8Array,
  columns: readonly Float64Array[],
  of: (sums: Float64Array, rows: number) => MetricValue,
  worst: readonly [readonly number[], readonly number[]],
  best: readonly [readonly number[], readonly number[]],
  alone = ALONE,
): UnseenDraw | null {
  const positives = y.reduce((sum, one) => sum + one, 0)
  const rare = [y.length - positives, positives].map((rows) => rows < FEW)
  if (!rare.includes(true)) return null
  const ends = (rows: readonly (readonly number[])[]) =>
    rows.flatMap((row, label) => (rare[label] ? [{ row: [...row, 1], rows: UNSEEN }] : []))
  const ones = new Float64Array(y.length).fill(1)
  // a row of a rare class is much of what is read, whatever it adds to a sum
  const isRare = Float64Array.from(y, (label) => Number(rare[label]))
  return ofManySums([...columns, ones], of, [ends(worst), ends(best)], () => sharesOf(columns[0] ?? ones, isRare), alone)
}

/**
 * Sums of which the first is one of errors that have no end, and the fourth, where there is one, of what they are held against. @param unit of each row: a group (a series) stands for itself
 * then, and one that nobody saw may err three times as much. Null: too few to tell how they differ. @param alone how many rows are drawn one by one
 */
export function ofErrors(
  columns: readonly Float64Array[],
  of: (sums: Float64Array, rows: number) => MetricValue,
  unit: Int32Array | null = null,
  alone = ALONE,
): UnseenDraw | null {
  const ones = new Float64Array(columns[0]?.length ?? 0).fill(1)
  const sums = [...columns, ones].map((column) => (unit ? sumsByGroup(column, unit) : column))
  const [errors = ones, , , held] = sums
  if (errors.length < (unit ? GROUPS : 2)) return null
  const size = ones.length / errors.length
  const worst = [TIMES * most(errors), ...columns.slice(1).map(() => 0), size]
  const best = columns.length > 3 && held ? [{ row: [0, 0, 0, most(held), size], rows: 1 }] : []
  const by = () => (columns.length > 3 && held ? sharesOf(errors, held) : sharesOf(errors))
  return ofManySums(sums, of, [[{ row: worst, rows: 1 }], best], by, alone)
}

/** How much of the sums over these columns each row is. */
const sharesOf = (...columns: readonly [Float64Array, ...Float64Array[]]): Float64Array => {
  const totals = columns.map((column) => column.reduce((sum, x) => sum + Math.abs(x), 0) || 1)
  return columns[0].map((_, i) => columns.reduce((sum, column, j) => sum + Math.abs(column[i] ?? 0) / (totals[j] ?? 1), 0))
}

/** Errors without an end, of which one row may be most. @param rare whether it is asked at all */
export function unseenErrors(view: Pick<Rows, 'weight' | 'unit'>, sample: Sample, rare: () => boolean = () => true): Sample {
  if (sample.kind !== 'mean' && sample.kind !== 'moments') return sample
  const draw = () =>
    sample.kind === 'mean' ? ofErrors([sample.rows], ([sum = 0], n) => defined(sum / n)) : ofErrors(sample.columns, sample.of)
  return { ...sample, ...unseenOf(view, () => (rare() ? draw() : null)) }
}

const most = (values: Float64Array): number => values.reduce((largest, x) => Math.max(largest, x), 0)
