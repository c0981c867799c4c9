/** Truth, answers and what is known of the rows → the scores of each model, and what they are held against. */
import { labelShares, trainingStatistics } from '../../core/evaluate/training.ts'
import type { ScoredTask } from '../../core/metrics/scores.ts'
import type { DataEngine } from '../../ports/data-engine.ts'
import type { ModelContext } from '../context.ts'
import type { Answered } from './assemble.ts'
import { type Compared, notComparable } from './baseline.ts'
import { naiveForecast, type TimeReader } from './forecast.ts'
import { itemsOf } from './items.ts'
import type { Opened } from './open.ts'
import type { RowFacts } from './row-facts.ts'
import type { Passed } from './score-candidate.ts'
import { checkLabels, checkPredicted, checkScale } from './suits.ts'
import { type Ahead, type Assembled, type KnownRows, noAhead, taskScores } from './task-scores.ts'
import { trainingTarget } from './training.ts'
import { alignTo, positiveOf, type Target } from './truth.ts'
import { isNumeric, type TruthReader } from './truth-reader.ts'

/**
 * Answers to the rows that passed → the scores of each model, with what they are held against read once.
 * @throws UserError LABEL_UNSEEN where the candidate cannot give a label of the data; the function: as `assemble` says it
 */
export async function assembler(
  context: ModelContext,
  { rows: { engine, target }, task, shown }: Opened,
  { candidate, truth, facts, times }: Passed,
): Promise<(answers: readonly Answered[]) => Assembled> {
  if (!isNumeric(task) && task !== 'multilabel') checkLabels(truth.coded, candidate, target.columns[0], shown.data)
  const ahead = await aheadOf(context, engine, target, task, { facts, ids: truth.ids }, times, shown.data)
  return (answers) => assemble(context, truth, { ...facts.counted, ...ahead }, task, answers)
}

/** @throws UserError LABEL_UNSEEN, SCORES_OUTSIDE, POSITIVE_UNKNOWN, and what reading of answers throws */
function assemble(
  { model }: ModelContext,
  truth: TruthReader,
  counted: KnownRows['counted'],
  task: ScoredTask,
  answers: readonly Answered[],
): Assembled {
  const { data, evaluate: settings } = model
  const positive = task === 'binary' ? positiveOf(truth.coded, data) : ''
  if (task === 'binary') for (const answered of answers) checkPredicted(truth.coded, answered, data.target ?? '')
  const assembled = taskScores(task, { truth, positive, counted }, model, answers)
  for (const [at, scores] of assembled.models.entries())
    if (scores.task === 'binary' || scores.task === 'multilabel')
      checkScale(scores, settings.metrics, settings.threshold, answers[at]?.shown ?? '')
  return assembled
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

/** What a forecast or a ranking is held against; of other tasks nothing. */
async function aheadOf(
  context: ModelContext,
  engine: DataEngine,
  target: Target,
  task: ScoredTask,
  { facts, ids }: { readonly facts: RowFacts; readonly ids: TruthReader['ids'] },
  reader: TimeReader,
  shown: string,
): Promise<Ahead> {
  if (task === 'ranking') return { ...noAhead, ...(await itemsOf(context, engine, target.columns[0], ids)) }
  if (task !== 'forecasting') return noAhead
  const times = reader.times(shown)
  return { ...noAhead, times, horizon: reader.horizons(shown), ...(await naiveForecast(context, engine, target.columns[0], facts, times)) }
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
      return trainingStatistics(target, { task: 'regression', levels: own.quantiles?.levels ?? [] }, align)
  }
}
