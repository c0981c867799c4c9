/** Which files a native part is made of on this machine, and their digests: `runtime/digests.json`, made from the locked packages. */
import { createHash } from 'node:crypto'
import { closeSync, openSync, readFileSync, readSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { UserError } from '../../errors.ts'
import { type Hashed, hashFile, stateAt } from '../fs/hash-file.ts'
import { type HashThread, hashThread } from '../fs/hash-thread.ts'
import { bundledApi, isBinding } from './require-native.ts'

export const nativeParts = ['duckdb', 'onnx'] as const
export type NativePart = (typeof nativeParts)[number]

const filesSchema = z.record(z.string().regex(/^node_modules\/(?!.*(^|\/)\.\.(\/|$))[^\\]+$/), z.string().regex(/^[0-9a-f]{64}$/))
/** read for one platform of eight */
const platformsSchema = z.record(z.string(), z.record(z.string(), z.unknown()))
const digestsSchema = z.strictObject({
  schema: z.literal('modelgate/runtime-digests@1'),
  duckdb: platformsSchema,
  onnx: platformsSchema,
})

export interface Runtime {
  /** our own folder: the one that holds `runtime/` */
  readonly root: string
  /** names this set of native files: another set, another folder in the tool cache */
  readonly key: string
  /** `linux-x64`, `linux-x64-musl`, `darwin-arm64`, `win32-x64` */
  readonly platform: string
  /** path below a folder → sha256, for this platform; null when the part is not made for it */
  readonly files: (part: NativePart) => ReadonlyMap<string, string> | null
}

/** Reads the list of our own package: from src/ in development, from dist/ in a bundle. */
export function readRuntime(root = packageRoot(), platform = platformName()): Runtime {
  const text = readFileSync(join(root, 'runtime', 'digests.json'), 'utf8')
  const digests = digestsSchema.parse(JSON.parse(text))
  const read = new Map<NativePart, ReadonlyMap<string, string>>()
  return {
    root,
    key: createHash('sha256').update(text).digest('hex').slice(0, 16),
    platform,
    files: (part) => {
      const there = read.get(part)
      if (there !== undefined) return there
      const own = digests[part][platform]
      if (own === undefined) return null
      const all = Object.entries(filesSchema.parse({ ...digests[part].any, ...own }))
      const files = new Map(part === 'duckdb' && bundledApi !== null ? all.filter(([file]) => isBinding(file)) : all)
      read.set(part, files)
      return files
    },
  }
}

let own: Runtime | null = null
/** `readRuntime` of this package, once. */
export function ownRuntime(): Runtime {
  own ??= readRuntime()
  return own
}

/** The nearest folder above this file that holds `runtime/digests.json`. */
function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!isReadable(join(folder, 'runtime', 'digests.json'))) {
    const parent = dirname(folder)
    if (parent === folder) throw new Error('runtime/digests.json is not beside modelgate: the installation is not complete')
    folder = parent
  }
  return folder
}

function isReadable(path: string): boolean {
  try {
    closeSync(openSync(path, 'r'))
    return true
  } catch {
    return false
  }
}

/** As npm packages name it. */
function platformName(): string {
  const name = `${process.platform}-${process.arch}`
  return process.platform === 'linux' && !isGlibc() ? `${name}-musl` : name
}

/** musl is told from glibc by the loader that this Node names at the beginning of its file, else by its own report, which takes ten milliseconds. */
function isGlibc(): boolean {
  const head = beginningOf(process.execPath)
  if (head.includes('/ld-musl-')) return false
  if (head.includes('/ld-linux-')) return true
  Object.assign(process.report, { excludeNetwork: true }) // may take seconds
  const report = z.object({ header: z.object({ glibcVersionRuntime: z.string().optional() }) }).safeParse(process.report.getReport())
  return report.success && report.data.header.glibcVersionRuntime !== undefined
}

function beginningOf(path: string): string {
  const bytes = Buffer.alloc(4096)
  try {
    const file = openSync(path, 'r')
    try {
      return bytes.toString('latin1', 0, readSync(file, bytes))
    } finally {
      closeSync(file)
    }
  } catch {
    return ''
  }
}

interface Known {
  /** path → what was found there before, and what is believed while it is the same file (proven-before.ts) */
  readonly known?: ReadonlyMap<string, Hashed>
}

/**
 * Has the files of a part hashed beside what this thread does now, for `verify`.
 * Nothing is believed of them yet, and nothing is loaded.
 */
export function verifyAhead(folder: string, files: ReadonlyMap<string, string>, { known = new Map() }: Known): void {
  for (const [file, sha256] of files) {
    const path = join(folder, file)
    hashThread.ahead(path, knownAs(sha256, path, known))
  }
}

/** What is known to be another one is hashed again: the note may be wrong. */
function knownAs(sha256: string, path: string, known: ReadonlyMap<string, Hashed>): Hashed | undefined {
  const found = known.get(path)
  return found?.sha256 === sha256 ? found : undefined
}

/** Has the thread open an addon of the part as well, once it has found every file to be the right one. */
export function openAhead(folder: string, files: ReadonlyMap<string, string>, addon: string): void {
  hashThread.openAhead(join(folder, addon), new Map([...files].map(([file, sha256]) => [join(folder, file), sha256])))
}

/**
 * Proves that every file of a part, as it lies in `folder`, is the one this version of modelgate was built with.
 * What was hashed ahead, or is known, counts where the file is still the same, by its inode, size and times.
 * @returns path → what was found there
 * @throws UserError NATIVE_CHANGED naming the first file that is missing or differs
 */
export async function verify(
  folder: string,
  files: ReadonlyMap<string, string>,
  { known = new Map(), thread = hashThread }: Known & { readonly thread?: Pick<HashThread, 'answer'> } = {},
): Promise<ReadonlyMap<string, Hashed>> {
  const ahead = new Map<string, Hashed | null>()
  for (const file of files.keys()) ahead.set(file, await thread.answer(join(folder, file)))
  const proven = new Map<string, Hashed>()
  for (const [file, expected] of files) {
    const path = join(folder, file)
    const state = stateAt(path)
    const found = [ahead.get(file), knownAs(expected, path, known)].find((early) => early && early.state === state) ?? hashFile(path)
    if (found?.sha256 === expected) {
      proven.set(path, found)
      continue
    }
    throw new UserError(
      'NATIVE_CHANGED',
      `${file} in ${folder} ${isReadable(path) ? 'is not the file this version of modelgate was built with' : 'is missing'}; nothing of it was loaded`,
      `remove ${folder} and run again, so that npm installs it anew`,
    )
  }
  return proven
}

/** True when every file is there, whatever it holds. */
export const isComplete = (folder: string, files: ReadonlyMap<string, string>): boolean =>
  [...files.keys()].every((file) => isReadable(join(folder, file)))
