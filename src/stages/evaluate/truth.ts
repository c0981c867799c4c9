/** What the target column asks for: the task, the labels, the class that counts as positive. */

import { LARGEST_NUMBER, type PlainTask, type ScoredTask } from '../../core/metrics/scores.ts'
import { isScoredTask } from '../../core/metrics/table.ts'
import { quoted } from '../../core/onnx/inspect.ts'
import { outOf, plural } from '../../core/report/format.ts'
import type { DataSpec, Task } from '../../core/schema/config.ts'
import { targetColumns } from '../../core/schema/target-columns.ts'
import { wordsInstead } from '../../core/text/nearest.ts'
import { inferTask } from '../../core/train/task.ts'
import { UserError } from '../../errors.ts'
import { type DataEngine, quoteName, type Scalar, type Table } from '../../ports/data-engine.ts'
import type { Coded } from './coded.ts'

export interface Target {
  /** the column, or of a multilabel task one for each label */
  readonly columns: readonly [string, ...string[]]
  readonly task: ScoredTask
  /** true when the config did not say the task */
  readonly inferred: boolean
  /** what the column looks like, whatever the config says; null: several columns are what they are said to be */
  readonly looks: PlainTask | null
}

/** what a target with more labels than this wants is no classification */
const mostClasses = 1000

/**
 * @throws UserError TARGET_MISSING (no such column), EVALUATION_EMPTY (GATE-04), LABELS_MISSING, TARGET_ONE_CLASS, TASK_UNSUITED
 */
export async function readTarget(engine: DataEngine, table: Table, data: DataSpec, task: Task | null, shown: string): Promise<Target> {
  const [first, ...others] = targetColumns(data)
  if (first === undefined) throw new Error('a target was asked for that nobody configured')
  if (others.length > 0) return readLabels(engine, table, [first, ...others], shown)
  const name = first
  const column = table.columns.find((one) => one.name === name)
  if (column === undefined) throw noTarget(table, name, shown)
  refuseEmpty(table, shown)
  const numeric = ['integer', 'float', 'decimal'].includes(column.kind)
  const x = quoteName(name)
  const finite = column.kind === 'float' ? `AND isfinite(${x})` : ''
  const [facts] = await engine.aggregate({
    sql: `SELECT count(*) FILTER (WHERE ${x} IS NOT NULL ${finite}) AS present, count(DISTINCT ${x}) AS labels, ${
      numeric ? `coalesce(bool_and(${x} = floor(${x})), false)` : `${column.kind === 'boolean'}`
    } AS whole, ${column.kind === 'float' ? `count(*) FILTER (WHERE abs(${x}) > ${LARGEST_NUMBER})` : '0'} AS large FROM ${table.relation}`,
  })
  const present = Number(facts?.present ?? 0)
  const distinct = Number(facts?.labels ?? 0)
  if (present < table.rows) throw labelsMissing(name, table.rows - present, table, shown)
  const looks = inferTask({ kind: column.kind, distinct, whole: facts?.whole === true })
  const found = task ?? looks
  if (!isScoredTask(found))
    throw new UserError(
      'NOT_AVAILABLE',
      `task: ${found} is not available in this version`,
      'use binary, multiclass, multilabel, regression, ranking or forecasting',
    )
  const large = Number(facts?.large ?? 0)
  if (large > 0)
    throw new UserError(
      'TASK_UNSUITED',
      `${quoted(name)} of ${shown} is beyond ±${LARGEST_NUMBER} in ${outOf(large, table.rows)}, of which no error can be computed`,
      'correct the labels, or take those rows out',
    )
  if (distinct < 2) throw oneClass(quoted(name), table, shown)
  checkSuits(found, { distinct, numeric: numeric || column.kind === 'boolean', name, shown })
  return { columns: [name], task: found, inferred: task === null, looks }
}

const noTarget = (table: Table, name: string, shown: string) =>
  new UserError(
    'TARGET_MISSING',
    `${shown} has no column ${quoted(name)}, which is the target`,
    `correct data.target; the data has ${wordsInstead(
      name,
      table.columns.map((one) => one.name),
      quoted,
    )}`,
  )

function refuseEmpty(table: Table, shown: string): void {
  if (table.rows === 0)
    throw new UserError('EVALUATION_EMPTY', `${shown} has no rows, so nothing can be evaluated`, 'give it labelled rows')
}

