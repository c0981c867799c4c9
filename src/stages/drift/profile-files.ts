/** Data files, profiled now: current data that no stage counted at the reference's edges, or a reference that is not the training data. */
import type { Source } from '../../core/schema/config.ts'
import type { TableProfile } from '../../core/schema/profile.ts'
import type { InputRecord } from '../../core/schema/result.ts'
import type { Table } from '../../ports/data-engine.ts'
import type { ModelContext } from '../context.ts'
import { inputRecords, openSource } from '../open-data.ts'
import { profileOptions } from '../profile/options.ts'
import { buildProfile } from '../profile-table.ts'

export interface Profiled {
  readonly table: TableProfile
  /** the files as the user wrote them */
  readonly shown: string
  readonly inputs: readonly InputRecord[]
}

/**
 * @param reference whose kinds and edges are taken over, so that the two can be compared; null chooses them anew
 * @throws UserError DATA_MISSING, DATA_EMPTY, DATA_UNREADABLE
 */
export async function profileOfFiles(
  context: ModelContext,
  role: 'current' | 'reference',
  source: Source,
  reference: TableProfile | null,
): Promise<Profiled> {
  const opened = await openSource(context, source, role)
  const table = await profileOfTable(context, role, opened, reference)
  return { table, shown: opened.files.map((file) => file.path).join(', '), inputs: inputRecords(role, opened) }
}

/** Of a table that is open already. @param reference as above */
export async function profileOfTable(
  context: ModelContext,
  role: 'current' | 'reference',
  table: Table,
  reference: TableProfile | null,
): Promise<TableProfile> {
  const options = profileOptions(context.model, role)
  return buildProfile(await context.ports.engine(), table, { ...options, ...(reference === null ? {} : { reference }) })
}
