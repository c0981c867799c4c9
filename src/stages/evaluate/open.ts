/** What an evaluation has open while it runs: who answers for the candidate, the labelled rows, and the task that both of them make. */
import type { ScoredTask } from '../../core/metrics/scores.ts'
import { candidatePath, fetchedModel } from '../candidate.ts'
import type { ModelContext } from '../context.ts'
import { type LabelledRows, openLabelled, refuseUnsuited, taskFor } from './open-labelled.ts'
import { openScorer } from './open-scorer.ts'
import type { ScoreRequest, Scorer } from './scorer.ts'

export interface Opened {
  readonly scorer: Scorer
  readonly rows: LabelledRows
  readonly task: ScoredTask
  /** what messages call the candidate and the data */
  readonly shown: ScoreRequest['shown']
}

/** @throws UserError as the candidate, `openScorer` and `openLabelled` say it; METRIC_UNSUITED */
export async function openEvaluation(context: ModelContext): Promise<Opened & AsyncDisposable> {
  const { model, progress } = context
  const path = await candidatePath(context)
  const shownModel = model.model.kind === 'path' ? model.model.path : ((await fetchedModel(context))?.model.path ?? path)
  // the model's process starts while the data is opened
  const [opened, labelled] = await Promise.allSettled([openScorer(context, path, shownModel), openLabelled(context)])
  if (opened.status === 'rejected') throw opened.reason
  const scorer = opened.value
  const close = () => scorer[Symbol.asyncDispose]()
  try {
    if (labelled.status === 'rejected') throw labelled.reason
    const rows = labelled.value
    const task = taskFor(rows.target, scorer)
    if (rows.target.inferred) progress.say(`${model.name}: task ${task}, as its target looks; \`task: ${task}\` in the config would say so`)
    refuseUnsuited(context, task)
    return { scorer, rows, task, shown: { model: shownModel, data: rows.shown }, [Symbol.asyncDispose]: close }
  } catch (thrown) {
    await close()
    throw thrown
  }
}
