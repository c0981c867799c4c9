/** Truth, answers and what is known of the rows → the scores of each model, by the task. */
import { labelShares, trainingStatistics } from '../../core/evaluate/training.ts'
import type {
  BinaryScores,
  ForecastingScores,
  MulticlassScores,
  MultilabelScores,
  RankingScores,
  RegressionScores,
  ScoredTask,
  Scores,
} from '../../core/metrics/scores.ts'
import { targetColumns } from '../../core/schema/target-columns.ts'
import type { DataEngine } from '../../ports/data-engine.ts'
import type { ModelContext } from '../context.ts'
import {
  type Answered,
  allClasses,
  binaryScores,
  forecastingScores,
  levelsOf,
  multiclassScores,
  multilabelScores,
  rankingScores,
  regressionScores,
} from './assemble.ts'
import { type Compared, notComparable } from './baseline.ts'
import { type Naive, naiveForecast, type TimeReader } from './forecast.ts'
import { type Items, itemsOf } from './items.ts'
import type { Counted, RowFacts } from './row-facts.ts'
import { checkPredicted, checkScale } from './suits.ts'
import { trainingTarget } from './training.ts'
import { alignTo, positiveOf, sortLabels, type Target } from './truth.ts'
import type { TruthReader } from './truth-reader.ts'

interface Assembled {
  /** in the order given */
  readonly models: readonly Scores[]
  /** of a classification; of a multilabel task its columns */
  readonly labels: readonly string[] | null
  /** of a binary task: negative, positive */
  readonly pair: readonly [string, string] | null
}

export function assemble(
  context: ModelContext,
  truth: TruthReader,
  counted: Counted & Ahead,
  task: ScoredTask,
  answers: readonly Answered[],
): Assembled {
  const { data, evaluate: settings } = context.model
  switch (task) {
    case 'regression': {
      const models: readonly RegressionScores[] = answers.map((answered) => ({ ...regressionScores(truth.numbers, answered), ...counted }))
      return { models, labels: null, pair: null }
    }
    case 'binary': {
      const positive = positiveOf(truth.coded, data)
      const models: readonly BinaryScores[] = answers.map((answered) => {
        checkPredicted(truth.coded, answered, data.target ?? '')
        const scores = binaryScores(truth.coded, positive, settings.threshold, answered)
        checkScale(scores, settings.metrics, settings.threshold, answered.shown)
        return { ...scores, ...counted }
      })
      const negative = truth.coded.names.find((label) => label !== positive) ?? ''
      return { models, labels: sortLabels(truth.coded.names), pair: [negative, positive] }
    }
    case 'ranking': {
      const { weight, group: query, item, popularity } = counted
      if (query === null) throw new Error('a ranking without data.group')
      const models: readonly RankingScores[] = answers.map((answered) => ({
        ...rankingScores(truth.numbers, query, answered),
        weight,
        item,
        popularity,
      }))
      return { models, labels: null, pair: null }
    }
    case 'forecasting': {
      const { weight, group: series, times: time, horizon, scale, naive } = counted
      const given = { y: truth.numbers, series, time, horizon, scale, naive }
      const models = answers.map(
        (answered, at): ForecastingScores => ({ ...forecastingScores(given, levelsOf(settings, at > 0), answered), weight }),
      )
      return { models, labels: null, pair: null }
    }
    case 'multilabel': {
      const labels = targetColumns(data)
      const models = answers.map((answered): MultilabelScores => {
        const scores = multilabelScores(labels, truth.marks, settings.threshold, answered)
        checkScale(scores, settings.metrics, settings.threshold, answered.shown)
        return { ...scores, ...counted }
      })
      return { models, labels, pair: null }
    }
    case 'multiclass': {
      const classes = allClasses(truth.coded, answers)
      const models: readonly MulticlassScores[] = answers.map((answered) => ({
        ...multiclassScores(truth.coded, classes, answered),
        ...counted,
      }))
      return { models, labels: classes, pair: null }
    }
  }
}

/** The candidate's own trouble is an error; a baseline that speaks of other labels cannot be compared. */
export function together(
  found: Compared,
  assembled: (others: readonly Answered[]) => Assembled,
): { compared: Compared; scores: Assembled } {
  const alone = () => assembled([])
  if (found.scored === null) return { compared: found, scores: alone() }
  try {
    return { compared: found, scores: assembled([found.scored]) }
  } catch (thrown) {
    return { scores: alone(), compared: notComparable(found, thrown) }
  }
}

type Ahead = Naive & Items & { readonly times: Float64Array | null; readonly horizon: Int32Array | null }

/** What a forecast or a ranking is held against; of other tasks nothing. */
export async function aheadOf(
  context: ModelContext,
  engine: DataEngine,
  target: Target,
  task: ScoredTask,
  { facts, ids }: { readonly facts: RowFacts; readonly ids: TruthReader['ids'] },
  reader: TimeReader,
  shown: string,
): Promise<Ahead> {
  const none = { times: null, horizon: null, scale: null, naive: null, item: null, popularity: null }
  if (task === 'ranking') return { ...none, ...(await itemsOf(context, engine, target.columns[0], ids)) }
  if (task !== 'forecasting') return none
  const times = reader.times(shown)
  return { ...none, times, horizon: reader.horizons(shown), ...(await naiveForecast(context, engine, target.columns[0], facts, times)) }
}

/** What a model without features would have learned, where a profile says it. */
export async function training(
  context: ModelContext,
  [column, ...others]: Target['columns'],
  own: Assembled['models'][number],
  { pair }: Assembled,
  truth: TruthReader,
) {
  if (own.task === 'ranking' || own.task === 'forecasting') return null
  const target = await trainingTarget(context, column)
  if (target === null) return null
  if (own.task === 'multilabel') {
    const rest = await Promise.all(others.map((name) => trainingTarget(context, name)))
    return labelShares([target, ...rest], alignTo(['0', '1']))
  }
  const align = alignTo(own.task === 'multiclass' ? own.classes : truth.coded.names)
  switch (own.task) {
    case 'binary':
      return pair && trainingStatistics(target, { task: 'binary', negative: pair[0], positive: pair[1] }, align)
    case 'multiclass':
      return trainingStatistics(target, { task: 'multiclass', classes: own.classes }, align)
    case 'regression':
      return trainingStatistics(target, { task: 'regression' }, align)
  }
}
