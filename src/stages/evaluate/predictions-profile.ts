/**
 * What a model said, as a table of its own, and the profile of it: the thing that later predictions are held against. It is made of rows
 * the model was not trained on (validation where there is one, else test), because a model is surer of what it has seen.
 *
 * | task | columns |
 * |---|---|
 * | binary | `probability` of the positive class, `class` |
 * | multiclass | `confidence` (largest probability), `entropy` (nats), `class` |
 * | regression, forecasting | `value` |
 * | ranking | `score` |
 * | multilabel | for each label its `probability.<label>` and `class.<label>`, 0 or 1 |
 *
 * A model that gives labels only has `class` alone.
 */
import { join } from 'node:path'
import { rowsOf, type ScoredTask, type Scores } from '../../core/metrics/scores.ts'
import type { DataSpec } from '../../core/schema/config.ts'
import type { TableProfile } from '../../core/schema/profile.ts'
import { targetColumns } from '../../core/schema/target-columns.ts'
import { UserError } from '../../errors.ts'
import { type DataEngine, quoteName, type Table } from '../../ports/data-engine.ts'
import type { ModelContext } from '../context.ts'
import { modelFolder } from '../out-folder.ts'
import { buildProfile } from '../profile-table.ts'
import { subTable } from '../sub-table.ts'
import type { Answered } from './assemble.ts'
import type { PredictionColumn } from './predictions-file.ts'
import { taskScores, withoutTruth } from './task-scores.ts'
import { labelOf, positiveLabel } from './truth.ts'
import { type Units, unitName } from './units.ts'

export const predictionNames = {
  class: 'class',
  probability: 'probability',
  confidence: 'confidence',
  entropy: 'entropy',
  value: 'value',
  score: 'score',
} as const

/** Of one label of several. */
const nameOf = (what: 'probability' | 'class', label: string): string => `${predictionNames[what]}.${label}`
/** Names that a profile of answers may have: those of labels only where there are several. */
export const answerNames = ({ targets = null }: Pick<DataSpec, 'targets'>): readonly string[] =>
  targets === null ? Object.values(predictionNames) : targets.flatMap((label) => [nameOf('probability', label), nameOf('class', label)])

/** @param pair of a binary task: negative, positive */
export function answerColumns(scores: Scores, pair: readonly [string, string] | null): readonly PredictionColumn[] {
  const column = (name: string, values: PredictionColumn['values']) => ({ name, values })
  switch (scores.task) {
    case 'binary': {
      const [negative, positive] = pair ?? ['0', '1']
      const classes = Array.from(scores.predicted, (code) => (code === 1 ? positive : negative))
      return [...(scores.score === null ? [] : [column(predictionNames.probability, scores.score)]), column(predictionNames.class, classes)]
    }
    case 'multiclass': {
      const { proba, classes, predicted } = scores
      const named = Array.from(predicted, (code) => classes[code] ?? null)
      if (proba === null) return [column(predictionNames.class, named)]
      const { largest, entropy } = certainty(proba, classes.length)
      return [column(predictionNames.confidence, largest), column(predictionNames.entropy, entropy), column(predictionNames.class, named)]
    }
    case 'regression':
    case 'forecasting':
      return [column(predictionNames.value, scores.predicted)]
    case 'ranking':
      return [column(predictionNames.score, scores.score)]
    case 'multilabel': {
      const { labels, score, predicted } = scores
      const rows = rowsOf({ ...scores, y: predicted })
      const at = (row: number, c: number) => row * labels.length + c
      return labels.flatMap((label, c) => [
        ...(score === null
          ? []
          : [
              column(
                nameOf('probability', label),
                Float64Array.from({ length: rows }, (_, row) => score[at(row, c)] ?? Number.NaN),
              ),
            ]),
        column(
          nameOf('class', label),
          Array.from({ length: rows }, (_, row) => String(predicted[at(row, c)] ?? 0)),
        ),
      ])
    }
  }
}

/** Of each row of probabilities: the largest, and −Σ p ln p with 0 ln 0 = 0. */
function certainty(proba: Float64Array, k: number): { readonly largest: Float64Array; readonly entropy: Float64Array } {
  const rows = k === 0 ? 0 : proba.length / k
  const largest = new Float64Array(rows)
  const entropy = new Float64Array(rows)
  for (let row = 0; row < rows; row += 1) {
    let most = 0
    let sum = 0
    for (let j = row * k; j < (row + 1) * k; j += 1) {
      const p = proba[j] ?? 0
      if (p > most) most = p
      if (p > 0) sum -= p * Math.log(p)
    }
    largest[row] = most
    entropy[row] = sum
  }
  return { largest, entropy }
}