/** Each label of a multilabel task is a column of 0 and 1, or of truth values, in every row; not all of them are the same throughout. */
async function readLabels(engine: DataEngine, table: Table, names: readonly [string, ...string[]], shown: string): Promise<Target> {
  refuseEmpty(table, shown)
  const columns = names.map((name) => {
    const column = table.columns.find((one) => one.name === name)
    if (column === undefined) throw noTarget(table, name, shown)
    if (!['boolean', 'integer', 'float', 'decimal'].includes(column.kind)) throw noLabel(name, shown, `it is stored as ${column.type}`)
    return column
  })
  const counts = columns.map(({ name }, i) => {
    const x = `CAST(${quoteName(name)} AS DOUBLE)`
    return `count(*) FILTER (WHERE ${x} IS NULL OR isnan(${x})) AS missing${i}, count(*) FILTER (WHERE ${x} = 1) AS yes${i}, count(*) FILTER (WHERE ${x} = 0) AS no${i}`
  })
  const [row = {}] = await engine.aggregate({ sql: `SELECT ${counts.join(', ')} FROM ${table.relation}` })
  const found = names.map((name, i) => {
    const [missing, yes, no] = [Number(row[`missing${i}`]), Number(row[`yes${i}`]), Number(row[`no${i}`])]
    if (missing > 0) throw labelsMissing(name, missing, table, shown)
    const other = table.rows - yes - no
    if (other > 0) throw noLabel(name, shown, `it is neither 0 nor 1 in ${outOf(other, table.rows)}`)
    return yes > 0 && no > 0
  })
  if (!found.includes(true)) throw oneClass(`each of the ${names.length} labels of data.target`, table, shown)
  return { columns: names, task: 'multilabel', inferred: false, looks: null }
}

const noLabel = (name: string, shown: string, why: string) =>
  new UserError(
    'TASK_UNSUITED',
    `${quoted(name)} of ${shown} is no label of a multilabel task: ${why}`,
    'write 1 (or true) where the label is there and 0 (or false) where it is not',
  )

/** Only a float can be there and say nothing. */
const labelsMissing = (name: string, missing: number, table: Table, shown: string) =>
  new UserError(
    'LABELS_MISSING',
    `${quoted(name)} is missing${table.columns.some((one) => one.name === name && one.kind === 'float') ? ', NaN or infinite' : ''} in ${outOf(missing, table.rows)} of ${shown}`,
    'give every row its label, or take those rows out',
  )

const oneClass = (what: string, table: Table, shown: string) =>
  new UserError(
    'TARGET_ONE_CLASS',
    `${what} has only one class (the same value in ${table.rows === 1 ? 'the only row' : `all ${plural(table.rows, 'row')}`} of ${shown}), so no model can be told from another`,
    'use test data in which every outcome occurs',
  )

function checkSuits(
  task: ScoredTask,
  { distinct, numeric, name, shown }: { distinct: number; numeric: boolean; name: string; shown: string },
): void {
  const refuse = (why: string, fix: string) =>
    new UserError('TASK_UNSUITED', `${quoted(name)} of ${shown} does not suit a ${task} task: ${why}`, fix)
  switch (task) {
    case 'binary':
      if (distinct > 2)
        throw refuse(
          `it has ${distinct} different values, not two`,
          `correct the labels, or write task: multiclass${numeric ? ' or task: regression' : ''}`,
        )
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
      throw refuse('it is one column', 'list the columns of the labels under data.target')
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
 * @param frequent those of them that may be shown
 * @throws UserError POSITIVE_UNKNOWN, which lists the labels of enough rows, unless the target is sensitive
 */
export function positiveLabel(labels: readonly string[], data: DataSpec, frequent: readonly string[] = labels): string {
  const said = data.positive
  const wanted = alignTo(labels)(said === null ? '1' : labelOf(said))
  const found = labels.find((label) => label === wanted)
  if (found !== undefined) return found
  const named = data.sensitive.includes(data.target ?? '')
    ? `${plural(labels.length, 'label')}, not shown because the column is sensitive`
    : labels.map((label) => (frequent.includes(label) ? quoted(label) : `a label of fewer than ${plural(leastRows, 'row')}`)).join(' and ')
  throw new UserError(
    'POSITIVE_UNKNOWN',
    said === null
      ? `nothing says which label of ${quoted(data.target ?? '')} is the positive one: it has ${named}`
      : `data.positive is no label of ${quoted(data.target ?? '')}, which has ${named}`,
    'write the label that counts as positive under data.positive',
  )
}

/** The positive label of test rows. */
export const positiveOf = (coded: Coded, data: DataSpec): string => positiveLabel(coded.names, data, frequentLabels(coded, coded.names))
