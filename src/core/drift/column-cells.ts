/**
 * Two profiles of one column → the tables of counts that the tests work on.
 *
 * Coarse cells, unordered, feed χ² and JS*. For numbers: one cell per spike (a value with at least 1 % of all rows), the rest in up to
 * ten quantile cells of the reference, ±∞, missing. For categories: one cell per level (the 100 most frequent of very many), rare ones and the unlisted pooled, missing.
 * Fine cells, ordered, feed the distribution tests: all percentile cells of the reference with the spikes between them.
 *
 * A profile lists no value below 0.5 % and no label below 5 rows, and of many columns fewer labels. Where one side lists a value and the other does not,
 * the other's count is taken as near to it as it can be: that can only make the two sides look closer than they are, never further apart.
 */
import type { ColumnProfile } from '../schema/profile.ts'
import { firstAtLeast } from '../stats/sorted.ts'
import { total } from './cells.ts'
import { type Cell, infinite, listedRows, missing } from './column-rows.ts'
import { commonLevels } from './levels.ts'

export interface CountTable {
  readonly reference: readonly number[]
  readonly current: readonly number[]
}

export interface ColumnCells {
  readonly coarse: CountTable
  /** null for categories */
  readonly fine: (CountTable & { readonly places: Places | null }) | null
  /** rows of each frequent value of a number column: `a` at training, `b` now */
  readonly spikes: readonly Spike[]
}

/** Where the rows of each fine cell lie; null where infinities are among them. */
export interface Places {
  /** of a spike its value, of another cell its right edge */
  readonly points: readonly number[]
  /** anywhere between the point before and its own */
  readonly spread: readonly boolean[]
}

const spikeShare = 0.01
const maxSpikes = 40
const listedShare = 0.005
const quantileCells = 10
const rowsPerCell = 10
/** of both sides; at 5, a label with fewer than five rows on one side, which is then not listed there, was so often by chance that 100 levels of 1,000 rows looked alike when they were not */
const minExpected = 10
/** cells of a column with very many levels */
const maxFrequent = 100

export interface Spike extends Cell {
  /** never shown */
  readonly value: number
}

/** null when the two cannot be laid over each other: one has numbers, the other only labels. */
export function columnCells(reference: ColumnProfile, current: ColumnProfile): ColumnCells | null {
  // of a sensitive column no label is kept; where it holds numbers, their cells say more
  const labelled = reference.categories !== null && !(reference.sensitive && reference.numeric !== null)
  if (labelled && current.categories !== null) return categoryCells(reference, current)
  // integers with few levels that now come as floats, say because some are missing, are numbers on both sides still
  return reference.numeric === null || current.numeric === null ? null : numericCells(reference, current)
}

function numericCells(reference: ColumnProfile, current: ColumnProfile): ColumnCells {
  const before = reference.numeric
  const now = current.numeric
  if (before === null || now === null || before.edges_id !== now.edges_id)
    throw new RangeError('the two profiles were counted at different edges')

  // numbers in lists of their own: as objects, two hundred columns of a hundred cells are most of what a process allocates for its one judgement
  const spikes = pooledSpikes(reference, current)
  const apart = new Map<number, Spike[]>()
  const rest = { reference: before.cells.slice(), current: now.cells.slice() }
  for (const spike of spikes) {
    const bin = binOf(before.edges, spike.value)
    apart.set(bin, [...(apart.get(bin) ?? []), spike])
    rest.reference[bin] = (rest.reference[bin] ?? 0) - spike.a
    rest.current[bin] = (rest.current[bin] ?? 0) - spike.b
  }
  for (const bin of apart.keys()) {
    rest.reference[bin] = Math.max(0, rest.reference[bin] ?? 0)
    rest.current[bin] = Math.max(0, rest.current[bin] ?? 0)
  }

  const rows = reference.n + current.n
  const restShare = (total(rest.reference) + total(rest.current)) / rows
  const wanted = Math.min(quantileCells, Math.floor((Math.min(reference.n, current.n) * restShare) / rowsPerCell))
  const coarse = [
    ...spikes,
    ...mergeByReference(rest, Math.max(1, wanted)),
    { a: infinite(reference), b: infinite(current) },
    { a: missing(reference), b: missing(current) },
  ]
  const last = Math.max(before.max ?? -Infinity, now.max ?? -Infinity, before.edges.at(-1) ?? 0)
  return {
    spikes,
    coarse: toTable(coarse),
    fine: fineCells(reference, current, { rest, apart, edgeOf: (bin) => before.edges[bin] ?? last }),
  }
}

interface Rest {
  readonly reference: number[]
  readonly current: number[]
}

