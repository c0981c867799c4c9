/**
 * The areas under the ROC curve of one model or two in parts of the rows, with DeLong's variances (`delong.ts`), in three passes over all rows and without
 * taking the parts apart: what is in order for all rows is in order in each part.
 *
 *     V = c/2n with whole numbers c (rows of the other class that are beaten, twice, and once for those that tie), n the rows of the other class in the part
 *
 * So every number is that of the part alone, to the last digit: c is exact, and the sums over the rows of a part are added up in the order of its rows.
 * Source: as in `delong.ts`.
 */
import { type AucChange, type AucError, changeOfMoments, errorOfMoments } from './delong.ts'

export interface PartAreas {
  readonly positives: number
  readonly negatives: number
  readonly first: AucError
  readonly second: AucError | null
  /** from the first to the second */
  readonly change: AucChange | null
}

/** Of each row twice its part, and one more for a positive. */
type Cells = Uint16Array | Uint32Array

/** A ranking; without an order rows lie in it. */
export interface Ordered {
  readonly order: Uint32Array | null
  readonly ends: Uint32Array
}

/**
 * @param y 1 or 0 of each row
 * @returns of parts, given that of each row and how many there are: the areas in each; null where one class is absent. A row may lie in no part: `of` is `parts` there
 */
export function areasInParts(
  y: Uint8Array,
  first: Ordered,
  second: Ordered | null,
): (of: Uint8Array | Uint16Array, parts: number) => readonly (PartAreas | null)[] {
  const n = y.length
  const small = new Uint16Array(n)
  const models = (second ? [first, second] : [first]).map((ranked) => counter(ranked, n))
  return (of, parts) => {
    // of each part its negatives, then its positives; the last part is that of rows in none
    const sizes = new Uint32Array(2 * (parts + 1))
    const cells = sizes.length <= 65_536 ? small : new Uint32Array(n)
    for (let i = 0; i < n; i++) {
      const cell = 2 * (of[i] ?? 0) + (y[i] ?? 0)
      cells[i] = cell
      sizes[cell] = (sizes[cell] ?? 0) + 1
    }
    const [one, two = null] = models.map((count) => count(cells, sizes))
    if (!one) return []
    const moments = momentsOf(cells, sizes, one, two)
    return Array.from({ length: parts }, (_, part) => partOf(part, sizes, moments, one.areas, two?.areas ?? null))
  }
}

interface Counted {
  /** of each row twice the rows of the other class in its part that have a higher score, and once those that have the same */
  readonly above: Uint32Array
  /** of each part; NaN where a class is absent */
  readonly areas: Float64Array
}

/** What is found holds until it is asked for the next parts. */
function counter({ order, ends }: Ordered, n: number): (cells: Cells, sizes: Uint32Array) => Counted {
  const ties = tiesOf(ends)
  const ranked = new Uint32Array(n)
  if (order === null) return (cells, sizes) => ({ above: ranked, areas: count(ties, cells, sizes, ranked) })
  const places = new Uint32Array(n)
  for (let at = 0; at < n; at++) places[order[at] ?? 0] = at
  const above = new Uint32Array(n)
  const sorted = new Uint16Array(n)
  return (cells, sizes) => {
    const own = cells instanceof Uint16Array ? sorted : new Uint32Array(n)
    // what lies out of order is gathered in loops of their own, which only wait for reads, many of them at once
    for (let at = 0; at < n; at++) own[at] = cells[order[at] ?? 0] ?? 0
    const areas = count(ties, own, sizes, ranked)
    for (let i = 0; i < n; i++) above[i] = ranked[places[i] ?? 0] ?? 0
    return { above, areas }
  }
}

/** Where each tie group of more than one row starts and ends. */
function tiesOf(ends: Uint32Array): Uint32Array {
  const found: number[] = []
  let start = 0
  for (let g = 0; g < ends.length; g++) {
    const end = ends[g] ?? 0
    if (end > start + 1) found.push(start, end)
    start = end
  }
  return Uint32Array.from(found)
}

