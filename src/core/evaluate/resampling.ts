/**
 * Bootstraps of metric samples, one model or two together. Draws over cells are made once for a pair of models and shared by
 * every metric that reads the confusion table.
 */
import { type Curve, cuts, emptyCurve, weightedCurve } from '../metrics/curve.ts'
import type { Confusion, MetricValue, Sample } from '../metrics/sample.ts'
import type { Bca } from '../stats/bca.ts'
import { type CellDraws, cellBootstrap, cellDraws } from '../stats/cell-bootstrap.ts'
import { drawsFor, minus, type Replicates, type RowDraws, replicate, rowBootstrap, rowDraws } from '../stats/row-bootstrap.ts'

type Kind<K extends Sample['kind']> = Extract<Sample, { kind: K }>
/** Families whose draws weigh rows. */
export type RowSample = Kind<'mean' | 'moments' | 'rank' | 'weighted'>

const MOMENT_DRAWS = 2000

export interface Resampling {
  /** null: the statistic is undefined in nearly every draw */
  rows(a: RowSample, b: RowSample | null): Bca | null
  cells(a: Kind<'cells'>, b: Kind<'cells'> | null): Bca | null
}

export function resampling(): Resampling {
  const drawn = new Map<string, RowDraws>()
  const drawsOf = (rows: number, size: number): RowDraws => {
    const key = `${rows} ${size}`
    const known = drawn.get(key) ?? rowDraws(rows, size)
    drawn.set(key, known)
    return known
  }
  const replicated = new WeakMap<RowSample, Replicates>()
  const replicatesOf = (sample: RowSample): Replicates => {
    const known = replicated.get(sample)
    if (known) return known
    const rows = rowsOf(sample)
    const perDrawIsCheap = sample.kind === 'mean' || sample.kind === 'moments'
    const shared = drawsOf(rows, perDrawIsCheap ? MOMENT_DRAWS : drawsFor(rows))
    const made = replicate(shared, statistic(sample, shared))
    replicated.set(sample, made)
    return made
  }
  const joints: Joint[] = []
  const jointFor = (a: Kind<'cells'>, b: Kind<'cells'> | null): Joint => {
    const known = joints.find((joint) => joint.first === a.predicted && joint.second === (b?.predicted ?? null))
    if (known) return known
    const made = jointCells(a, b)
    joints.push(made)
    return made
  }

  return {
    rows: (a, b) => attempt(() => rowBootstrap(b ? minus(replicatesOf(a), replicatesOf(b)) : replicatesOf(a))),
    cells(a, b) {
      const joint = jointFor(a, b)
      const { counts, classes } = joint
      const one = new Float64Array(classes * classes)
      const two = new Float64Array(classes * classes)
      return attempt(() =>
        cellBootstrap(
          counts,
          (drawn) => {
            one.fill(0)
            two.fill(0)
            for (let j = 0; j < drawn.length; j++) {
              const count = drawn[j] ?? 0
              one[joint.cellOfFirst[j] ?? 0] = (one[joint.cellOfFirst[j] ?? 0] ?? 0) + count
              two[joint.cellOfSecond[j] ?? 0] = (two[joint.cellOfSecond[j] ?? 0] ?? 0) + count
            }
            return b ? read(a.of, one) - read(b.of, two) : read(a.of, one)
          },
          joint.draws(),
        ),
      )
    },
  }
}

const read = (of: (table: Confusion) => MetricValue, table: Confusion): number => of(table).value ?? Number.NaN

/** A bootstrap with hardly a defined draw is no answer; anything else that is thrown is ours. */
function attempt(make: () => Bca): Bca | null {
  try {
    return make()
  } catch (thrown) {
    if (thrown instanceof RangeError && thrown.message.includes('too few')) return null
    throw thrown
  }
}

