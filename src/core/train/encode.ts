/**
 * How a raw column becomes numbers, the same in fitting, in `predict` and in the ONNX graph.
 *
 *   numeric    two columns: (clip(x, low, high) − mean) / scale, and 1 where x is missing. A missing x counts as the mean.
 *              Clipping at the range seen in training keeps one absurd value (or ±∞) from deciding a score.
 *   category   one column a level, then `other` for every level that was rare or unseen, then `missing`.
 *
 * Missing is null, NaN, and for text the empty string too: that is how a missing string reaches an ONNX model.
 * Levels of whole numbers are below 2^24, where a float32 holds them exactly.
 */
/** One cell of a batch, as the engine hands it out. */
export type Cell = number | bigint | string | boolean | null

export interface NumericEncoder {
  readonly kind: 'numeric'
  readonly column: string
  readonly mean: number
  readonly scale: number
  readonly low: number
  readonly high: number
}

export interface CategoryEncoder {
  readonly kind: 'category'
  readonly column: string
  readonly levels:
    | { readonly of: 'string'; readonly values: readonly string[] }
    | { readonly of: 'integer'; readonly values: readonly number[] }
}

export type Encoder = NumericEncoder | CategoryEncoder

export type ColumnFeed = readonly Cell[] | Float64Array

export type Block =
  | { readonly kind: 'numeric'; readonly values: Float64Array; readonly missing: Uint8Array }
  /** position of the row's one among the encoder's columns */
  | { readonly kind: 'category'; readonly index: Int32Array }

/** Encoded columns of one encoder. */
export const width = (encoder: Encoder): number => (encoder.kind === 'numeric' ? 2 : encoder.levels.values.length + 2)

export const otherIndex = (encoder: CategoryEncoder): number => encoder.levels.values.length
export const missingIndex = (encoder: CategoryEncoder): number => encoder.levels.values.length + 1

export function encodeColumn(encoder: Encoder, feed: ColumnFeed, rows: number): Block {
  if (encoder.kind === 'numeric') {
    const values = new Float64Array(rows)
    const missing = new Uint8Array(rows)
    for (let i = 0; i < rows; i++) {
      const x = asNumber(feed[i])
      if (Number.isNaN(x)) missing[i] = 1
      else values[i] = (Math.min(Math.max(x, encoder.low), encoder.high) - encoder.mean) / encoder.scale
    }
    return { kind: 'numeric', values, missing }
  }
  const index = new Int32Array(rows)
  const indexOf = levelIndex(encoder)
  for (let i = 0; i < rows; i++) index[i] = indexOf(feed[i])
  return { kind: 'category', index }
}

/** A lookup made once and asked for every row. */
export function levelIndex(encoder: CategoryEncoder): (value: Cell | undefined) => number {
  const other = otherIndex(encoder)
  const missing = missingIndex(encoder)
  if (encoder.levels.of === 'string') {
    const known = new Map(encoder.levels.values.map((level, i) => [level, i]))
    return (value) => {
      const text = value === null || value === undefined ? '' : untilNul(String(value))
      return text === '' ? missing : (known.get(text) ?? other)
    }
  }
  const known = new Map(encoder.levels.values.map((level, i) => [level, i]))
  return (value) => {
    const x = asNumber(value)
    return Number.isNaN(x) ? missing : (known.get(Math.fround(x)) ?? other)
  }
}

/** onnxruntime's strings are C strings: what stands behind a NUL does not reach the model, so it must not reach the fit either. */
const untilNul = (text: string): string => {
  const end = text.indexOf('\0')
  return end < 0 ? text : text.slice(0, end)
}

/** A cell as a number; missing is NaN, booleans are 0 and 1. */
export function asNumber(value: Cell | undefined): number {
  if (typeof value === 'number') return value
  if (value === null || value === undefined || value === '') return Number.NaN
  return Number(value)
}
