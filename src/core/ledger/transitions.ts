/**
 * What can happen to a model's state. Each function gives the new state and the event that records it, or `unchanged` when the state
 * already says so: doing a thing twice is doing it once. Nothing here knows where the state lies.
 */
import { UserError } from '../../errors.ts'
import { mostRecent } from '../evaluate/history.ts'
import type { Judged } from '../schema/judged.ts'
import type { LedgerEvent, LedgerModel, RecentRun, RunRecord, VersionRecord } from '../schema/ledger.ts'
import type { RunSource } from '../schema/result.ts'
import { checkName, tagOf } from './names.ts'

/** When, by whom, and the number the event gets. */
export interface Stamp {
  readonly sequence: number
  readonly at: string
  readonly source: RunSource
}

export type Transition = { readonly state: LedgerModel; readonly event: LedgerEvent } | 'unchanged'

export const findVersion = (state: LedgerModel, version: string): VersionRecord | null =>
  state.versions.find((record) => record.version === version) ?? null

/** The newest version that holds these bytes. */
export const versionOfBytes = (state: LedgerModel, digest: string): VersionRecord | null =>
  state.versions.findLast((record) => record.digest === digest) ?? null

/** Own properties only: an alias called `toString` is not there just because objects have one. */
export const aliasOf = (state: LedgerModel, alias: string): LedgerModel['aliases'][string] | null =>
  Object.hasOwn(state.aliases, alias) ? (state.aliases[alias] ?? null) : null

/**
 * Versions are immutable. What was promoted has used its holdout, whoever ran it: a run of the default branch is counted by then, one of somebody's own machine is not.
 * @throws UserError VERSION_TAKEN when the version exists with other bytes
 */
export function addVersion(state: LedgerModel, record: VersionRecord, stamp: Stamp): Transition {
  if (record.tag !== tagOf(state.model, record.version)) throw new RangeError(`tag ${record.tag} is not that of ${record.version}`)
  const existing = findVersion(state, record.version)
  if (existing !== null) {
    if (existing.digest !== record.digest) throw versionTaken(record.tag, existing.digest, record.digest)
    return 'unchanged'
  }
  return {
    state: {
      ...state,
      sequence: stamp.sequence,
      versions: [...state.versions, record],
      holdout_uses: withUse(state, record.digest, record.judged?.basis.holdout || null) ?? state.holdout_uses,
    },
    event: event(state, 'version', stamp, {
      version: record.version,
      digest: record.digest,
      verdict: record.verdict,
      ...(record.waived === undefined ? {} : { waived: record.waived }),
    }),
  }
}

/** Points an alias at a version that is there. @throws UserError VERSION_MISSING */
export function moveAlias(state: LedgerModel, alias: string, version: string, stamp: Stamp): Transition {
  const record = requireVersion(state, version)
  const now = aliasOf(state, checkName('alias', alias))
  if (now?.version === version) return 'unchanged'
  const previous = now?.version ?? null
  return {
    state: withAlias(state, alias, { version, since: stamp.at, previous }, stamp),
    event: event(state, 'alias', stamp, { alias, version, previous, digest: record.digest, verdict: record.verdict }),
  }
}

/**
 * Points an alias back: at the version named, else at the one before. A rollback leaves no "before", so that repeating it changes nothing
 * instead of going back and forth; going further back names the version.
 * @throws UserError ALIAS_MISSING, VERSION_MISSING, ROLLBACK_NOWHERE
 */
export function rollBack(state: LedgerModel, alias: string, version: string | null, stamp: Stamp): Transition {
  const now = aliasOf(state, checkName('alias', alias))
  if (now === null) {
    const known = Object.keys(state.aliases).sort().join(', ')
    throw new UserError(
      'ALIAS_MISSING',
      `${state.model} has no alias ${alias} to roll back`,
      known === '' ? nothingYet : `name one that exists with --to: ${known}`,
    )
  }
  const target = version ?? now.previous
  if (target === null) {
    if (now.rolled_back_from) return 'unchanged'
    throw new UserError(
      'ROLLBACK_NOWHERE',
      `${state.model}@${alias} has pointed to ${now.version} from the start, so there is nothing to go back to`,
      'name the version to go to with --version',
    )
  }
  const record = requireVersion(state, target)
  if (now.version === target) return 'unchanged'
  return {
    state: withAlias(state, alias, { version: target, since: stamp.at, previous: null, rolled_back_from: now.version }, stamp),
    event: event(state, 'rollback', stamp, {
      alias,
      version: target,
      previous: now.version,
      digest: record.digest,
      verdict: record.verdict,
      reason: version === null ? 'back to the version before' : 'to the version that was named',
    }),
  }
}

