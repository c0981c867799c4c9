/** What the target holds, and the task that follows. Counts and column names may be said; its values never. */
import type { Task } from '../../core/schema/config.ts'
import type { BuiltinTask, Classes } from '../../core/train/linear-model.ts'
import { classesOf, inferTask } from '../../core/train/task.ts'
import { UserError } from '../../errors.ts'
import { type DataEngine, quoteName, type Table } from '../../ports/data-engine.ts'

export interface TargetPlan {
  readonly column: string
  readonly task: BuiltinTask
  readonly classes: Classes | null
  /** read as numbers: all but text */
  readonly numeric: boolean
  /** rows that have a target */
  readonly present: number
}

const readable: ReadonlySet<string> = new Set(['integer', 'float', 'decimal', 'boolean', 'string'])
const mostClasses = 100

/** @throws UserError TARGET_UNUSABLE, NO_ROWS, TARGET_ONE_CLASS, TARGET_NOT_BINARY, TARGET_TOO_MANY_CLASSES, TASK_UNSUPPORTED */
export async function readTarget(engine: DataEngine, table: Table, column: string, asked: Task | null, shown: string): Promise<TargetPlan> {
  const { kind } = table.columns.find((one) => one.name === column) ?? { kind: 'other' }
  if (!readable.has(kind))
    throw new UserError('TARGET_UNUSABLE', `the target ${column} of ${shown} is a ${kind}`, 'make it a number, a text or a boolean')
  const text = kind === 'string'
  const value = text ? `CAST(${quoteName(column)} AS VARCHAR)` : `CAST(${quoteName(column)} AS DOUBLE)`
  const there = text ? `${value} <> ''` : `isfinite(${value})`
  const [facts] = await engine.aggregate({
    sql: `SELECT count(*) AS present, count(DISTINCT ${value}) AS different, ${text ? 'false' : `bool_and(${value} = floor(${value}))`} AS whole FROM ${table.relation} WHERE ${there}`,
  })
  const present = Number(facts?.present ?? 0)
  const distinct = Number(facts?.different ?? 0)
  if (present === 0) throw new UserError('NO_ROWS', `no row of ${shown} has a value of the target ${column}`, 'give it labelled rows')
  if (distinct === 1)
    throw new UserError(
      'TARGET_ONE_CLASS',
      `all ${present} labelled rows of ${shown} have the same ${column}: nothing can be learned`,
      'give it rows of every class',
    )

  const task = taskOf(asked, { kind, distinct, whole: facts?.whole === true }, column)
  if (task === 'regression') {
    if (text)
      throw new UserError(
        'TARGET_UNUSABLE',
        `the target ${column} of ${shown} is text, and task: regression needs numbers`,
        'correct data.target or task',
      )
    return { column, task, classes: null, numeric: true, present }
  }
  if (task === 'binary' && distinct > 2)
    throw new UserError(
      'TARGET_NOT_BINARY',
      `the target ${column} of ${shown} has ${distinct} different values, and task: binary means two`,
      'write task: multiclass, or correct the target',
    )
  if (distinct > mostClasses)
    throw new UserError(
      'TARGET_TOO_MANY_CLASSES',
      `the target ${column} of ${shown} has ${distinct} different values, and a builtin model takes ${mostClasses}`,
      'write task: regression, or train with a command',
    )
  const found = await engine.aggregate({ sql: `SELECT DISTINCT ${value} AS label FROM ${table.relation} WHERE ${there} ORDER BY 1` })
  const labels = found.map((row) => row.label).filter((label) => typeof label === 'string' || typeof label === 'number')
  return { column, task, classes: classesOf(kind, labels), numeric: !text, present }
}

function taskOf(asked: Task | null, facts: Parameters<typeof inferTask>[0], column: string): BuiltinTask {
  switch (asked) {
    case null:
      return inferTask(facts)
    case 'binary':
    case 'multiclass':
    case 'regression':
      return asked
    case 'multilabel':
    case 'forecasting':
    case 'ranking':
    case 'custom':
      throw new UserError(
        'TASK_UNSUPPORTED',
        `no builtin model learns ${column} as task: ${asked}`,
        'train with a command: train: {run: …}',
      )
  }
}
