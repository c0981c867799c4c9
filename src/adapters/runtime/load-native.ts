/**
 * The native parts (DuckDB 71 MB, onnxruntime 45 MB a platform) are not in the bundle: this finds them, proves them, loads them.
 *
 * Looked for in (1) MODELGATE_RUNTIME_DIR, (2) the node_modules beside our own package.json, (3) the tool cache; else (4) npm installs the
 * locked packages of `runtime/` into a staging folder, of which exactly the files of this platform move into the tool cache. Wherever they
 * come from, every file is compared with `runtime/digests.json` before anything of it is loaded (once a process, on a laptop once for all, while it stays the same file). The user's workspace is never looked at.
 */
import { copyFileSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { dirname, isAbsolute, join } from 'node:path'
import { UserError } from '../../errors.ts'
import { hashThread } from '../fs/hash-thread.ts'
import { cacheFolder } from './cache-folder.ts'
import { isComplete, type NativePart, nativeParts, openAhead, ownRuntime, type Runtime, verify, verifyAhead } from './digests.ts'
import { type Environment, npmCi } from './npm.ts'
import { provenNote } from './proven-before.ts'
import { bundledApi, duckdbAddon, nativeEntries, readBundledApi, requireDuckdb, requirePackage } from './require-native.ts'

export type { NativePart } from './digests.ts'

export interface NativeOptions {
  /** of which MODELGATE_RUNTIME_DIR, RUNNER_TOOL_CACHE, the folders of the user and npm's settings are read */
  readonly environment: Environment
  readonly signal?: AbortSignal
  /** told before an installation starts, which takes seconds */
  readonly say?: (text: string) => void
  /** for tests: another list of files, or another root */
  readonly runtime?: Runtime
}

/**
 * The module of a native part, verified. `unknown`, because only the adapter that asks knows its type.
 * @throws UserError NATIVE_CHANGED, NATIVE_UNSUPPORTED, RUNTIME_INSTALL
 */
export async function loadNative(part: NativePart, options: NativeOptions): Promise<unknown> {
  const runtime = options.runtime ?? ownRuntime()
  const begun = takeBegun(part, runtime, options)
  if (begun !== null) {
    const loaded = await hashThread.holding(begun)
    if (loaded !== null) return loaded
  }
  return load(part, await locateNative(part, { ...options, runtime }), runtime)
}

const load = (part: NativePart, folder: string, { platform }: Runtime, onAddon?: (addon: unknown) => void): unknown =>
  part === 'duckdb' ? requireDuckdb(folder, platform, onAddon) : requirePackage(part, folder)

/**
 * For a part that will be asked for: its files are hashed on the other core from now on. Where none is installed nothing happens, and
 * whatever is wrong is left for `locateNative` to find and to say.
 */
export function expectNative(part: NativePart, options: NativeOptions): void {
  const place = placeOf(part, options.runtime ?? ownRuntime(), options)
  if (place !== null) verifyAhead(place.folder, place.files, provenNote(options.environment))
}

/** Where it is installed; null when it is not, or cannot be. */
function placeOf(part: NativePart, runtime: Runtime, options: NativeOptions) {
  const files = runtime.files(part)
  const folder = files === null ? undefined : installed(runtime, files, options)
  return files !== null && folder !== undefined && isAbsolute(folder) ? { folder, files } : null
}

/** What was begun before anybody asked for it: the first who asks for that part in that folder takes it. */
let begun: { readonly part: NativePart; readonly folder: string; readonly loading: Promise<unknown> } | null = null

function takeBegun(part: NativePart, runtime: Runtime, options: NativeOptions): Promise<unknown> | null {
  if (begun === null || begun.part !== part || placeOf(part, runtime, options)?.folder !== begun.folder) return null
  const { loading } = begun
  begun = null
  return loading
}

/**
 * `expectNative`, and as soon as it is proven DuckDB is loaded: the module, for whoever wants to begin something with it, or null. Holds a
 * process that is over before that no longer than the thread takes to open the addon, says nothing of what is wrong, and `loadNative` does not do it again.
 * @param onAddon as of `requireDuckdb`
 */
export function beginDuckdb(options: NativeOptions, onAddon?: (addon: unknown) => void): Promise<unknown> {
  const part = 'duckdb'
  const runtime = options.runtime ?? ownRuntime()
  const place = placeOf(part, runtime, options)
  if (place === null) return Promise.resolve(null)
  const { folder, files } = place
  const note = provenNote(options.environment)
  verifyAhead(folder, files, note)
  const addon = duckdbAddon(runtime.platform)
  openAhead(folder, files, addon)
  const prove = async (): Promise<unknown> => {
    if (bundledApi !== null) readBundledApi(bundledApi)
    note.keep(await verify(folder, files, { known: note.known, thread: hashThread.idly }))
    await hashThread.idly.opened(join(folder, addon))
    return load(part, folder, runtime, onAddon)
  }
  const loading = prove().catch(() => null)
  begun = { part, folder, loading }
  return loading
}

/** The folder whose node_modules hold this part, verified but not loaded. */
export async function locateNative(part: NativePart, options: NativeOptions): Promise<string> {
  const runtime = options.runtime ?? ownRuntime()
  const files = runtime.files(part)
  if (files === null) {
    throw new UserError(
      'NATIVE_UNSUPPORTED',
      `${nativeEntries[part]} has no build for ${runtime.platform}`,
      'run on Linux (glibc) or Windows, x64 or arm64, or on macOS with Apple silicon',
    )
  }
  const folder = installed(runtime, files, options) ?? (await install(runtime, cachePlace(runtime, options), options))
  if (!isAbsolute(folder)) {
    throw new UserError('RUNTIME_INSTALL', `MODELGATE_RUNTIME_DIR is ${folder}, a relative path`, 'give an absolute path')
  }
  const note = provenNote(options.environment)
  note.keep(await verify(folder, files, note))
  return folder
}

const installed = (runtime: Runtime, files: ReadonlyMap<string, string>, options: NativeOptions): string | undefined =>
  options.environment.MODELGATE_RUNTIME_DIR || [runtime.root, cachePlace(runtime, options)].find((folder) => isComplete(folder, files))

const cachePlace = ({ key, platform }: Runtime, { environment }: NativeOptions): string =>
  join(cacheFolder(environment), 'modelgate-runtime', key, platform)

/** npm installs beside the final place, the files of this platform are copied out, verified, and appear there at once or not at all. */
async function install(runtime: Runtime, target: string, options: NativeOptions): Promise<string> {
  options.say?.('Installing the native parts (DuckDB, onnxruntime), once for this version …')
  const staging = makeStaging(target)
  try {
    const installed = join(staging, 'npm')
    mkdirSync(installed)
    for (const file of ['package.json', 'package-lock.json']) copyFileSync(join(runtime.root, 'runtime', file), join(installed, file))
    await npmCi(installed, options.environment, options.signal ?? new AbortController().signal)

    const pruned = join(staging, 'pruned')
    for (const part of nativeParts) {
      const files = runtime.files(part)
      for (const file of files?.keys() ?? []) {
        mkdirSync(dirname(join(pruned, file)), { recursive: true })
        copyFileSync(join(installed, file), join(pruned, file))
      }
      if (files) await verify(pruned, files)
    }
    place(pruned, target, runtime)
  } finally {
    rmSync(staging, { recursive: true, force: true })
  }
  return target
}

function makeStaging(target: string): string {
  try {
    mkdirSync(dirname(target), { recursive: true })
    return mkdtempSync(`${target}.staging-`)
  } catch (cause) {
    throw new UserError(
      'RUNTIME_INSTALL',
      `${dirname(target)} cannot be written, so the native parts of modelgate have no place`,
      'set RUNNER_TOOL_CACHE to a folder that can be written, or MODELGATE_RUNTIME_DIR to one where runtime/ was installed',
      { cause },
    )
  }
}

/** A second process that finished first is as good: its folder is verified like any other. An incomplete one is replaced. */
function place(pruned: string, target: string, runtime: Runtime): void {
  try {
    renameSync(pruned, target)
  } catch {
    if (nativeParts.every((part) => isComplete(target, runtime.files(part) ?? new Map()))) return
    rmSync(target, { recursive: true, force: true })
    renameSync(pruned, target)
  }
}
