/** Runs a model over a table, batch by batch, and keeps what it answered: labels as codes, numbers as they came. */

import type { Twice } from '../../core/evaluate/determinism.ts'
import { quoted } from '../../core/onnx/inspect.ts'
import { outOf, plural } from '../../core/report/format.ts'
import { UserError } from '../../errors.ts'
import type { DataEngine, Table } from '../../ports/data-engine.ts'
import type { ModelSession, Tensor } from '../../ports/model-runtime.ts'
import type { Coded } from './coded.ts'
import type { ColumnReader } from './column-reader.ts'
import { type Feed, padded } from './feed.ts'
import { labelMatrix } from './label-matrix.ts'
import type { Layout } from './outputs.ts'
import { labelOf } from './truth.ts'

/** onnxruntime takes strings twice as fast in batches of this size as in larger ones */
const batchRows = 4096

export interface Predictions {
  readonly rows: number
  readonly labels: Coded | null
  /** rows × width, row by row */
  readonly values: Float64Array | null
  readonly width: number
  /** of several labels a row: rows × labels, 1 where the model itself says yes */
  readonly marks?: Uint8Array | null
  /** the first batch answered twice, where that was asked for */
  readonly twice?: Twice
}

export interface PredictRequest {
  readonly engine: DataEngine
  readonly table: Table
  readonly session: ModelSession
  readonly feed: Feed
  readonly layout: Layout
  readonly shown: string
  /** how many labels a row has; null: one answer a row, or as many numbers as come out */
  readonly labels: number | null
  /** ask the first batch a second time */
  readonly twice?: boolean
  /** who keeps columns in the same pass */
  readonly beside: ColumnReader
}

/** @throws UserError MODEL_NAN (GATE-01), MODEL_OUTPUT, OUTPUT_WIDTH, and what the session throws */
export async function predict(request: PredictRequest): Promise<Predictions> {
  const { engine, table, session, feed, beside } = request
  const answers = new Answers(request)
  const columns = [...new Set([...feed.columns, ...beside.columns])]
  const besideAt = beside.columns.map((name) => columns.indexOf(name))
  // a column that is both fed and kept is read once, as it is fed
  const options = { size: feed.fixedRows ?? batchRows, numeric: feed.numeric }
  let first: { readonly tensors: readonly Tensor[]; readonly rows: number; readonly size: number } | null = null
  let from = 0
  let running: Promise<void> = Promise.resolve()
  try {
    for await (const batch of engine.batches(table, columns, options)) {
      const start = from
      from += batch.rows
      beside.take(
        besideAt.map((index) => batch.columns[index] ?? []),
        start,
        batch.rows,
      )
      const size = feed.fixedRows ?? batch.rows
      const tensors = feed.tensors(padded(batch, size), size)
      first ??= { tensors, rows: batch.rows, size }
      // while the model works on this batch, the next one is read
      await running
      running = session.score(tensors).then((outputs) => answers.add(outputs, start, batch.rows, size))
      running.catch(() => undefined)
    }
    await running
  } finally {
    await running.catch(() => undefined)
  }
  if (from !== table.rows) throw new Error(`${from} rows were read of ${table.rows}`)
  const found = answers.finish()
  if (request.twice !== true || first === null) return found
  const again = new Answers({ ...request, table: { ...table, rows: first.rows } })
  again.add(await session.score(first.tensors), 0, first.rows, first.size)
  return { ...found, twice: { rows: first.rows, differing: differing(found, again.finish(), first.rows) } }
}

/** Rows, among the first of them, that have another answer. */
function differing(one: Predictions, other: Predictions, rows: number): number {
  const label = ({ labels }: Predictions, row: number) => labels?.names[labels.codes[row] ?? -1]
  let count = 0
  for (let row = 0; row < rows; row += 1) {
    let same = label(one, row) === label(other, row)
    for (let at = row * one.width; same && at < (row + 1) * one.width; at += 1) same = one.values?.[at] === other.values?.[at]
    const k = (one.marks?.length ?? 0) / one.rows
    for (let at = row * k; same && at < (row + 1) * k; at += 1) same = one.marks?.[at] === other.marks?.[at]
    if (!same) count += 1
  }
  return count
}

