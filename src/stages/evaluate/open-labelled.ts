/** The labelled rows that judge, and the task they make. */
import type { ScoredTask } from '../../core/metrics/scores.ts'
import { quoted } from '../../core/onnx/inspect.ts'
import type { ModelConfig } from '../../core/schema/config.ts'
import { unsuited } from '../../core/schema/metric-facts.ts'
import type { InputRecord } from '../../core/schema/result.ts'
import { targetColumns } from '../../core/schema/target-columns.ts'
import { UserError } from '../../errors.ts'
import type { Table } from '../../ports/data-engine.ts'
import type { ModelContext } from '../context.ts'
import { inputRecords, openSource } from '../open-data.ts'
import type { Scorer } from './scorer.ts'
import { checkRelevance, checkRows, matureRows, noRow } from './test-rows.ts'
import { readTarget, type Target } from './truth.ts'

/** `test` judges; on the others a threshold is chosen. */
export type LabelledRole = 'test' | NonNullable<ModelConfig['evaluate']['chooseThreshold']>['on']

/**
 * The rows that have their label by now, each of them fit to count.
 * @throws UserError DATA_MISSING, and as `openSource`, `matureRows`, `readTarget` and `checkRows` say it
 */
export async function openLabelled(context: Omit<ModelContext, 'result'>, role: LabelledRole = 'test') {
  const { data, task: said } = context.model
  const source = data.sources[role]
  if (source === undefined) throw unconfigured(role)
  const engine = await context.ports.engine()
  const all = await openSource(context, source, role)
  const shown = all.files.map(({ path }) => path).join(', ')
  const { table, excluded } = await matureRows(engine, all, data, context.clock.now(), shown)
  const target = await readTarget(engine, table, data, role === 'test' ? said : 'binary', shown)
  const ranking = target.task === 'ranking'
  // only rows that judge are told apart by their id
  const counted = await checkRows(engine, table, role === 'test' ? data : { ...data, id: null }, shown, ranking ? data.group : null)
  if (ranking) await checkRelevance(engine, table, target.columns[0], shown)
  const left = counted === table.rows ? excluded : { ...excluded, [noRow]: table.rows - counted }
  return { engine, table, all, shown, target, excluded: left, counted, rowsRead: all.rows }
}

/** The config refuses both; the policy of a base may ask for rows that its head does not name. */
const unconfigured = (role: LabelledRole): UserError =>
  role === 'test'
    ? new UserError('DATA_MISSING', 'no data.test is configured, and evaluate judges on its rows', 'name labelled rows under data.test')
    : new UserError(
        'DATA_MISSING',
        `no data.${role} is configured, and evaluate.threshold is to be chosen on its rows`,
        `name labelled rows under data.${role}, or write evaluate.threshold as a number`,
      )

export type LabelledRows = Awaited<ReturnType<typeof openLabelled>>

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
