/** `score: {predictions: SOURCE}`: answers of the candidate to the test rows, made elsewhere and taken at their word. They answer no other rows. */

import { quoted } from '../../core/onnx/inspect.ts'
import type { Source } from '../../core/schema/config.ts'
import { UserError } from '../../errors.ts'
import type { ModelContext } from '../context.ts'
import { inputRecords, openSource } from '../open-data.ts'
import { answersTo } from './answers.ts'
import type { Answered } from './assemble.ts'
import { readBeside } from './read-beside.ts'
import { answeredElsewhere, type ModelFile, type Scored, type ScoreRequest, type Scorer } from './scorer.ts'

export interface StoredAnswers {
  readonly source: Source
  /** of the config: `score.predictions` */
  readonly key: string
  /** what the result calls the files */
  readonly role: string
  /** rows of the test data that are not evaluated */
  readonly leftOut: number
}

export const storedScorer = (context: ModelContext, source: Source, model: ModelFile): Scorer =>
  answeredElsewhere(model, async (request) => {
    const start = context.clock.elapsed()
    const ids = await readBeside(request, context.model.data.id)
    const leftOut = request.leftOut ?? 0
    const answered = await readStored(context, { source, key: 'score.predictions', role: 'predictions', leftOut }, request, ids)
    return { ...answered, milliseconds: context.clock.elapsed() - start, renamed: [] }
  })

/**
 * Answers from a file to the rows that are evaluated. Where the config names `data.id`, the file must have it: nothing else says which row it is.
 * @throws UserError PREDICTIONS_COLUMNS, and as `readAnswers` says it
 */
export async function readStored(
  context: ModelContext,
  { source, key, role, leftOut }: StoredAnswers,
  request: Pick<ScoreRequest, 'engine' | 'table' | 'task' | 'shown'>,
  ids: Awaited<ReturnType<typeof readBeside>>,
): Promise<Answered & Pick<Scored, 'inputs'>> {
  const answers = await openSource(context, source, key)
  const called = answers.files.map(({ path }) => path).join(', ')
  const { id } = context.model.data
  if (id !== null && !answers.columns.some(({ name }) => name === id))
    throw new UserError(
      'PREDICTIONS_COLUMNS',
      `${called}, which is ${key}, has no column ${quoted(id)}, which is data.id: nothing says which row each answer is of`,
      'write the id beside each answer',
    )
  const answered = await answersTo(context.model, request, { answers, ids, spare: leftOut, shown: called })
  // what is wrong with them is wrong with the file, whichever model gave them
  return { ...answered, shown: called, inputs: await inputRecords(role, answers) }
}
