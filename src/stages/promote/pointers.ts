/** Aliases are moved last, all in one commit, and only from where this run found them: who was faster is named and nothing is overwritten. */
import { checkName } from '../../core/ledger/names.ts'
import { aliasOf, findVersion } from '../../core/ledger/transitions.ts'
import type { LedgerModel } from '../../core/schema/ledger.ts'
import { UserError } from '../../errors.ts'

/** Where the aliases of a run pointed when it began. */
export type Expected = ReadonlyMap<string, LedgerModel['aliases'][string] | null>

export const expectedAliases = (state: LedgerModel, aliases: readonly string[]): Expected =>
  new Map(aliases.map((alias) => [checkName('alias', alias), aliasOf(state, alias)]))

/**
 * @param target where this run wants them: an alias that is there already is no conflict
 * @throws UserError LEDGER_MOVED
 */
export function requireUnmoved(state: LedgerModel, expected: Expected, target: string | null): void {
  for (const [alias, before] of expected) {
    const now = aliasOf(state, alias)
    if (now?.version === before?.version && now?.since === before?.since) continue
    if (now !== null && now.version === target) continue
    throw ledgerMoved(state, alias)
  }
}

export function ledgerMoved(state: LedgerModel, alias: string): UserError {
  const now = aliasOf(state, alias)
  const winner = now === null ? null : findVersion(state, now.version)
  const to = winner === null ? 'nowhere' : `${winner.version} (${winner.digest}, run ${winner.source.run_id || 'unknown'})`
  return new UserError(
    'LEDGER_MOVED',
    `somebody else moved ${state.model}@${alias} to ${to} while this run was at it; nothing was overwritten`,
    'run the pipeline again: it compares with what is there now',
  )
}

/** `--to a,b` or the config's list; every name is checked before anything is read. @throws UserError NAME_INVALID */
export function aliasesOf(to: string | undefined, configured: readonly string[]): readonly string[] {
  const names = to === undefined ? configured : to.split(',').map((name) => name.trim())
  return [...new Set(names)].map((name) => checkName('alias', name))
}
