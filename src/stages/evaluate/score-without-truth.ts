/** Rows of which nobody knows or needs the truth, scored in one pass with what drift exchanges beside them. */
import type { ScoredTask } from '../../core/metrics/scores.ts'
import type { DataEngine, Table } from '../../ports/data-engine.ts'
import type { ModelContext } from '../context.ts'
import type { PredictionColumn } from './predictions-file.ts'
import { answersWithoutTruth } from './predictions-profile.ts'
import type { Scorer } from './scorer.ts'
import { UnitReader, type Units } from './units.ts'

export interface Answers {
  readonly columns: readonly PredictionColumn[]
  readonly units: Units | null
}

interface Request {
  readonly engine: DataEngine
  readonly table: Table
  readonly task: ScoredTask
  /** of the target in the data's spelling, as far as they are known */
  readonly labels: readonly string[]
  /** what messages call the model */
  readonly shown: string
}

/** @throws UserError what scoring and reading of answers throw */
export async function scoreWithoutTruth(context: ModelContext, scorer: Scorer, request: Request): Promise<Answers> {
  const { engine, table, task, labels, shown } = request
  const units = new UnitReader(table, context.model)
  const data = table.files.map((file) => file.path).join(', ')
  const scored = await scorer.score({
    engine,
    table,
    task,
    shown: { model: shown, data },
    beside: units,
  })
  return { columns: answersWithoutTruth(context, task, labels, scored), units: units.units }
}
