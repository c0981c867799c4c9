/** Sources of roles → opened tables, train first. */

import type { TableSeen } from '../../core/init/seen.ts'
import { plural } from '../../core/report/format.ts'
import { type DataSpec, type Role, roles, type Source } from '../../core/schema/config.ts'
import type { Table } from '../../ports/data-engine.ts'
import { openSource } from '../open-data.ts'
import type { InitContext } from './context.ts'

export type Tables = ReadonlyMap<Role, Table>

export const filesSource = (paths: readonly string[]): Source => ({ kind: 'files', paths, format: null, sha256: null })

/** A stored profile has no rows: it is left out. @throws UserError what `openSource` throws */
export async function openTables(context: InitContext, sources: DataSpec['sources']): Promise<Tables> {
  const tables = new Map<Role, Table>()
  for (const role of roles) {
    const source = sources[role]
    if (source === undefined || source.kind === 'profile') continue
    const table = await openSource(context, source, role)
    context.progress.say(`${role}: ${plural(table.rows, 'row')}, ${plural(table.columns.length, 'column')}`)
    tables.set(role, table)
    context.signal.throwIfAborted()
  }
  return tables
}

export const tablesSeen = (tables: Tables): readonly TableSeen[] =>
  [...tables].map(([role, table]) => ({ role, rows: table.rows, columns: table.columns.length }))