/** Cells in their order, each spike before or behind what else lies in its cell. Where a side has infinities, only cells that hold rows. */
function fineCells(
  reference: ColumnProfile,
  current: ColumnProfile,
  {
    rest,
    apart,
    edgeOf,
  }: { readonly rest: Rest; readonly apart: ReadonlyMap<number, readonly Spike[]>; readonly edgeOf: (bin: number) => number },
): ColumnCells['fine'] {
  const [ofReference, ofCurrent, points]: [number[], number[], number[]] = [[], [], []]
  const spread: boolean[] = []
  const add = (a: number, b: number, at: number, anywhere: boolean) => {
    ofReference.push(a)
    ofCurrent.push(b)
    points.push(at)
    spread.push(anywhere)
  }
  for (let bin = 0; bin < rest.reference.length; bin += 1) {
    const edge = edgeOf(bin)
    const inside = apart.get(bin)
    inside?.forEach(({ a, b, value }) => {
      if (value < edge) add(a, b, value, false)
    })
    add(rest.reference[bin] ?? 0, rest.current[bin] ?? 0, edge, true)
    inside?.forEach(({ a, b, value }) => {
      if (value >= edge) add(a, b, value, false)
    })
  }
  if (infinite(reference) + infinite(current) === 0) return { reference: ofReference, current: ofCurrent, places: { points, spread } }
  const cells = [
    { a: reference.n_neg_inf, b: current.n_neg_inf },
    ...ofReference.map((a, j) => ({ a, b: ofCurrent[j] ?? 0 })),
    { a: reference.n_pos_inf, b: current.n_pos_inf },
  ]
  return { ...toTable(cells), places: null }
}

/** Values with at least 1 % of all rows, ascending: chosen from pooled counts only, so the tests stay valid. Of many columns those that the reference lists were frequent there by luck: none is a spike that may be unlisted as often. */
function pooledSpikes(reference: ColumnProfile, current: ColumnProfile): Spike[] {
  const leftOut = (reference.numeric?.most_unlisted ?? 0) + (current.numeric?.most_unlisted ?? 0)
  const values = [...new Set([...(reference.numeric?.spikes ?? []), ...(current.numeric?.spikes ?? [])].map((spike) => spike.value))]
  const [a, b] = [rowsAt(reference, values), rowsAt(current, values)]
  return values
    .map((value) => ({ value, a: a.get(value) ?? 0, b: b.get(value) ?? 0 }))
    .filter((spike) => spike.a + spike.b >= spikeShare * (reference.n + current.n) && spike.a + spike.b > leftOut)
    .sort((x, y) => y.a + y.b - (x.a + x.b) || x.value - y.value)
    .slice(0, maxSpikes)
    .sort((x, y) => x.value - y.value)
}

/** Rows of exactly each value, or the most there can be where the profile does not list it; together never more than their cell holds. */
function rowsAt(column: ColumnProfile, values: readonly number[]): ReadonlyMap<number, number> {
  const { numeric } = column
  if (numeric === null) return new Map()
  const listed = new Map(numeric.spikes.map((spike) => [spike.value, spike.count]))
  const left = [...numeric.cells]
  for (const [value, count] of listed) {
    const bin = binOf(numeric.edges, value)
    left[bin] = (left[bin] ?? 0) - count
  }
  const unlisted = Math.max(listedRows - 1, Math.ceil(listedShare * column.n) - 1, numeric.most_unlisted ?? 0)
  return new Map(
    values.map((value) => {
      const count = listed.get(value)
      if (count !== undefined) return [value, count]
      if ((numeric.min !== null && value < numeric.min) || (numeric.max !== null && value > numeric.max)) return [value, 0]
      const bin = binOf(numeric.edges, value)
      const most = Math.max(0, Math.min(unlisted, left[bin] ?? 0))
      left[bin] = (left[bin] ?? 0) - most
      return [value, most]
    }),
  )
}

/** Index of the right-closed cell a value falls into. */
const binOf = firstAtLeast

/** Joins neighbours so that about equal parts of the reference lie in each of at most `wanted` cells. */
function mergeByReference({ reference, current }: Rest, wanted: number): Cell[] {
  const all = total(reference)
  const merged: Cell[] = []
  let [a, b, seen] = [0, 0, 0]
  for (let j = 0; j < reference.length; j += 1) {
    const rows = reference[j] ?? 0
    a += rows
    b += current[j] ?? 0
    seen += rows
    const due = merged.length + 1
    if (due < wanted && seen >= (all * due) / wanted && a > 0) {
      merged.push({ a, b })
      a = 0
      b = 0
    }
  }
  return [...merged, { a, b }]
}

function categoryCells(reference: ColumnProfile, current: ColumnProfile): ColumnCells {
  const levels = commonLevels(reference, current)
  const rows = reference.n + current.n
  const smaller = Math.min(reference.n, current.n)
  const expected = levels.filter(({ a, b }) => ((a + b) * smaller) / rows >= minExpected)
  // by rows of both sides, and by name where they have as many, as shops with a row a day do: the levels that are frequent in the reference alone are partly so by luck, and would seem to shrink
  const frequent =
    reference.kind === 'categorical-high'
      ? expected.toSorted((x, y) => y.a + y.b - (x.a + x.b) || (x.label < y.label ? -1 : 1)).slice(0, maxFrequent)
      : expected
  const rest = (column: ColumnProfile, side: 'a' | 'b') =>
    Math.max(0, column.n - missing(column) - infinite(column) - frequent.reduce((sum, level) => sum + level[side], 0))
  const other = { a: rest(reference, 'a'), b: rest(current, 'b') }
  const none = { a: missing(reference) + infinite(reference), b: missing(current) + infinite(current) }
  return { coarse: toTable([...frequent, other, none]), fine: null, spikes: [] }
}

function toTable(cells: readonly Cell[], dropEmpty = true): CountTable {
  const kept = dropEmpty ? cells.filter(({ a, b }) => a + b > 0) : cells
  return { reference: kept.map(({ a }) => a), current: kept.map(({ b }) => b) }
}