/** @param cells of the rows by falling score; @param above what is written, in that order. @returns the area of each part */
function count(ties: Uint32Array, cells: Cells, sizes: Uint32Array, above: Uint32Array): Float64Array {
  const passed = new Uint32Array(sizes.length)
  const sums = new Float64Array(sizes.length)
  // as if each row had a score of its own: with nothing to decide, which of millions of labels is half of the time
  for (let at = 0; at < cells.length; at++) {
    const cell = cells[at] ?? 0
    const twice = passed[cell ^ 1] ?? 0
    passed[cell] = (passed[cell] ?? 0) + 2
    above[at] = twice
    sums[cell] = (sums[cell] ?? 0) + twice
  }
  const tied = new Uint32Array(sizes.length)
  const seen = new Uint32Array(sizes.length)
  for (let g = 0; g < ties.length; g += 2) {
    const [start, end] = [ties[g] ?? 0, ties[g + 1] ?? 0]
    if (end === start + 2 && ((cells[start] ?? 0) ^ (cells[start + 1] ?? 0)) !== 1) continue
    for (let at = start; at < end; at++) tied[cells[at] ?? 0] = (tied[cells[at] ?? 0] ?? 0) + 1
    for (let at = start; at < end; at++) {
      const cell = cells[at] ?? 0
      // those before it were counted twice, those behind it not at all
      const more = (tied[cell ^ 1] ?? 0) - 2 * (seen[cell ^ 1] ?? 0)
      seen[cell] = (seen[cell] ?? 0) + 1
      above[at] = (above[at] ?? 0) + more
      sums[cell] = (sums[cell] ?? 0) + more
    }
    for (let at = start; at < end; at++) {
      const cell = cells[at] ?? 0
      tied[cell] = 0
      seen[cell] = 0
    }
  }
  // negatives have just the positives above them that they are beaten by
  return Float64Array.from({ length: sizes.length >> 1 }, (_, part) => {
    const pairs = (sizes[2 * part] ?? 0) * (sizes[2 * part + 1] ?? 0)
    return (sums[2 * part] ?? 0) / 2 / pairs
  })
}

/** Of each cell one after the other: squares of the first model about its area, of the second, of their differences about the change, and fourth powers of these. */
const MOMENTS = 4

function momentsOf(cells: Cells, sizes: Uint32Array, one: Counted, two: Counted | null): Float64Array {
  const sums = new Float64Array(MOMENTS * sizes.length)
  const others = Float64Array.from(sizes, (_, cell) => 2 * (sizes[cell ^ 1] ?? 0))
  // a positive beats those that are not above it
  const from = others.map((twice, cell) => (cell & 1 ? twice : 0))
  const sign = others.map((_, cell) => (cell & 1 ? -1 : 1))
  const centresOf = ({ areas }: Counted) => others.map((_, cell) => areas[cell >> 1] ?? 0)
  const [before, centres] = [one.above, centresOf(one)]
  if (two === null) {
    for (let i = 0; i < cells.length; i++) {
      const cell = cells[i] ?? 0
      const was = ((from[cell] ?? 0) + (sign[cell] ?? 0) * (before[i] ?? 0)) / (others[cell] ?? 0)
      const d = was - (centres[cell] ?? 0)
      sums[MOMENTS * cell] = (sums[MOMENTS * cell] ?? 0) + d * d
    }
    return sums
  }
  const [after, seconds] = [two.above, centresOf(two)]
  const moves = seconds.map((area, cell) => area - (centres[cell] ?? 0))
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i] ?? 0
    const at = MOMENTS * cell
    const all = others[cell] ?? 0
    const was = ((from[cell] ?? 0) + (sign[cell] ?? 0) * (before[i] ?? 0)) / all
    const is = ((from[cell] ?? 0) + (sign[cell] ?? 0) * (after[i] ?? 0)) / all
    const d1 = was - (centres[cell] ?? 0)
    const d2 = is - (seconds[cell] ?? 0)
    const d = is - was - (moves[cell] ?? 0)
    const square = d * d
    sums[at] = (sums[at] ?? 0) + d1 * d1
    sums[at + 1] = (sums[at + 1] ?? 0) + d2 * d2
    sums[at + 2] = (sums[at + 2] ?? 0) + square
    sums[at + 3] = (sums[at + 3] ?? 0) + square * square
  }
  return sums
}

function partOf(part: number, sizes: Uint32Array, moments: Float64Array, one: Float64Array, two: Float64Array | null): PartAreas | null {
  const classes = { negatives: sizes[2 * part] ?? 0, positives: sizes[2 * part + 1] ?? 0 }
  if (classes.negatives === 0 || classes.positives === 0) return null
  const sum = (which: number) => ({ neg: moments[2 * MOMENTS * part + which] ?? 0, pos: moments[MOMENTS * (2 * part + 1) + which] ?? 0 })
  const [before, after] = [one[part] ?? Number.NaN, two?.[part] ?? null]
  return {
    ...classes,
    first: errorOfMoments(before, classes, sum(0)),
    second: after === null ? null : errorOfMoments(after, classes, sum(1)),
    change: after === null ? null : changeOfMoments(before, after, classes, sum(2), sum(3)),
  }
}
