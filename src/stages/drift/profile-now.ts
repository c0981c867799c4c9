/** Data profiled now: current data that no stage counted at the cells of its reference, or a reference that is not the training data. */
import type { TableProfile } from '../../core/schema/profile.ts'
import type { Table } from '../../ports/data-engine.ts'
import type { ModelContext } from '../context.ts'
import { profileOptions } from '../profile/options.ts'
import { buildProfile } from '../profile-table.ts'

/** @param reference whose kinds and edges are taken over, so that the two can be compared; null chooses them anew */
export async function profileOfTable(
  context: ModelContext,
  role: 'current' | 'reference',
  table: Table,
  reference: TableProfile | null,
): Promise<TableProfile> {
  const options = profileOptions(context.model, role)
  return buildProfile(await context.ports.engine(), table, { ...options, ...(reference === null ? {} : { reference }) })
}
