/**
 * Bootstraps of metric samples, one model or two together. Draws over cells are made once for a pair of models and shared by
 * every metric that reads the confusion table.
 */
import { type Curve, emptyCurve, weightedCurve } from '../metrics/curve.ts'
import type { Confusion, MetricValue, Sample } from '../metrics/sample.ts'
import type { Bca } from '../stats/bca.ts'
import { type CellDraws, cellBootstrap, cellDraws } from '../stats/cell-bootstrap.ts'
import { drawsFor, rowBootstrap, type Units, unitsOf } from '../stats/row-bootstrap.ts'

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
  const units = new Map<number, Units>()
  const unitsFor = (rows: number): Units => {
    const known = units.get(rows) ?? unitsOf(rows)
    units.set(rows, known)
    return known
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
    rows(a, b) {
      const rows = rowsOf(a)
      const shared = unitsFor(rows)
      const first = statistic(a, shared)
      const second = b ? statistic(b, shared) : null
      const perDrawIsCheap = a.kind === 'mean' || a.kind === 'moments'
      const of = second ? (weights: Float64Array) => first(weights) - second(weights) : first
      return attempt(() => rowBootstrap(shared, perDrawIsCheap ? MOMENT_DRAWS : drawsFor(rows), of))
    },
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
function statistic(sample: RowSample, units: Units): (weights: Float64Array) => number {
  switch (sample.kind) {
    case 'mean':
      return sums([sample.rows], units, (totals, rows) => (totals[0] ?? 0) / rows)
    case 'moments':
      return sums(sample.columns, units, (totals, rows) => sample.of(totals, rows).value ?? Number.NaN)
    case 'rank': {
      const { ranks, y } = sample
      const sorted = Uint8Array.from(ranks.order, (row) => y[row] ?? 0)
      const unit = Uint16Array.from(ranks.order, (row) => units.of[row] ?? 0)
      const curve: Curve = emptyCurve(ranks)
      return (weights) => sample.of(weightedCurve(curve, ranks, sorted, unit, weights)).value ?? Number.NaN
    }
    case 'weighted': {
      const perRow = new Float64Array(sample.rows)
      return (weights) => {
        for (let i = 0; i < perRow.length; i++) perRow[i] = weights[units.of[i] ?? 0] ?? 0
        return sample.of(perRow).value ?? Number.NaN
      }
    }
  }
}

/** Rows are summed into units once; a draw then reads units only. */
function sums(
  columns: readonly Float64Array[],
  units: Units,
  of: (totals: Float64Array, rows: number) => number,
): (weights: Float64Array) => number {
  const sizes = new Float64Array(units.count)
  for (const unit of units.of) sizes[unit] = (sizes[unit] ?? 0) + 1
  const perUnit = columns.map((column) => {
    const into = new Float64Array(units.count)
    for (let i = 0; i < column.length; i++) into[units.of[i] ?? 0] = (into[units.of[i] ?? 0] ?? 0) + (column[i] ?? 0)
    return into
  })
  const dot = (a: Float64Array, b: Float64Array) => {
    let total = 0
    for (let u = 0; u < a.length; u++) total += (a[u] ?? 0) * (b[u] ?? 0)
    return total
  }
  return (weights) =>
    of(
      Float64Array.from(perUnit, (unit) => dot(unit, weights)),
      dot(sizes, weights),
    )
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
