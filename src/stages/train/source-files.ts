/** Files behind a source of data, and their digests. */
import { resolve } from 'node:path'
import type { Role, Source } from '../../core/schema/config.ts'
import type { InputRecord } from '../../core/schema/result.ts'
import { UserError } from '../../errors.ts'
import type { OpenRequest } from '../../ports/data-engine.ts'
import type { ModelContext } from '../context.ts'

/** What to open for a source. @throws UserError DATA_MISSING, SOURCE_UNUSABLE, DATA_CHANGED */
export async function sourceFiles(context: ModelContext, role: Role, source: Source): Promise<OpenRequest> {
  switch (source.kind) {
    case 'files':
      return { files: source.paths.map((path) => ({ path: resolve(context.root, path), shown: path })), format: source.format }
    case 'glob': {
      const found = await context.ports.files.glob(context.root, source.pattern)
      if (found.length === 0) throw new UserError('DATA_MISSING', `no file matches ${source.pattern} (data.${role})`, 'correct the pattern')
      return { files: found.map((path) => ({ path: resolve(context.root, path), shown: path })), format: source.format }
    }
    case 'profile':
      throw new UserError('SOURCE_UNUSABLE', `data.${role} is a profile, which holds no rows`, `name files under data.${role}`)
  }
}

/** One record a file. A pinned digest that differs is an error here, before anything learns from the file. */
export async function sourceRecords(context: ModelContext, role: Role, source: Source): Promise<readonly InputRecord[]> {
  const { files } = await sourceFiles(context, role, source)
  const records: InputRecord[] = []
  for (const { path, shown } of files) {
    const record = await fileRecord(context, role, shown, path)
    if (record === null)
      throw new UserError('DATA_MISSING', `there is no file ${shown} (data.${role})`, 'correct the path, or make the file')
    if (source.kind === 'files' && source.sha256 !== null && record.digest.replace('sha256:', '') !== source.sha256.replace('sha256:', ''))
      throw new UserError(
        'DATA_CHANGED',
        `${shown} is ${record.digest}, and data.${role} pins another sha256`,
        'restore the file, or pin the new digest',
      )
    records.push(record)
  }
  return records
}

export async function fileRecord(context: ModelContext, role: string, shown: string, path: string): Promise<InputRecord | null> {
  const found = await context.ports.files.digest(path)
  return found === null ? null : { role, path: shown, digest: found.digest, bytes: found.bytes, rows: null }
}