function rowsOf(sample: RowSample): number {
  switch (sample.kind) {
    case 'mean':
      return sample.rows.length
    case 'moments':
      return sample.columns[0]?.length ?? 0
    case 'rank':
      return sample.y.length
    case 'weighted':
      return sample.rows
  }
}

/** The metric as a function of the weights of the units. */
function statistic(sample: RowSample, units: RowDraws): (weights: Uint8Array) => number {
  switch (sample.kind) {
    case 'mean':
      return sums([sample.rows], units, (totals, rows) => (totals[0] ?? 0) / rows)
    case 'moments':
      return sums(sample.columns, units, (totals, rows) => sample.of(totals, rows).value ?? Number.NaN)
    case 'rank': {
      const { ranks, y } = sample
      const sorted = Uint8Array.from(ranks.order, (row) => y[row] ?? 0)
      const unit = Uint16Array.from(ranks.order, (row) => units.of[row] ?? 0)
      const ends = cuts(ranks, sorted)
      const curve: Curve = emptyCurve(ends)
      return (weights) => sample.of(weightedCurve(curve, ends, sorted, unit, weights)).value ?? Number.NaN
    }
    case 'weighted': {
      const of = sample.prepare(units.of)
      return (weights) => of(weights).value ?? Number.NaN
    }
  }
}

/** Rows are summed into units once; a draw then reads units only. */
function sums(
  columns: readonly Float64Array[],
  draws: RowDraws,
  of: (totals: Float64Array, rows: number) => number,
): (weights: Uint8Array) => number {
  const perUnit = columns.map((column) => sumUnits(draws, (i) => column[i] ?? 0))
  const sizes = sumUnits(draws, () => 1)
  const totals = new Float64Array(columns.length)
  return (weights) => {
    for (let j = 0; j < perUnit.length; j++) totals[j] = dot(perUnit[j] ?? sizes, weights)
    return of(totals, dot(sizes, weights))
  }
}

function sumUnits(draws: RowDraws, row: (i: number) => number): Float64Array {
  const into = new Float64Array(draws.units)
  for (let i = 0; i < draws.rows; i++) into[draws.of[i] ?? 0] = (into[draws.of[i] ?? 0] ?? 0) + row(i)
  return into
}

function dot(values: Float64Array, weights: Uint8Array): number {
  let total = 0
  for (let u = 0; u < values.length; u++) total += (values[u] ?? 0) * (weights[u] ?? 0)
  return total
}

interface Joint {
  readonly first: Kind<'cells'>['predicted']
  readonly second: Kind<'cells'>['predicted'] | null
  readonly classes: number
  /** how many rows have this truth, this prediction of the first, this of the second */
  readonly counts: Float64Array
  readonly cellOfFirst: Uint32Array
  readonly cellOfSecond: Uint32Array
  readonly draws: () => CellDraws
}

function jointCells(a: Kind<'cells'>, b: Kind<'cells'> | null): Joint {
  const k = a.classes
  const index = new Map<number, number>()
  const counts: number[] = []
  const cellOfFirst: number[] = []
  const cellOfSecond: number[] = []
  for (let i = 0; i < a.y.length; i++) {
    const y = a.y[i] ?? 0
    const one = a.predicted[i] ?? 0
    const two = b ? (b.predicted[i] ?? 0) : 0
    const code = (y * k + one) * k + two
    const at = index.get(code)
    if (at === undefined) {
      index.set(code, counts.length)
      counts.push(1)
      cellOfFirst.push(y * k + one)
      cellOfSecond.push(y * k + two)
    } else counts[at] = (counts[at] ?? 0) + 1
  }
  const table = Float64Array.from(counts)
  let draws: CellDraws | null = null
  return {
    first: a.predicted,
    second: b?.predicted ?? null,
    classes: k,
    counts: table,
    cellOfFirst: Uint32Array.from(cellOfFirst),
    cellOfSecond: Uint32Array.from(cellOfSecond),
    draws: () => {
      draws ??= cellDraws(table)
      return draws
    },
  }
}
