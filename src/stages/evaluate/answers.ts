/**
 * Answers that somebody else made for rows, from a file: one row of answers a row of data. Joined on `data.id` where the file has it (of a ranking with its query, `data.group`), else in
 * the order of the rows, and then there must be as many. Which column means what follows from the task alone:
 *
 * | task | columns |
 * |---|---|
 * | binary | `probability` of the positive class, or `probability_<label>` of both, or `score` of any scale; or `prediction`, the label, alone |
 * | multiclass | `probability_<label>` of every class, and or `prediction` |
 * | regression, forecasting | `prediction`; of quantiles `quantile_<level>` for each |
 * | ranking | `score` |
 * | multilabel | `probability_<column>` of every column of the target |
 *
 * Messages name no column of the file but these, because others may carry a label.
 */

import type { ScoredTask } from '../../core/metrics/scores.ts'
import { quoted } from '../../core/onnx/inspect.ts'
import { outOf, plural, verb } from '../../core/report/format.ts'
import type { ModelConfig } from '../../core/schema/config.ts'
import { UserError } from '../../errors.ts'
import type { Column, ColumnValues, DataEngine, Scalar, Table } from '../../ports/data-engine.ts'
import type { Answered } from './assemble.ts'
import { isAbout } from './rounded.ts'
import type { ScoreRequest } from './scorer.ts'
import { labelOf } from './truth.ts'
import { isNumeric, mayHaveQuantiles } from './truth-reader.ts'

export interface AnswersRequest {
  readonly engine: DataEngine
  readonly answers: Table
  readonly task: ScoredTask
  /** data.target, where it is a list; evaluate.quantiles */
  readonly outputs: { readonly labels: readonly string[] | null; readonly quantiles: readonly number[] | null }
  /** the rows that were to be answered */
  readonly rows: number
  /** data.id of each of them, in their order; null: no such column */
  readonly ids: readonly Scalar[] | null
  readonly idColumn: string | null
  /** of a ranking its query, within which alone an id names a row: its column, and its value for each row */
  readonly within: { readonly column: string; readonly values: readonly Scalar[] } | null
  /** answers to other rows are left aside, up to so many: those of rows that were left out for `data.label_delay` */
  readonly spare: number
  /** what messages call the answers, and the model */
  readonly shown: string
  readonly model: string
}

/** Answers to the rows of a request, as the config names their columns. @throws UserError as `readAnswers` says it */
export async function answersTo(
  { data, evaluate }: ModelConfig,
  { engine, table, task, shown: { model } }: Pick<ScoreRequest, 'engine' | 'table' | 'task' | 'shown'>,
  given: Pick<AnswersRequest, 'answers' | 'ids' | 'spare' | 'shown'>,
): Promise<Answered> {
  const outputs = { labels: data.targets ?? null, quantiles: evaluate.quantiles ?? null }
  const column = task === 'ranking' && given.ids !== null ? data.group : null
  const within = column === null ? null : { column, values: await valuesOf(engine, table, column) }
  return readAnswers({ ...given, engine, task, outputs, rows: table.rows, idColumn: data.id, within, model })
}

async function valuesOf(engine: DataEngine, table: Table, column: string): Promise<readonly Scalar[]> {
  const values: Scalar[] = []
  for await (const batch of engine.batches(table, [column], { size: batchRows, numeric: [] }))
    for (const value of batch.columns[0] ?? []) values.push(value)
  return values
}

const batchRows = 65_536
const prefix = 'probability_'
const numbers: ReadonlySet<Column['kind']> = new Set(['integer', 'float', 'decimal'])

/** Which columns of the file are read. */
interface Layout {
  readonly label: string | null
  readonly values: readonly string[]
  /** of the columns of probabilities */
  readonly classLabels: readonly string[] | null
  /** the values claim to be probabilities */
  readonly bounded: boolean
}

const wanted: Readonly<Record<ScoredTask, string>> = {
  binary: '`probability` of the positive class, `probability_<label>` of both classes, a `score`, or `prediction`, the label',
  multiclass: '`probability_<label>` of every class, or `prediction`, the label',
  multilabel: '`probability_<column>` of every column of data.target',
  regression: '`prediction`, a number, or `quantile_<level>` for every level of evaluate.quantiles',
  forecasting: '`prediction`, a number, or `quantile_<level>` for every level of evaluate.quantiles',
  ranking: '`score`, a number',
}

