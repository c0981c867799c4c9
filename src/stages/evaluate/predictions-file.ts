/** `predictions.parquet`: what was predicted for each row. It holds rows, so it stays on this machine. */
import { rowsOf, type Scores } from '../../core/metrics/scores.ts'
import type { ColumnValues, Scalar } from '../../ports/data-engine.ts'

export const predictionsFile = 'predictions.parquet'

export interface PredictionColumn {
  readonly name: string
  readonly values: readonly Scalar[] | Float64Array
}

/** @param labels of a binary task, negative first */
export function predictionColumns(
  scores: Scores,
  labels: readonly [string, string] | null,
  id: ColumnValues | null,
): readonly PredictionColumn[] {
  const column = (name: string, values: PredictionColumn['values']) => ({ name, values })
  const named = (codes: ArrayLike<number>, names: readonly string[]) => Array.from(codes, (code) => names[code] ?? null)
  const ids = id === null ? [] : [column('id', id)]
  switch (scores.task) {
    case 'binary': {
      const names = labels ?? ['0', '1']
      const score = scores.score === null ? [] : [column('score', scores.score)]
      return [...ids, column('y', named(scores.y, names)), column('predicted', named(scores.predicted, names)), ...score]
    }
    case 'multiclass': {
      const { proba, classes } = scores
      const best = proba && Float64Array.from(scores.predicted, (code, row) => proba[row * classes.length + code] ?? Number.NaN)
      return [
        ...ids,
        column('y', named(scores.y, classes)),
        column('predicted', named(scores.predicted, classes)),
        ...(best === null ? [] : [column('score', best)]),
      ]
    }
    case 'multilabel': {
      const { labels: names, y, predicted, score } = scores
      const of = (values: ArrayLike<number>, c: number) =>
        Float64Array.from({ length: rowsOf(scores) }, (_, row) => values[row * names.length + c] ?? 0)
      return [
        ...ids,
        ...names.flatMap((name, c) => [
          column(`y_${name}`, of(y, c)),
          column(`predicted_${name}`, of(predicted, c)),
          ...(score === null ? [] : [column(`score_${name}`, of(score, c))]),
        ]),
      ]
    }
    case 'regression':
    case 'forecasting': {
      const { levels, values } = scores.quantiles ?? { levels: [], values: new Float64Array(0) }
      const of = (c: number) => Float64Array.from({ length: scores.y.length }, (_, row) => values[row * levels.length + c] ?? 0)
      return [
        ...ids,
        column('y', scores.y),
        column('predicted', scores.predicted),
        ...levels.map((level, c) => column(`quantile_${level}`, of(c))),
      ]
    }
    case 'ranking':
      return [...ids, column('y', scores.y), column('score', scores.score)]
  }
}
