/**
 * Which files of the native parts were found to be the right ones: by this process, so that each further model does not hash 45 MB again, and by
 * an earlier run of the CLI, so that a laptop does not hash 71 MB at each start.
 *
 * The note of an earlier run is for a laptop only, beside what Node compiled of our code (compiled-code.ts) and worth as much: who can write there as this user can change
 * modelgate itself. On a CI server, whose disk other jobs may have written, nothing is read and nothing is left: all is hashed at each start.
 * What is known counts for the very file it was made of, by device, inode, size and times down to the nanosecond; the time of a change of an inode
 * cannot be set, so that another content at the same place has another. A note that this user does not own, or that others may write, is none.
 */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { isOnServer } from '../ci/is-on-server.ts'
import { type Hashed, stateAt } from '../fs/hash-file.ts'
import { ownCacheFolder } from './cache-folder.ts'
import type { Environment } from './npm.ts'
import { readOwn, writeOwn } from './own-file.ts'

const noteSchema = z.strictObject({
  schema: z.literal('modelgate/proven@1'),
  /** path → what was found there */
  files: z.record(z.string(), z.strictObject({ sha256: z.string().regex(/^[0-9a-f]{64}$/), state: z.string() })),
})

/** A file that changed so lately may change again within one tick of the file system's clock. */
const settledMs = 2_000

export interface ProvenNote {
  /** path → what was found there; a file that is another one by now has another `state` */
  readonly known: ReadonlyMap<string, Hashed>
  /** Adds what was proven now, if it is news. It saves time: a note that cannot be written is none. */
  keep(proven: ReadonlyMap<string, Hashed>): void
}

/** by this process */
const own = new Map<string, Hashed>()

export function provenNote(environment: Environment): ProvenNote {
  // an environment that names no home is nobody's
  const ofUser = environment.HOME ?? environment.LOCALAPPDATA ?? environment.XDG_CACHE_HOME
  const path = isOnServer(environment) || !ofUser ? null : join(ownCacheFolder(environment), 'proven.json')
  const noted = path === null ? new Map<string, Hashed>() : readNote(path)
  const keep = (proven: ReadonlyMap<string, Hashed>): void => {
    const settled = new Map([...proven].filter(([file]) => isSettled(file)))
    for (const [file, hashed] of settled) own.set(file, hashed)
    if (path !== null) writeNote(path, noted, settled)
  }
  return { known: new Map([...noted, ...own]), keep }
}

const isSettled = (file: string): boolean => {
  try {
    return Date.now() - statSync(file).ctimeMs > settledMs
  } catch {
    return false
  }
}

function writeNote(path: string, noted: ReadonlyMap<string, Hashed>, proven: ReadonlyMap<string, Hashed>): void {
  if ([...proven].every(([file, { state }]) => noted.get(file)?.state === state)) return
  try {
    // those of other versions of modelgate stay while they are where they were
    const files = Object.fromEntries([...[...noted].filter(([file]) => stateAt(file) !== null), ...proven])
    writeOwn(path, [Buffer.from(JSON.stringify({ schema: 'modelgate/proven@1', files }))])
  } catch {}
}

/** Whatever is wrong with the note: nothing is known. */
function readNote(path: string): ReadonlyMap<string, Hashed> {
  try {
    const found = readOwn(path)
    return found === null ? new Map() : new Map(Object.entries(noteSchema.parse(JSON.parse(found.bytes.toString('utf8'))).files))
  } catch {
    return new Map()
  }
}
