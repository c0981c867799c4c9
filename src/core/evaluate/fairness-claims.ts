/** What fairness limits claim of each pair of groups, and of each rise: tested, adjusted within their family, decided. The rules stand in `fairness.ts`. */
import { effect, type Policy, type Verdict } from '../gate/fold.ts'
import type { FairnessCertainty, FairnessLimits } from '../schema/config.ts'
import { groupsOf } from '../stats/clusters.ts'
import { holm } from '../stats/multiplicity.ts'
import type { RowDraws } from '../stats/row-bootstrap.ts'
import { ALPHA } from './claim.ts'
import { type GapKind, gapKinds, pairQuantities, type Quantity, riseQuantity } from './fairness-gaps.ts'
import type { Compared, FairnessInput } from './fairness-groups.ts'
import { compare } from './margin.ts'
import { FEWEST_GROUPS } from './serial.ts'

export interface Claim {
  readonly of: Compared
  readonly kind: GapKind
  readonly severity: 'fail' | 'warn'
  readonly limit: number
  readonly quantity: Quantity
  readonly p: number | null
  readonly key: string
}

export interface Outcome extends Claim {
  readonly status: 'fail' | 'warn' | 'inconclusive' | 'pass'
  readonly effect: Verdict
  readonly adjusted: number | null
  /** comparisons in its family */
  readonly among: number
  /** confidence at which it was decided */
  readonly level: number
}

export const limitsOf = (limits: FairnessLimits, kind: GapKind) => limits[gapKinds[kind].key]

export function claimsOf(one: Compared, draws: () => readonly RowDraws[], { candidate }: FairnessInput): readonly Claim[] {
  const { limits } = one
  if (limits === null) return []
  const few = candidate.group ? groupsOf(candidate.group) < FEWEST_GROUPS : false
  return (['difference', 'ratio', 'rise'] as const).flatMap((kind) => {
    const written = limitsOf(limits, kind)
    if (!written) return []
    const quantities = kind === 'rise' ? riseQuantity(one, few ? null : draws()) : pairQuantities(one, kind)
    return (['fail', 'warn'] as const).flatMap((severity) => {
      const limit = written[severity]
      if (limit === undefined) return []
      const within = gapKinds[kind].amount(limit)
      return quantities.map((quantity): Claim => {
        const guarded = limits.certainty === 'guard'
        const tested = guarded || limits.certainty === 'lenient'
        return {
          of: one,
          kind,
          severity,
          limit,
          quantity,
          p: tested ? quantity.p(guarded ? 0 : within) : null,
          // under guard a difference and a ratio ask the same of a pair: is there any gap?
          key: guarded ? quantity.key : `${quantity.key} ${kind} ${limit}`,
        }
      })
    })
  })
}

/** Claims of one severity are one family, and those that a pull request brings another: it cannot make those of its base less certain. */
export const outcomesOf = (claims: readonly Claim[], policy: Policy): readonly Outcome[] =>
  (['fail', 'warn'] as const).flatMap((severity) =>
    [false, true].flatMap((fresh) =>
      family(
        claims.filter((claim) => claim.severity === severity && isFresh(claim) === fresh),
        policy,
      ),
    ),
  )

const isFresh = ({ of, kind }: Claim): boolean => (of.column.fresh ?? false) || (of.limits?.fresh?.includes(gapKinds[kind].key) ?? false)

function family(claims: readonly Claim[], policy: Policy): readonly Outcome[] {
  const tested = new Map(claims.flatMap(({ key, p }) => (p === null ? [] : [[key, p] as const])))
  const raw = [...tested.values()]
  const adjusted = new Map([...tested.keys()].map((key, i) => [key, holm(raw)[i] ?? 1]))
  return claims.map((claim) => {
    const among = Math.max(1, tested.size)
    const mine = adjusted.get(claim.key) ?? null
    const smaller = raw.filter((p) => p < (claim.p ?? 0)).length
    const certainty = claim.of.limits?.certainty ?? 'guard'
    const status = decide(claim, certainty, mine)
    return {
      ...claim,
      status,
      effect: status === 'inconclusive' ? effect('inconclusive', claim.severity, policy) : status,
      adjusted: mine,
      among,
      level: certainty === 'strict' || claim.p === null ? 1 - ALPHA : 1 - ALPHA / Math.max(1, raw.length - smaller),
    }
  })
}

function decide({ kind, limit, severity, quantity }: Claim, certainty: FairnessCertainty, p: number | null): Outcome['status'] {
  const within = gapKinds[kind].amount(limit)
  const beyond = gapKinds[kind].reached(compare(quantity.value, within)) && compare(quantity.value, 0) > 0
  switch (certainty) {
    case 'literal':
      return beyond ? severity : 'pass'
    case 'strict': {
      const upper = quantity.bounds(1 - ALPHA)?.[1]
      return upper !== undefined && compare(upper, within) <= 0 ? 'pass' : severity
    }
    case 'guard':
      return !beyond ? 'pass' : p !== null && p <= ALPHA ? severity : 'inconclusive'
    case 'lenient':
      return !beyond ? 'pass' : p !== null && p <= ALPHA ? severity : 'warn'
  }
}
