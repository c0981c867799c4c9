/**
 * How wrong a model is on each row: what a slice and the rest of the rows are compared by. Log loss where there are probabilities (cut off at 1e-15), else 1 for
 * a wrong label; the absolute error of a number; the share of wrong labels of several. A ranking has no loss of a row: null.
 */
import type { Scores } from '../metrics/scores.ts'

const least = 1e-15

export function rowLosses(scores: Scores): Float64Array | null {
  const n = scores.y.length
  switch (scores.task) {
    case 'binary': {
      const { y, score, predicted } = scores
      if (score === null || score.some((p) => p < 0 || p > 1)) return wrong(y, predicted)
      const losses = new Float64Array(n)
      for (let i = 0; i < n; i++) losses[i] = -Math.log(Math.max(least, y[i] === 1 ? (score[i] ?? 0) : 1 - (score[i] ?? 0)))
      return losses
    }
    case 'multiclass': {
      const { y, proba, predicted, classes } = scores
      if (proba === null) return wrong(y, predicted)
      return Float64Array.from({ length: n }, (_, i) => -Math.log(Math.max(least, proba[i * classes.length + (y[i] ?? 0)] ?? 0)))
    }
    case 'regression':
    case 'forecasting':
      return Float64Array.from({ length: n }, (_, i) => Math.abs((scores.y[i] ?? 0) - (scores.predicted[i] ?? 0)))
    case 'multilabel': {
      const k = scores.labels.length
      const losses = new Float64Array(k === 0 ? 0 : n / k)
      for (let at = 0; at < n; at++)
        if (scores.y[at] !== scores.predicted[at]) losses[Math.floor(at / k)] = (losses[Math.floor(at / k)] ?? 0) + 1 / k
      return losses
    }
    case 'ranking':
      return null
  }
}

const wrong = (y: Uint8Array | Int32Array, predicted: Uint8Array | Int32Array): Float64Array =>
  Float64Array.from({ length: y.length }, (_, i) => (y[i] === predicted[i] ? 0 : 1))
