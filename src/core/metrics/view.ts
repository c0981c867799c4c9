/** Scores with what several metrics share, computed once on first use: the ranking, the curve, the confusion table. */
import { type Ranking, ranking, rankingOnce } from '../stats/ranking.ts'
import { type Area, areaOf } from './area.ts'
import { confusionOf } from './confusion.ts'
import { curveOf } from './curve.ts'
import { once } from './once.ts'
import type { Confusion, Curve } from './sample.ts'
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
import { takeRows } from './take-rows.ts'

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
  /** of rows that count alike; null without scores, or where the truth has one class only */
  area(): Area | null
  curve(): Curve | null
}

/** What is known of some of the rows from having looked at all. */
export interface Known {
  /** rows */
  readonly n: number
  ranks(): Ranking | null
  /** @param own computes it from these rows alone */
  area(own: () => Area | null): Area | null
}

export interface MulticlassView extends Rows, Omit<MulticlassScores, 'weight'> {
  confusion(): Confusion
  /** one class against the rest, by its probability */
  ranks(c: number): Ranking | null
  /** one class against the rest */
  against(c: number): BinaryView
}

export interface RegressionView extends Rows, Omit<RegressionScores, 'weight'> {}

export interface MultilabelView extends Rows, Omit<MultilabelScores, 'weight'> {
  /** by the score of one label */
  ranks(c: number): Ranking | null
  /** one label as a task of its own */
  against(c: number): BinaryView
}

export interface RankingView extends Rows, Omit<RankingScores, 'weight'> {
  /** rows of each query that has any, in the order of their codes */
  queries(): readonly Uint32Array[]
}

export interface ForecastingView extends Rows, Omit<ForecastingScores, 'weight'> {
  /** the rows so many steps ahead; null where horizons are not told, or none is that far */
  ahead(steps: number): ForecastingView | null
}

export type View = BinaryView | MulticlassView | RegressionView | MultilabelView | RankingView | ForecastingView

/**
 * A row of weight 0 is no row: it is left out here, so that no metric has to think of it.
 * @throws RangeError when a score, label or prediction is not one
 */
export function viewOf(given: Scores): View {
  assertScores(given)
  const view = viewOfPart(given)
  // columns that are there: read as they are, and not through a function
  return view.task === 'binary' ? { ...view } : view
}

/**
 * The same of rows that were taken from scores that are known to be some.
 * @param known of a binary task whose rows all count
 */
export function viewOfPart(given: Scores, known: Known | null = null): View {
  const scores = withoutWeightless(given)
  // columns of a part are taken when they are read
  const n = known && scores === given ? known.n : rowsOf(scores)
  const rows = { n, weight: scores.weight ?? null, unit: unitsOf(scores) }
  switch (scores.task) {
    case 'binary':
      return binaryView(scores, rows, scores === given ? known : null)
    case 'multiclass': {
      const { proba, classes } = scores
      const k = classes.length
      return {
        ...scores,
        ...rows,
        confusion: once(() => confusionOf(scores.y, scores.predicted, k, rows.weight)),
        ...columnsOf(proba, n, k, (c, score) => {
          const is = (codes: Int32Array) => Uint8Array.from(codes, (code) => (code === c ? 1 : 0))
          return binaryView({ task: 'binary', y: is(scores.y), score, predicted: is(scores.predicted) }, rows)
        }),
      }
    }
    case 'regression':
      return { ...scores, ...rows }
    case 'multilabel': {
      const k = scores.labels.length
      const column = (values: Uint8Array, c: number) => Uint8Array.from({ length: n }, (_, i) => values[i * k + c] ?? 0)
      return {
        ...scores,
        ...rows,
        ...columnsOf(scores.score, n, k, (c, score) =>
          binaryView({ task: 'binary', y: column(scores.y, c), score, predicted: column(scores.predicted, c) }, rows),
        ),
      }
    }
    case 'ranking':
      return { ...scores, ...rows, queries: once(() => rowsByCode(scores.query)) }
    case 'forecasting':
      return forecastingView(scores, rows)
  }
}

/** Columns are read when a metric asks: those of a part are made then. */
function binaryView(scores: BinaryScores, rows: Rows, known: Known | null = null): BinaryView {
  const ranks = once(() => known?.ranks() ?? (scores.score ? rankingOnce(scores.score) : null))
  const area = once(() => {
    const order = ranks()
    return order && rows.weight === null && hasBoth(scores.y) ? areaOf(order, scores.y) : null
  })
  const { group = null, worth = null } = scores
  return {
    task: 'binary',
    group,
    worth,
    ...rows,
    get y() {
      return scores.y
    },
    get score() {
      return scores.score
    },
    get predicted() {
      return scores.predicted
    },
    confusion: once(() => confusionOf(scores.y, scores.predicted, 2, rows.weight)),
    ranks,
    area: once(() => (known ? known.area(area) : area())),
    curve: once(() => {
      const order = ranks()
      return order ? curveOf(order, scores.y, rows.weight) : null
    }),
  }
}

const hasBoth = (y: Uint8Array): boolean => y.includes(1) && y.includes(0)

/** What there is of each of k columns of scores, made on first use. */
function columnsOf(scores: Float64Array | null, n: number, k: number, view: (c: number, score: Float64Array | null) => BinaryView) {
  const ranks = new Map<number, Ranking>()
  const views = new Map<number, BinaryView>()
  const column = (c: number) => scores && Float64Array.from({ length: n }, (_, i) => scores[i * k + c] ?? 0)
  return {
    ranks: (c: number) => {
      const score = ranks.has(c) ? null : column(c)
      if (score) ranks.set(c, ranking(score))
      return ranks.get(c) ?? null
    },
    against: (c: number) => {
      const made = views.get(c) ?? view(c, column(c))
      views.set(c, made)
      return made
    },
  }
}

function forecastingView(scores: ForecastingScores, rows: Rows): ForecastingView {
  const made = new Map<number, ForecastingView>()
  return {
    ...scores,
    ...rows,
    ahead: (steps) => {
      const known = made.get(steps)
      if (known) return known
      const { horizon } = scores
      const kept = horizon === null ? [] : [...horizon.keys()].filter((i) => horizon[i] === steps)
      if (kept.length === 0) return null
      const part = takeRows(scores, Uint32Array.from(kept))
      const view = forecastingView(part, { n: kept.length, weight: part.weight ?? null, unit: unitsOf(part) })
      made.set(steps, view)
      return view
    },
  }
}

function withoutWeightless(scores: Scores): Scores {
  const { weight } = scores
  if (!weight?.includes(0)) return scores
  return takeRows(scores, Uint32Array.from([...weight.keys()].filter((i) => weight[i] !== 0)))
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
