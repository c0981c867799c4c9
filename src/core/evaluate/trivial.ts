/**
 * What a model without features reaches on the same rows, whichever is best by the metric: of classes the training shares as probabilities, and as answers the
 * majority class, any other one always, or classes drawn by their shares; of numbers the training mean or median. Without training statistics the evaluated rows
 * give them, which flatters the trivial model, never ours.
 */
import type { Metric } from '../metrics/metric.ts'
import type { Params } from '../metrics/params.ts'
import type { Sample } from '../metrics/sample.ts'
import { rowsOf, type Scores } from '../metrics/scores.ts'
import { sampleOf } from '../metrics/table.ts'
import { type View, viewOf } from '../metrics/view.ts'
import { random } from '../stats/random.ts'

export type TrainingStatistics =
  | { readonly task: 'binary'; readonly prior: number }
  /** shares in the order of `classes` of the scores */
  | { readonly task: 'multiclass'; readonly priors: readonly number[] }
  /** in the order of `labels` of the scores */
  | { readonly task: 'multilabel'; readonly shares: readonly number[] }
  | {
      readonly task: 'regression'
      readonly mean: number
      readonly median: number | null
      /** at the levels of the scores; null or absent: they are not known */
      readonly quantiles?: readonly number[] | null
    }

export interface Trivial {
  readonly views: readonly View[]
  /** what it knows, in words */
  readonly knows: string
}

export function trivialOf(scores: Scores, given: TrainingStatistics | null): Trivial {
  const training = given !== null && fits(given, scores) ? given : null
  const what = knownOf(scores)
  if (scores.task === 'ranking') {
    const knows = scores.popularity ? `${what}, or by how often it was relevant in training` : what
    return { views: trivialScores(scores, training).map((one) => viewOf(one)), knows }
  }
  const told = training !== null || (scores.task === 'forecasting' && scores.naive !== null)
  const knows = !told ? `only the ${what} of the test rows, as those of training are not known` : `only the ${what} of training`
  return { views: trivialScores(scores, training).map((one) => viewOf(one)), knows }
}

/** What a model without features knows of the truth. */
const known = {
  binary: 'class shares',
  multiclass: 'class shares',
  regression: 'mean',
  multilabel: 'share of each label',
  ranking: 'with the same score for every item',
  forecasting: 'last season',
} as const satisfies Record<Scores['task'], string>

function knownOf(scores: Scores): string {
  if (scores.task === 'forecasting' && scores.naive === null) return 'mean'
  return scores.task === 'regression' && scores.quantiles ? 'mean and quantiles' : known[scores.task]
}

const fits = (training: TrainingStatistics, scores: Scores): boolean =>
  training.task === scores.task &&
  !(training.task === 'multilabel' && scores.task === 'multilabel' && training.shares.length !== scores.labels.length) &&
  !(training.task === 'multiclass' && scores.task === 'multiclass' && training.priors.length !== scores.classes.length)

export function bestTrivial(views: readonly View[], metric: Metric, params: Params): Sample | null {
  let best: Sample | null = null
  // what reads probabilities reads the same of each
  for (const view of metric.needs === 'scores' && views[0]?.task !== 'ranking' ? views.slice(0, 1) : views) {
    const sample = sampleOf(metric, view, params)
    const value = sample.value.value
    if (value === null) continue
    const before = best?.value.value ?? null
    if (before === null || (metric.direction === 'higher' ? value > before : value < before)) best = sample
  }
  return best
}

