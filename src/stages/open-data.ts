/** A SOURCE of the config → an opened table. */
import type { Role, Source } from '../core/schema/config.ts'
import type { InputRecord } from '../core/schema/result.ts'
import { UserError } from '../errors.ts'
import type { OpenRequest, Table } from '../ports/data-engine.ts'
import type { RunContext } from './context.ts'
import { requirePinned, sourceFiles } from './source-files.ts'

/** @throws UserError DATA_MISSING, DATA_EMPTY, DATA_DIGEST, DATA_UNREADABLE, DATA_COLUMNS_DIFFER, NO_ROWS (a stored profile) */
export async function openSource(context: RunContext, source: Source, role: string): Promise<Table> {
  context.signal.throwIfAborted()
  const request = await sourceFiles(context, role, source)
  if (source.kind === 'files' && source.sha256 !== null) await verify(context, request.files, source)
  const engine = await context.ports.engine()
  const table = await engine.open(request)
  if (table.rows === 0) {
    throw new UserError(
      'DATA_EMPTY',
      `data.${role} (${request.files.map((file) => file.shown).join(', ')}) has no rows`,
      'make the data again; a header alone is not enough',
    )
  }
  return table
}

/** Before the engine reads a byte of it. */
async function verify(context: RunContext, files: OpenRequest['files'], source: Source): Promise<void> {
  for (const { path, shown } of files) {
    const found = await context.ports.files.digest(path)
    if (found === null)
      throw new UserError('DATA_MISSING', `${shown}: there is no such file`, 'correct the path under `data`, or make the file first')
    requirePinned(source, shown, found.digest)
  }
}

/** What a result says of the data that was read. */
export const inputRecords = (role: Role | string, table: Table): readonly InputRecord[] =>
  table.files.map(({ path, digest, bytes }) => ({ role, path, digest, bytes, rows: table.files.length === 1 ? table.rows : null }))
