/**
 * How columns depend on one another: every pair of numeric or boolean columns that both profiles have sums of, and every class and label that both have
 * counts of. One family of tests. One check a pair that changed, one line for all of a kind.
 */
import { effect } from '../gate/fold.ts'
import { type AssociationTable, associationTables, planAssociations } from '../profile/associations.ts'
import { correlation, pairSums, samePair } from '../profile/pairs.ts'
import { count, distance, figure, namedProbability, plural } from '../report/format.ts'
import type { DriftDetails } from '../schema/drift-details.ts'
import { type Check, makeCheck } from '../schema/result.ts'
import { benjaminiHochberg } from '../stats/multiplicity.ts'
import { associationMoves } from './association-moves.ts'
import { associationChange } from './association-tables.ts'
import { pairEffect } from './block-likeness.ts'
import type { Judging } from './column-checks.ts'
import { correlationChange } from './correlation.ts'
import type { Tested } from './examine.ts'
import { total } from './interaction.ts'
import { type PairMeasure, pairLimits, pairMeasures } from './pair-measures.ts'
import { flagTable, leastRare, pooledSpread, rareShare } from './rare-pairs.ts'
import type { Asked } from './subjects.ts'
import { certainty, minRows } from './thresholds.ts'

const shown = 20

type Row = NonNullable<DriftDetails['correlations']>[number] & { readonly measure: PairMeasure }

export interface PairsFound {
  readonly checks: readonly Check[]
  /** those that changed most */
  readonly rows: readonly Row[]
}

type Compared = Pick<Row, 'a' | 'b' | 'measure'> & {
  readonly reference: number
  readonly current: number
  readonly change: number
  readonly p: number
  /** what changed, in words */
  readonly says?: () => string
}
/** Rows that one independent row takes, for two columns that were both tested; null: one was not. */
type Excess = (a: string, b: string) => number | null

/** @param tested columns that were compared: a pair is, when both are. null: the profiles have no pairs in common */
export function pairChecks(input: Judging & Asked, tested: readonly Tested[]): PairsFound | null {
  const own = new Map(tested.filter(({ subject }) => subject.family !== 'predictions').map((one) => [one.subject.name, one]))
  const excess: Excess = (a, b) => {
    const one = own.get(a)
    const other = own.get(b)
    if (one === undefined || other === undefined) return null
    const together = one.likeness && other.likeness ? pairEffect(one.likeness, other.likeness) : 1
    return Math.max(one.excess, other.excess, together)
  }
  const compared = [...correlations(input, excess, own), ...associations(input, excess)]
  const unknown = unknownAssociations(input, excess)
  if (compared.length === 0) return unknown.length === 0 ? null : { checks: unknown, rows: [] }
  const q = adjusted(compared)
  const rows = compared.map((pair, i) => rowOf(pair, q[i] ?? 1))
  const found = rows.flatMap((row, i) => (row.state === 'warn' || row.state === 'fail' ? [{ row, says: compared[i]?.says }] : []))
  return {
    checks: [
      ...found.map(({ row, says }) => pairCheck(input, row, says?.() ?? '')),
      ...summaries(
        rows,
        found.map(({ row }) => row),
      ),
      ...unknown,
    ],
    rows: rows.toSorted((x, y) => Math.abs(y.change ?? 0) - Math.abs(x.change ?? 0)).slice(0, shown),
  }
}

const rowOf = ({ a, b, measure, reference, current, change }: Compared, q: number): Row => ({
  a,
  b,
  measure,
  reference,
  current,
  change,
  q,
  state: stateOf(Math.abs(change), q),
})

/**
 * By the number of all pairs. What is too small to count makes no other pair more certain: of those nobody asked how much they vary by
 * themselves (profile/pair-spread.ts), so that their p may be too small.
 */
function adjusted(compared: readonly Compared[]): readonly number[] {
  const large = compared.flatMap(({ change, p }, at) => (Math.abs(change) >= pairLimits.warn ? [{ at, p }] : []))
  const q = benjaminiHochberg(compared.map(({ p }) => p))
  const among = benjaminiHochberg(
    large.map(({ p }) => p),
    compared.length,
  )
  for (const [i, { at }] of large.entries()) q[at] = among[i] ?? 1
  return q
}

/** Of a profile that an earlier version made, or one of parts of which one does not know it. */
const spreadUnknown =
  '; the profile of current data does not say how much its own rows make this vary, so that it was taken for that of normal values: of rare flags and of numbers that are mostly zero q is too small. `modelgate validate` makes the profile again'

function correlations({ reference, current }: Asked, excessOf: Excess, tested: ReadonlyMap<string, Tested>): readonly Compared[] {
  const rare = new Map<string, { readonly before: number; readonly now: number }>()
  for (const name of reference.pairs?.columns ?? []) {
    const one = tested.get(name)
    if (one !== undefined) rare.set(name, { before: rareShare(one.reference), now: rareShare(one.current) })
  }
  /** Rows beside the most frequent value, of the column that has more of them, on the side that has fewer. */
  function telling(a: string, b: string, n: number, m: number): number {
    const first = rare.get(a)
    const second = rare.get(b)
    if (first === undefined || second === undefined) return 0
    return Math.min(n * Math.max(first.before, second.before), m * Math.max(first.now, second.now))
  }
  const find = samePair(pairSums(current.pairs))
  return pairSums(reference.pairs).flatMap((before, place): Compared[] => {
    const { a, b } = before
    const after = find(before, place)
    const excess = excessOf(a, b)
    if (after === undefined || excess === null) return []
    const r1 = correlation(before)
    const r2 = correlation(after)
    // rows that depend on each other are worth fewer here too
    const n = before.n / excess
    const m = after.n / excess
    if (r1 === null || r2 === null || Math.min(n, m) < minRows) return []
    const large = Math.abs(r2 - r1) >= pairLimits.warn
    const rows = telling(a, b, n, m)
    const asked = large || rows < leastRare.others
    const then = asked ? flagTable(before) : null
    const now = asked ? flagTable(after) : null
    const ofFlags = then !== null && now !== null
    if (rows < leastRare[ofFlags ? 'flags' : 'others']) return []
    const pooled = ofFlags && large ? pooledSpread(then, now) : null
    const { p } = correlationChange(r1, n, r2, m, { ranks: true, spread: after.spread, pooled })
    return [
      {
        a,
        b,
        measure: 'rank_correlation',
        reference: r1,
        current: r2,
        change: r2 - r1,
        p,
        ...(after.spread === null ? { says: () => spreadUnknown } : {}),
      },
    ]
  })
}