function trivialScores(scores: Scores, training: TrainingStatistics | null): readonly Scores[] {
  const n = rowsOf(scores)
  if (n === 0) return []
  const { weight = null, group = null, worth = null } = scores
  const given = { weight, group, ...(worth && { worth }) }
  switch (scores.task) {
    case 'binary': {
      const prior = training?.task === 'binary' ? training.prior : scores.y.reduce((sum, y) => sum + y, 0) / n
      const score = new Float64Array(n).fill(prior)
      const majority = prior >= 0.5 ? 1 : 0
      const answers = [new Uint8Array(n).fill(majority), new Uint8Array(n).fill(1 - majority), new Uint8Array(drawn([1 - prior, prior], n))]
      return answers.map((predicted) => ({ task: 'binary', y: scores.y, score, predicted, ...given }))
    }
    case 'multiclass': {
      const k = scores.classes.length
      const priors = training?.task === 'multiclass' ? Float64Array.from(training.priors) : shares(scores.y, k)
      const { classes, y } = scores
      const proba = Float64Array.from({ length: n * k }, (_, i) => priors[i % k] ?? 0)
      const answers = [new Int32Array(n).fill(priors.indexOf(Math.max(...priors))), drawn(priors, n)]
      return answers.map((predicted) => ({ task: 'multiclass', classes, y, proba, predicted, ...given }))
    }
    case 'regression': {
      const own =
        training?.task === 'regression' ? training : { mean: scores.y.reduce((sum, y) => sum + y, 0) / n, median: median(scores.y) }
      const constants = own.median === null || own.median === own.mean ? [own.mean] : [own.mean, own.median]
      // every row has the quantiles of all
      const { levels } = scores.quantiles ?? { levels: [] }
      const ends = (training?.task === 'regression' ? training.quantiles : null) ?? quantilesOf(scores.y, levels)
      const values = Float64Array.from({ length: n * levels.length }, (_, at) => ends[at % levels.length] ?? 0)
      const quantiles = scores.quantiles ? { levels, values } : null
      return constants.map((c) => ({ task: 'regression', y: scores.y, predicted: new Float64Array(n).fill(c), quantiles, ...given }))
    }
    case 'multilabel': {
      const k = scores.labels.length
      const rates = training?.task === 'multilabel' ? Float64Array.from(training.shares) : new Float64Array(k)
      if (training?.task !== 'multilabel')
        for (let at = 0; at < scores.y.length; at++) rates[at % k] = (rates[at % k] ?? 0) + (scores.y[at] ?? 0) / n
      const score = Float64Array.from({ length: n * k }, (_, at) => rates[at % k] ?? 0)
      const answers = [Uint8Array.from(score, (p) => (p >= 0.5 ? 1 : 0)), new Uint8Array(n * k).fill(1)]
      return answers.map((predicted) => ({ ...scores, score, predicted }))
    }
    case 'ranking':
      return [new Float64Array(n), ...(scores.popularity ? [scores.popularity] : [])].map((score) => ({ ...scores, score }))
    case 'forecasting': {
      // without a naive forecast there is only the mean of the rows themselves
      const flat = new Float64Array(n).fill(scores.y.reduce((sum, y) => sum + y, 0) / n)
      const predicted = scores.naive ?? flat
      // it knows of no spread: every quantile is the forecast itself
      const { levels } = scores.quantiles ?? { levels: [] }
      const values = Float64Array.from({ length: n * levels.length }, (_, at) => predicted[Math.floor(at / levels.length)] ?? 0)
      return [{ ...scores, predicted, quantiles: scores.quantiles && { levels, values } }]
    }
  }
}

/** Classes by chance, each as often as its share: a seed, so that the same rows have the same answers. */
function drawn(shares: ArrayLike<number>, n: number): Int32Array {
  const source = random(1)
  const classes = new Int32Array(n)
  for (let i = 0; i < n; i++) {
    let left = source.next()
    let c = 0
    for (; c < shares.length - 1; c++) {
      left -= shares[c] ?? 0
      if (left < 0) break
    }
    classes[i] = c
  }
  return classes
}

function shares(y: Int32Array, classes: number): Float64Array {
  const counts = new Float64Array(classes)
  for (const code of y) counts[code] = (counts[code] ?? 0) + 1
  return counts.map((count) => count / y.length)
}

/** Values that occur: the smallest with at least that share of the rows at or below it. */
function quantilesOf(values: Float64Array, levels: readonly number[]): readonly number[] {
  if (levels.length === 0) return []
  const sorted = values.toSorted()
  return levels.map((level) => sorted[Math.max(0, Math.ceil(level * sorted.length) - 1)] ?? 0)
}

function median(values: Float64Array): number {
  const sorted = values.toSorted()
  const n = sorted.length
  return ((sorted[Math.floor((n - 1) / 2)] ?? 0) + (sorted[Math.floor(n / 2)] ?? 0)) / 2
}
