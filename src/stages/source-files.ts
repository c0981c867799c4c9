/** Files behind a SOURCE of the config, and the digest it may pin. Paths are relative to the config's folder; a path is one literal file, a glob is said. */

import { resolve } from 'node:path'
import type { Source } from '../core/schema/config.ts'
import type { InputRecord } from '../core/schema/result.ts'
import { noFile, spelling } from '../core/text/no-file.ts'
import { UserError } from '../errors.ts'
import type { OpenRequest } from '../ports/data-engine.ts'
import type { RunContext } from './context.ts'

/** What a file of data is found and read with. */
export type Reading = Pick<RunContext, 'root' | 'ports' | 'signal'>

/** `data.test`, or the key of the config where it is another one: `score.predictions`. */
export const keyOfRole = (role: string): string => (role.includes('.') ? role : `data.${role}`)

/** What to open for a source. @throws UserError DATA_MISSING, NO_ROWS (a stored profile) */
export async function sourceFiles(context: Reading, role: string, source: Source): Promise<OpenRequest> {
  switch (source.kind) {
    case 'files':
      return { files: source.paths.map((path) => ({ path: resolve(context.root, path), shown: path })), ...reading(source) }
    case 'glob': {
      const found = await context.ports.files.glob(context.root, source.pattern)
      if (found.length === 0)
        throw new UserError(
          'DATA_MISSING',
          `${keyOfRole(role)}: no file matches ${source.pattern}${spelling(source.pattern)}`,
          'correct the glob, or make the files first',
        )
      return { files: found.map((path) => ({ path: resolve(context.root, path), shown: path })), ...reading(source) }
    }
    case 'profile':
      throw new UserError('NO_ROWS', `${keyOfRole(role)} is a stored profile, and rows are needed`, 'name a data file')
  }
}

const reading = ({ format, header }: Exclude<Source, { kind: 'profile' }>): Omit<OpenRequest, 'files'> =>
  header === undefined ? { format } : { format, header }

/** Holds a file against the sha256 that its source pins, where it pins one. @throws UserError DATA_DIGEST */
export function requirePinned(source: Source, shown: string, digest: string): void {
  if (source.kind !== 'files' || source.sha256 === null) return
  const wanted = source.sha256.startsWith('sha256:') ? source.sha256 : `sha256:${source.sha256}`
  if (digest === wanted.toLowerCase()) return
  throw new UserError(
    'DATA_DIGEST',
    `${shown} has ${digest}, and the config says ${wanted}`,
    'get the file again, or change sha256 when the data was meant to change',
  )
}

/** One record a file. A pinned digest that differs is an error here, before anything learns from the file. */
export async function sourceRecords(context: RunContext, role: string, source: Source): Promise<readonly InputRecord[]> {
  const { files } = await sourceFiles(context, role, source)
  const records: InputRecord[] = []
  for (const { path, shown } of files) {
    const record = await fileRecord(context, role, shown, path)
    if (record === null) throw new UserError('DATA_MISSING', `${keyOfRole(role)}: ${noFile(shown)}`, 'correct the path, or make the file')
    requirePinned(source, shown, record.digest)
    records.push(record)
  }
  return records
}

export async function fileRecord(context: RunContext, role: string, shown: string, path: string): Promise<InputRecord | null> {
  const found = await context.ports.files.digest(path)
  return found === null ? null : { role, path: shown, digest: found.digest, bytes: found.bytes, rows: null }
}
