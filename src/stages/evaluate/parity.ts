/** `evaluate.parity`: the candidate's answers against those that the training framework gave to the same rows. */
import { parityChecks, parityOf } from '../../core/evaluate/parity.ts'
import type { Scores } from '../../core/metrics/scores.ts'
import type { EvaluateDetails } from '../../core/schema/evaluate-details.ts'
import type { Check, InputRecord } from '../../core/schema/result.ts'
import type { Scalar } from '../../ports/data-engine.ts'
import type { ModelContext } from '../context.ts'
import type { Answered } from './assemble.ts'
import type { ScoreRequest } from './scorer.ts'
import { readStored } from './stored-scorer.ts'

export interface ParityRequest extends Pick<ScoreRequest, 'engine' | 'table' | 'task'> {
  readonly data: string
  /** data.id of the rows */
  readonly ids: readonly Scalar[] | null
  readonly leftOut: number
  /** both answers as scores, the candidate's first, with classes in one order */
  readonly assemble: (trained: Answered) => readonly Scores[]
}

/** @throws UserError as the reading of answers says it */
export async function judgeParity(
  context: ModelContext,
  { engine, table, task, data, ids, leftOut, assemble }: ParityRequest,
): Promise<{
  readonly checks: readonly Check[]
  readonly details: Pick<EvaluateDetails, 'parity'>
  readonly inputs: readonly InputRecord[]
}> {
  const spec = context.model.evaluate.parity ?? null
  if (spec === null) return { checks: [], details: {}, inputs: [] }
  const shown = 'evaluate.parity.predictions'
  const stored = { source: spec.predictions, key: shown, role: 'parity', leftOut }
  const trained = await readStored(context, stored, { engine, table, task, shown: { model: shown, data } }, ids)
  const [mine, theirs] = assemble(trained)
  if (mine === undefined || theirs === undefined) throw new Error('parity of less than two')
  const { checks, details } = parityChecks(parityOf(mine, theirs), spec, shown)
  return { checks, details: { parity: details }, inputs: trained.inputs ?? [] }
}
