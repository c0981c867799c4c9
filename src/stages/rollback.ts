/** Points an alias back at the version before, or at one that is named. Nothing is deleted; the way back is one commit in the ledger. */
import { stateOf } from '../core/ledger/files.ts'
import { checkName } from '../core/ledger/names.ts'
import { aliasOf, requireVersion, rollBack } from '../core/ledger/transitions.ts'
import type { PromoteDetails } from '../core/schema/details.ts'
import { makeCheck, type StageOutput } from '../core/schema/result.ts'
import { UserError } from '../errors.ts'
import type { ModelContext, StageOptions } from './context.ts'
import { changeModel, readLedger } from './ledger-change.ts'
import { requireMayWrite } from './may-write.ts'
import { aliasesOf, expectedAliases, ledgerMoved, requireUnmoved } from './promote/pointers.ts'
import { requireStored } from './promote/release.ts'

export async function rollback(context: ModelContext, options: StageOptions): Promise<StageOutput> {
  const { model } = context
  if (model.promote === null && options.to === undefined) return { checks: [], skipped: 'promote is not configured' }
  requireMayWrite('rollback', context)
  const alias = oneAlias(context, options)
  const named = options.version === undefined ? null : checkName('version', options.version)

  const [ledger, store] = [await context.ports.ledger(), await context.ports.store()]
  const before = stateOf((await readLedger(ledger)).ledger, model.name)
  const expected = expectedAliases(before, [alias])
  const from = aliasOf(before, alias)
  const target = named ?? from?.previous ?? null
  if (target !== null) await requireStored(store, requireVersion(before, target))

  const changed = await changeModel(context, ledger, model.name, `${model.name}: ${alias} rolled back`, (state) => {
    requireUnmoved(state, expected, null)
    return [(current, stamp) => rollBack(current, alias, named, stamp)]
  })
  const now = await readLedger(ledger)
  const state = stateOf(now.ledger, model.name)
  const pointer = aliasOf(state, alias)
  if (pointer === null || pointer.version !== aliasOf(changed.state, alias)?.version) throw ledgerMoved(state, alias)
  const record = requireVersion(state, pointer.version)

  const moved = changed.events.length > 0
  const details: PromoteDetails = {
    model: model.name,
    version: record.version,
    tag: record.tag,
    digest: record.digest,
    url: record.url,
    released: false,
    files: record.files,
    aliases: [{ alias, version: record.version, previous: from?.version ?? null, moved }],
    ledger: { name: ledger.name, head: now.head },
    store: store.name,
  }
  const message = moved
    ? `${alias} → ${record.version} (was ${from?.version ?? 'nowhere'})`
    : `${alias} points to ${record.version} already: nothing to do; name a version with --version to go further back`
  return { checks: [makeCheck({ id: `rollback.alias:${alias}`, status: 'pass', effect: 'pass', message })], details: { ...details } }
}

/** One alias at a time: what is taken back is named. */
function oneAlias(context: ModelContext, options: StageOptions): string {
  const names = aliasesOf(options.to, context.model.promote?.to ?? [])
  const [only] = names
  if (only !== undefined && names.length === 1) return only
  throw new UserError(
    'ALIAS_NEEDED',
    `${context.model.name} has the aliases ${names.join(', ') || 'none'}, and one is rolled back at a time`,
    'name it with --to',
  )
}
