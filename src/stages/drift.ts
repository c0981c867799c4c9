/** Has the data moved since the model was trained? The profile of `current` against the training profile of the model under test. */
import { join, resolve } from 'node:path'
import { judgeDrift, limitedColumns } from '../core/drift/judge.ts'
import { count } from '../core/report/format.ts'
import type { DataSpec, Source } from '../core/schema/config.ts'
import type { DriftDetails } from '../core/schema/details.ts'
import type { TableProfile } from '../core/schema/profile.ts'
import type { InputRecord } from '../core/schema/result.ts'
import { nearest } from '../core/text/nearest.ts'
import { UserError } from '../errors.ts'
import type { ModelContext, ModelStage } from './context.ts'
import { readProfile, tableOf } from './drift/profile-file.ts'
import { profileOfFiles } from './drift/profile-files.ts'
import { findReference, type Reference } from './drift/reference.ts'
import { modelFolder } from './out-folder.ts'

export const drift: ModelStage = async (context) => {
  const { model, host, progress } = context
  const source = model.data.sources.current
  if (source === undefined) return { checks: [], skipped: 'no `data.current` is configured' }

  const reference = await findReference(context)
  const current = await findCurrent(context, source, reference.table)
  if (reference.table.rows === 0) throw new UserError('DATA_EMPTY', `${reference.from} has no rows to compare with`, 'give it rows')
  if (current.table.rows === 0) throw new UserError('DATA_EMPTY', 'data.current has no rows', 'give it rows, or correct the path')
  demandColumns(context, reference, current.table)
  progress.say(`${model.name}: ${count(current.table.rows)} rows of current data against ${reference.from}`)

  const { data } = model
  const judged = judgeDrift({
    reference: reference.table,
    current: current.table,
    target: data.target,
    positive: data.positive,
    features: data.features,
    leaveOut: notFeatures(data),
    columns: model.drift.columns,
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

interface Current {
  readonly table: TableProfile
  readonly inputs: readonly InputRecord[]
}

/** What `validate` counted where it lies at the reference's edges, else counted now. */
async function findCurrent(context: ModelContext, source: Source, reference: TableProfile): Promise<Current> {
  if (source.kind === 'profile') {
    const profile = await readProfile(context.ports.files, resolve(context.root, source.path), source.path)
    const table = profile === null ? null : tableOf(profile, 'current')
    if (table === null)
      throw new UserError('DATA_MISSING', `the profile ${source.path} of data.current is not there`, 'correct the path, or make it again')
    if (!comparable(reference, table)) {
      throw new UserError(
        'EDGES_DIFFER',
        `${source.path} was counted at other cells than the reference, so the two cannot be compared`,
        'make it from this reference, or name the data files under data.current',
      )
    }
    return { table, inputs: [] }
  }
  const path = join(modelFolder(context.out, context.model.name), 'profile.json')
  const counted = (await readProfile(context.ports.files, path))?.tables.find(({ role }) => role === 'current')
  if (counted !== undefined && comparable(reference, counted)) {
    const seen = (await context.result('validate'))?.inputs ?? []
    return { table: counted, inputs: seen.filter(({ role }) => role === 'current') }
  }
  return profileOfFiles(context, 'current', source, reference)
}

/** Every column that both have was counted in the same cells. */
function comparable(reference: TableProfile, current: TableProfile): boolean {
  const edges = new Map(current.columns.map((column) => [column.name, column.numeric?.edges_id]))
  return reference.columns.every(({ name, numeric }) => {
    const other = edges.get(name)
    return numeric === null || other === undefined || other === numeric.edges_id
  })
}

/** @throws UserError COLUMN_MISSING for a feature, UNKNOWN_COLUMN for an override of none */
function demandColumns({ model }: ModelContext, { table: reference, from }: Reference, current: TableProfile): void {
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
