/** Who may write the ledger: runs of the default or a protected branch, and people on their own machine. Asked before anything is opened. */
import { UserError } from '../errors.ts'
import type { RunContext } from './context.ts'

export type Refusal = { readonly code: string; readonly why: string; readonly fix: string }

const layout = 'promote in a job of its own that runs on push to the default branch'

/** Why this run may not write the ledger, or null. What is not known counts against it. */
export function whyNotWrite({ host, source }: Pick<RunContext, 'host' | 'source'>): Refusal | null {
  const { isPullRequest, fromFork, defaultBranch, refProtected } = host.event
  if (isPullRequest) return { code: 'PULL_REQUEST', why: `this run belongs to a pull request (event ${source.event})`, fix: layout }
  if (fromFork) return { code: 'FORK', why: 'this run has code of a fork', fix: layout }
  if (host.name === 'local' || refProtected) return null
  if (defaultBranch !== null && source.ref === `refs/heads/${defaultBranch}`) return null
  const known = defaultBranch === null ? 'the default branch is not known here' : `the default branch is ${defaultBranch}`
  return {
    code: 'REF_UNPROTECTED',
    why: `${source.ref || 'an unknown ref'} is not protected, and ${known}`,
    fix: `${layout}, or protect the branch`,
  }
}

/** @throws UserError <VERB>_PULL_REQUEST, _FORK, _REF_UNPROTECTED */
export function requireMayWrite(verb: 'promote' | 'rollback', context: RunContext): void {
  const refusal = whyNotWrite(context)
  if (refusal === null) return
  throw new UserError(`${verb.toUpperCase()}_${refusal.code}`, `${verb} is refused: ${refusal.why}`, refusal.fix)
}
