/** Rows in file order, in batches: numbers as typed arrays straight from the engine's vectors. */
import type * as Native from '@duckdb/node-api'
import { columnsInstead } from '../../core/text/nearest.ts'
import { UserError } from '../../errors.ts'
import { type Batch, type Column, type ColumnKind, type ColumnValues, quoteName, type Scalar, type Table } from '../../ports/data-engine.ts'
import { toScalar } from './connection.ts'
import { mapEngineError } from './errors.ts'

const numericKinds: ReadonlySet<ColumnKind> = new Set(['integer', 'float', 'decimal', 'boolean'])
const asText: ReadonlySet<ColumnKind> = new Set(['date', 'timestamp', 'time', 'other'])

interface Wanted {
  readonly sql: string
  readonly numeric: boolean
}

function wanted(column: Column, shown: string, numeric: boolean): Wanted {
  const name = quoteName(column.name)
  if (numeric) {
    if (!numericKinds.has(column.kind)) {
      throw new UserError(
        'COLUMN_NOT_NUMERIC',
        `column ${column.name} of ${shown} is ${column.type}, and numbers are needed`,
        'correct the column, or make the model take it as text',
      )
    }
    return { sql: `coalesce(CAST(${name} AS DOUBLE), CAST('NaN' AS DOUBLE))`, numeric }
  }
  if (column.kind === 'decimal') return { sql: `CAST(${name} AS DOUBLE)`, numeric }
  return {
    sql: asText.has(column.kind) || (column.kind === 'string' && column.type !== 'VARCHAR') ? `CAST(${name} AS VARCHAR)` : name,
    numeric,
  }
}

export const shownTable = (table: Table): string => table.files.map((file) => file.path).join(', ')

export async function* readBatches(
  raw: Native.DuckDBConnection,
  table: Table,
  names: readonly string[],
  options: { readonly size: number; readonly numeric: readonly string[] },
): AsyncGenerator<Batch> {
  const shown = shownTable(table)
  const numeric = new Set(options.numeric)
  const there = new Map(table.columns.map((one) => [one.name, one]))
  const columns = names.map((name) => {
    const column = there.get(name)
    if (column === undefined)
      throw new UserError(
        'COLUMN_MISSING',
        `${shown} has no column ${name}`,
        columnsInstead(
          name,
          table.columns.map((one) => one.name),
        ),
      )
    return wanted(column, shown, numeric.has(name))
  })
  const list = columns.length > 0 ? columns.map((column) => column.sql).join(', ') : 'NULL'
  const pack = new Packer(columns, options.size)
  try {
    const result = await raw.stream(`SELECT ${list} FROM ${table.relation}`)
    for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
      yield* pack.add(chunk)
    }
  } catch (thrown) {
    throw thrown instanceof UserError ? thrown : mapEngineError(thrown, shown)
  }
  yield* pack.rest()
}

/** Engine chunks (2048 rows) → batches of the size asked for. */
class Packer {
  readonly #columns: readonly Wanted[]
  readonly #size: number
  #filled = 0
  #numbers: Float64Array[] = []
  #values: Scalar[][] = []

  constructor(columns: readonly Wanted[], size: number) {
    this.#columns = columns
    this.#size = size
    this.#reset()
  }

  *add(chunk: Native.DuckDBDataChunk): Generator<Batch> {
    const rows = chunk.rowCount
    const sources = this.#columns.map((column, index) =>
      column.numeric ? itemsOf(chunk.getColumnVector(index)) : chunk.getColumnValues(index),
    )
    let from = 0
    while (from < rows) {
      const count = Math.min(rows - from, this.#size - this.#filled)
      for (const [index, source] of sources.entries()) {
        if (source instanceof Float64Array) this.#numbers[index]?.set(source.subarray(from, from + count), this.#filled)
        else for (let row = from; row < from + count; row += 1) this.#values[index]?.push(toScalar(source[row] ?? null))
      }
      this.#filled += count
      from += count
      if (this.#filled === this.#size) yield* this.rest()
    }
  }

  *rest(): Generator<Batch> {
    if (this.#filled === 0) return
    const columns = this.#columns.map(
      (column, index): ColumnValues =>
        column.numeric ? (this.#numbers[index]?.subarray(0, this.#filled) ?? []) : (this.#values[index] ?? []),
    )
    yield { rows: this.#filled, columns }
    this.#reset()
  }

  #reset(): void {
    this.#filled = 0
    // new arrays each time: the batch given out belongs to whoever took it
    this.#numbers = this.#columns.map((column) => new Float64Array(column.numeric ? this.#size : 0))
    this.#values = this.#columns.map(() => [])
  }
}

function itemsOf(vector: Native.DuckDBVector): Float64Array {
  if ('items' in vector && vector.items instanceof Float64Array) return vector.items
  throw new Error('the engine gave a vector of another type than was asked for')
}
