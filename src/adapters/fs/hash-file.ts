/** sha256 of a file, read in pieces into one buffer: reading 71 MB whole costs more in page faults than hashing them. */
import { createHash } from 'node:crypto'
import { type BigIntStats, closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs'

export interface Hashed {
  /** 64 hex digits */
  readonly sha256: string
  /** which bytes these were: another file of this name, or a write to it, has another */
  readonly state: string
}

const buffer = new Uint8Array(2 ** 20)

/** null when there is no such file, or it was written to meanwhile. */
export function hashFile(path: string): Hashed | null {
  let descriptor: number
  try {
    descriptor = openSync(path, 'r')
  } catch {
    return null
  }
  try {
    const state = stateOf(fstatSync(descriptor, { bigint: true }))
    const hash = createHash('sha256')
    for (let read = -1; read !== 0; ) {
      read = readSync(descriptor, buffer, 0, buffer.length, null)
      hash.update(buffer.subarray(0, read))
    }
    return stateOf(fstatSync(descriptor, { bigint: true })) === state ? { sha256: hash.digest('hex'), state } : null
  } finally {
    closeSync(descriptor)
  }
}

/** The `state` of what lies there now; null when nothing does. */
export function stateAt(path: string): string | null {
  try {
    return stateOf(statSync(path, { bigint: true }))
  } catch {
    return null
  }
}

/** Which bytes a file holds, as its system knows it: its time of change cannot be set. */
export const stateOf = ({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string => [dev, ino, size, mtimeNs, ctimeNs].join(':')
