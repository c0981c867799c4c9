/**
 * REF → verified bytes on this machine. What is not there is told and the next reference is tried; what cannot be read, or has another digest than
 * it should, is an error and never "missing". Bytes get their final name, which is their digest, only after they were verified.
 */
import { resolve as absolute, join } from 'node:path'
import { stateOf } from '../core/ledger/files.ts'
import { modelFileName, profileName } from '../core/ledger/manifest.ts'
import { showRef } from '../core/ledger/show-ref.ts'
import { aliasOf, findVersion, versionOfBytes } from '../core/ledger/transitions.ts'
import type { ModelRef } from '../core/schema/config.ts'
import type { LedgerModel, VersionRecord } from '../core/schema/ledger.ts'
import { UserError } from '../errors.ts'
import type { ModelContext } from './context.ts'
import { noLedgerYet, readLedger } from './ledger-change.ts'
import type { Resolution, ResolvedModel } from './resolve-types.ts'

/** One reference, or what was tried. @param folder where bytes land, under names that are their digests */
export const resolve = (ref: ModelRef, context: ModelContext, folder: string): Promise<Resolution> => resolveFirst([ref], context, folder)

/**
 * The first reference whose bytes are to be had; else the first whose numbers are known; else nothing, with every try told.
 * @throws UserError when a reference cannot be read, or is not what it should be (GATE-05)
 */
export async function resolveFirst(refs: readonly ModelRef[], context: ModelContext, folder: string): Promise<Resolution> {
  const search = new Search(context, folder)
  let numbers: Extract<Outcome, { kind: 'numbers' }> | null = null
  // what several references lack alike, such as a ledger, is said once
  const refsByReason = new Map<string, string[]>()
  const told = () => [...refsByReason].map(([why, names]) => `${names.join(', ')}: ${why}`)
  for (const ref of refs) {
    const outcome = await search.one(ref)
    if (outcome.kind === 'found') return { kind: 'found', model: outcome.model, tried: told() }
    refsByReason.set(outcome.why, [...(refsByReason.get(outcome.why) ?? []), showRef(ref)])
    if (outcome.kind === 'numbers') numbers ??= outcome
  }
  const tried = told()
  if (numbers === null) return { kind: 'missing', tried }
  const { why: _, ...known } = numbers
  return { ...known, tried }
}

type Numbers = Omit<Extract<Resolution, { kind: 'numbers' }>, 'tried'>
type Outcome =
  | { readonly kind: 'found'; readonly model: ResolvedModel }
  | (Numbers & { readonly why: string })
  | { readonly kind: 'absent'; readonly why: string }

const absent = (why: string): Outcome => ({ kind: 'absent', why })

/** One search reads the ledger once. */
class Search {
  readonly #context: ModelContext
  readonly #folder: string
  #ledger: Promise<{ readonly none: string; readonly states: ((model: string) => LedgerModel) | null }> | null = null

  constructor(context: ModelContext, folder: string) {
    this.#context = context
    this.#folder = folder
  }

