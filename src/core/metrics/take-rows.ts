/** The scores of some of the rows, in the order given: a slice, a horizon, one class against the rest. */
import type { ForecastingScores, Scores } from './scores.ts'

export function takeRows(scores: ForecastingScores, rows: Uint32Array): ForecastingScores
export function takeRows(scores: Scores, rows: Uint32Array): Scores
export function takeRows(scores: Scores, rows: Uint32Array): Scores {
  const { weight, group, worth = null } = scores
  const given = {
    weight: weight ? numbers(weight, rows) : null,
    group: group ? codes(group, rows) : null,
    ...(worth?.kind === 'rows' ? { worth: { kind: worth.kind, yes: numbers(worth.yes, rows) } } : {}),
  }
  switch (scores.task) {
    case 'binary':
      return {
        ...scores,
        ...given,
        y: bytes(scores.y, rows),
        score: scores.score && numbers(scores.score, rows),
        predicted: bytes(scores.predicted, rows),
      }
    case 'multiclass':
      return {
        ...scores,
        ...given,
        y: codes(scores.y, rows),
        proba: scores.proba && numbers(scores.proba, rows, scores.classes.length),
        predicted: codes(scores.predicted, rows),
      }
    case 'regression':
      return { ...scores, ...given, y: numbers(scores.y, rows), predicted: numbers(scores.predicted, rows) }
    case 'multilabel': {
      const k = scores.labels.length
      return {
        ...scores,
        ...given,
        y: bytes(scores.y, rows, k),
        score: scores.score && numbers(scores.score, rows, k),
        predicted: bytes(scores.predicted, rows, k),
      }
    }
    case 'ranking':
      return {
        ...scores,
        ...given,
        y: numbers(scores.y, rows),
        score: numbers(scores.score, rows),
        query: codes(scores.query, rows),
        item: scores.item ? codes(scores.item, rows) : null,
        popularity: scores.popularity ? numbers(scores.popularity, rows) : null,
      }
    case 'forecasting':
      return { ...takeForecasts(scores, rows), ...given }
  }
}

function takeForecasts(scores: ForecastingScores, rows: Uint32Array): ForecastingScores {
  const { quantiles } = scores
  return {
    ...scores,
    y: numbers(scores.y, rows),
    predicted: numbers(scores.predicted, rows),
    series: scores.series && codes(scores.series, rows),
    time: scores.time && numbers(scores.time, rows),
    horizon: scores.horizon && codes(scores.horizon, rows),
    quantiles: quantiles && { ...quantiles, values: numbers(quantiles.values, rows, quantiles.levels.length) },
    naive: scores.naive && numbers(scores.naive, rows),
  }
}

const numbers = (values: Float64Array, rows: Uint32Array, width = 1) => fill(values, rows, width, new Float64Array(rows.length * width))
const bytes = (values: Uint8Array, rows: Uint32Array, width = 1) => fill(values, rows, width, new Uint8Array(rows.length * width))
const codes = (values: Int32Array, rows: Uint32Array) => fill(values, rows, 1, new Int32Array(rows.length))

function fill<T extends Float64Array | Uint8Array | Int32Array>(values: T, rows: Uint32Array, width: number, into: T): T {
  for (let j = 0; j < rows.length; j++) {
    const from = (rows[j] ?? 0) * width
    for (let c = 0; c < width; c++) into[j * width + c] = values[from + c] ?? 0
  }
  return into
}
