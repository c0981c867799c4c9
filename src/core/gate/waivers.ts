/**
 * Waivers: a person answers for one failing check, up to a limit, until a day. The status of the check stays what was found; only its effect
 * becomes `pass`, with the waiver written into it, so that nobody takes it for a check that holds.
 *
 * - A check of effect fail or warn can be waived. An error cannot: nothing was found out that anybody could accept.
 * - `until` is the last day it holds, in UTC. After it the check counts again and says so.
 * - `limit` is on what the check measures: the change of `max_drop` and `max_rise`, else the observed value. Beyond it, or where the check
 *   measures nothing, the check counts.
 * - Which waivers count is decided before: those of the base ref (`policy/apply.ts`).
 */
import { fits } from '../drift/rules.ts'
import type { Waiver } from '../schema/config.ts'
import { percent, readLevel } from '../schema/leaves.ts'
import type { Check } from '../schema/result.ts'
import { nearest } from '../text/nearest.ts'

/** `unmatched`: nothing needed it; `unknown`: the stage ran and has no check that is called so */
export const waiverStates = ['used', 'exceeded', 'expired', 'unmatched', 'unknown'] as const
export type WaiverState = (typeof waiverStates)[number]

export interface WaiverUse {
  readonly waiver: Waiver
  readonly state: WaiverState
  /** ids of the checks it was used for, or would have been */
  readonly checks: readonly string[]
  /** of an unknown one: the check that may be meant */
  readonly meant?: string | null
}

export type WaiverLimit = { readonly kind: 'level' | 'absolute' | 'relative'; readonly value: number }

const limitText = /^(\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)\s*(pp|%\s+relative)$/

/** `3pp`, `5% relative`, or a level such as `0.7` or `70%`; null: none of them. */
export function readWaiverLimit(text: string): WaiverLimit | null {
  const [whole, digits = '', unit = ''] = limitText.exec(text.trim()) ?? []
  if (whole !== undefined) return { kind: unit === 'pp' ? 'absolute' : 'relative', value: percent(digits) }
  const value = readLevel(text.trim())
  return value === null ? null : { kind: 'level', value }
}

/** @param day of today, as in `until` */
export const isExpired = ({ until }: Waiver, day: string): boolean => day > until

/** The day of an instant, in UTC. */
export const dayOf = (instant: string): string => new Date(instant).toISOString().slice(0, 10)

const canBeWaived = ({ effect, status }: Check): boolean => (effect === 'fail' || effect === 'warn') && status !== 'error'

/**
 * The checks of one model with what was waived.
 * @param waivers of this model
 */
export function applyWaivers(checks: readonly Check[], waivers: readonly Waiver[], day: string): readonly Check[] {
  if (waivers.length === 0) return checks
  return checks.map((check) => {
    if (!canBeWaived(check)) return check
    const fitting = waivers.filter((waiver) => fits(waiver.check, check.id))
    const used = fitting.find((waiver) => !isExpired(waiver, day) && accepts(waiver, check))
    if (used !== undefined) return waived(check, used)
    const [first] = fitting
    if (first === undefined) return check
    return { ...check, message: `${ended(check.message)} ${whyNot(fitting.find((waiver) => !isExpired(waiver, day)) ?? first, day)}` }
  })
}

function waived(check: Check, { reason, owner, until, limit }: Waiver): Check {
  const upTo = limit === null ? '' : `, up to ${limit}`
  return {
    ...check,
    effect: 'pass',
    message: `${ended(check.message)} Waived by ${owner} until ${until}${upTo}: ${reason}`,
    fix: null,
    waived: { reason, owner, until, limit },
  }
}

const whyNot = (waiver: Waiver, day: string): string =>
  isExpired(waiver, day)
    ? `The waiver of ${waiver.owner} ended on ${waiver.until}: it counts again.`
    : `The waiver of ${waiver.owner} accepts it up to ${waiver.limit} only.`

const ended = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`)

/** Nothing is accepted that was not measured. */
function accepts({ limit: written }: Waiver, check: Check): boolean {
  if (written === null) return true
  const limit = readWaiverLimit(written)
  const size = limit === null ? null : sizeOf(check, limit)
  if (limit === null || size === null) return false
  const slack = 1e-12 * Math.max(1, Math.abs(size), Math.abs(limit.value))
  return check.limit_kind === 'min' || check.limit_kind === 'min_ratio' ? size >= limit.value - slack : size <= limit.value + slack
}

/** What of the check is held against the limit, in the limit's terms. */
function sizeOf({ limit_kind: kind, observed, delta, baseline }: Check, limit: WaiverLimit): number | null {
  if (kind === 'max_drop' || kind === 'max_rise') {
    if (delta === null) return null
    const worse = kind === 'max_drop' ? -delta : delta
    if (limit.kind !== 'relative') return worse
    return baseline === null || baseline === 0 ? null : worse / Math.abs(baseline)
  }
  return limit.kind === 'relative' ? null : observed
}

/**
 * What became of each waiver, for the report: one that nothing needed, or that has ended, can be taken out.
 * @param checksOf checks of a model after `applyWaivers`; null: the model is not part of this run
 */
export function waiverUses(
  waivers: readonly Waiver[],
  checksOf: (model: string) => readonly Check[] | null,
  day: string,
): readonly WaiverUse[] {
  return waivers.flatMap((waiver): readonly WaiverUse[] => {
    const checks = checksOf(waiver.model)
    if (checks === null) return []
    const mine = checks.filter((check) => fits(waiver.check, check.id))
    const used = mine.filter((check) => isOf(check, waiver)).map((check) => check.id)
    if (used.length > 0) return [{ waiver, state: 'used', checks: used }]
    const open = mine.filter((check) => check.waived === undefined && canBeWaived(check)).map((check) => check.id)
    const state = isExpired(waiver, day) ? 'expired' : open.length > 0 ? 'exceeded' : 'unmatched'
    const ids = mine.length === 0 && state === 'unmatched' ? judgedIds(checks, waiver.check) : []
    if (ids.length > 0) return [{ waiver, state: 'unknown', checks: [], meant: nearest(waiver.check, ids) }]
    return [{ waiver, state, checks: open }]
  })
}

/** Ids of the stage that a waiver is for; none where it did not run or ended before it judged, so that nobody knows what it would have. */
function judgedIds(checks: readonly Check[], waived: string): readonly string[] {
  const [stage = ''] = waived.split('.', 1)
  const ids = checks.flatMap(({ id }) => (id.startsWith(`${stage}.`) ? [id] : []))
  return ids.includes(`${stage}.error`) ? [] : ids
}

/** As the ledger keeps it. */
export const waivedOf = (checks: readonly Check[]): (NonNullable<Check['waived']> & { readonly check: string })[] =>
  checks.flatMap(({ id, waived: by }) => (by === undefined ? [] : [{ check: id, ...by }]))

const isOf = ({ waived: by }: Check, { reason, owner, until, limit }: Waiver): boolean =>
  by !== undefined && by.reason === reason && by.owner === owner && by.until === until && by.limit === limit

/** Before a run: those of a model that hold on that day. */
export const explainWaivers = (waivers: readonly Waiver[], model: string, day: string): readonly string[] =>
  waivers
    .filter((waiver) => waiver.model === model && !isExpired(waiver, day))
    .map(
      ({ check, limit, owner, until, reason }) =>
        `waived until ${until} by ${owner}: ${check}${limit === null ? '' : ` up to ${limit}`} (${reason})`,
    )