function associations({ reference, current }: Asked, excessOf: Excess): readonly Compared[] {
  const cells = ({ feature, label }: AssociationTable) => JSON.stringify([feature, label])
  const now = new Map(associationTables(current.associations).map((table) => [cells(table), table]))
  return associationTables(reference.associations).flatMap((before): Compared[] => {
    const [a, b] = [before.feature.column, before.label.column]
    const after = now.get(cells(before))
    const excess = excessOf(a, b)
    if (after === undefined || excess === null) return []
    if (Math.min(total(before.counts), total(after.counts)) / excess < minRows) return []
    const found = associationChange(before, after, excess)
    return found === null
      ? []
      : [
          {
            a,
            b,
            measure: found.measure,
            reference: found.before,
            current: found.now,
            change: found.change,
            p: found.p,
            says: () => associationMoves(found.tested, found.tested.turned ? { groups: b, values: a } : { groups: a, values: b }),
          },
        ]
  })
}

/** A profile that an earlier version stored has no counts of what classes and the label tell of each other: that is said. */
function unknownAssociations({ reference, current, targets }: Asked, excessOf: Excess): readonly Check[] {
  const without = [reference, current].filter(({ associations: one }) => one === undefined)
  if (without.length === 0) return []
  const features = reference.columns.map(({ name }) => name).filter((name) => !targets.includes(name))
  const { axes, pairs } = planAssociations(reference, features, targets)
  const asked = pairs.some(([a, b]) => excessOf(axes[a]?.column ?? '', axes[b]?.column ?? '') !== null)
  if (!asked) return []
  const [which = ''] = without.map((table) => (table === reference ? 'the reference' : 'current data'))
  return [
    makeCheck({
      id: 'drift.associations',
      status: 'skipped',
      effect: 'skipped',
      message: `What classes and the label tell of each other was not compared: the profile of ${which} has no counts of it`,
      fix: 'Make the profile again with this version: `modelgate validate` writes it.',
    }),
  ]
}

function stateOf(change: number, q: number): Row['state'] {
  if (q <= certainty.pairs.fail && change >= pairLimits.fail) return 'fail'
  if (q <= certainty.pairs.warn && change >= pairLimits.warn) return 'warn'
  return q <= certainty.pairs.warn ? 'immaterial' : 'ok'
}

/** @param says which classes changed, of an association; of a correlation what is not known of it */
function pairCheck({ policy, capAtWarn }: Judging, row: Row, says: string): Check {
  const { a, b, measure, reference, current, change, q, state } = row
  const { shown, check } = pairMeasures[measure]
  const status = state === 'fail' ? 'fail' : 'warn'
  const limit = pairLimits[status]
  const signed = check === 'correlation'
  const surely = namedProbability('q', q, [certainty.pairs[status]])
  const strength = `${shown} ${distance(reference)} → ${distance(current)}`
  return makeCheck({
    id: `drift.${check}:${a}~${b}`,
    status,
    effect: effect(status, capAtWarn ? 'warn' : 'fail', policy),
    metric: check,
    names: [a, b],
    limit_kind: check,
    observed: signed ? current : change,
    baseline: signed ? reference : null,
    delta: signed ? change : null,
    limit,
    p_value: q,
    message: signed
      ? `${a} and ${b} go together differently: ${strength}, ${surely}${says}`
      : `${a} tells something else of ${b}: ${says}; changed by ${figure(change, [limit])} (limit ${limit}; ${strength}), ${surely}`,
    fix: 'Train on newer data: a model that uses both has learned the old relation. Or switch this off: drift: {correlations: false}',
  })
}

/** One line for correlations, one for what classes and the label tell of each other. */
function summaries(rows: readonly Row[], found: readonly Row[]): readonly Check[] {
  return (['correlation', 'association'] as const).flatMap((check) => {
    const isIts = ({ measure }: Row) => pairMeasures[measure].check === check
    const [all, changed] = [rows.filter(isIts).length, found.filter(isIts).length]
    if (all === 0) return []
    const what =
      check === 'correlation'
        ? `${plural(all, 'pair')} of columns compared by rank correlation`
        : `${plural(all, 'pair')} of a feature and the label compared by what one tells of the other`
    return [
      makeCheck({
        id: `drift.${check}s`,
        status: 'pass',
        effect: 'pass',
        metric: check,
        observed: changed,
        n: all,
        message: `${what}: ${changed === 0 ? 'none changed' : `${count(changed)} changed`} by ${pairLimits.warn} or more beyond chance`,
      }),
    ]
  })
}
