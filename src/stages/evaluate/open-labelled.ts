/** The labelled rows that judge, and the task they make. */
import type { ScoredTask } from '../../core/metrics/scores.ts'
import { quoted } from '../../core/onnx/inspect.ts'
import { unsuited } from '../../core/schema/metric-facts.ts'
import type { InputRecord } from '../../core/schema/result.ts'
import { targetColumns } from '../../core/schema/target-columns.ts'
import { UserError } from '../../errors.ts'
import type { DataEngine, Table } from '../../ports/data-engine.ts'
import type { ModelContext } from '../context.ts'
import { inputRecords, requireDigests } from '../open-data.ts'
import { sourceFiles } from '../source-files.ts'
import type { Scorer } from './scorer.ts'
import { checkRelevance, checkRows, matureRows } from './test-rows.ts'
import { readTarget, type Target } from './truth.ts'

export async function openLabelled(context: Omit<ModelContext, 'result'>) {
  const { model, ports } = context
  const engine = await ports.engine()
  const { table: all, shown } = await openTest(context, engine)
  const { table, excluded } = await matureRows(engine, all, model.data, context.clock.now(), shown)
  const target = await readTarget(engine, table, model.data, model.task, shown)
  const ranking = target.task === 'ranking'
  await checkRows(engine, table, model.data, shown, ranking ? model.data.group : null)
  if (ranking) await checkRelevance(engine, table, target.columns[0], shown)
  return { engine, table, all, shown, target, excluded, rowsRead: all.rows }
}

async function openTest(context: Omit<ModelContext, 'result'>, engine: DataEngine): Promise<{ table: Table; shown: string }> {
  const source = context.model.data.sources.test
  if (source === undefined) throw new UserError('DATA_MISSING', 'no data.test is configured', 'name labelled test data under data.test')
  const request = await sourceFiles(context, 'test', source)
  const table = await engine.open(request)
  const shown = request.files.map((file) => file.shown).join(', ')
  await requireDigests(source, table)
  return { table, shown }
}

export const testRecords = (table: Table, rows: number): Promise<readonly InputRecord[]> => inputRecords('test', { ...table, rows })

/** Two labels in the test data, and a model that knows more: then the task has more. */
export const taskFor = ({ task, inferred }: Pick<Target, 'task' | 'inferred'>, scorer: Scorer): ScoredTask =>
  inferred && task === 'binary' && (scorer.classLabels?.length ?? 0) > 2 ? 'multiclass' : task

/** What a config that does not say the task has. */
export const looksLike = ({ looks }: Target, scorer: Scorer): ScoredTask | null =>
  looks === null ? null : taskFor({ task: looks, inferred: true }, scorer)

/** Where the config says the task, it has been refused there already. */
export function refuseUnsuited({ model }: ModelContext, task: ScoredTask): void {
  for (const { name, metric, direction } of model.evaluate.metrics) {
    if (direction !== undefined)
      throw new UserError(
        'METRIC_UNSUITED',
        `evaluate.metrics.${name} is a number of the team's own evaluation (task: custom), and here rows are scored for a ${task} task`,
        'keep task: custom and score.metrics_file; or change the metrics on the base branch first',
      )
    const why = unsuited(metric, task)
    if (why === null) continue
    const inferred = model.task === null ? `, which is what the target ${quoted(targetColumns(model.data).join(', '))} looks like` : ''
    throw new UserError(
      'METRIC_UNSUITED',
      `evaluate.metrics.${name} cannot be computed for a ${task} task${inferred}: ${why}`,
      'correct the metric, or write the task into the config',
    )
  }
}
