/** A `modelgate/profile@1` file, read and checked. */
import { basename } from 'node:path'
import { type Profile, profileSchema, type TableProfile } from '../core/schema/profile.ts'
import { UserError } from '../errors.ts'
import type { Files } from '../ports/files.ts'

const maxProfileBytes = 64 * 2 ** 20

/** null when there is no such file. @throws UserError PROFILE_UNREADABLE */
export async function readProfile(files: Files, path: string, shown = basename(path)): Promise<Profile | null> {
  const bytes = await files.read(path, maxProfileBytes)
  if (bytes === null) return null
  let json: unknown
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (error) {
    throw new UserError('PROFILE_UNREADABLE', `${shown} is not JSON`, 'make it again: `modelgate validate` writes it', { cause: error })
  }
  const parsed = profileSchema.safeParse(json)
  if (!parsed.success) {
    const at = parsed.error.issues[0]?.path.join('.') ?? ''
    const message = `${shown} is not a modelgate/profile@1${at === '' ? '' : ` (at ${at})`}`
    throw new UserError('PROFILE_UNREADABLE', message, 'make it again with this version: `modelgate validate` writes it')
  }
  return parsed.data
}

/** The table of a role, or the only one there is. */
export const tableOf = (profile: Profile, role: string): TableProfile | null =>
  profile.tables.find((table) => table.role === role) ?? (profile.tables.length === 1 ? (profile.tables[0] ?? null) : null)
