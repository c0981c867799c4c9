/**
 * The model that `builtin: baseline` makes: a generalised linear model over encoded columns, small enough to be read.
 * With no encoder it is the prior (class shares) or the mean.
 */
import { type ColumnFeed, type Encoder, encodeColumn, width } from './encode.ts'

export type BuiltinTask = 'binary' | 'multiclass' | 'regression'

/** How labels leave the model: `int64` when every label is a whole number, else text (`false` and `true` for booleans). */
export type Classes =
  | { readonly type: 'int64'; readonly labels: readonly number[] }
  | { readonly type: 'string'; readonly labels: readonly string[] }

export interface LinearModel {
  readonly task: BuiltinTask
  /** null for regression; columns of the probabilities are in this order */
  readonly classes: Classes | null
  readonly encoders: readonly Encoder[]
  /** one a score: binary and regression have one, multiclass one a class */
  readonly intercepts: readonly number[]
  /** one vector a score, over the encoded columns of all encoders in order */
  readonly weights: readonly Float64Array[]
}

/** Columns of the output: probabilities per class, or the one prediction. */
export const outputWidth = (model: LinearModel): number => (model.task === 'regression' ? 1 : (model.classes?.labels.length ?? 0))

/**
 * What the ONNX file computes, in double precision: the reference it is tested against.
 * @param columns raw values of each encoder's column, in the encoders' order
 * @returns row-major [rows, outputWidth]
 */
export function predict(model: LinearModel, columns: readonly ColumnFeed[], rows: number): Float64Array {
  const k = model.weights.length
  const scores = new Float64Array(rows * k)
  for (let i = 0; i < rows; i++) for (let c = 0; c < k; c++) scores[i * k + c] = model.intercepts[c] ?? 0
  let offset = 0
  for (const [position, encoder] of model.encoders.entries()) {
    const feed = columns[position]
    if (feed === undefined) throw new RangeError(`no values for ${encoder.column}`)
    const block = encodeColumn(encoder, feed, rows)
    for (const [c, weights] of model.weights.entries()) {
      for (let i = 0; i < rows; i++) {
        const at = i * k + c
        if (block.kind === 'category') {
          const level = block.index[i] ?? 0
          scores[at] = (scores[at] ?? 0) + (weights[offset + level] ?? 0)
        } else {
          const missing = block.missing[i] ?? 0
          scores[at] = (scores[at] ?? 0) + (block.values[i] ?? 0) * (weights[offset] ?? 0) + missing * (weights[offset + 1] ?? 0)
        }
      }
    }
    offset += width(encoder)
  }
  return link(model.task, scores, rows, k)
}

function link(task: BuiltinTask, scores: Float64Array, rows: number, k: number): Float64Array {
  switch (task) {
    case 'regression':
      return scores
    case 'binary': {
      const out = new Float64Array(rows * 2)
      for (let i = 0; i < rows; i++) {
        const p = sigmoid(scores[i] ?? 0)
        out[2 * i] = 1 - p
        out[2 * i + 1] = p
      }
      return out
    }
    case 'multiclass': {
      for (let i = 0; i < rows; i++) softmaxInPlace(scores, i * k, k)
      return scores
    }
  }
}

export const sigmoid = (x: number): number => (x >= 0 ? 1 / (1 + Math.exp(-x)) : 1 - 1 / (1 + Math.exp(x)))

/** Turns k scores into shares; returns ln Σ exp(score). */
export function softmaxInPlace(scores: Float64Array, from: number, k: number): number {
  let top = -Infinity
  for (let c = 0; c < k; c++) top = Math.max(top, scores[from + c] ?? 0)
  let total = 0
  for (let c = 0; c < k; c++) {
    const e = Math.exp((scores[from + c] ?? 0) - top)
    scores[from + c] = e
    total += e
  }
  for (let c = 0; c < k; c++) scores[from + c] = (scores[from + c] ?? 0) / total
  return top + Math.log(total)
}
