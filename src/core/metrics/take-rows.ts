/** The scores of some of the rows, in the order given: a slice, a horizon, one class against the rest. */
import { once } from './once.ts'
import type { BinaryScores, ForecastingScores, RankingScores, RegressionScores, Scores } from './scores.ts'

export function takeRows(scores: ForecastingScores, rows: Uint32Array): ForecastingScores
export function takeRows(scores: RankingScores, rows: Uint32Array): RankingScores
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
      return takeBinary(scores, rows, given)
    case 'multiclass':
      return {
        ...scores,
        ...given,
        y: codes(scores.y, rows),
        proba: scores.proba && numbers(scores.proba, rows, scores.classes.length),
        predicted: codes(scores.predicted, rows),
      }
    case 'regression':
      return { ...scores, ...given, ...takeNumbers(scores, rows) }
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

/** Each column is taken when it is read: of the hundreds of slices of millions of rows most metrics read one or two. */
function takeBinary(scores: BinaryScores, rows: Uint32Array, given: Pick<BinaryScores, 'weight' | 'group' | 'worth'>): BinaryScores {
  const y = once(() => bytes(scores.y, rows))
  const score = once(() => scores.score && numbers(scores.score, rows))
  const predicted = once(() => bytes(scores.predicted, rows))
  return {
    task: 'binary',
    worth: scores.worth ?? null,
    ...given,
    get y() {
      return y()
    },
    get score() {
      return score()
    },
    get predicted() {
      return predicted()
    },
  }
}

const takeNumbers = ({ y, predicted, quantiles = null }: RegressionScores | ForecastingScores, rows: Uint32Array) => ({
  y: numbers(y, rows),
  predicted: numbers(predicted, rows),
  quantiles: quantiles && { ...quantiles, values: numbers(quantiles.values, rows, quantiles.levels.length) },
})

function takeForecasts(scores: ForecastingScores, rows: Uint32Array): ForecastingScores {
  return {
    ...scores,
    ...takeNumbers(scores, rows),
    series: scores.series && codes(scores.series, rows),
    time: scores.time && numbers(scores.time, rows),
    horizon: scores.horizon && codes(scores.horizon, rows),
    naive: scores.naive && numbers(scores.naive, rows),
  }
}

// One loop for each type of array: a loop that meets all three takes five times as long, and slices take millions of rows some hundred times over.
function numbers(values: Float64Array, rows: Uint32Array, width = 1): Float64Array {
  const into = new Float64Array(rows.length * width)
  if (width === 1) for (let j = 0; j < rows.length; j++) into[j] = values[rows[j] ?? 0] ?? 0
  else for (let j = 0; j < into.length; j++) into[j] = values[cell(rows, j, width)] ?? 0
  return into
}

function bytes(values: Uint8Array, rows: Uint32Array, width = 1): Uint8Array {
  const into = new Uint8Array(rows.length * width)
  if (width === 1) for (let j = 0; j < rows.length; j++) into[j] = values[rows[j] ?? 0] ?? 0
  else for (let j = 0; j < into.length; j++) into[j] = values[cell(rows, j, width)] ?? 0
  return into
}

function codes(values: Int32Array, rows: Uint32Array): Int32Array {
  const into = new Int32Array(rows.length)
  for (let j = 0; j < rows.length; j++) into[j] = values[rows[j] ?? 0] ?? 0
  return into
}

/** Where cell j of the rows that are taken lies among all. */
function cell(rows: Uint32Array, j: number, width: number): number {
  const at = Math.floor(j / width)
  return (rows[at] ?? 0) * width + j - at * width
}
