/**
 * What a model's outputs mean: which one is the label, which one holds probabilities, scores or values. Told by type, shape and, where
 * these leave a choice, by name; what stays unclear is an error that lists the outputs.
 */

import type { ScoredTask } from '../../core/metrics/scores.ts'
import { quoted } from '../../core/onnx/inspect.ts'
import { UserError } from '../../errors.ts'
import type { TensorInfo } from '../../ports/model-runtime.ts'
import { isNumeric } from './truth-reader.ts'

/** Names of outputs. At least one of them is there. */
export interface Layout {
  /** predicted label of each row; null for regression, and when the model gives none */
  readonly label: string | null
  /** of several labels a row: a 0 or 1 for each [n, labels] */
  readonly marks?: string | null
  /** one for each label [n, labels] or [labels, n, 2], one for each quantile [n, levels]; probabilities [n, k], one score [n] or [n, 1], or the predicted value of a regression without quantiles */
  readonly values: string | null
}

const isFloat = ({ type }: TensorInfo) => type === 'float32' || type === 'float64'
/** onnxruntime says no dimensions where it does not know them: what comes out is seen when it comes out */
const isUnknown = ({ shape }: TensorInfo) => shape.length === 0
const isColumn = (output: TensorInfo) =>
  output.shape.length === 1 || (output.shape.length === 2 && output.shape[1] === 1) || isUnknown(output)
const isMatrix = (output: TensorInfo) => (output.shape.length === 2 && output.shape[1] !== 1) || isUnknown(output)

interface Role {
  readonly fits: (output: TensorInfo) => boolean
  readonly names: RegExp
}

const label: Role = { fits: (output) => !isFloat(output) && isColumn(output), names: /label|class|pred/i }
const probabilities: Role = { fits: (output) => isFloat(output) && isMatrix(output), names: /prob|softmax|scores?$/i }
const score: Role = { fits: (output) => isFloat(output) && isColumn(output), names: /prob|score|sigmoid|pred/i }
const value: Role = {
  fits: (output) => output.type !== 'string' && (isColumn(output) || (isMatrix(output) && (output.shape[1] ?? null) === null)),
  names: /pred|variable|value|^y|output/i,
}

const labelScores: Role = {
  fits: (output) => isFloat(output) && (isMatrix(output) || output.shape.length === 3),
  names: /prob|score|sigmoid/i,
}
const marks: Role = {
  fits: (output) => !isFloat(output) && output.type !== 'string' && isMatrix(output),
  names: /label|class|pred/i,
}
const quantiles: Role = { fits: (output) => isFloat(output) && isMatrix(output), names: /quant|pred|variable|value|^y|output/i }
const rank: Role = { ...value, names: /score|rank|relevance|pred|variable|^y|output/i }

/**
 * @param asked what a row is asked for: one answer, or one for each quantile
 * @throws UserError OUTPUT_UNCLEAR naming the outputs
 */
export function layoutOf(outputs: readonly TensorInfo[], task: ScoredTask, shown: string, asked: 'one' | 'quantiles' = 'one'): Layout {
  const find = (role: Role): string | null => {
    const fitting = outputs.filter(role.fits)
    if (fitting.length <= 1) return fitting[0]?.name ?? null
    const named = fitting.filter(({ name }) => role.names.test(name))
    if (named.length === 1) return named[0]?.name ?? null
    const each = `${fitting.map(({ name }) => quoted(name)).join(' and ')} could each be it`
    throw unclear(outputs, task, shown, each, role === score ? columnsOfClasses : '')
  }
  const layout: Layout = isNumeric(task)
    ? { label: null, values: (asked === 'quantiles' ? find(quantiles) : null) ?? find(task === 'ranking' ? rank : value) }
    : task === 'multilabel'
      ? { label: null, marks: find(marks), values: find(labelScores) }
      : { label: find(label), values: find(probabilities) ?? find(score) }
  if (layout.label === null && layout.values === null && (layout.marks ?? null) === null) throw unclear(outputs, task, shown, 'none fits')
  return layout
}

const wanted: Readonly<Record<ScoredTask, string>> = {
  binary: 'a label per row, probabilities [rows, 2], or one score per row',
  multiclass: 'a label per row, or probabilities [rows, classes]',
  multilabel: 'one matrix [rows, labels]: a score, or a 0 or 1, for each label',
  regression: 'one number per row, or one for each quantile [rows, quantiles]',
  ranking: 'one score per row',
  forecasting: 'one number per row, or one for each quantile [rows, quantiles]',
}

/** Their names say the classes, but not surely: skl2onnx writes a letter before and changes what is not unique. */
const columnsOfClasses = "; where skl2onnx wrote a column for each class, leave out its option `zipmap: 'columns'`"

const unclear = (outputs: readonly TensorInfo[], task: ScoredTask, shown: string, why: string, hint = '') => {
  const list = outputs.map(({ name, type, shape }) => `${quoted(name)} ${type} [${shape.map((extent) => extent ?? '?').join(', ')}]`)
  return new UserError(
    'OUTPUT_UNCLEAR',
    `no output of ${shown} is clearly the answer to a ${task} task: ${why}; it has ${list.join(', ')}`,
    `export the model with ${wanted[task]}, or correct \`task\`${hint}`,
  )
}
