/** What the target column asks for: the task, the labels, the class that counts as positive. */

import type { ScoredTask } from '../../core/metrics/scores.ts'
import { isScoredTask } from '../../core/metrics/table.ts'
import { quoted } from '../../core/onnx/inspect.ts'
import type { DataSpec, Task } from '../../core/schema/config.ts'
import { inferTask } from '../../core/train/task.ts'
import { UserError } from '../../errors.ts'
import { type DataEngine, quoteName, type Scalar, type Table } from '../../ports/data-engine.ts'
import type { Coded } from './predict.ts'

export interface Target {
  readonly column: string
  readonly task: ScoredTask
  /** true when the config did not say the task */
  readonly inferred: boolean
}

/** what a target with more labels than this wants is no classification */
const mostClasses = 1000

/**
 * @throws UserError TARGET_MISSING (no such column), EVALUATION_EMPTY (GATE-04), LABELS_MISSING, TARGET_ONE_CLASS, TASK_UNSUITED
 */
export async function readTarget(engine: DataEngine, table: Table, data: DataSpec, task: Task | null, shown: string): Promise<Target> {
  const name = data.target ?? ''
  const column = table.columns.find((one) => one.name === name)
  if (column === undefined) {
    throw new UserError(
      'TARGET_MISSING',
      `${shown} has no column ${quoted(name)}, which is the target`,
      `correct data.target; the data has ${table.columns.map((one) => quoted(one.name)).join(', ')}`,
    )
  }
  if (table.rows === 0)
    throw new UserError('EVALUATION_EMPTY', `${shown} has no rows, so nothing can be evaluated`, 'give it labelled rows')
  const numeric = ['integer', 'float', 'decimal'].includes(column.kind)
  const x = quoteName(name)
  const finite = column.kind === 'float' ? `AND isfinite(${x})` : ''
  const [facts] = await engine.aggregate({
    sql: `SELECT count(*) FILTER (WHERE ${x} IS NOT NULL ${finite}) AS present, count(DISTINCT ${x}) AS labels, ${
      numeric ? `coalesce(bool_and(${x} = floor(${x})), false)` : `${column.kind === 'boolean'}`
    } AS whole FROM ${table.relation}`,
  })
  const present = Number(facts?.present ?? 0)
  const distinct = Number(facts?.labels ?? 0)
  if (present < table.rows) {
    throw new UserError(
      'LABELS_MISSING',
      `${quoted(name)} is missing or no number in ${table.rows - present} of ${table.rows} rows of ${shown}`,
      'give every row of the test data its label, or take those rows out',
    )
  }
  const found = task ?? inferTask({ kind: column.kind, distinct, whole: facts?.whole === true })
  if (!isScoredTask(found))
    throw new UserError('NOT_AVAILABLE', `task: ${found} is not available in this version`, 'use binary, multiclass, regression or ranking')
  if (distinct < 2) {
    throw new UserError(
      'TARGET_ONE_CLASS',
      `${quoted(name)} has only one class (the same value in all ${table.rows} rows of ${shown}), so no model can be told from another`,
      'use test data in which every outcome occurs',
    )
  }
  checkSuits(found, { distinct, numeric: numeric || column.kind === 'boolean', name, shown })
  return { column: name, task: found, inferred: task === null }
}

function checkSuits(
  task: ScoredTask,
  { distinct, numeric, name, shown }: { distinct: number; numeric: boolean; name: string; shown: string },
): void {
  const refuse = (why: string, fix: string) =>
    new UserError('TASK_UNSUITED', `${quoted(name)} of ${shown} does not suit a ${task} task: ${why}`, fix)
  switch (task) {
    case 'binary':
      if (distinct > 2) throw refuse(`it has ${distinct} different values, not two`, 'write task: multiclass or task: regression')
      return
    case 'multiclass':
      if (distinct > mostClasses) throw refuse(`it has ${distinct} different values`, 'write task: regression, or correct data.target')
      return
    case 'regression':
      if (!numeric) throw refuse('it is no number', 'write task: binary or task: multiclass, or correct the column')
      return
    case 'ranking':
    case 'forecasting':
      if (!numeric) throw refuse('it is no number', 'correct data.target')
      return
    case 'multilabel':
      if (distinct > 2) throw refuse(`it has ${distinct} different values, not two`, 'write task: multiclass')
  }
}

/** A value of the target as text: how labels of data and models are compared. `1`, `1.0`, 1n are one label. */
export const labelOf = (value: Exclude<Scalar, null>): string => String(value === 0 ? 0 : value)

/** Whole numbers ascend, text follows code units: the order in which scikit-learn and the builtin put their classes. */
export function sortLabels(labels: Iterable<string>): readonly string[] {
  const list = [...new Set(labels)]
  return list.every((label) => label !== '' && Number.isFinite(Number(label))) ? list.sort((a, b) => Number(a) - Number(b)) : list.sort()
}

/** As in the profile: what fewer rows have could be a person's. */
const leastRows = 5

/** Labels that may be shown, in the order given: those of enough rows. */
export function frequentLabels({ codes, names }: Coded, labels: readonly string[]): string[] {
  const counts = new Uint32Array(names.length)
  for (const code of codes) counts[code] = (counts[code] ?? 0) + 1
  const frequent = new Set(names.filter((_, code) => (counts[code] ?? 0) >= leastRows))
  return labels.filter((label) => frequent.has(label))
}

const twins: readonly (readonly string[])[] = [
  ['1', 'true', 'True', 'TRUE'],
  ['0', 'false', 'False', 'FALSE'],
]

/** A label as the data says it, where model and data write yes and no differently (`1`, `true`, `True`); any other label as it is. */
export function alignTo(known: readonly string[]): (label: string) => string {
  const labels = new Set(known)
  return (label) => {
    if (labels.has(label)) return label
    return twins.find((group) => group.includes(label))?.find((twin) => labels.has(twin)) ?? label
  }
}

/**
 * The label that counts as positive: the one the config names, else `1` or `true`.
 * @param labels the two labels of the data
 * @throws UserError POSITIVE_UNKNOWN, which lists the labels unless the target is sensitive
 */
export function positiveLabel(labels: readonly string[], data: DataSpec): string {
  const said = data.positive
  const wanted = alignTo(labels)(said === null ? '1' : labelOf(said))
  const found = labels.find((label) => label === wanted)
  if (found !== undefined) return found
  const hidden = data.sensitive.includes(data.target ?? '')
  const list = hidden ? `${labels.length} labels, not shown because the column is sensitive` : labels.map(quoted).join(' and ')
  throw new UserError(
    'POSITIVE_UNKNOWN',
    said === null
      ? `nothing says which label of ${quoted(data.target ?? '')} is the positive one: it has ${list}`
      : `data.positive is no label of ${quoted(data.target ?? '')}, which has ${list}`,
    'write the label that counts as positive under data.positive',
  )
}
