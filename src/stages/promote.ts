/**
 * Releases the model that the gate let through, and moves its aliases. The order is what makes a crash harmless: bytes to the store (create-only),
 * verified → version into the ledger → aliases by compare-and-swap → read back → receipt. A re-run goes on where the last one ended.
 */

import { stateOf } from '../core/ledger/files.ts'
import { addVersion, aliasOf, moveAlias, requireVersion } from '../core/ledger/transitions.ts'
import type { PromoteDetails } from '../core/schema/details.ts'
import type { LedgerModel, VersionRecord } from '../core/schema/ledger.ts'
import { type Check, makeCheck, type StageOutput } from '../core/schema/result.ts'
import { UserError } from '../errors.ts'
import type { LedgerTransport } from '../ports/ledger.ts'
import type { ModelContext, StageOptions } from './context.ts'
import { changeModel, readLedger } from './ledger-change.ts'
import { requireMayWrite } from './may-write.ts'
import { requireEvidence } from './promote/evidence.ts'
import { aliasesOf, type Expected, expectedAliases, ledgerMoved, requireUnmoved } from './promote/pointers.ts'
import { type Release, release, requireStored } from './promote/release.ts'

export async function promote(context: ModelContext, options: StageOptions): Promise<StageOutput> {
  const { model, progress } = context
  if (model.promote === null && options.to === undefined) return { checks: [], skipped: 'promote is not configured' }
  requireMayWrite('promote', context)
  const aliases = aliasesOf(options.to, model.promote?.to ?? [])

  const wanted = options.version
  const evidence = wanted === undefined ? await requireEvidence(context) : null
  const [ledger, store] = [await context.ports.ledger(), await context.ports.store()]
  const before = stateOf((await readLedger(ledger)).ledger, model.name)
  const expected = expectedAliases(before, aliases)

  let made: Release
  if (evidence === null) {
    made = { record: requireVersion(before, wanted ?? ''), released: false }
    requireAccepted(context, made.record)
    await requireStored(store, made.record)
  } else {
    try {
      made = await release(context, store, before, evidence)
    } catch (thrown) {
      // Somebody published this number with other bytes meanwhile. If the aliases have moved as well, that is the better answer.
      if (thrown instanceof UserError && thrown.code === 'VERSION_TAKEN') {
        requireUnmoved(stateOf((await readLedger(ledger)).ledger, model.name), expected, null)
      }
      throw thrown
    }
    if (made.released) {
      progress.say(`${made.record.tag} is in ${store.name}`)
      await record(context, ledger, made.record, expected)
    }
  }
  const { record: version } = made
  const held = evidence === null ? [] : aliases.filter((alias) => expected.get(alias)?.rolled_back_from === version.version)
  const moving: Expected = new Map([...expected].filter(([alias]) => !held.includes(alias)))
  const moved = await point(context, ledger, version, moving)
  const now = await readBack(context, ledger, version, [...moving.keys()])

  const details: PromoteDetails = {
    model: model.name,
    version: version.version,
    tag: version.tag,
    digest: version.digest,
    url: version.url,
    released: made.released,
    files: version.files,
    aliases: aliases.map((alias) => ({
      alias,
      version: aliasOf(now.state, alias)?.version ?? version.version,
      previous: aliasOf(now.state, alias)?.previous ?? null,
      moved: moved.has(alias),
    })),
    ledger: { name: ledger.name, head: now.head },
    store: store.name,
  }
  return {
    checks: [
      versionCheck(made),
      ...aliases.map((alias) =>
        held.includes(alias) ? heldCheck(version, alias) : aliasCheck(version, alias, moved.has(alias), expected),
      ),
    ],
    inputs: evidence === null ? [] : [{ role: 'candidate', path: 'model', digest: evidence.digest, rows: null, bytes: evidence.bytes }],
    details: { ...details },
  }
}

/** The version into the ledger, unless the aliases it is for have moved: then it stays in the store, and a re-run finds it there. */
async function record(context: ModelContext, ledger: LedgerTransport, version: VersionRecord, expected: Expected): Promise<void> {
  await changeModel(context, ledger, context.model.name, `${version.tag}: released`, (state) => {
    requireUnmoved(state, expected, version.version)
    return [(current, stamp) => addVersion(current, version, stamp)]
  })
}

/** All aliases in one commit. Answers those that were not there yet. */
async function point(
  context: ModelContext,
  ledger: LedgerTransport,
  version: VersionRecord,
  expected: Expected,
): Promise<ReadonlySet<string>> {
  const message = `${version.tag}: ${[...expected.keys()].join(', ')}`
  const changed = await changeModel(context, ledger, context.model.name, message, (state) => {
    requireUnmoved(state, expected, version.version)
    return [...expected.keys()].map((alias) => (current, stamp) => moveAlias(current, alias, version.version, stamp))
  })
  return new Set(changed.events.flatMap((event) => (event.alias === null ? [] : [event.alias])))
}

async function readBack(
  context: ModelContext,
  ledger: LedgerTransport,
  version: VersionRecord,
  aliases: readonly string[],
): Promise<{ readonly state: LedgerModel; readonly head: string | null }> {
  const now = await readLedger(ledger)
  const state = stateOf(now.ledger, context.model.name)
  for (const alias of aliases) {
    if (aliasOf(state, alias)?.version !== version.version) throw ledgerMoved(state, alias)
  }
  return { state, head: now.head }
}

function requireAccepted(context: ModelContext, version: VersionRecord): void {
  if (version.verdict === 'pass' || context.model.promote?.accept !== 'pass') return
  throw new UserError(
    'NOT_PROMOTABLE',
    `${version.tag} was released with verdict warn, and \`promote.accept\` is pass`,
    'name another version, or set `promote: {accept: warn}`',
  )
}

const versionCheck = ({ record, released }: Release): Check =>
  makeCheck({
    id: 'promote.version',
    status: 'pass',
    effect: 'pass',
    message: released ? `${record.tag} released (${record.digest})` : `${record.tag} holds these bytes already (${record.digest})`,
  })

function aliasCheck(version: VersionRecord, alias: string, moved: boolean, expected: Expected): Check {
  const before = expected.get(alias)?.version
  const message = moved
    ? `${alias} → ${version.version}${before === undefined ? ' (new alias)' : ` (was ${before})`}`
    : `${alias} pointed to ${version.version} already: nothing to do`
  return makeCheck({ id: `promote.alias:${alias}`, status: 'pass', effect: 'pass', message })
}

/** A rollback stands until somebody says otherwise: the next run with the same bytes must not undo it by itself. */
const heldCheck = (version: VersionRecord, alias: string): Check =>
  makeCheck({
    id: `promote.alias:${alias}`,
    status: 'warn',
    effect: 'warn',
    message: `${alias} was rolled back from ${version.version}, so it is not moved there again by itself`,
    fix: `modelgate promote --to ${alias} --version ${version.version}`,
  })
