/** The ledger and the store of any git remote, over one private repository. */
import type { LedgerTransport, ModelStore } from '../../ports/ledger.ts'
import { gitLedger } from './ledger.ts'
import { openRepository, type RepositoryOptions } from './repository.ts'
import { gitStore } from './store.ts'

export interface GitLedger {
  readonly ledger: LedgerTransport
  readonly store: ModelStore
  /** removes the private repository */
  [Symbol.asyncDispose](): Promise<void>
}

/** @throws UserError LEDGER_REMOTE, GIT_MISSING */
export async function openGitLedger(options: RepositoryOptions & { readonly branch: string }): Promise<GitLedger> {
  const repository = await openRepository(options)
  return {
    ledger: gitLedger(repository, options.branch),
    store: gitStore(repository),
    [Symbol.asyncDispose]: () => repository[Symbol.asyncDispose](),
  }
}
