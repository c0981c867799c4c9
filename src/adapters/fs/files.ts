/**
 * The file system: whole or not at all. What a killed run leaves behind is a temporary file, which the next write of the same name removes.
 * What takes no time is done at once: to wait for another thread takes longer than to make a folder or to read a small file. What the disk takes its time for is waited for.
 */
import { createHash, randomBytes } from 'node:crypto'
import {
  closeSync,
  constants,
  createReadStream,
  createWriteStream,
  fstatSync,
  fsync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { type FileHandle, mkdtemp, open, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { UserError } from '../../errors.ts'
import type { FileDigest, Files } from '../../ports/files.ts'
import { codeOf } from './code-of.ts'
import { glob } from './glob.ts'
import { isTracked } from './tracked.ts'

export interface FilesOptions {
  /** where private folders are made: the runner's own where there is one */
  readonly temporaryRoot?: string
  /** for asking git */
  readonly environment?: NodeJS.ProcessEnv
}

export function createFiles({ temporaryRoot = tmpdir(), environment = {} }: FilesOptions = {}): Files {
  return {
    digest,
    read,
    write: (path, data, flushed = true) => placeNew(path, (file) => writeFileSync(file, data), flushed),
    place,
    copy: async (from, to) => {
      const source = await openRegular(from)
      if (source === null) throw new UserError('FILE_MISSING', `there is no file ${from}`, 'make sure that the step that writes it ran')
      await using closing = source
      await placeNew(to, (file) => pour(closing.createReadStream({ autoClose: false }), file))
    },
    // most often there is nothing
    remove: async (path) => (lstatSync(path, { throwIfNoEntry: false }) ? rm(path, { force: true, recursive: true }) : undefined),
    makeFolder: async (path) => {
      try {
        mkdirSync(path, { recursive: true })
      } catch (thrown) {
        throw writable(path, thrown)
      }
    },
    glob,
    temporaryFolder: async () => {
      const path = await mkdtemp(join(temporaryRoot, 'modelgate-')) // 0700
      return { path, [Symbol.asyncDispose]: () => rm(path, { force: true, recursive: true, maxRetries: 3 }) }
    },
    isTracked: (folder) => isTracked(folder, environment),
  }
}

/** An open regular file, or null when there is none. A pipe is refused before it can keep us waiting. */
async function openRegular(path: string): Promise<FileHandle | null> {
  try {
    const found = await stat(path)
    if (!found.isFile()) throw notAFile(path)
    const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
    if ((await file.stat()).isFile()) return file
    await file.close()
    throw notAFile(path)
  } catch (thrown) {
    const code = codeOf(thrown)
    if (code === 'ENOENT' || code === 'ENOTDIR') return null
    if (code === 'EACCES' || code === 'EPERM')
      throw new UserError('FILE_UNREADABLE', `${path} may not be read (${code})`, 'give this user the right to read it', { cause: thrown })
    if (code === 'ENAMETOOLONG' || code === 'ELOOP' || code === 'ERR_INVALID_ARG_VALUE')
      throw new UserError('NOT_A_FILE', `${path.slice(0, 200)} cannot be a file (${code})`, 'name a file', { cause: thrown })
    throw thrown
  }
}

const notAFile = (path: string) => new UserError('NOT_A_FILE', `${path} is not a regular file`, 'name a file, not a folder or a device')

async function digest(path: string): Promise<FileDigest | null> {
  const opened = await openRegular(path)
  if (opened === null) return null
  await using file = opened
  const hash = createHash('sha256')
  let bytes = 0
  for await (const chunk of file.createReadStream({ autoClose: false, highWaterMark: 2 ** 20 })) {
    hash.update(chunk)
    bytes += chunk.length
  }
  return { digest: `sha256:${hash.digest('hex')}`, bytes }
}

async function read(path: string, maxBytes: number): Promise<Uint8Array | null> {
  const small = readSmall(path)
  if (small !== null && small.length <= maxBytes) return small
  const opened = await openRegular(path)
  if (opened === null) return null
  await using file = opened
  const { size } = await file.stat()
  if (size > maxBytes) throw tooLarge(path, size, maxBytes)
  // files of /proc say 0 and hold more: what counts is what arrives
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of file.createReadStream({ autoClose: false })) {
    bytes += chunk.length
    if (bytes > maxBytes) throw tooLarge(path, bytes, maxBytes)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

const mostSmall = 64 * 1024

/** Nearly all are small. Null where it is none, or something is wrong with it. */
function readSmall(path: string): Uint8Array | null {
  let descriptor: number
  try {
    if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return null
    descriptor = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  } catch {
    return null
  }
  try {
    const found = fstatSync(descriptor)
    return found.isFile() && found.size > 0 && found.size <= mostSmall ? readFileSync(descriptor) : null
  } catch {
    return null
  } finally {
    closeSync(descriptor)
  }
}

const tooLarge = (path: string, bytes: number, maxBytes: number) =>
  new UserError('FILE_TOO_LARGE', `${path} has ${bytes} bytes or more, ${maxBytes} are allowed here`, 'name a smaller file')

const temporaryName = (path: string) => join(dirname(path), `.${basename(path)}.${process.pid}.${randomBytes(6).toString('hex')}.tmp`)

/** Writes beside the final name, flushes, then renames: whoever reads sees the old file or the new one. */
async function placeNew(path: string, fill: (file: number) => unknown, flushed = true): Promise<void> {
  prepare(path)
  const temporary = temporaryName(path)
  try {
    const file = openSync(temporary, 'wx', 0o666)
    try {
      await fill(file)
      if (flushed) await toDisk(file)
    } finally {
      closeSync(file)
    }
    renameSync(temporary, path)
  } catch (thrown) {
    await rm(temporary, { force: true }).catch(() => {}) // what went wrong first is what is told
    throw writable(path, thrown)
  }
  if (flushed) await syncFolder(dirname(path))
}

async function pour(from: Readable, file: number): Promise<void> {
  const { pipeline } = await import('node:stream/promises')
  await pipeline(from, createWriteStream('', { fd: file, autoClose: false }))
}

async function place(temporary: string, path: string): Promise<void> {
  prepare(path)
  await flush(temporary)
  try {
    renameSync(temporary, path)
  } catch (thrown) {
    if (codeOf(thrown) !== 'EXDEV') throw writable(path, thrown)
    // another file system: the last step must still be a rename
    await placeNew(path, (file) => pour(createReadStream(temporary), file))
    await rm(temporary, { force: true })
  }
  await syncFolder(dirname(path))
}

const toDisk = promisify(fsync)

async function flush(path: string, flags = 'r+'): Promise<void> {
  const file = openSync(path, flags)
  try {
    await toDisk(file)
  } finally {
    closeSync(file)
  }
}

/** Not every system can flush a folder. */
async function syncFolder(folder: string): Promise<void> {
  try {
    await flush(folder, 'r')
  } catch (thrown) {
    if (!['EISDIR', 'EPERM', 'EACCES', 'EINVAL', 'ENOTSUP'].includes(codeOf(thrown) ?? '')) throw thrown
  }
}

function prepare(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true })
    removeLeftovers(path)
  } catch (thrown) {
    throw writable(path, thrown)
  }
}