/**
 * Answers for rows whose truth nobody knows or needs, read as evaluate reads those of the test rows.
 * @param labels of the target in the data's spelling, as far as they are known
 * @throws UserError CLASSES_UNKNOWN, POSITIVE_UNKNOWN, PROBABILITIES_NOT_ONE, MODEL_OUTPUT
 */
export function answersWithoutTruth(
  { model }: ModelContext,
  task: ScoredTask,
  labels: readonly string[],
  answered: Answered,
): readonly PredictionColumn[] {
  const known = labels.length > 0 ? labels : (answered.classLabels ?? []).map((label) => labelOf(label))
  if (task === 'binary' && known.length === 0 && answered.predictions.width > 1) {
    throw new UserError(
      'CLASSES_UNKNOWN',
      `which class each probability of ${answered.shown} belongs to is not known`,
      'export the model with its class labels (skl2onnx: leave ZipMap on)',
    )
  }
  const positive = task !== 'binary' || known.length === 0 ? labelOf(model.data.positive ?? 1) : positiveLabel(known, model.data)
  const { models, pair } = taskScores(task, withoutTruth(known, positive), model, [answered])
  return models.flatMap((scores) => answerColumns(scores, pair))
}

/** The task whose answers a profile holds, or null when it holds none of ours. */
export function taskOfAnswers({ columns }: TableProfile): ScoredTask | null {
  const names = new Set(columns.map(({ name }) => name))
  if (names.has(predictionNames.value)) return 'regression'
  if (names.has(predictionNames.score)) return 'ranking'
  if (names.has(predictionNames.probability)) return 'binary'
  if ([...names].some((name) => name.startsWith(nameOf('class', '')))) return 'multilabel'
  // labels alone are read alike, however many there are
  return names.has(predictionNames.class) ? 'multiclass' : null
}

/**
 * @param reference whose kinds, edges and blocks are taken over, so that the two can be compared; null chooses them anew
 * @param units of the rows, where rows depend on one another
 */
export async function profileOfAnswers(
  context: ModelContext,
  engine: DataEngine,
  { columns, units }: { readonly columns: readonly PredictionColumn[]; readonly units: Units | null },
  reference: TableProfile | null,
): Promise<TableProfile> {
  const { data } = context.model
  // what is predicted of a sensitive target is as good as the target
  const sensitive = targetColumns(data).some((name) => data.sensitive.includes(name)) ? columns.map(({ name }) => name) : []
  await using folder = await context.ports.files.temporaryFolder()
  const path = join(folder.path, 'answers.parquet')
  await engine.writeParquet(path, [...columns, ...(units === null ? [] : [units.column])])
  const opened = await engine.open({ files: [{ path, shown: 'predictions' }], format: 'parquet' })
  const table = units?.by === 'time' ? timed(opened) : opened
  const options = {
    role: 'predictions',
    sensitive,
    ...(units === null ? {} : { [units.by]: unitName }),
    ...(reference === null ? {} : { reference }),
  }
  const first = await buildProfile(engine, table, options)
  // scores of rows that lie in their order are scores all the same
  const likeIds = first.columns.filter(({ name, kind }) => kind === 'identifier' && name !== unitName)
  const kinds = Object.fromEntries(
    likeIds.map(
      ({ name }) =>
        [name, name === predictionNames.class || name.startsWith(nameOf('class', '')) ? 'categorical' : 'numeric-continuous'] as const,
    ),
  )
  const profile = likeIds.length === 0 || reference !== null ? first : await buildProfile(engine, table, { ...options, kinds })
  // the units are in its blocks; as a column they are no prediction
  const answers = new Set(columns.map(({ name }) => name))
  return { ...profile, digests: [], columns: profile.columns.filter(({ name }) => answers.has(name)) }
}

/** Times are read from the engine as text; here they are times again. */
const timed = (table: Table): Table => ({
  ...subTable(table, { replace: `TRY_CAST(${quoteName(unitName)} AS TIMESTAMP) AS ${quoteName(unitName)}` }),
  columns: table.columns.map((column) => (column.name === unitName ? { ...column, kind: 'timestamp', type: 'TIMESTAMP' } : column)),
})

export const answersProfilePath = (context: ModelContext): string => join(modelFolder(context.out, context.model.name), 'predictions.json')
