/** A version for these bytes: the one that holds them already, or a new one whose bytes are in the store before the ledger knows of it. */

import { tagOf } from '../../core/ledger/names.ts'
import { nextVersion } from '../../core/ledger/semver.ts'
import { versionOfBytes } from '../../core/ledger/transitions.ts'
import type { LedgerModel, VersionRecord } from '../../core/schema/ledger.ts'
import { UserError } from '../../errors.ts'
import type { ModelStore } from '../../ports/ledger.ts'
import type { ModelContext } from '../context.ts'
import type { Evidence } from './evidence.ts'
import { versionFiles } from './version-files.ts'

/** Version numbers that interrupted runs with other bytes may have used up in the store. */
const maxSkipped = 50

export interface Release {
  readonly record: VersionRecord
  /** false: these bytes were a version already */
  readonly released: boolean
}

export async function release(context: ModelContext, store: ModelStore, state: LedgerModel, evidence: Evidence): Promise<Release> {
  const existing = versionOfBytes(state, evidence.digest)
  if (existing !== null) {
    await requireStored(store, existing)
    return { record: existing, released: false }
  }
  const { version, stored } = await freeVersion(context, store, state, evidence)
  const tag = tagOf(context.model.name, version)
  await using folder = await context.ports.files.temporaryFolder()
  const made = stored === null ? await versionFiles(context, evidence, version, folder.path) : null
  const files = (made ?? stored?.files ?? []).map(({ name, digest, bytes }) => ({ name, digest, bytes }))
  const title = `${context.model.name} ${version}`
  const url =
    made === null
      ? (stored?.url ?? null)
      : (await store.publish({ tag, title, notes: notes(context, evidence, version, files), sha: context.source.sha, files: made })).url
  const record: VersionRecord = {
    version,
    tag,
    digest: evidence.digest,
    files: files.sort((a, b) => (a.name < b.name ? -1 : 1)),
    config_digest: context.config.digest,
    verdict: evidence.verdict,
    source: evidence.source,
    created_at: context.clock.now(),
    metrics: { ...evidence.metrics },
    ...(evidence.judged === undefined ? {} : { judged: evidence.judged }),
    ...(context.model.data.features === null ? {} : { features: [...context.model.data.features] }),
    url,
    ...(evidence.waived.length === 0 ? {} : { waived: evidence.waived }),
  }
  await requireStored(store, record)
  return { record, released: true }
}

type Stored = Awaited<ReturnType<ModelStore['find']>>

/**
 * The next version that the store has not, or has with these very bytes because an earlier run ended between store and ledger. Numbers that such
 * runs used up with other bytes are passed over: a version, once published, is never changed.
 */
async function freeVersion(
  context: ModelContext,
  store: ModelStore,
  state: LedgerModel,
  { digest }: Evidence,
): Promise<{ version: string; stored: Stored }> {
  const bump = context.model.promote?.bump ?? 'auto'
  const taken = state.versions.map((record) => record.version)
  for (let i = 0; i < maxSkipped; i += 1) {
    const version = nextVersion(taken, bump)
    const tag = tagOf(context.model.name, version)
    const stored = await store.find(tag)
    if (stored === null || stored.files.some((file) => file.digest === digest)) return { version, stored }
    context.progress.warn(`${tag} is in ${store.name} with other bytes, though not in the ledger: passing it over`)
    taken.push(version)
  }
  throw new UserError(
    'VERSION_TAKEN',
    `${store.name} has ${maxSkipped} versions of ${context.model.name} that the ledger does not know`,
    'restore the ledger branch, or delete those versions',
  )
}

/** The store has the version, with the bytes the ledger says. @throws UserError VERSION_GONE, STORE_CORRUPT */
export async function requireStored(store: ModelStore, record: VersionRecord): Promise<void> {
  const stored = await store.find(record.tag)
  if (stored === null) {
    throw new UserError(
      'VERSION_GONE',
      `${record.tag} is in the ledger, but not in ${store.name} any more`,
      'name a version that still exists with --version',
    )
  }
  const there = new Map(stored.files.map((file) => [file.name, file.digest]))
  for (const file of record.files) {
    const digest = there.get(file.name) ?? 'absent'
    if (digest === file.digest) continue
    throw new UserError(
      'STORE_CORRUPT',
      `${file.name} of ${record.tag} is not what was promoted: the ledger says ${file.digest}, ${store.name} ${digest}`,
      'do not use this version; promote the model again',
    )
  }
}

/** Words of a release are public: digests and names from the config, nothing of the data. */
function notes(context: ModelContext, evidence: Evidence, version: string, files: VersionRecord['files']): string {
  const rows = files.map((file) => `| ${file.name} | ${file.bytes} | \`${file.digest}\` |`)
  return [
    `Version ${version} of the model \`${context.model.name}\`, released by modelgate after a gate with verdict ${evidence.verdict}.`,
    '',
    '| file | bytes | digest |',
    '|---|---:|---|',
    ...rows,
    '',
    ...evidence.waived.map(({ check, owner, until }) => `Waived until ${until} by ${owner}: \`${check}\`.`),
    ...(evidence.waived.length === 0 ? [] : ['']),
    `Commit \`${context.source.sha || 'unknown'}\`, config \`${context.config.digest}\`.`,
  ].join('\n')
}