class Answers {
  readonly #request: PredictRequest
  readonly #codes: Int32Array
  readonly #codeOf = new Map<string, number>()
  readonly #marks: Uint8Array | null
  #values = new Float64Array(0)
  #width = 0
  #notFinite = 0

  constructor(request: PredictRequest) {
    this.#request = request
    const { layout, table, labels } = request
    this.#codes = new Int32Array(layout.label === null ? 0 : table.rows)
    this.#marks = (layout.marks ?? null) === null ? null : new Uint8Array(table.rows * (labels ?? 0))
  }

  add(outputs: readonly Tensor[], from: number, rows: number, size: number): void {
    const { layout, labels, shown } = this.#request
    if (labels !== null) {
      const found = (name: string) =>
        labelMatrix(outputs.find((output) => output.name === name) ?? null, { name, labels, rows: size, shown })
      if (layout.marks) this.#addMarks(found(layout.marks), from, rows, labels)
      if (layout.values !== null) this.#addValues(found(layout.values), from, rows, size)
      return
    }
    if (layout.label !== null) this.#addLabels(this.#find(outputs, layout.label, size, 1), from, rows)
    if (layout.values !== null) this.#addValues(this.#find(outputs, layout.values, size, null), from, rows, size)
  }

  #find(outputs: readonly Tensor[], name: string, size: number, width: number | null): Tensor {
    const tensor = outputs.find((output) => output.name === name)
    const length = tensor?.data.length ?? 0
    const found = length / size
    if (tensor !== undefined && Number.isInteger(found) && found >= 1 && (width === null || found === width)) return tensor
    throw new UserError(
      'MODEL_OUTPUT',
      `output ${quoted(name)} of ${this.#request.shown} has ${plural(length, 'value')} for ${plural(size, 'row')}`,
      'export the model so that it answers each row by itself, with the row as first dimension',
    )
  }

  #addLabels({ data }: Tensor, from: number, rows: number): void {
    for (let row = 0; row < rows; row += 1) {
      const label = labelOf(data[row] ?? '')
      let code = this.#codeOf.get(label)
      if (code === undefined) {
        code = this.#codeOf.size
        this.#codeOf.set(label, code)
      }
      this.#codes[from + row] = code
    }
  }

  #addMarks({ name, data }: Pick<Tensor, 'name' | 'data'>, from: number, rows: number, labels: number): void {
    for (let at = 0; at < rows * labels; at += 1) {
      const mark = Number(data[at])
      if (mark !== 0 && mark !== 1)
        throw new UserError(
          'MODEL_OUTPUT',
          `output ${quoted(name)} of ${this.#request.shown} holds something else than 0 and 1`,
          'export a 0 or 1 for each label, or their probabilities as floats',
        )
      if (this.#marks) this.#marks[from * labels + at] = mark
    }
  }

  #addValues({ name, data }: Pick<Tensor, 'name' | 'data'>, from: number, rows: number, size: number): void {
    const width = data.length / size
    if (this.#width === 0) {
      this.#width = width
      this.#values = new Float64Array(this.#request.table.rows * width)
    }
    if (width !== this.#width) {
      throw new UserError(
        'MODEL_OUTPUT',
        `output ${quoted(name)} of ${this.#request.shown} changes its width`,
        'export the model with one width',
      )
    }
    for (let row = 0; row < rows; row += 1) {
      let finite = true
      for (let column = 0; column < width; column += 1) {
        const value = Number(data[row * width + column])
        if (!Number.isFinite(value)) finite = false
        this.#values[(from + row) * width + column] = value
      }
      if (!finite) this.#notFinite += 1
    }
  }

  finish(): Predictions {
    const { layout, shown, table } = this.#request
    if (this.#notFinite > 0) {
      throw new UserError(
        'MODEL_NAN',
        `output ${quoted(layout.values ?? '')} of ${shown} is NaN or infinite in ${outOf(this.#notFinite, table.rows)}`,
        'check how the model treats missing and extreme values; no metric is computed from such an answer',
      )
    }
    return {
      rows: table.rows,
      labels: layout.label === null ? null : { codes: this.#codes, names: [...this.#codeOf.keys()] },
      values: layout.values === null ? null : this.#values,
      width: this.#width,
      ...(this.#marks === null ? {} : { marks: this.#marks }),
    }
  }
}
