/** Has the data moved since the model was trained? The profile of `current` against the training profile of the model under test. */
import { judgeDrift, limitedColumns } from '../core/drift/judge.ts'
import { count } from '../core/report/format.ts'
import type { DataSpec } from '../core/schema/config.ts'
import type { DriftDetails } from '../core/schema/details.ts'
import type { TableProfile } from '../core/schema/profile.ts'
import { nearest } from '../core/text/nearest.ts'
import { UserError } from '../errors.ts'
import type { ModelContext, ModelStage } from './context.ts'
import { predictionTables } from './drift/predictions.ts'
import { findSides, type Side } from './drift/sides.ts'

export const drift: ModelStage = async (context) => {
  const { model, host, progress } = context
  const source = model.data.sources.current
  if (source === undefined) return { checks: [], skipped: 'no `data.current` is configured' }

  const { reference, current, before } = await findSides(context, source)
  if (reference.table.rows === 0) throw new UserError('DATA_EMPTY', `${reference.from} has no rows to compare with`, 'give it rows')
  if (current.table.rows === 0) throw new UserError('DATA_EMPTY', 'data.current has no rows', 'give it rows, or correct the path')
  demandColumns(context, reference, current.table)
  progress.say(`${model.name}: ${count(current.table.rows)} rows of ${current.from} against ${reference.from}`)
  const predictions = await predictionTables(context, { current: current.rows, before, training: reference.table })

  const { data } = model
  const judged = judgeDrift({
    reference: reference.table,
    current: current.table,
    target: data.target,
    positive: data.positive,
    features: data.features,
    leaveOut: notFeatures(data),
    columns: model.drift.columns,
    predictions,
    policy: { onInconclusive: model.gate.onInconclusive, onMissing: model.baseline.onMissing },
    capAtWarn: host.event.isPullRequest,
  })
  const details: DriftDetails = {
    reference: { from: reference.from, rows: reference.table.rows, digest: reference.table.fingerprint },
    current: { rows: current.table.rows },
    same_data: judged.sameData,
    columns: judged.columns,
  }
  return { checks: judged.checks, inputs: [...reference.inputs, ...current.inputs], details: { ...details } }
}

const notFeatures = ({ id, time, group, weight }: DataSpec): readonly string[] =>
  [id, time, group, weight].filter((name): name is string => name !== null)

/** @throws UserError COLUMN_MISSING for a feature, UNKNOWN_COLUMN for an override of none */
function demandColumns({ model }: ModelContext, { table: reference, from }: Side, current: TableProfile): void {
  const before = new Set(reference.columns.map(({ name }) => name))
  const now = new Set(current.columns.map(({ name }) => name))
  const out = new Set([...notFeatures(model.data), model.data.target])
  const ignored = (name: string) => Object.hasOwn(model.drift.columns, name) && model.drift.columns[name]?.ignore === true
  const usual = model.data.features ?? [...before].filter((name) => !out.has(name))
  const limited = limitedColumns(model.drift.columns).filter((name) => name !== model.data.target && (before.has(name) || now.has(name)))
  const wanted = [...new Set([...usual, ...limited])].filter((name) => !ignored(name))
  for (const [place, names] of [[from, before] as const, ['data.current', now] as const]) {
    const missing = wanted.filter((name) => !names.has(name))
    if (missing.length > 0) {
      const fix = `add ${missing.length === 1 ? 'it' : 'them'}, or write drift: {columns: {${JSON.stringify(missing[0])}: {ignore: true}}}`
      throw new UserError('COLUMN_MISSING', `${place} has no column ${missing.join(', ')}`, fix)
    }
  }
  for (const name of Object.keys(model.drift.columns)) {
    if (before.has(name) || now.has(name)) continue
    const close = nearest(name, [...before])
    throw new UserError(
      'UNKNOWN_COLUMN',
      `drift.columns names ${name}, which is no column of the data`,
      close === null ? 'correct the name' : `did you mean ${close}?`,
    )
  }
}
