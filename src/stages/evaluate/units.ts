/** Keeps what drift will exchange, the time or else the group of each row, while the table passes by. */
import type { ModelConfig } from '../../core/schema/config.ts'
import type { ColumnValues, Scalar, Table } from '../../ports/data-engine.ts'
import type { ColumnReader } from './column-reader.ts'
import type { PredictionColumn } from './predictions-file.ts'

export interface Units {
  readonly by: 'time' | 'group'
  readonly column: PredictionColumn
}

export const unitName = 'unit_of_row'

export class UnitReader implements ColumnReader {
  /** to be read beside the features; empty where rows are compared one by one */
  readonly columns: readonly string[]
  readonly #by: Units['by']
  readonly #values: Scalar[] = []

  constructor(table: Table, { data, drift }: ModelConfig) {
    this.#by = data.time === null ? 'group' : 'time'
    const name = data.time ?? data.group
    const there = table.columns.find((column) => column.name === name)
    const fits = there !== undefined && (this.#by === 'group' || there.kind === 'date' || there.kind === 'timestamp')
    this.columns = drift.blocks !== 'rows' && there !== undefined && fits ? [there.name] : []
  }

  readonly take = ([values = []]: readonly ColumnValues[], from: number, rows: number): void => {
    if (this.columns.length === 0) return
    for (let row = 0; row < rows; row += 1) {
      const value = values[row] ?? null
      this.#values[from + row] = value === null ? null : String(value)
    }
  }

  get units(): Units | null {
    return this.columns.length === 0 ? null : { by: this.#by, column: { name: unitName, values: this.#values } }
  }
}
