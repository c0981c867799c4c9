/** How the bytes of a data file come into the engine's private folder, and what is said of them. */
import type { Hash } from 'node:crypto'
import { constants, linkSync, realpathSync } from 'node:fs'
import { copyFile } from 'node:fs/promises'

export const digestOf = (hash: Hash): string => `sha256:${hash.digest('hex')}`

/** A second name for the bytes where the file system allows, else a copy: the engine resolves symbolic links, so those would not do. */
export async function lendFile(path: string, place: string): Promise<void> {
  try {
    // a link to a symbolic link would be one too, as data under DVC or git-annex is
    linkSync(realpathSync.native(path), place)
  } catch {
    await copyFile(path, place, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE)
  }
}