/** @throws UserError PREDICTIONS_COLUMNS, PREDICTIONS_ROWS, IDS_REPEATED, MODEL_NAN, SCORES_OUTSIDE */
export async function readAnswers(request: AnswersRequest): Promise<Answered> {
  const { engine, answers, rows, shown, model } = request
  const layout = layoutOf(request)
  const place = await places(request)
  const width = layout.values.length
  const values = new Float64Array(rows * width)
  const codes = new Int32Array(layout.label === null ? 0 : rows)
  const codeOf = new Map<string, number>()
  let [notFinite, outside, unlabelled, from] = [0, 0, 0, 0]
  const columns = [...layout.values, ...(layout.label === null ? [] : [layout.label])]
  for await (const batch of engine.batches(answers, columns, { size: batchRows, numeric: layout.values })) {
    for (let row = 0; row < batch.rows; row += 1) {
      const at = place === null ? from + row : (place[from + row] ?? -1)
      if (at < 0) continue
      let [finite, within] = [true, true]
      for (let j = 0; j < width; j += 1) {
        const value = Number(batch.columns[j]?.[row])
        if (!Number.isFinite(value)) finite = false
        else if (!isAbout(value)) within = false
        values[at * width + j] = value
      }
      if (!finite) notFinite += 1
      else if (!within) outside += 1
      if (layout.label === null) continue
      const said = batch.columns[width]?.[row] ?? null
      if (said === null) unlabelled += 1
      const label = said === null ? '' : labelOf(said)
      const code = codeOf.get(label) ?? codeOf.size
      codeOf.set(label, code)
      codes[at] = code
    }
    from += batch.rows
  }
  if (notFinite + unlabelled > 0)
    throw new UserError(
      'MODEL_NAN',
      `${notFinite > 0 ? valuesName(layout) : quoted(layout.label ?? '')} of ${shown} is missing, NaN or infinite in ${outOf(notFinite > 0 ? notFinite : unlabelled, rows)}`,
      'answer every row; no metric is computed from such an answer',
    )
  if (layout.bounded && outside > 0)
    throw new UserError(
      'SCORES_OUTSIDE',
      `${valuesName(layout)} of ${shown} lies outside [0, 1] in ${outOf(outside, rows)}`,
      'write probabilities, or call the column score where only its order means something',
    )
  return {
    predictions: {
      rows,
      labels: layout.label === null ? null : { codes, names: [...codeOf.keys()] },
      values: width === 0 ? null : values,
      width,
    },
    classLabels: layout.classLabels,
    shown: model,
  }
}

/** A class is a label, and stands in no message. */
const valuesName = ({ values, classLabels }: Layout): string =>
  classLabels === null && values.length === 1 ? quoted(values[0] ?? '') : `one of the columns \`${(values[0] ?? '').split('_')[0]}_…\``

function layoutOf({ answers, task, outputs, shown }: AnswersRequest): Layout {
  const columns = new Map(answers.columns.map((column) => [column.name, column]))
  const has = (name: string): string | null => (columns.has(name) ? name : null)
  const missing = () =>
    new UserError(
      'PREDICTIONS_COLUMNS',
      `${shown} has no column that answers a ${task} task: wanted is ${wanted[task]}`,
      'name the column so',
    )
  const layout = ((): Layout => {
    const alone = (name: string | null): Layout => {
      if (name === null) throw missing()
      return { label: null, values: [name], classLabels: null, bounded: false }
    }
    const each = (names: readonly string[], bounded: boolean): Layout => {
      if (names.some((name) => !columns.has(name))) throw missing()
      return { label: null, values: names, classLabels: null, bounded }
    }
    if (task === 'multilabel')
      return each(
        (outputs.labels ?? []).map((name) => `${prefix}${name}`),
        true,
      )
    if (mayHaveQuantiles(task) && outputs.quantiles !== null && !columns.has('prediction'))
      return each(
        outputs.quantiles.map((level) => `quantile_${level}`),
        false,
      )
    if (isNumeric(task)) return alone(has(task === 'ranking' ? 'score' : 'prediction'))
    const label = has('prediction')
    const classes = [...columns.keys()].filter((name) => name.startsWith(prefix))
    if (classes.length > 1) return { label, values: classes, classLabels: classes.map((name) => name.slice(prefix.length)), bounded: true }
    const single = task === 'binary' ? (has('probability') ?? has('score')) : null
    if (single === null && label === null) throw missing()
    return { label, values: single === null ? [] : [single], classLabels: null, bounded: single === 'probability' }
  })()
  for (const name of layout.values) {
    const kind = columns.get(name)?.kind
    if (kind !== undefined && numbers.has(kind)) continue
    throw new UserError(
      'PREDICTIONS_COLUMNS',
      `${valuesName(layout)} of ${shown} is stored as ${columns.get(name)?.type}, and numbers are needed`,
      'write numbers, with a point',
    )
  }
  return layout
}

