/**
 * Which columns go into which inputs of a model, and as what. Inputs are met by name, one column each, or all columns in one matrix in
 * the order of `data.features`: an order is never guessed. Columns that no input asks for are left out.
 */

import { quoted } from '../../core/onnx/inspect.ts'
import { plural } from '../../core/report/format.ts'
import { UserError } from '../../errors.ts'
import type { Batch, Column, ColumnKind, ColumnValues } from '../../ports/data-engine.ts'
import type { Tensor, TensorData, TensorInfo, TensorType } from '../../ports/model-runtime.ts'

export interface Feed {
  /** columns to read, in the order `tensors` expects them; no name twice */
  readonly columns: readonly string[]
  /** those of them to be read as Float64Array */
  readonly numeric: readonly string[]
  /** inputs that carry the name of their column as an exporter had to write it, as sentences */
  readonly renamed: readonly string[]
  /** rows a call must have when the model was exported with a fixed number of them, else null */
  readonly fixedRows: number | null
  /** @param columns values of `columns`, at the start of the batch */
  readonly tensors: (columns: readonly ColumnValues[], rows: number) => readonly Tensor[]
}

export interface FeedRequest {
  readonly inputs: readonly TensorInfo[]
  readonly columns: readonly Column[]
  /** data.features */
  readonly features: readonly string[] | null
  /** what messages call the model and the data */
  readonly shown: { readonly model: string; readonly data: string }
}

/** @throws UserError COLUMNS_MISSING, FEATURES_NEEDED, COLUMN_UNFIT, MODEL_UNSUPPORTED */
export function planFeed(request: FeedRequest): Feed {
  const { inputs, shown } = request
  const byName = new Map(request.columns.map((column) => [column.name, column]))
  const asExported = exportedNames(request)
  const plans = inputs.map((input) => ({
    input,
    names: namesFor(input, request, byName).map((name) => asExported.get(name) ?? name),
  }))
  const missing = [...new Set(plans.flatMap(({ names }) => names.filter((name) => !byName.has(name))))]
  if (missing.length > 0) {
    throw new UserError(
      'COLUMNS_MISSING',
      `${shown.model} wants columns that ${shown.data} does not have: ${missing.map(quoted).join(', ')}`,
      `add them to the data, or train a model without them; the data has ${[...byName.keys()].map(quoted).join(', ')}`,
    )
  }
  const kinds = new Map<string, ColumnKind>()
  const types = new Map<string, TensorType>()
  for (const { input, names } of plans) {
    for (const name of names) {
      const kind = byName.get(name)?.kind ?? 'other'
      kinds.set(name, kind)
      types.set(name, input.type)
      const reason = unfit(kind, input.type)
      if (reason !== null) {
        throw new UserError(
          'COLUMN_UNFIT',
          `column ${quoted(name)} of ${shown.data} is ${kind}, and ${shown.model} takes it as ${input.type}`,
          reason,
        )
      }
    }
  }
  const columns = [...types.keys()]
  // read as doubles only where a double holds the value: not for text, and not for integers that may be larger than 2^53
  const numeric = columns.filter((name) => types.get(name) === 'float32' || types.get(name) === 'float64')
  const place = new Map(columns.map((name, index) => [name, index]))
  const fixed = [...new Set(inputs.map(({ shape }) => shape[0] ?? null).filter((rows) => rows !== null))]
  if (fixed.length > 1)
    throw unsupported(shown.model, 'its inputs have different fixed numbers of rows', 'export it with a free first dimension')
  return {
    columns,
    numeric,
    renamed: plans.flatMap(({ input, names: [column] }) =>
      column !== undefined && asExported.get(input.name) === column ? [`input ${quoted(input.name)} is fed column ${quoted(column)}`] : [],
    ),
    fixedRows: fixed[0] ?? null,
    tensors: (values, rows) =>
      plans.map(({ input, names }) => {
        const parts = names.map((name) => ({ name, values: values[place.get(name) ?? -1] ?? [] }))
        const data = fill(input.type, parts, rows, shown.data)
        return { name: input.name, type: input.type, shape: input.shape.length === 1 ? [rows] : [rows, names.length], data }
      }),
  }
}

const unsupported = (model: string, why: string, fix: string) => new UserError('MODEL_UNSUPPORTED', `${model} cannot be fed: ${why}`, fix)

/**
 * Exporters write names that a C compiler would take: skl2onnx makes `bmi (kg/m²)` the input `bmi__kg_m__`. Such an input is met with the
 * column when it can be no other one: no column has the input's own name, and one alone comes out as it.
 */
function exportedNames({ inputs, columns }: FeedRequest): ReadonlyMap<string, string> {
  const own = new Set(columns.map(({ name }) => name))
  const written = new Map<string, Column[]>()
  for (const column of columns) {
    const key = column.name.replace(/[^\p{L}\p{N}_+]/gu, '_').replace(/^(?=[0-9])/, '_')
    written.set(key, [...(written.get(key) ?? []), column])
  }
  return new Map(
    inputs.flatMap(({ name }) => {
      const [column, ...others] = own.has(name) ? [] : (written.get(name) ?? [])
      return column === undefined || others.length > 0 ? [] : [[name, column.name] as const]
    }),
  )
}

