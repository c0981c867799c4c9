/** What a row counts (`data.weight`) and whom it belongs to (`data.group`), kept while the table passes by. */
import { quoted } from '../../core/onnx/inspect.ts'
import type { DataSpec } from '../../core/schema/config.ts'
import { UserError } from '../../errors.ts'
import type { Column, ColumnValues, Scalar, Table } from '../../ports/data-engine.ts'
import type { ColumnReader } from './column-reader.ts'

export interface Counted {
  readonly weight: Float64Array | null
  readonly group: Int32Array | null
}

export class RowFacts implements ColumnReader {
  /** to be read beside the features, in this order */
  readonly columns: readonly string[]
  readonly #weight: Float64Array | null
  readonly #group: Int32Array | null
  readonly #codeOf = new Map<Scalar, number>()
  #groups = 0

  /** @throws UserError COLUMNS_MISSING */
  constructor(table: Table, { group, weight }: Pick<DataSpec, 'group' | 'weight'>, shown: string) {
    if (group !== null) columnOf(table, group, 'data.group', shown)
    if (weight !== null) columnOf(table, weight, 'data.weight', shown)
    this.columns = [weight, group].filter((name) => name !== null)
    this.#weight = weight === null ? null : new Float64Array(table.rows)
    this.#group = group === null ? null : new Int32Array(table.rows)
  }

  readonly take = (columns: readonly ColumnValues[], from: number, rows: number): void => {
    const weights = this.#weight === null ? [] : (columns[0] ?? [])
    const groups = columns[this.#weight === null ? 0 : 1] ?? []
    for (let row = 0; row < rows; row += 1) {
      if (this.#weight) this.#weight[from + row] = Number(weights[row])
      if (this.#group) this.#group[from + row] = this.#code(groups[row] ?? null)
    }
  }

  /** A row of which no group is known stands for itself. */
  #code(value: Scalar): number {
    const known = value === null || Number.isNaN(value) ? undefined : this.#codeOf.get(value)
    if (known !== undefined) return known
    const code = this.#groups
    this.#groups += 1
    if (value !== null) this.#codeOf.set(value, code)
    return code
  }

  /** the groups seen, and their codes */
  get codeOf(): ReadonlyMap<Scalar, number> {
    return this.#codeOf
  }

  get counted(): Counted {
    return { weight: this.#weight, group: this.#group }
  }
}

/** @throws UserError COLUMNS_MISSING */
export function columnOf(table: Table, name: string, key: string, shown: string): Column {
  const column = table.columns.find((one) => one.name === name)
  if (column !== undefined) return column
  throw new UserError('COLUMNS_MISSING', `${shown} has no column ${quoted(name)}, which is ${key}`, `correct ${key}, or add the column`)
}