/** The row of the data that each row of answers is of, -1 for one that is left aside; null: they lie in one order. */
async function places(request: AnswersRequest): Promise<Int32Array | null> {
  const { engine, answers, rows, ids, idColumn, within, spare, shown } = request
  const joined = ids !== null && idColumn !== null && answers.columns.some(({ name }) => name === idColumn)
  if (!joined) {
    if (answers.rows === rows) return null
    throw rowsDiffer(`${shown} has ${plural(answers.rows, 'row')} for ${plural(rows, 'row')} of data`)
  }
  const unnamed = ids.reduce<number>((sum, id) => sum + (id === null ? 1 : 0), 0)
  if (unnamed > 0) throw rowsDiffer(`${quoted(idColumn)} is missing in ${outOf(unnamed, rows)} of data, which cannot be found in ${shown}`)
  // where the answers do not say of which query they are, an item that comes in one query only still names its row
  const query = within !== null && answers.columns.some(({ name }) => name === within.column) ? within : null
  const keyOf = (id: Scalar, group: Scalar): string | null => (query === null ? named(id) : JSON.stringify([named(group), named(id)]))
  const rowOf = new Map(ids.map((id, row) => [keyOf(id, query?.values[row] ?? null), row]))
  if (within !== null && query === null && rowOf.size < rows)
    throw rowsDiffer(
      `${shown} has no column ${quoted(within.column)}, which is data.group: ${quoted(idColumn)} names the item of several rows of data, one in each query`,
    )
  const place = new Int32Array(answers.rows).fill(-1)
  const taken = new Uint8Array(rows)
  let [from, again, unknown] = [0, 0, 0]
  const columns = query === null ? [idColumn] : [idColumn, query.column]
  for await (const batch of engine.batches(answers, columns, { size: batchRows, numeric: [] })) {
    const [found = [], groups = []]: readonly ColumnValues[] = batch.columns
    for (let i = 0; i < batch.rows; i += 1) {
      const row = rowOf.get(keyOf(found[i] ?? null, groups[i] ?? null))
      if (row === undefined) unknown += 1
      else if (taken[row] === 1) again += 1
      else {
        taken[row] = 1
        place[from + i] = row
      }
    }
    from += batch.rows
  }
  if (again > 0)
    throw new UserError(
      'IDS_REPEATED',
      `${quoted(idColumn)} of ${shown} names a row again in ${outOf(again, answers.rows)}`,
      'answer every row once',
    )
  const unanswered = taken.reduce((sum, one) => sum + (one === 0 ? 1 : 0), 0)
  if (unanswered > 0)
    throw rowsDiffer(
      `${shown} answers ${outOf(rows - unanswered, rows)} of data: ${plural(unanswered, 'id')} ${verb(unanswered, 'are')} missing`,
    )
  if (unknown > spare) throw rowsDiffer(`${shown} has ${plural(unknown, 'row')} whose ${quoted(idColumn)} the data does not have`)
  return place
}

/** 7, 7.0, 7n and '7' are one id: a CSV and a Parquet file of the same rows say it differently. */
const named = (id: Scalar): string | null => (id === null ? null : labelOf(id))

const rowsDiffer = (why: string) =>
  new UserError('PREDICTIONS_ROWS', why, 'write one row of answers for each row of data: in the same order, or with its data.id')
