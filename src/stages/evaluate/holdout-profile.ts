/** The profile of the candidate's answers on rows it was not trained on, which drift and promotion take from here. */
import type { ScoredTask, Scores } from '../../core/metrics/scores.ts'
import { outcomesOf } from '../../core/no-labels/outcomes.ts'
import type { EvaluateDetails } from '../../core/schema/evaluate-details.ts'
import { UserError } from '../../errors.ts'
import type { DataEngine } from '../../ports/data-engine.ts'
import type { ModelContext } from '../context.ts'
import { openSource } from '../open-data.ts'
import { writeProfile } from '../write-profile.ts'
import { answerColumns, answersProfilePath, profileOfAnswers } from './predictions-profile.ts'
import { type Answers, scoreWithoutTruth } from './score-without-truth.ts'
import type { Scorer } from './scorer.ts'
import type { Units } from './units.ts'

export interface Holdout {
  readonly engine: DataEngine
  readonly scorer: Scorer
  readonly task: ScoredTask
  /** on the test rows */
  readonly scores: Scores
  /** of a binary task: negative, positive */
  readonly pair: readonly [string, string] | null
  /** of a classification, in the data's spelling */
  readonly labels: readonly string[]
  /** of the test rows */
  readonly units: Units | null
}

type Kept = Pick<EvaluateDetails, 'predictions_kept'>

/** Of the validation rows where they are configured and can be scored, else of the test rows. Nothing is written where drift is switched off. */
export async function writeHoldoutProfile(context: ModelContext, holdout: Holdout): Promise<Kept> {
  if (!context.model.drift.enabled) return {}
  const { engine, scores, pair, units } = holdout
  const validation = await validationAnswers(context, holdout)
  const scored = validation !== null && !('code' in validation)
  const answers = scored ? validation : { columns: answerColumns(scores, pair), units }
  const profile = await profileOfAnswers(context, engine, answers, null)
  // truth is known of the test rows, whichever the predictions kept are of
  const hidden = context.model.data.target === null || context.model.data.sensitive.includes(context.model.data.target)
  const outcomes = hidden ? null : outcomesOf(scores, pair)
  await writeProfile(context, answersProfilePath(context), [{ ...profile, ...(outcomes === null ? {} : { outcomes }) }])
  const because = validation === null || scored ? null : `data.validation could not be scored: ${validation.code}`
  return { predictions_kept: { on: scored ? 'validation' : 'test', because } }
}

/** null: there are none to score */
async function validationAnswers(
  context: ModelContext,
  { engine, scorer, task, labels }: Holdout,
): Promise<Answers | Pick<UserError, 'code'> | null> {
  const source = context.model.data.sources.validation
  // stored answers are of the test rows alone
  if (source === undefined || context.model.score?.kind === 'predictions') return null
  try {
    const table = await openSource(context, source, 'validation')
    return await scoreWithoutTruth(context, scorer, { engine, table, task, labels, shown: 'the model' })
  } catch (thrown) {
    if (!(thrown instanceof UserError)) throw thrown
    context.signal.throwIfAborted()
    context.progress.warn(
      `${context.model.name}: data.validation could not be scored, so the predictions kept are those on data.test: ${thrown.message}`,
    )
    return thrown
  }
}