/** Temporary files of this name whose process is gone. */
function removeLeftovers(path: string): void {
  const prefix = `.${basename(path)}.`
  for (const name of readdirSync(dirname(path))) {
    if (!name.startsWith(prefix)) continue
    const pid = /^(\d+)\.[0-9a-f]{12}\.tmp$/.exec(name.slice(prefix.length))?.[1]
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(dirname(path), name), { force: true })
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (thrown) {
    return codeOf(thrown) === 'EPERM'
  }
}

const unwritable = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'ENAMETOOLONG', 'EISDIR', 'ENOTDIR', 'ENOTEMPTY', 'EEXIST'])
/** Folders are made where there are none: what is missing is behind a link, or was there a moment ago. */
const unreachable = new Set(['ENOENT', 'ELOOP'])

const fixFor = (code: string): string | null => {
  if (unwritable.has(code)) return 'check the rights and the space of its folder'
  return unreachable.has(code) ? 'see where the links on its path lead, and that nothing else removes its folder meanwhile' : null
}

const writable = (path: string, thrown: unknown): unknown => {
  const code = codeOf(thrown)
  const fix = code === null ? null : fixFor(code)
  return fix === null ? thrown : new UserError('FILE_UNWRITABLE', `${path} cannot be written (${code})`, fix, { cause: thrown })
}
