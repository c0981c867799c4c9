/** The two things that drift compares: a reference, and current data counted in the reference's cells; and the rows behind each, where there are any. */

import { join, resolve } from 'node:path'
import type { Source } from '../../core/schema/config.ts'
import type { TableProfile } from '../../core/schema/profile.ts'
import { spelling } from '../../core/text/no-file.ts'
import { UserError } from '../../errors.ts'
import type { Table } from '../../ports/data-engine.ts'
import type { ModelContext } from '../context.ts'
import { inputRecords, openSource } from '../open-data.ts'
import { modelFolder } from '../out-folder.ts'
import { readProfile, tableOf } from '../read-profile.ts'
import { profileOfTable } from './profile-now.ts'
import { findReference } from './reference.ts'
import type { Side } from './side.ts'
import { splitWindow } from './window.ts'

export interface Sides {
  readonly reference: Side
  readonly current: Side
  /** of a window: what the model said of the rows before it is what its answers of today are held against */
  readonly before: { readonly table: Table; readonly words: string } | null
}

/** @throws UserError, see findReference and splitWindow; EDGES_DIFFER, DATA_MISSING */
export async function findSides(context: ModelContext, source: Source): Promise<Sides> {
  const { reference: wanted } = context.model.drift
  if (wanted !== 'training' && wanted.kind === 'window') {
    const { before, now, words, inputs } = await splitWindow(context, source, wanted)
    const table = await profileOfTable(context, 'reference', before, null)
    return {
      reference: { table, from: `${words.before} (data.current)`, inputs: [], rows: async () => before },
      current: { table: await profileOfTable(context, 'current', now, table), from: words.now, inputs, rows: async () => now },
      before: { table: before, words: words.before },
    }
  }
  const reference = await findReference(context, wanted)
  return { reference, current: await findCurrent(context, source, reference.table), before: null }
}

/** What `validate` counted where it lies at the reference's edges, else counted now. */
async function findCurrent(context: ModelContext, source: Source, reference: TableProfile): Promise<Side> {
  const from = 'data.current'
  if (source.kind === 'profile') {
    const profile = await readProfile(context.ports.files, resolve(context.root, source.path), source.path)
    const table = profile === null ? null : tableOf(profile, 'current')
    if (table === null)
      throw new UserError(
        'DATA_MISSING',
        `the profile ${source.path} of data.current is not there${spelling(source.path)}`,
        'correct the path, or make it again',
      )
    const differing = differingColumn(reference, table)
    if (differing !== null) {
      throw new UserError(
        'EDGES_DIFFER',
        `${source.path} was counted at other cells than the reference (first in ${differing}), so the two cannot be compared`,
        'make it from this reference, or name the data files under data.current',
      )
    }
    return { table, from, inputs: [], rows: null }
  }
  // opened at most once, however many ask
  let opened: Promise<Table> | null = null
  const rows = () => {
    opened ??= openSource(context, source, 'current')
    return opened
  }
  const path = join(modelFolder(context.out, context.model.name), 'profile.json')
  const counted = (await readProfile(context.ports.files, path))?.tables.find(({ role }) => role === 'current')
  const validated = await context.result('validate')
  if (counted !== undefined && validated !== null && differingColumn(reference, counted) === null && alike(reference, counted))
    return { table: counted, from, inputs: validated.inputs.filter(({ role }) => role === 'current'), rows }
  const table = await rows()
  return { table: await profileOfTable(context, 'current', table, reference), from, inputs: await inputRecords('current', table), rows }
}

/** What the reference holds beside its cells was counted of the other as well: spans of the same length, weights. Else p would rest on rows alone. */
const alike = (reference: TableProfile, current: TableProfile): boolean =>
  (reference.blocks == null || reference.blocks.unit === current.blocks?.unit) &&
  (reference.weight == null || reference.weight.column === current.weight?.column)

/** The first column that both have and that was not counted in the same cells; null when there is none. */
function differingColumn(reference: TableProfile, current: TableProfile): string | null {
  const edges = new Map(current.columns.map((column) => [column.name, column.numeric?.edges_id]))
  const differing = reference.columns.find(({ name, numeric }) => {
    const other = edges.get(name)
    return numeric !== null && other !== undefined && other !== numeric.edges_id
  })
  return differing?.name ?? null
}
