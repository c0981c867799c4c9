/** `evaluate.parity`: the candidate's answers, each time it was asked, against those that the training framework gave to the same rows. */
import { type Parity, parityChecks, parityOf } from '../../core/evaluate/parity.ts'
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
  /** two answers as scores, with classes in one order */
  readonly assemble: (answers: readonly [mine: Answered, trained: Answered]) => readonly Scores[]
}

export interface ParityJudge {
  /** one more answer of the candidate to all rows */
  hold(answered: Answered): void
  finish(): {
    readonly checks: readonly Check[]
    readonly details: Pick<EvaluateDetails, 'parity'>
    readonly inputs: readonly InputRecord[]
  }
}

const unasked: ParityJudge = { hold: () => {}, finish: () => ({ checks: [], details: {}, inputs: [] }) }

/** @throws UserError as the reading of answers says it */
export async function openParity(
  context: ModelContext,
  { engine, table, task, data, ids, leftOut, assemble }: ParityRequest,
): Promise<ParityJudge> {
  const spec = context.model.evaluate.parity ?? null
  if (spec === null) return unasked
  const shown = 'evaluate.parity.predictions'
  const stored = { source: spec.predictions, key: shown, role: 'parity', leftOut }
  const trained = await readStored(context, stored, { engine, table, task, shown: { model: shown, data } }, ids)
  const runs: Parity[] = []
  return {
    hold: (answered) => {
      const [mine, theirs] = assemble([answered, trained])
      if (mine === undefined || theirs === undefined) throw new Error('parity of less than two')
      runs.push(parityOf(mine, theirs))
    },
    finish: () => {
      const { checks, details } = parityChecks(runs, spec, shown)
      return { checks, details: { parity: details }, inputs: trained.inputs ?? [] }
    },
  }
}
