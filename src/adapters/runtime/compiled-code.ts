/**
 * The scripts of the bundle, and what V8 compiled of them, kept for the next run of the CLI.
 *
 * Node's own compile cache (`module.enableCompileCache`) keeps what is compiled before a file runs. Most functions are compiled when they are first called:
 * a thousand in a `validate`, a fifth of its time on the thread that everything waits for. So a part of the bundle is a script here, which has been run when
 * its code is kept, and each verb keeps what it called.
 *
 * On a laptop only. V8 runs what it finds there, whoever wrote it: on a CI server that keeps its disk, code of one pull request could leave
 * something for the job of another. There nothing is read and nothing is left, but in a folder that NODE_COMPILE_CACHE names, where Node does the same.
 */
import { closeSync, fstatSync, openSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { Script } from 'node:vm'
import { isOnServer } from '../ci/is-on-server.ts'
import { stateOf } from '../fs/hash-file.ts'
import { ownCacheFolder } from './cache-folder.ts'
import type { Environment } from './npm.ts'
import { readOwn, writeOwn } from './own-file.ts'

/** A script is one expression, this function: what a file of CommonJS is, with the address that `import.meta.url` would have. ASCII alone. */
type Run = (require: NodeJS.Require, module: { exports: unknown }, url: string) => unknown

interface Ran {
  readonly script: Script
  /** which file it was */
  readonly state: string
  /** its code was the kept one */
  readonly served: boolean
}

/** What it says of itself, before the code of all scripts one after the other. */
interface Head {
  /** name of a script → which file it was made of, and how many bytes its code has */
  readonly scripts: Readonly<Record<string, readonly [state: string, bytes: number]>>
}

interface Kept {
  readonly path: string
  /** name → code of the file that had this state */
  readonly code: ReadonlyMap<string, { readonly state: string; readonly bytes: Buffer }>
  /** was made so long ago that more is called by now */
  readonly old: boolean
  readonly ran: Map<string, Ran>
  readonly digest: Digest
}

type Digest = (bytes: Buffer) => Buffer

let kept: Kept | null = null

const here = dirname(fileURLToPath(import.meta.url))

const [digestBytes, lengthBytes] = [32, 4]
const [day, month] = [24 * 60 * 60 * 1000, 30 * 24 * 60 * 60 * 1000]

/**
 * Of what runs from now on, and leaves what was compiled when the process ends. A folder that cannot be written, or a file that is damaged, of somebody else, or of
 * another Node, is a start as before.
 * @param verb which calls other functions than another one
 * @param folder of the scripts; in the bundle that of this file
 */
export async function keepCompiledCode(environment: Environment, verb: string, folder = here): Promise<void> {
  const place = placeFor(environment)
  if (place === null) return
  const { createHash } = await import('node:crypto')
  const digest: Digest = (bytes) => createHash('sha256').update(bytes).digest()
  const whose = createHash('sha256').update(`${process.version} ${process.arch} ${folder}`).digest('hex').slice(0, 8)
  const path = join(place, `${verb}-${whose}.code`)
  kept = { path, ...read(path, digest), ran: new Map(), digest }
  process.on('exit', leave)
}

function placeFor(environment: Environment): string | null {
  if (environment.NODE_DISABLE_COMPILE_CACHE) return null
  if (environment.NODE_COMPILE_CACHE) return environment.NODE_COMPILE_CACHE
  return isOnServer(environment) ? null : join(ownCacheFolder(environment), 'compiled')
}

/** A part of the bundle, which is a script beside this file there, and runs when it is first asked for. */
export function runPart(file: string): unknown {
  const part = parts.get(file) ?? runScript(join(here, file))
  parts.set(file, part)
  return part
}

/** several of the bundler's parts may be one file */
const parts = new Map<string, unknown>()

/** Runs a script. @returns what it exports */
export function runScript(path: string): unknown {
  const { text, state } = readScript(path)
  const name = basename(path)
  const before = kept?.code.get(name)
  const own = before?.state === state ? { cachedData: before.bytes } : {}
  const script = new Script(text, { filename: path, ...own })
  kept?.ran.set(name, { script, state, served: script.cachedDataRejected === false })
  const run: Run = script.runInThisContext()
  return run(createRequire(path), { exports: {} }, pathToFileURL(path).href)
}

/** Which file it was is asked before it is read: what is written to it meanwhile has another state. */
function readScript(path: string): { readonly text: string; readonly state: string } {
  const descriptor = openSync(path, 'r')
  try {
    const state = stateOf(fstatSync(descriptor, { bigint: true }))
    return { state, text: readFileSync(descriptor, 'latin1') }
  } finally {
    closeSync(descriptor)
  }
}

function read(path: string, digest: Digest): Pick<Kept, 'code' | 'old'> {
  const nothing = { code: new Map(), old: true }
  try {
    const found = readOwn(path)
    if (found === null) return nothing
    const rest = found.bytes.subarray(digestBytes)
    // V8 does not look whether what it is given is whole
    if (!digest(rest).equals(found.bytes.subarray(0, digestBytes))) return nothing
    let at = lengthBytes + rest.readUInt32LE(0)
    const { scripts }: Head = JSON.parse(rest.toString('utf8', lengthBytes, at))
    const code = new Map<string, { state: string; bytes: Buffer }>()
    for (const [name, [state, bytes]] of Object.entries(scripts)) {
      code.set(name, { state, bytes: rest.subarray(at, at + bytes) })
      at += bytes
    }
    return { code, old: Date.now() - found.modifiedMs > day }
  } catch {
    return nothing
  }
}

/** What was compiled, where something is new; once a day in any case, for other functions may have been called. It saves time: code that cannot be written is none. */
function leave(): void {
  if (kept === null || kept.ran.size === 0) return
  const { path, code, old, ran, digest } = kept
  if (!old && [...ran.values()].every(({ served }) => served)) return
  try {
    const all = new Map(code)
    for (const [name, { script, state }] of ran) all.set(name, { state, bytes: script.createCachedData() })
    const head: Head = { scripts: Object.fromEntries([...all].map(([name, { state, bytes }]) => [name, [state, bytes.length]])) }
    const said = Buffer.from(JSON.stringify(head))
    const length = Buffer.alloc(lengthBytes)
    length.writeUInt32LE(said.length)
    const rest = Buffer.concat([length, said, ...[...all.values()].map(({ bytes }) => bytes)])
    writeOwn(path, [digest(rest), rest])
    removeForgotten(dirname(path))
  } catch {}
}

/** Of versions that are used no more, and what a killed process left: of ours alone, for the folder may be one that others use. */
function removeForgotten(folder: string): void {
  for (const name of readdirSync(folder).filter((one) => /^[a-z]+-[0-9a-f]{8}\.code(\.\d+)?$/.test(one))) {
    const path = join(folder, name)
    if (Date.now() - statSync(path).mtimeMs > month) rmSync(path, { force: true })
  }
}
