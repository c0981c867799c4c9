/** A file that this user alone may have written. */
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs'

/** Null where another user owns it, or others may write it. @throws where it cannot be read */
export function readOwn(path: string): { readonly bytes: Buffer; readonly modifiedMs: number } | null {
  const descriptor = openSync(path, 'r')
  try {
    const { uid, mode, mtimeMs } = fstatSync(descriptor)
    // Windows has neither
    if (process.getuid && (uid !== process.getuid() || (mode & 0o022) !== 0)) return null
    return { bytes: readFileSync(descriptor), modifiedMs: mtimeMs }
  } finally {
    closeSync(descriptor)
  }
}
