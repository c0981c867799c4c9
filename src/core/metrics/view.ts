/** Scores with what several metrics share, computed once on first use: the ranking, the curve, the confusion table. */
import { type Ranking, ranking } from '../stats/ranking.ts'
import { confusionOf } from './confusion.ts'
import { type Curve, curveOf } from './curve.ts'
import type { Confusion } from './sample.ts'
import {
  assertScores,
  type BinaryScores,
  type ForecastingScores,
  type MulticlassScores,
  type MultilabelScores,
  type RankingScores,
  type RegressionScores,
  rowsOf,
  type Scores,
  unitsOf,
} from './scores.ts'

/** What every view has: rows, and what each counts. */
export interface Rows {
  /** rows; of a ranking, too */
  readonly n: number
  /** null: 1 each */
  readonly weight: Float64Array | null
  /** unit of each row: group, else query, else series; null: each row is one */
  readonly unit: Int32Array | null
}

export interface BinaryView extends Rows, Omit<BinaryScores, 'weight'> {
  confusion(): Confusion
  /** null without scores */
  ranks(): Ranking | null
  curve(): Curve | null
}

export interface MulticlassView extends Rows, Omit<MulticlassScores, 'weight'> {
  confusion(): Confusion
  /** one class against the rest, by its probability */
  ranks(c: number): Ranking | null
}

export interface RegressionView extends Rows, Omit<RegressionScores, 'weight'> {}

export interface MultilabelView extends Rows, Omit<MultilabelScores, 'weight'> {}

export interface RankingView extends Rows, Omit<RankingScores, 'weight'> {
  /** rows of each query that has any, in the order of their codes */
  queries(): readonly Uint32Array[]
}

export interface ForecastingView extends Rows, Omit<ForecastingScores, 'weight'> {}

export type View = BinaryView | MulticlassView | RegressionView | MultilabelView | RankingView | ForecastingView

/** @throws RangeError when a score, label or prediction is not one */
export function viewOf(scores: Scores): View {
  assertScores(scores)
  const n = rowsOf(scores)
  const rows = { n, weight: scores.weight ?? null, unit: unitsOf(scores) }
  switch (scores.task) {
    case 'binary': {
      const { score } = scores
      const ranks = once(() => (score ? ranking(score) : null))
      return {
        ...scores,
        ...rows,
        confusion: once(() => confusionOf(scores.y, scores.predicted, 2)),
        ranks,
        curve: once(() => {
          const order = ranks()
          return order ? curveOf(order, scores.y) : null
        }),
      }
    }
    case 'multiclass': {
      const { proba, classes } = scores
      const k = classes.length
      const perClass = classes.map((_, c) =>
        once(() => (proba ? ranking(Float64Array.from({ length: n }, (_, i) => proba[i * k + c] ?? 0)) : null)),
      )
      return {
        ...scores,
        ...rows,
        confusion: once(() => confusionOf(scores.y, scores.predicted, k)),
        ranks: (c) => perClass[c]?.() ?? null,
      }
    }
    case 'regression':
      return { ...scores, ...rows }
    case 'multilabel':
      return { ...scores, ...rows }
    case 'ranking':
      return { ...scores, ...rows, queries: once(() => rowsByCode(scores.query)) }
    case 'forecasting':
      return { ...scores, ...rows }
  }
}

function rowsByCode(codes: Int32Array): readonly Uint32Array[] {
  const lists = new Map<number, number[]>()
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i] ?? 0
    const list = lists.get(code)
    if (list) list.push(i)
    else lists.set(code, [i])
  }
  return [...lists].sort(([a], [b]) => a - b).map(([, rows]) => Uint32Array.from(rows))
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
