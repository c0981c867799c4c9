/** Keeps target and id of each row while the table passes by. */
import type { ScoredTask } from '../../core/metrics/scores.ts'
import { quoted } from '../../core/onnx/inspect.ts'
import { UserError } from '../../errors.ts'
import type { ColumnValues, Scalar, Table } from '../../ports/data-engine.ts'
import type { Coded } from './coded.ts'
import type { ColumnReader } from './column-reader.ts'
import { labelOf } from './truth.ts'

/** The tasks whose model may give quantiles instead of one number. */
export const mayHaveQuantiles = (task: ScoredTask): boolean => task === 'regression' || task === 'forecasting'
/** The truth is an amount, not a label. */
export const isNumeric = (task: ScoredTask): boolean => task === 'regression' || task === 'ranking' || task === 'forecasting'

export class TruthReader implements ColumnReader {
  /** to be read beside the features, in this order */
  readonly columns: readonly string[]
  readonly numbers: Float64Array
  /** of a multilabel task: rows × labels, row by row, 1 where the label is there */
  readonly marks: Uint8Array
  readonly #targets: number
  readonly #codes: Int32Array
  readonly #codeOf = new Map<string, number>()
  readonly #ids: Scalar[] | null

  constructor(table: Table, targets: readonly string[], task: ScoredTask, id: string | null, shown: string) {
    if (id !== null && !table.columns.some((column) => column.name === id)) {
      throw new UserError('COLUMNS_MISSING', `${shown} has no column ${quoted(id)}, which is data.id`, 'correct data.id, or add the column')
    }
    const numeric = isNumeric(task)
    const several = task === 'multilabel'
    this.columns = id === null ? targets : [...targets, id]
    this.#targets = targets.length
    this.numbers = new Float64Array(numeric ? table.rows : 0)
    this.marks = new Uint8Array(several ? table.rows * targets.length : 0)
    this.#codes = new Int32Array(numeric || several ? 0 : table.rows)
    this.#ids = id === null ? null : new Array<Scalar>(table.rows).fill(null)
  }

  readonly take = (columns: readonly ColumnValues[], from: number, rows: number): void => {
    const [target = []] = columns
    const id = columns[this.#targets] ?? []
    const k = this.#targets
    for (let row = 0; row < rows; row += 1) {
      const value = target[row] ?? null
      // readTarget has seen to it that no label is missing
      if (this.marks.length > 0) for (let c = 0; c < k; c += 1) this.marks[(from + row) * k + c] = Number(columns[c]?.[row] ?? 0)
      else if (this.numbers.length > 0) this.numbers[from + row] = Number(value)
      else this.#codes[from + row] = this.#code(value)
      if (this.#ids) this.#ids[from + row] = id[row] ?? null
    }
  }

  #code(value: Scalar): number {
    const label = value === null ? '' : labelOf(value)
    const known = this.#codeOf.get(label)
    if (known !== undefined) return known
    this.#codeOf.set(label, this.#codeOf.size)
    return this.#codeOf.size - 1
  }

  get coded(): Coded {
    return { codes: this.#codes, names: [...this.#codeOf.keys()] }
  }

  get ids(): readonly Scalar[] | null {
    return this.#ids
  }
}
