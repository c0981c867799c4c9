/** `max_drop` and `max_rise` of every metric → claims in families, what is decided of each (decide.ts), and a check a metric. */
import { type Policy, worst } from '../gate/fold.ts'
import type { Mode } from '../schema/config.ts'
import { type Check, makeCheck } from '../schema/result.ts'
import { holm } from '../stats/multiplicity.ts'
import { fixFor } from './change-fix.ts'
import { ALPHA, type Claim, type Compared, isBroken, isCorrected, type Outcome, tested, tooFew, worse } from './claim.ts'
import { decide } from './decide.ts'
import { intervalOf } from './figures.ts'
import { changeKind, margins } from './margin.ts'
import { moved } from './words.ts'

/** @param proof level at which a mode that asks for proof has it; its share of 0.05 among the uses of the holdout */
export function differenceChecks(compared: readonly Compared[], mode: Mode, policy: Policy, proof = ALPHA): readonly Check[] {
  const claims = compared.flatMap((entry) =>
    margins(entry.spec, entry.metric, entry.baseline).map(({ severity, margin }): Claim => {
      const p = tested(entry) ? worse(entry, mode === 'guard' ? 0 : margin.value) : null
      return { compared: entry, severity, margin, p }
    }),
  )
  const outcomes = (['fail', 'warn'] as const).flatMap((severity) =>
    [false, true].flatMap((fresh) =>
      family(
        claims.filter((claim) => claim.severity === severity && isFresh(claim) === fresh),
        mode,
        policy,
        proof,
      ),
    ),
  )
  return compared.map((entry) => {
    const own = outcomes.filter((o) => o.claim.compared === entry)
    const decisive = worst(own.map((o) => o.effect))
    const decided = own.find((o) => o.effect === decisive && o.status !== 'pass') ?? own.find((o) => o.effect === decisive)
    if (!decided) throw new RangeError('a compared metric has no margin')
    return checkOf(decided, mode, proof)
  })
}

/** A pull request brings it. */
const isFresh = ({ compared: { spec }, severity }: Claim): boolean => spec.fresh ?? spec.freshWords?.includes(severity) ?? false

/** Claims of one severity are one family for Holm, and those that a pull request adds another. Modes that ask for proof on every metric need no correction. */
function family(claims: readonly Claim[], mode: Mode, policy: Policy, proof: number): readonly Outcome[] {
  const corrected = isCorrected(mode)
  const tested = claims.filter((claim) => claim.p !== null)
  const raw = tested.map((claim) => claim.p ?? 1)
  const adjusted = corrected ? holm(raw) : raw
  // Holm's step: this p was compared with 0.05 / (m − how many were smaller)
  const smaller = (i: number) => raw.filter((p, j) => p < (raw[i] ?? 0) || (p === raw[i] && j < i)).length
  return claims.map((claim) => {
    const i = tested.indexOf(claim)
    const step = corrected && i >= 0 ? ALPHA / (tested.length - smaller(i)) : ALPHA
    const outcome = decide(claim, i < 0 ? null : (adjusted[i] ?? 1), { among: corrected ? tested.length : 1, step, proof }, mode, policy)
    const proving = mode === 'superior' || (mode === 'non_inferior' && !isBroken(outcome.status))
    return { claim, level: 1 - (proving ? proof : step), ...outcome }
  })
}

function checkOf({ claim, status, effect, p, level, because }: Outcome, mode: Mode, proof: number): Check {
  const { spec, metric, change, candidate, baseline, rows } = claim.compared
  const { margin } = claim
  const kind = changeKind(metric)
  const higher = metric.direction === 'higher'
  // the bounds of the very test that decided: at 0 under guard and superior, at the margin elsewhere
  const at = mode === 'guard' || mode === 'superior' || mode === 'point' ? 0 : higher ? -margin.value : margin.value
  const twoSided = mode === 'point'
  // better or not: how far down a change may be is nothing that is asked
  const limited = mode !== 'superior'
  const bounds = tooFew(claim.compared) ? null : (change.test?.bounds(twoSided ? 0.975 : level, at) ?? null)
  const interval = bounds && intervalOf(bounds)
  const proving = mode === 'superior' || (mode === 'non_inferior' && !isBroken(status))
  return makeCheck({
    id: `evaluate.${kind}:${spec.name}`,
    status,
    effect,
    metric: spec.name,
    unit: limited && margin.relative !== null ? 'relative' : metric.unit,
    limit_kind: kind,
    observed: candidate,
    baseline,
    delta: change.value,
    interval,
    level: interval ? (twoSided ? 0.95 : level) : null,
    // the tail in which the claim lies: worse, or for proof the other one
    tail: interval ? (twoSided ? 'two-sided' : higher !== proving ? 'lower' : 'upper') : null,
    limit: limited ? (margin.relative ?? margin.value) : null,
    p_value: p,
    n: rows,
    message: [
      `${moved(spec.name, change.value, baseline, metric.unit, limited && (higher ? change.value < 0 : change.value > 0), margin)}.`,
      because,
      claim.compared.note ?? '',
      (limited ? margin.from : null) ?? '',
    ]
      .filter((text) => text !== '')
      .join(' '),
    fix: effect === 'fail' || effect === 'warn' ? fixFor(claim, kind, status, mode, proof) : null,
  })
}
