/** What evaluation reads: per row the truth, the prediction and, where the model gives them, the probabilities. One shape a task. */

export interface BinaryScores {
  readonly task: 'binary'
  /** 1 = positive */
  readonly y: Uint8Array
  /** P(positive), or any score that rises with it where only order is read; null when the model gives labels only */
  readonly score: Float64Array | null
  readonly predicted: Uint8Array
}

export interface MulticlassScores {
  readonly task: 'multiclass'
  readonly classes: readonly string[]
  /** index into classes */
  readonly y: Int32Array
  /** n × k, row by row, in the order of classes */
  readonly proba: Float64Array | null
  readonly predicted: Int32Array
}

export interface RegressionScores {
  readonly task: 'regression'
  readonly y: Float64Array
  readonly predicted: Float64Array
}

export type Scores = BinaryScores | MulticlassScores | RegressionScores
export type ScoredTask = Scores['task']

/**
 * No metric is ever computed from a number that is none.
 * @throws RangeError on NaN or ±Infinity, a class code out of range, or lengths that differ
 */
export function assertScores(scores: Scores): void {
  const n = scores.y.length
  same('predictions', scores.predicted.length, n)
  switch (scores.task) {
    case 'binary':
      codes(scores.y, 2, 'label')
      codes(scores.predicted, 2, 'prediction')
      if (scores.score) {
        same('scores', scores.score.length, n)
        finite(scores.score, 'score')
      }
      return
    case 'multiclass':
      codes(scores.y, scores.classes.length, 'label')
      codes(scores.predicted, scores.classes.length, 'prediction')
      if (scores.proba) {
        same('probabilities', scores.proba.length, n * scores.classes.length)
        finite(scores.proba, 'probability')
      }
      return
    case 'regression':
      finite(scores.y, 'label')
      finite(scores.predicted, 'prediction')
  }
}

/**
 * Two models can be compared row by row only on the same rows with the same truth.
 * @throws RangeError when task, classes, length or labels differ
 */
export function assertPaired(a: Scores, b: Scores): void {
  if (a.task !== b.task) throw new RangeError(`tasks differ: ${a.task} and ${b.task}`)
  if (a.task === 'multiclass' && b.task === 'multiclass' && a.classes.join('\0') !== b.classes.join('\0'))
    throw new RangeError('classes differ')
  same('rows', b.y.length, a.y.length)
  for (let i = 0; i < a.y.length; i++) if (a.y[i] !== b.y[i]) throw new RangeError(`labels differ in row ${i}`)
}

function same(what: string, found: number, expected: number): void {
  if (found !== expected) throw new RangeError(`${found} ${what} for ${expected}`)
}

function finite(values: Float64Array, what: string): void {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) throw new RangeError(`a ${what} is not finite, in place ${i}`)
}

function codes(values: Uint8Array | Int32Array, count: number, what: string): void {
  for (let i = 0; i < values.length; i++) {
    const code = values[i] ?? -1
    if (code < 0 || code >= count) throw new RangeError(`a ${what} is no class, in place ${i}`)
  }
}
