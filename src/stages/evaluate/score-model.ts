/** One model over the test table: opened, met with the columns, run, closed. */
import type { ScoredTask } from '../../core/metrics/scores.ts'
import type { ColumnValues, DataEngine, Table } from '../../ports/data-engine.ts'
import type { ModelSession } from '../../ports/model-runtime.ts'
import type { ModelContext } from '../context.ts'
import type { Answered } from './assemble.ts'
import { planFeed } from './feed.ts'
import { layoutOf } from './outputs.ts'
import { predict } from './predict.ts'

export interface ScoreRequest {
  readonly engine: DataEngine
  readonly table: Table
  readonly task: ScoredTask
  /** what messages call the model and the data */
  readonly shown: { readonly model: string; readonly data: string }
  /** more columns to read in the same pass */
  readonly beside: readonly string[]
  readonly take: (columns: readonly ColumnValues[], from: number, rows: number) => void
}

export interface Scored extends Answered {
  readonly milliseconds: number
  /** as in Feed */
  readonly renamed: readonly string[]
}

export const openModel = async (context: ModelContext, path: string, shown: string): Promise<ModelSession> => {
  const runtime = await context.ports.runtime()
  return runtime.open(path, context.model.limits, context.signal, shown)
}

export async function scoreModel(context: ModelContext, session: ModelSession, request: ScoreRequest): Promise<Scored> {
  const { engine, table, shown, task, beside, take } = request
  const { features } = context.model.data
  const feed = planFeed({ inputs: session.inputs, columns: table.columns, features, shown })
  const layout = layoutOf(session.outputs, task, shown.model)
  const start = context.clock.elapsed()
  const predictions = await predict({ engine, table, session, feed, layout, shown: shown.model, beside, take })
  return {
    predictions,
    classLabels: session.classLabels,
    shown: shown.model,
    milliseconds: context.clock.elapsed() - start,
    renamed: feed.renamed,
  }
}
