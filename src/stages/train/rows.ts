/** Rows as the fit needs them, read once in file order: numbers as they are, levels as positions, the target as class numbers or values. */
import { isWeighable } from '../../core/profile/weights.ts'
import type { PlannedColumn } from '../../core/train/assemble.ts'
import { levelIndex } from '../../core/train/encode.ts'
import { rowHash } from '../../core/train/fit.ts'
import { UserError } from '../../errors.ts'
import type { ColumnValues, DataEngine, Table } from '../../ports/data-engine.ts'
import type { TargetPlan } from './target.ts'

export interface TrainingRows {
  readonly count: number
  /** true when the file has more rows than are learned from: then they were taken by hash of the row number */
  readonly sampled: boolean
  /** per planned column: values (NaN is missing), or positions of levels */
  readonly columns: readonly Float64Array[]
  readonly target: Float64Array
  readonly weights: Float64Array | null
}

/** A linear model learns nothing more from further rows, and each costs memory and time: a score for every class. */
const mostRows = 300_000
const mostScores = 2_000_000

export async function readRows(
  engine: DataEngine,
  table: Table,
  target: TargetPlan,
  columns: readonly PlannedColumn[],
  weight: string | null,
  signal: AbortSignal,
): Promise<TrainingRows> {
  const most = Math.min(mostRows, Math.floor(mostScores / (target.classes?.labels.length ?? 1)))
  const share = most / Math.max(table.rows, most)
  const room = Math.min(table.rows, Math.ceil(most * 1.1))
  const store = columns.map(() => new Float64Array(room))
  const targets = new Float64Array(room)
  const weights = weight === null ? null : new Float64Array(room)
  const readers = columns.map(reader)
  const labelOf = targetReader(target)
  const textual = new Set(
    columns.flatMap((column) => (column.as === 'levels' && column.encoder.levels.of === 'string' ? [column.column] : [])),
  )
  const names = [target.column, ...columns.map((column) => column.column), ...(weight === null ? [] : [weight])]
  const numeric = [
    ...columns.map((column) => column.column).filter((name) => !textual.has(name)),
    ...(target.numeric ? [target.column] : []),
    ...(weight === null ? [] : [weight]),
  ]

  let count = 0
  let row = 0
  for await (const batch of engine.batches(table, names, { size: 8192, numeric })) {
    signal.throwIfAborted()
    const [labels, ...rest] = batch.columns
    if (labels === undefined) continue
    for (let i = 0; i < batch.rows; i++, row++) {
      if (rowHash(row) >= share * 2 ** 32 || count >= room) continue
      const label = labelOf(labels[i])
      if (Number.isNaN(label)) continue
      const w = weights === null ? 1 : weightAt(rest[columns.length], i, weight ?? '')
      if (w === 0) continue
      if (weights !== null) weights[count] = w
      targets[count] = label
      for (const [j, read] of readers.entries()) {
        const values = store[j]
        if (values !== undefined) values[count] = read(rest[j]?.[i])
      }
      count += 1
    }
  }
  return {
    count,
    sampled: share < 1,
    columns: store.map((values) => values.subarray(0, count)),
    target: targets.subarray(0, count),
    weights: weights === null ? null : meanOne(weights.subarray(0, count)),
  }
}

type Cell = ColumnValues[number] | undefined

function reader(column: PlannedColumn): (cell: Cell) => number {
  return column.as === 'levels' ? levelIndex(column.encoder) : asNumber
}

const asNumber = (cell: Cell): number => (typeof cell === 'number' ? cell : Number.NaN)

/** Class number or value; NaN for a row without a label. */
function targetReader({ classes, numeric }: TargetPlan): (cell: Cell) => number {
  if (classes === null) return (cell) => (Number.isFinite(asNumber(cell)) ? asNumber(cell) : Number.NaN)
  if (!numeric) {
    const position = new Map<Cell, number>(classes.labels.map((label, c) => [label, c]))
    return (cell) => position.get(cell) ?? Number.NaN
  }
  // booleans arrive as 0 and 1, and so are their classes in order
  const values = classes.labels.map((label) => (label === 'false' ? 0 : label === 'true' ? 1 : Number(label)))
  const position = new Map<Cell, number>(values.map((value, c) => [value, c]))
  return (cell) => position.get(cell) ?? Number.NaN
}

function weightAt(values: ColumnValues | undefined, i: number, name: string): number {
  const w = asNumber(values?.[i])
  if (isWeighable(w)) return w
  throw new UserError(
    'WEIGHT_INVALID',
    `the weight ${name} is missing, negative, infinite or no usual size in some row`,
    'give every row a weight of 0 or more',
  )
}

function meanOne(weights: Float64Array): Float64Array {
  let total = 0
  for (const w of weights) total += w
  return weights.map((w) => (w * weights.length) / total)
}
