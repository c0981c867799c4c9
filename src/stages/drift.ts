/** Has the data moved since the model was trained? The profile of `current` against the training profile of the model under test. */
import type { Era } from '../core/drift/era.ts'
import { judgeDrift } from '../core/drift/judge.ts'
import { driftSeeds } from '../core/drift/seeds.ts'
import type { Asked } from '../core/drift/subjects.ts'
import { predictionPrefix } from '../core/drift/thresholds.ts'
import { shareCells } from '../core/report/drift-shares.ts'
import { plural } from '../core/report/format.ts'
import type { ModelConfig } from '../core/schema/config.ts'
import type { DriftDetails } from '../core/schema/drift-details.ts'
import type { TableProfile } from '../core/schema/profile.ts'
import { type Check, makeCheck } from '../core/schema/result.ts'
import { targetColumns } from '../core/schema/target-columns.ts'
import { UserError } from '../errors.ts'
import type { ModelStage } from './context.ts'
import { demandColumns, notFeatures } from './drift/demand-columns.ts'
import { type PredictionTables, predictionTables } from './drift/predictions.ts'
import { rowsAlone } from './drift/rows-alone.ts'
import { findSides } from './drift/sides.ts'
import { classify } from './drift/tell-apart.ts'

export const drift: ModelStage = async (context) => {
  const { model, host, progress } = context
  const source = model.data.sources.current
  if (source === undefined) return { checks: [], skipped: 'data.current is not configured' }

  const sides = await findSides(context, source)
  const { reference, current, before } = sides
  if (reference.table.rows === 0) throw new UserError('DATA_EMPTY', `${reference.from} has no rows to compare with`, 'give it rows')
  if (current.table.rows === 0) throw new UserError('DATA_EMPTY', 'data.current has no rows', 'give it rows, or correct the path')
  demandColumns(context, reference, current.table)
  progress.say(`${model.name}: ${plural(current.table.rows, 'row')} of ${current.from} against ${reference.from}`)
  const same = reference.table.fingerprint === current.table.fingerprint
  const predictions: PredictionTables = same
    ? { kind: 'none', because: 'current and reference are the same data' }
    : await predictionTables(context, { current: current.rows, before, training: reference.table })

  const { data } = model
  const asked: Asked = {
    reference: reference.table,
    current: current.table,
    targets: targetColumns(data),
    features: data.features,
    leaveOut: notFeatures(data),
    columns: model.drift.columns,
    predictions,
    era: eraOf(model.drift.reference, before !== null),
  }
  const judged = judgeDrift({
    ...asked,
    positive: data.positive,
    settings: model.drift,
    classifier: same ? null : await classify(context, sides, asked),
    policy: { onInconclusive: model.gate.onInconclusive, onMissing: model.baseline.onMissing },
    capAtWarn: host.event.isPullRequest,
  })
  const details: DriftDetails = {
    reference: { from: reference.from, rows: reference.table.rows, digest: reference.table.fingerprint },
    current: { rows: current.table.rows },
    same_data: judged.sameData,
    columns: drawn(judged.columns, [reference.table, current.table], predictions),
    predictions:
      predictions.kind === 'found'
        ? { from: predictions.from, because: null, expected_accuracy: predictions.expectedAccuracy, priors: predictions.priors }
        : { from: null, because: predictions.because },
    ...(judged.sameData ? {} : { seeds: driftSeeds }),
    ...(judged.blocks === undefined ? {} : { blocks: judged.blocks }),
    ...(judged.correlations === undefined ? {} : { correlations: judged.correlations }),
    ...(judged.classifier === undefined ? {} : { classifier: judged.classifier }),
  }
  const compared = judged.columns.some(({ state }) => state !== 'skipped')
  const alone = !compared || judged.blocks !== undefined || model.drift.blocks === 'rows' ? null : rowsAlone(data, sides)
  if (alone !== null) progress.warn(alone.message)
  const checks = [
    ...judged.checks,
    ...(alone === null ? [] : [alone]),
    ...(predictions.kind === 'none' && !same ? [notPredicted(predictions.because)] : []),
  ]
  return { checks, inputs: [...reference.inputs, ...current.inputs], details: { ...details } }
}

const eraOf = (reference: ModelConfig['drift']['reference'], isWindow: boolean): Era =>
  isWindow ? 'window' : reference === 'training' ? 'training' : 'named'

const notPredicted = (because: string): Check =>
  makeCheck({
    id: 'drift.predictions',
    status: 'skipped',
    effect: 'skipped',
    message: `What the model says of current data was not compared: ${because}`,
  })

/** Charts for at most so many columns: a result stays small. */
const mostDrawn = 24

/** What moved, and what is always worth a look, with the shares that a chart draws. */
function drawn(
  columns: DriftDetails['columns'],
  sides: readonly [TableProfile, TableProfile],
  predictions: PredictionTables,
): DriftDetails['columns'] {
  const answers = predictions.kind === 'found' ? ([predictions.reference, predictions.current] as const) : null
  let left = mostDrawn
  return columns.map((row) => {
    const ofModel = row.family === 'predictions'
    if (left === 0 || !(row.state === 'fail' || row.state === 'warn' || (ofModel && row.state !== 'skipped'))) return row
    const name = ofModel && row.column.startsWith(predictionPrefix) ? row.column.slice(predictionPrefix.length) : row.column
    const [before, now] = (ofModel ? (answers ?? sides) : sides).map((table) => table.columns.find((column) => column.name === name))
    const cells = before === undefined || now === undefined ? null : shareCells(before, now)
    if (cells === null) return row
    left -= 1
    return {
      ...row,
      cells: cells.map(({ name: cell, reference, current }) => ({ name: cell, reference: digits(reference), current: digits(current) })),
    }
  })
}

/** As many as a chart can show. */
const digits = (value: number): number => Number(value.toPrecision(6))
