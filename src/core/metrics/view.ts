/** Scores with what several metrics share, computed once on first use: the ranking, the curve, the confusion table. */
import { type Ranking, ranking } from '../stats/ranking.ts'
import { confusionOf } from './confusion.ts'
import { type Curve, curveOf } from './curve.ts'
import type { Confusion } from './sample.ts'
import { assertScores, type BinaryScores, type MulticlassScores, type RegressionScores, type Scores } from './scores.ts'

export interface BinaryView extends BinaryScores {
  readonly n: number
  confusion(): Confusion
  /** null without scores */
  ranks(): Ranking | null
  curve(): Curve | null
}

export interface MulticlassView extends MulticlassScores {
  readonly n: number
  confusion(): Confusion
  /** one class against the rest, by its probability */
  ranks(c: number): Ranking | null
}

export interface RegressionView extends RegressionScores {
  readonly n: number
}

export type View = BinaryView | MulticlassView | RegressionView

/** @throws RangeError when a score, label or prediction is not one */
export function viewOf(scores: Scores): View {
  assertScores(scores)
  const n = scores.y.length
  switch (scores.task) {
    case 'binary': {
      const { score } = scores
      const ranks = once(() => (score ? ranking(score) : null))
      return {
        ...scores,
        n,
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
      return { ...scores, n, confusion: once(() => confusionOf(scores.y, scores.predicted, k)), ranks: (c) => perClass[c]?.() ?? null }
    }
    case 'regression':
      return { ...scores, n }
  }
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | null = null
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
