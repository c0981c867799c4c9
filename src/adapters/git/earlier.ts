/**
 * Earlier versions of data files, by their sha256. Git LFS calls its objects by it; what git itself keeps, and DVC, which calls its objects by their md5,
 * is found by hashing the versions of which the history of this checkout knows. Blobs are read as they are stored: no filter runs, nothing is fetched.
 */
import { stat } from 'node:fs/promises'
import { dirname, join, relative, resolve } from 'node:path'
import type { EarlierFiles, EarlierFound, EarlierRequest, Keeper } from '../../ports/earlier-files.ts'
import type { Files } from '../../ports/files.ts'
import { dvcCacheFolder, dvcObjects, dvcPointer, lfsObject, lfsPointer, mostPointerBytes } from './pointers.ts'
import type { GitOptions } from './run-git.ts'
import { type History, openHistory, type Version } from './versions.ts'

/** Versions that are looked at, and how much of them is read. */
const mostVersions = 200
const mostBytes = 2 * 2 ** 30

export const earlierFiles = (files: Files, options: GitOptions): EarlierFiles => ({
  async find(request) {
    const history = await openHistory(request.near, '.dvc', options)
    return history === null ? { kind: 'unknown' } : new Search(files, history, request).run()
  },
})

class Search {
  readonly #files: Files
  readonly #history: History
  readonly #request: EarlierRequest
  readonly #found = new Map<string, string>()
  readonly #keepers = new Set<Keeper>()
  #room = mostBytes
  #dvc: Promise<string | null> | null = null

  constructor(files: Files, history: History, request: EarlierRequest) {
    this.#files = files
    this.#history = history
    this.#request = request
  }

  async run(): Promise<EarlierFound> {
    for (const digest of this.#request.digests) {
      const path = join(this.#history.common, ...lfsObject(hexOf(digest)))
      if ((await sizeOf(path)) !== null) this.#found.set(digest, path)
    }
    let left = mostVersions
    for await (const version of this.#history.versions()) {
      if (left-- === 0 || !this.#missing()) break
      await this.#look(version)
    }
    const paths = this.#request.digests.flatMap((digest) => this.#found.get(digest) ?? [])
    if (!this.#missing()) return { kind: 'found', paths }
    const by = keepersByCertainty.find((keeper) => this.#keepers.has(keeper))
    return by === undefined ? { kind: 'unknown' } : { kind: 'kept', by }
  }

  #missing(): boolean {
    return this.#request.digests.some((digest) => !this.#found.has(digest))
  }

  async #look({ blob, bytes }: Version): Promise<void> {
    if (bytes <= mostPointerBytes && (await this.#follow(await this.#history.text(blob)))) return
    if (!this.#take(bytes)) return
    const to = join(this.#request.folder, blob)
    if (!(await this.#history.write(blob, to)) || !(await this.#keep(to))) await this.#files.remove(to)
  }

  /** false: the text is no pointer, and may be data */
  async #follow(text: string): Promise<boolean> {
    const oid = lfsPointer(text)
    if (oid !== null) {
      const [digest] = this.#request.digests.filter((wanted) => hexOf(wanted) === oid && !this.#found.has(wanted))
      if (digest !== undefined) this.#keepers.add('Git LFS')
      return true
    }
    const md5 = dvcPointer(text)
    if (md5 === null) return false
    this.#dvc ??= dvcCache(this.#files, dirname(this.#request.near[0] ?? ''), this.#history.top)
    const cache = await this.#dvc
    if (cache === null) return false
    for (const path of dvcObjects(md5).map((place) => join(cache, ...place))) {
      const bytes = await sizeOf(path)
      if (bytes === null) continue
      if (this.#take(bytes)) await this.#keep(path)
      return true
    }
    this.#keepers.add('DVC')
    return true
  }

  #take(bytes: number): boolean {
    if (bytes > this.#room) return false
    this.#room -= bytes
    return true
  }

  async #keep(path: string): Promise<boolean> {
    const digest = (await this.#files.digest(path))?.digest
    if (digest === undefined || !this.#request.digests.includes(digest) || this.#found.has(digest)) return false
    this.#found.set(digest, path)
    return true
  }
}

/** A pointer of Git LFS names the very file; one of DVC names a version that may be it. */
const keepersByCertainty: readonly Keeper[] = ['Git LFS', 'DVC']

const hexOf = (digest: string): string => digest.replace(/^sha256:/, '')

/** null: there is no such regular file */
async function sizeOf(path: string): Promise<number | null> {
  const found = await stat(path).catch(() => null)
  return found?.isFile() ? found.size : null
}

/** Where DVC keeps its objects, by the config nearest to the data; null: DVC is not used here. */
async function dvcCache(files: Files, from: string, top: string): Promise<string | null> {
  for (let folder = from; ; folder = dirname(folder)) {
    const own = join(folder, '.dvc')
    const config = await textOf(files, join(own, 'config'))
    if (config !== null) {
      const local = await textOf(files, join(own, 'config.local'))
      return resolve(own, dvcCacheFolder(local ?? '') ?? dvcCacheFolder(config) ?? 'cache')
    }
    if (relative(top, folder) === '' || folder === dirname(folder)) return null
  }
}

async function textOf(files: Files, path: string): Promise<string | null> {
  const bytes = await files.read(path, 2 ** 20)
  return bytes === null ? null : Buffer.from(bytes).toString('utf8')
}