/** One column of the input's name, or the features when the input is a matrix. */
function namesFor(input: TensorInfo, { features, inputs, shown }: FeedRequest, columns: ReadonlyMap<string, Column>): readonly string[] {
  const { name, shape } = input
  if (shape.length !== 1 && shape.length !== 2) {
    throw unsupported(
      shown.model,
      `input ${quoted(name)} has ${shape.length} dimensions`,
      'export it with inputs of rows, or of rows and columns',
    )
  }
  const width = shape.length === 1 ? 1 : (shape[1] ?? null)
  if (width === 1 && (columns.has(name) || inputs.length > 1 || features === null)) return [name]
  // a free width is a column when there is one of that name
  if (width === null && columns.has(name)) return [name]
  if (inputs.length > 1) {
    throw unsupported(
      shown.model,
      `input ${quoted(name)} is one of several, and wider than a column`,
      'export it with one input per column, or with one matrix',
    )
  }
  if (features === null) {
    throw new UserError(
      'FEATURES_NEEDED',
      `${shown.model} takes one matrix of ${width === null ? 'several columns' : plural(width, 'column')}, and nothing says which columns in which order`,
      'list them under data.features, in the order the model was trained with',
    )
  }
  if (width !== null && width !== features.length) {
    throw new UserError(
      'FEATURES_NEEDED',
      `${shown.model} takes ${plural(width, 'column')}, and data.features lists ${features.length}`,
      'list exactly the columns the model was trained with, in their order',
    )
  }
  return features
}

const numbers: ReadonlySet<ColumnKind> = new Set(['integer', 'float', 'decimal', 'boolean'])

/** Why a column of this kind cannot become a tensor of this type, as the fix; or null. */
function unfit(kind: ColumnKind, type: TensorType): string | null {
  if (type === 'string' || numbers.has(kind)) return null
  const read =
    kind === 'string' ? 'write its numbers with a point (a decimal comma or one bad cell makes a column text)' : 'correct the column'
  return `${read}, or make the model take it as text (a string input)`
}

interface Part {
  readonly name: string
  readonly values: ColumnValues
}

interface Filler {
  readonly make: (size: number) => Exclude<TensorData, readonly string[]>
  /** smallest and largest whole number that fits; null: any number, missing is NaN */
  readonly range: readonly [bigint, bigint] | null
}

const bits = (signed: boolean, count: bigint): readonly [bigint, bigint] =>
  signed ? [-(2n ** (count - 1n)), 2n ** (count - 1n) - 1n] : [0n, 2n ** count - 1n]

const fillers: Readonly<Record<Exclude<TensorType, 'string'>, Filler>> = {
  float32: { make: (size) => new Float32Array(size), range: null },
  float64: { make: (size) => new Float64Array(size), range: null },
  int8: { make: (size) => new Int8Array(size), range: bits(true, 8n) },
  int16: { make: (size) => new Int16Array(size), range: bits(true, 16n) },
  int32: { make: (size) => new Int32Array(size), range: bits(true, 32n) },
  int64: { make: (size) => new BigInt64Array(size), range: bits(true, 64n) },
  uint8: { make: (size) => new Uint8Array(size), range: bits(false, 8n) },
  uint16: { make: (size) => new Uint16Array(size), range: bits(false, 16n) },
  uint32: { make: (size) => new Uint32Array(size), range: bits(false, 32n) },
  uint64: { make: (size) => new BigUint64Array(size), range: bits(false, 64n) },
  bool: { make: (size) => new Uint8Array(size), range: [0n, 1n] },
}

/** Row by row, the parts side by side. */
function fill(type: TensorType, parts: readonly Part[], rows: number, shown: string): TensorData {
  const width = parts.length
  if (type === 'string') {
    const text = new Array<string>(rows * width).fill('')
    for (const [column, { values }] of parts.entries()) {
      for (let row = 0; row < rows; row += 1) text[row * width + column] = textOf(values[row] ?? null)
    }
    return text
  }
  const { make, range } = fillers[type]
  const data = make(rows * width)
  for (const [column, part] of parts.entries()) {
    for (let row = 0; row < rows; row += 1) {
      const value = part.values[row] ?? null
      const index = row * width + column
      if (range === null) data[index] = value === null ? Number.NaN : Number(value)
      else if (data instanceof BigInt64Array || data instanceof BigUint64Array) data[index] = whole(value, range, type, part.name, shown)
      else data[index] = Number(whole(value, range, type, part.name, shown))
    }
  }
  return data
}

const textOf = (value: ColumnValues[number] | null): string => (value === null || Number.isNaN(value) ? '' : String(value))

function whole(
  value: ColumnValues[number] | null,
  range: readonly [bigint, bigint],
  type: TensorType,
  column: string,
  shown: string,
): bigint {
  const broken = (why: string) =>
    new UserError(
      'COLUMN_UNFIT',
      `column ${quoted(column)} of ${shown} ${why}, and the model takes it as ${type}`,
      'correct the column, or make the model take it as a float, where a missing value is NaN',
    )
  if (value === null || Number.isNaN(value)) throw broken('has missing values')
  if (typeof value === 'number' && !Number.isInteger(value)) throw broken('has values that are not whole')
  const int = BigInt(value)
  if (int < range[0] || int > range[1]) throw broken('has values that are too large')
  return int
}

/** The batch, made as long as a model with a fixed number of rows wants it: its last row is repeated. */
export function padded(batch: Batch, rows: number): readonly ColumnValues[] {
  if (batch.rows === rows) return batch.columns
  const last = batch.rows - 1
  return batch.columns.map((values): ColumnValues => {
    if (values instanceof Float64Array) {
      const longer = new Float64Array(rows).fill(values[last] ?? Number.NaN)
      longer.set(values.subarray(0, batch.rows))
      return longer
    }
    return Array.from({ length: rows }, (_, row) => values[Math.min(row, last)] ?? null)
  })
}