  one(ref: ModelRef): Promise<Outcome> {
    const shown = showRef(ref)
    switch (ref.kind) {
      case 'path':
        return this.#path(shown, ref.path)
      case 'url':
        return this.#url(shown, ref.url, ref.sha256)
      case 'artifact':
        return this.#artifact(shown, ref.name, ref.path)
      case 'main':
        return this.#inLedger(this.#context.model.name, (state) => this.#main(shown, state))
      case 'alias':
        return this.#inLedger(ref.model ?? this.#context.model.name, async (state) => {
          const pointer = aliasOf(state, ref.alias)
          if (pointer === null) return absent(`${state.model} has no alias ${ref.alias}`)
          return this.#version(shown, findVersion(state, pointer.version), pointer.version, state)
        })
      case 'version':
        return this.#inLedger(ref.model ?? this.#context.model.name, (state) =>
          this.#version(shown, findVersion(state, ref.version), ref.version, state),
        )
    }
  }

  async #path(ref: string, path: string): Promise<Outcome> {
    const full = absolute(this.#context.root, path)
    const found = await this.#context.ports.files.digest(full)
    if (found === null) return absent('there is no such file')
    return {
      kind: 'found',
      model: { ref, path: full, ...found, version: null, createdAt: null, profilePath: null, features: null, numbers: null },
    }
  }

  async #url(ref: string, url: string, sha256: string): Promise<Outcome> {
    const downloads = await this.#context.ports.downloads()
    try {
      const path = await this.#land(ref, modelFileName(this.#context.model.name, new URL(url).pathname), `sha256:${sha256}`, async (to) => {
        await downloads.get(url, to, this.#context.signal)
      })
      return this.#found(ref, path, `sha256:${sha256}`, null, null)
    } catch (thrown) {
      if (isCode(thrown, 'DOWNLOAD_MISSING')) return absent('there is nothing at this URL')
      throw thrown
    }
  }

  async #artifact(ref: string, name: string, inside: string | null): Promise<Outcome> {
    const { host, ports } = this.#context
    if (host.artifacts === null) return absent('this machine has no artifacts of a workflow run')
    await using folder = await ports.files.temporaryFolder()
    try {
      await host.artifacts.download(name, folder.path)
    } catch (thrown) {
      if (isCode(thrown, 'ARTIFACT_MISSING')) return absent('this run has no such artifact')
      throw thrown
    }
    const names = inside === null ? await ports.files.glob(folder.path, '**/*') : [inside]
    const [only, second] = names
    if (only === undefined) return absent('the artifact is empty')
    if (second !== undefined) {
      throw new UserError(
        'ARTIFACT_AMBIGUOUS',
        `the artifact ${name} has ${names.length} files`,
        `name the model's file: {artifact: ${name}, path: …}`,
      )
    }
    const source = join(folder.path, only)
    const found = await ports.files.digest(source)
    if (found === null) return absent(`the artifact has no file ${only}`)
    const path = await this.#land(ref, modelFileName(this.#context.model.name, only), found.digest, (to) => ports.files.copy(source, to))
    return this.#found(ref, path, found.digest, null, null)
  }

  /** Bytes of the default branch's last green run: those of a version, if they became one. */
  async #main(ref: string, state: LedgerModel): Promise<Outcome> {
    const run = state.main
    if (run === null) return absent(`no run of the default branch is recorded for ${state.model}`)
    const version = versionOfBytes(state, run.digest)
    if (version !== null) return this.#version(ref, version, version.version, state)
    return {
      kind: 'numbers',
      ref,
      version: null,
      digest: run.digest,
      metrics: run.metrics,
      judged: run.judged ?? null,
      why: 'its numbers are recorded, but its bytes were never released',
    }
  }

  async #version(ref: string, record: VersionRecord | null, version: string, state: LedgerModel): Promise<Outcome> {
    if (record === null) return absent(`${state.model} has no version ${version}`)
    const file = record.files.find((one) => one.digest === record.digest)
    if (file === undefined)
      throw new UserError(
        'LEDGER_CORRUPT',
        `${record.tag} has no file with its own digest`,
        'restore the ledger branch from an earlier commit',
      )
    const store = await this.#context.ports.store()
    const land = (name: string, digest: string) => this.#land(ref, name, digest, (to) => store.download(record.tag, name, to))
    try {
      const path = await land(file.name, file.digest)
      const profile = record.files.find((one) => one.name === profileName)
      const profilePath = profile === undefined ? null : await land(profile.name, profile.digest)
      return this.#found(ref, path, file.digest, record, profilePath)
    } catch (thrown) {
      if (!isCode(thrown, 'VERSION_GONE')) throw thrown
      return {
        kind: 'numbers',
        ref,
        version: record.version,
        digest: record.digest,
        metrics: record.metrics,
        judged: record.judged ?? null,
        why: `${record.tag} is not in ${store.name} any more; its numbers are recorded`,
      }
    }
  }

  async #inLedger(model: string, look: (state: LedgerModel) => Promise<Outcome>): Promise<Outcome> {
    this.#ledger ??= this.#read()
    const { none, states } = await this.#ledger
    return states === null ? absent(none) : look(states(model))
  }

  /** No remote and no branch are a ledger that nobody has begun; anything else that goes wrong is an error. */
  async #read(): Promise<{ readonly none: string; readonly states: ((model: string) => LedgerModel) | null }> {
    try {
      const transport = await this.#context.ports.ledger()
      const { head, ledger } = await readLedger(transport)
      return { none: noLedgerYet(transport), states: head === null ? null : (model) => stateOf(ledger, model) }
    } catch (thrown) {
      if (isCode(thrown, 'LEDGER_NONE'))
        return { none: noLedgerYet({ name: `no git remote ${this.#context.config.ledger.remote}` }), states: null }
      throw thrown
    }
  }

  /** Fills a temporary file, verifies it, and only then gives it the name that is its digest. What lies there already is verified as well. */
  async #land(ref: string, name: string, digest: string, fill: (to: string) => Promise<unknown>): Promise<string> {
    const { files } = this.#context.ports
    const path = join(this.#folder, `${digest.replace('sha256:', '')}-${name}`)
    if ((await files.digest(path))?.digest === digest) return path
    await files.makeFolder(this.#folder)
    const temporary = `${path}.part`
    try {
      await fill(temporary)
      const found = await files.digest(temporary)
      if (found?.digest !== digest) {
        throw new UserError(
          'DIGEST_DIFFERS',
          `${name} of ${ref} is not what it should be: expected ${digest}, got ${found?.digest ?? 'nothing'}`,
          'do not use it: find out who changed it',
        )
      }
      await files.place(temporary, path)
    } catch (thrown) {
      await files.remove(temporary)
      throw thrown
    }
    return path
  }

  async #found(ref: string, path: string, digest: string, record: VersionRecord | null, profilePath: string | null): Promise<Outcome> {
    const bytes = (await this.#context.ports.files.digest(path))?.bytes ?? 0
    return {
      kind: 'found',
      model: {
        ref,
        path,
        digest,
        bytes,
        version: record?.version ?? null,
        createdAt: record?.created_at ?? null,
        profilePath,
        features: record?.features ?? null,
        numbers: record === null ? null : { metrics: record.metrics, judged: record.judged ?? null },
      },
    }
  }
}

const isCode = (thrown: unknown, code: string): boolean => thrown instanceof UserError && thrown.code === code
