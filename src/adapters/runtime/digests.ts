/** Which files a native part is made of on this machine, and their digests: `runtime/digests.json`, made from the locked packages. */
import { createHash } from 'node:crypto'
import { closeSync, openSync, readFileSync, readSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { UserError } from '../../errors.ts'

export const nativeParts = ['duckdb', 'onnx'] as const
export type NativePart = (typeof nativeParts)[number]

const filesSchema = z.record(z.string().regex(/^node_modules\/(?!.*(^|\/)\.\.(\/|$))[^\\]+$/), z.string().regex(/^[0-9a-f]{64}$/))
const platformsSchema = z.record(z.string(), filesSchema)
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
  return {
    root,
    key: createHash('sha256').update(text).digest('hex').slice(0, 16),
    platform,
    files: (part) => {
      const own = digests[part][platform]
      return own === undefined ? null : new Map(Object.entries({ ...digests[part].any, ...own }))
    },
  }
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

/** As npm packages name it; musl is told from glibc by Node's own report, without the network part that may take seconds. */
function platformName(): string {
  const name = `${process.platform}-${process.arch}`
  if (process.platform !== 'linux') return name
  Object.assign(process.report, { excludeNetwork: true })
  const report = z.object({ header: z.object({ glibcVersionRuntime: z.string().optional() }) }).safeParse(process.report.getReport())
  return report.success && report.data.header.glibcVersionRuntime !== undefined ? name : `${name}-musl`
}

/**
 * Proves that every file of a part, as it lies in `folder`, is the one this version of modelgate was built with.
 * All of it on each start (45 and 71 MB, about 60 ms): a note "was checked before" could be forged by whoever can change the files.
 * @throws UserError NATIVE_CHANGED naming the first file that is missing or differs
 */
export function verify(folder: string, files: ReadonlyMap<string, string>): void {
  for (const [file, expected] of files) {
    const found = sha256(join(folder, file))
    if (found === expected) continue
    throw new UserError(
      'NATIVE_CHANGED',
      `${file} in ${folder} ${found === null ? 'is missing' : 'is not the file this version of modelgate was built with'}; nothing of it was loaded`,
      `remove ${folder} and run again, so that npm installs it anew`,
    )
  }
}

/** True when every file is there, whatever it holds. */
export const isComplete = (folder: string, files: ReadonlyMap<string, string>): boolean =>
  [...files.keys()].every((file) => isReadable(join(folder, file)))

const buffer = new Uint8Array(2 ** 20)

/** null when there is no such file. One buffer for all: reading 71 MB whole costs more in page faults than hashing it. */
function sha256(path: string): string | null {
  let descriptor: number
  try {
    descriptor = openSync(path, 'r')
  } catch {
    return null
  }
  try {
    const hash = createHash('sha256')
    for (;;) {
      const read = readSync(descriptor, buffer, 0, buffer.length, null)
      if (read === 0) return hash.digest('hex')
      hash.update(buffer.subarray(0, read))
    }
  } finally {
    closeSync(descriptor)
  }
}