/** The last green run of the default branch, and one more use of its holdout. @param holdout fingerprint of the holdout, null when there was none */
export function recordRun(state: LedgerModel, run: RunRecord, holdout: string | null, stamp: Stamp): Transition {
  const uses = withUse(state, run.digest, holdout)
  const same =
    state.main?.digest === run.digest &&
    state.main.source.run_id === run.source.run_id &&
    state.main.source.run_attempt === run.source.run_attempt &&
    state.main.source.sha === run.source.sha
  if (same && uses === null) return 'unchanged'
  return {
    state: {
      ...state,
      sequence: stamp.sequence,
      main: run,
      recent: withRecent(state.recent ?? [], {
        digest: run.digest,
        at: run.at,
        verdict: run.verdict,
        holdout,
        ...(run.judged === undefined ? {} : { rows: run.judged.basis.rows, basis: run.judged.basis, of: meanings(run.judged) }),
        metrics: run.metrics,
      }),
      holdout_uses: uses ?? state.holdout_uses,
    },
    event: event(state, 'run', stamp, {
      version: run.version,
      digest: run.digest,
      verdict: run.verdict,
      ...(run.waived === undefined ? {} : { waived: run.waived }),
    }),
  }
}

/**
 * A run of the default branch that was evaluated and did not get through: `main` stays what it was, but the holdout has been looked at. Were only
 * the successful counted, one could try until one is lucky.
 */
export function recordUse(state: LedgerModel, digest: string, verdict: string, holdout: string | null, stamp: Stamp): Transition {
  const uses = withUse(state, digest, holdout)
  if (uses === null) return 'unchanged'
  return {
    state: { ...state, sequence: stamp.sequence, holdout_uses: uses },
    event: event(state, 'run', stamp, { digest, verdict, reason: 'not green: counted as a use of the holdout only' }),
  }
}

/** Candidates that a holdout has seen, oldest first. */
export const usesOf = (state: LedgerModel, holdout: string): readonly string[] =>
  Object.hasOwn(state.holdout_uses, holdout) ? (state.holdout_uses[holdout] ?? []) : []

/** null: it is counted already, or there is no holdout */
function withUse(state: LedgerModel, digest: string, holdout: string | null): LedgerModel['holdout_uses'] | null {
  if (holdout === null || usesOf(state, holdout).includes(digest)) return null
  return { ...state.holdout_uses, [holdout]: [...usesOf(state, holdout), digest] }
}

const meanings = ({ figures }: Judged) => Object.fromEntries(Object.entries(figures).map(([name, { of }]) => [name, of]))

/** The same bytes on the same rows again take the place of what they said before. */
const withRecent = (recent: readonly RecentRun[], run: RecentRun): RecentRun[] =>
  [...recent.filter((one) => one.digest !== run.digest || one.holdout !== run.holdout), run].slice(-mostRecent)

export const versionTaken = (tag: string, stored: string, given: string): UserError =>
  new UserError(
    'VERSION_TAKEN',
    `${tag} exists already with other bytes: there ${stored}, here ${given}`,
    'versions never change: promote these bytes as a new version',
  )

/** @throws UserError VERSION_MISSING, NAME_INVALID */
export function requireVersion(state: LedgerModel, version: string): VersionRecord {
  const record = findVersion(state, checkName('version', version))
  if (record !== null) return record
  const known = state.versions.map((one) => one.version).join(', ')
  throw new UserError(
    'VERSION_MISSING',
    `the ledger has no version ${version} of ${state.model}`,
    known === '' ? nothingYet : `name one that exists: ${known}`,
  )
}

const nothingYet = 'none of this model is there yet: promote a first version'

const withAlias = (state: LedgerModel, alias: string, pointer: LedgerModel['aliases'][string], stamp: Stamp): LedgerModel => ({
  ...state,
  sequence: stamp.sequence,
  aliases: { ...state.aliases, [alias]: pointer },
})

type Facts = Partial<Pick<LedgerEvent, 'alias' | 'version' | 'previous' | 'digest' | 'verdict' | 'reason' | 'waived'>>

const event = (state: LedgerModel, kind: LedgerEvent['kind'], stamp: Stamp, facts: Facts): LedgerEvent => ({
  schema: 'modelgate/event@1',
  sequence: stamp.sequence,
  kind,
  model: state.model,
  at: stamp.at,
  alias: null,
  version: null,
  previous: null,
  digest: null,
  verdict: null,
  reason: null,
  source: stamp.source,
  ...facts,
})
