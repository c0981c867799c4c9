/** How columns depend on one another: every pair of numeric or boolean columns that both profiles have sums of. One check a pair that changed, one line for all. */
import { effect } from '../gate/fold.ts'
import { pairSums } from '../profile/pairs.ts'
import { count, figure, namedProbability, plural } from '../report/format.ts'
import type { DriftDetails } from '../schema/details.ts'
import { type Check, makeCheck } from '../schema/result.ts'
import { benjaminiHochberg } from '../stats/multiplicity.ts'
import type { Judging } from './column-checks.ts'
import { correlation, correlationChange } from './correlation.ts'
import type { Tested } from './examine.ts'
import type { Asked } from './subjects.ts'
import { certainty, minRows } from './thresholds.ts'

export const correlationLimits = { warn: 0.1, fail: 0.2 } as const
const shown = 20

type Row = NonNullable<DriftDetails['correlations']>[number]

export interface Correlations {
  readonly checks: readonly Check[]
  /** those that changed most */
  readonly rows: readonly Row[]
}

/** @param tested columns that were compared: a pair is, when both are. null: the profiles have no pairs in common */
export function correlationChecks(input: Judging & Asked, tested: readonly Tested[]): Correlations | null {
  const excess = new Map(tested.filter(({ subject }) => subject.family !== 'predictions').map((one) => [one.subject.name, one.excess]))
  const key = (a: string, b: string) => JSON.stringify(a < b ? [a, b] : [b, a])
  const now = new Map(pairSums(input.current.pairs).map((pair) => [key(pair.a, pair.b), pair]))
  const compared = pairSums(input.reference.pairs).flatMap((before) => {
    const after = now.get(key(before.a, before.b))
    const [one, other] = [excess.get(before.a), excess.get(before.b)]
    if (after === undefined || one === undefined || other === undefined) return []
    const [r1, r2] = [correlation(before), correlation(after)]
    // rows that depend on each other are worth fewer here too
    const [n, m] = [before.n / Math.max(one, other), after.n / Math.max(one, other)]
    if (r1 === null || r2 === null || Math.min(n, m) < minRows) return []
    return [{ a: before.a, b: before.b, reference: r1, current: r2, change: r2 - r1, p: correlationChange(r1, n, r2, m, true).p }]
  })
  if (compared.length === 0) return null
  const q = benjaminiHochberg(compared.map(({ p }) => p))
  const rows = compared.map(({ p: _, ...pair }, i): Row => ({ ...pair, q: q[i] ?? 1, state: stateOf(Math.abs(pair.change), q[i] ?? 1) }))
  const found = rows.filter(({ state }) => state === 'warn' || state === 'fail')
  return {
    checks: [...found.map((row) => pairCheck(input, row)), summary(rows.length, found)],
    rows: rows.toSorted((x, y) => Math.abs(y.change ?? 0) - Math.abs(x.change ?? 0)).slice(0, shown),
  }
}

function stateOf(change: number, q: number): Row['state'] {
  if (q <= certainty.pairs.fail && change >= correlationLimits.fail) return 'fail'
  if (q <= certainty.pairs.warn && change >= correlationLimits.warn) return 'warn'
  return q <= certainty.pairs.warn ? 'immaterial' : 'ok'
}

function pairCheck({ policy, capAtWarn }: Judging, { a, b, reference, current, change, q, state }: Row): Check {
  const status = state === 'fail' ? 'fail' : 'warn'
  return makeCheck({
    id: `drift.correlation:${a}~${b}`,
    status,
    effect: effect(status, capAtWarn ? 'warn' : 'fail', policy),
    metric: 'correlation',
    limit_kind: 'correlation',
    observed: current,
    baseline: reference,
    delta: change,
    limit: correlationLimits[status],
    p_value: q,
    message: `${a} and ${b} go together differently: rank correlation ${figure(reference)} → ${figure(current)}, ${namedProbability('q', q)}`,
    fix: 'Train on newer data: a model that uses both has learned the old relation. Or switch this off: drift: {correlations: false}',
  })
}

function summary(pairs: number, found: readonly Row[]): Check {
  const changed = found.length === 0 ? 'none changed' : `${count(found.length)} changed`
  return makeCheck({
    id: 'drift.correlations',
    status: 'pass',
    effect: 'pass',
    metric: 'correlation',
    observed: found.length,
    n: pairs,
    message: `${plural(pairs, 'pair')} of columns compared by rank correlation: ${changed} by ${correlationLimits.warn} or more beyond chance`,
  })
}
