/** A SOURCE of the config → an opened table. Paths are relative to the config's folder; a path is one literal file, a glob is said. */
import { isAbsolute, join } from 'node:path'
import type { Role, Source } from '../core/schema/config.ts'
import type { InputRecord } from '../core/schema/result.ts'
import { UserError } from '../errors.ts'
import type { Table } from '../ports/data-engine.ts'
import type { RunContext } from './context.ts'

const place = (root: string, path: string) => (isAbsolute(path) ? path : join(root, path))

/** @throws UserError DATA_MISSING, DATA_EMPTY, DATA_DIGEST, DATA_UNREADABLE, DATA_COLUMNS_DIFFER, NO_ROWS (a stored profile) */
export async function openSource(context: RunContext, source: Source, role: string): Promise<Table> {
  context.signal.throwIfAborted()
  const files = await filesOf(context, source, role)
  if (source.kind === 'files' && source.sha256 !== null) await verify(context, files, source.sha256)
  const engine = await context.ports.engine()
  const table = await engine.open({ files, format: source.kind === 'profile' ? null : source.format })
  if (table.rows === 0) {
    throw new UserError(
      'DATA_EMPTY',
      `data.${role} (${files.map((file) => file.shown).join(', ')}) has no rows`,
      'make the data again; a header alone is not enough',
    )
  }
  return table
}

async function filesOf(context: RunContext, source: Source, role: string): Promise<{ readonly path: string; readonly shown: string }[]> {
  switch (source.kind) {
    case 'files':
      return source.paths.map((path) => ({ path: place(context.root, path), shown: path }))
    case 'glob': {
      const found = await context.ports.files.glob(context.root, source.pattern)
      if (found.length === 0) {
        throw new UserError('DATA_MISSING', `data.${role}: no file matches ${source.pattern}`, 'correct the glob, or make the files first')
      }
      return found.map((path) => ({ path: join(context.root, path), shown: path }))
    }
    case 'profile':
      throw new UserError('NO_ROWS', `data.${role} is a stored profile, and rows are needed`, 'name a data file')
  }
}

/** Before the engine reads a byte of it. */
async function verify(
  context: RunContext,
  files: readonly { readonly path: string; readonly shown: string }[],
  sha256: string,
): Promise<void> {
  const wanted = sha256.startsWith('sha256:') ? sha256 : `sha256:${sha256}`
  for (const { path, shown } of files) {
    const found = await context.ports.files.digest(path)
    if (found === null)
      throw new UserError('DATA_MISSING', `${shown}: there is no such file`, 'correct the path under `data`, or make the file first')
    if (found.digest !== wanted.toLowerCase()) {
      throw new UserError(
        'DATA_DIGEST',
        `${shown} has ${found.digest}, and the config says ${wanted}`,
        'get the file again, or change sha256 when the data was meant to change',
      )
    }
  }
}

/** What a result says of the data that was read. */
export const inputRecords = (role: Role | string, table: Table): readonly InputRecord[] =>
  table.files.map(({ path, digest, bytes }) => ({ role, path, digest, bytes, rows: table.files.length === 1 ? table.rows : null }))
