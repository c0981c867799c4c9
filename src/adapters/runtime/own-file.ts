/** A file of the user's cache that this user alone may have written, and that is there whole or not at all. */
import { closeSync, fstatSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

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

/** Writes the parts one after the other beside the file, and puts that in its place once it is on the disk. @throws where it cannot be written */
export function writeOwn(path: string, parts: readonly Uint8Array[]): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const beside = `${path}.${process.pid}`
  const descriptor = openSync(beside, 'w', 0o600)
  try {
    for (const part of parts) writeFileSync(descriptor, part)
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
  renameSync(beside, path)
}
