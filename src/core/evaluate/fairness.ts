/**
 * Does the model treat groups alike? Each measure is computed within each group; a gap lies between two groups, so every pair is a comparison.
 *
 *     guard     fail: the gap exceeds the limit, and p of "there is none" ≤ 0.05. Such a gap without that p: inconclusive
 *     literal   fail: the gap exceeds the limit
 *     lenient   fail: p of "the gap is within the limit" ≤ 0.05. Such a gap without that p: warn
 *     strict    pass: every upper 95 % bound lies within the limit; else fail
 *
 * p-values are adjusted by Holm over all pairs of groups, measures and columns that have a limit, and all rises: one family. A pair is tested by the intervals of its
 * groups (`mover.ts`: of shares that is Newcombe), the rise of a gap over the baseline by a paired bootstrap. A group with fewer than `min_rows` rows of the
 * kind that a measure rests on is not compared, and the check is inconclusive unless the others decide it.
 * Source: Hardt, Price & Srebro 2016; Newcombe 1998b; Zou & Donner 2008; Holm 1979.
 */
import { effect, type Policy, type Verdict } from '../gate/fold.ts'
import { rowsOf, type Scores, unitsOf } from '../metrics/scores.ts'
import type { View } from '../metrics/view.ts'
import { count, plural } from '../report/format.ts'
import type { FairnessCertainty, FairnessLimits, FairnessSpec } from '../schema/config.ts'
import type { EvaluateDetails } from '../schema/details.ts'
import { type Check, makeCheck } from '../schema/result.ts'
import { groupsOf } from '../stats/clusters.ts'
import { groupGap } from '../stats/group-gaps.ts'
import { holm } from '../stats/multiplicity.ts'
import type { RowDraws } from '../stats/row-bootstrap.ts'
import { ALPHA } from './difference.ts'
import { type GapKind, gapKinds, pairQuantities, type Quantity, riseQuantity } from './fairness-gaps.ts'
import { type Compared, type FairnessColumn, groupValues, groupViews } from './fairness-groups.ts'
import { measures, usualMeasures } from './fairness-measures.ts'
import { columnDraws, gapOf } from './fairness-rise.ts'
import { finite, shownInterval } from './figures.ts'
import type { MissingBaseline } from './judge.ts'
import { compare } from './margin.ts'
import { FEWEST_GROUPS } from './serial.ts'
import { countedInconclusive, countedMissing, pText, sentence } from './words.ts'

export interface FairnessInput {
  readonly columns: readonly FairnessColumn[]
  readonly candidate: Scores
  readonly baseline: Scores | null
  /** given exactly when `baseline` is null */
  readonly missing: MissingBaseline | null
  readonly spec: FairnessSpec
  readonly policy: Policy
}

interface Claim {
  readonly of: Compared
  readonly kind: GapKind
  readonly severity: 'fail' | 'warn'
  readonly limit: number
  readonly quantity: Quantity
  readonly p: number | null
  readonly key: string
}

interface Outcome extends Claim {
  readonly status: 'fail' | 'warn' | 'inconclusive' | 'pass'
  readonly effect: Verdict
  readonly adjusted: number | null
  /** comparisons in its family */
  readonly among: number
  /** confidence at which it was decided */
  readonly level: number
}

export function judgeFairness(input: FairnessInput): {
  readonly checks: readonly Check[]
  readonly details: Pick<EvaluateDetails, 'fairness'>
} {
  const columns = input.columns.map((column) => comparedIn(column, input))
  const all = columns.flatMap(({ compared }) => compared)
  const claims = columns.flatMap(({ compared, draws }) => compared.flatMap((one) => claimsOf(one, draws, input)))
  const outcomes = (['fail', 'warn'] as const).flatMap((severity) =>
    family(
      claims.filter((claim) => claim.severity === severity),
      input.policy,
    ),
  )
  const checks = all.flatMap((one) =>
    checksOf(
      one,
      outcomes.filter(({ of }) => of === one),
      input,
    ),
  )
  return { checks, details: { fairness: detailsOf(input, all, checks) } }
}

function comparedIn(column: FairnessColumn, { candidate, baseline, spec }: FairnessInput) {
  const views = groupViews(candidate, column.groups)
  const before = baseline && groupViews(baseline, column.groups)
  const shown = usualMeasures(candidate.task).filter(
    (name) => !spec.metrics.some(({ measure, named }) => measure === name && named === null),
  )
  const asked = [
    ...spec.metrics.map((limits) => ({ name: limits.name, measure: limits.measure, named: limits.named, limits })),
    ...shown.map((name) => ({ name, measure: name, named: null, limits: null })),
  ]
  const compared = asked.map((one) => measured(one, column, views, before, spec.minRows))
  // drawn when the first rise is asked for
  let made: readonly RowDraws[] | null = null
  const draws = () => {
    made ??= columnDraws(column.groups, rowsOf(candidate), unitsOf(candidate))
    return made
  }
  return { compared, draws }
}

type Asked = Pick<Compared, 'name' | 'named' | 'limits'> & { readonly measure: string }

function measured(asked: Asked, column: FairnessColumn, views: readonly View[], before: readonly View[] | null, least: number): Compared {
  const measure = measures[asked.measure]
  if (!measure) throw new RangeError(`there is no measure ${asked.measure}`)
  const values = (of: readonly View[]) => measure.parts.map((part) => groupValues(part, asked.named, column.groups, of))
  const parts = values(views)
  const kept = [...column.groups.keys()].filter((g) =>
    parts.every((groups) => (groups[g]?.base ?? 0) >= least && groups[g]?.estimate != null),
  )
  return { ...asked, column, measure, parts, before: before && values(before), kept }
}

const limitsOf = (limits: FairnessLimits, kind: GapKind) => limits[gapKinds[kind].key]

function claimsOf(one: Compared, draws: () => readonly RowDraws[], { candidate }: FairnessInput): readonly Claim[] {
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

const order = ['fail', 'warn', 'inconclusive', 'pass'] as const

function checksOf(one: Compared, outcomes: readonly Outcome[], input: FairnessInput): readonly Check[] {
  const { limits } = one
  if (limits === null) return []
  return (['difference', 'ratio', 'rise'] as const).flatMap((kind) =>
    limitsOf(limits, kind)
      ? [
          checkOf(
            one,
            kind,
            outcomes.filter((o) => o.kind === kind),
            input,
          ),
        ]
      : [],
  )
}

/** Groups that are not compared, as a sentence; null: all are. */
function leftOut({ parts, kept, column }: Compared, least: number): string | null {
  const out = column.groups.flatMap(({ id, rows }, g) => {
    if (kept.includes(g)) return []
    const part = parts.find((groups) => (groups[g]?.base ?? 0) < least || groups[g]?.estimate == null)
    const at = part ? parts.indexOf(part) : 0
    return [{ id, rows: rows.length, at, base: part?.[g]?.base ?? 0, because: part?.[g]?.undefined ?? 'it has no interval' }]
  })
  const [first] = out
  if (!first) return null
  const more = out.length === 1 ? '' : ` (and ${plural(out.length - 1, 'group')} more)`
  const among = measuresAmong(parts, first.at)
  if (first.base >= least) return `${first.id}${more} is not compared: ${first.because}`
  const needed = first.base === 0 ? '' : `, about ${count(Math.ceil((first.rows * least) / first.base))} rows of it would have them`
  return `${first.id}${more} has ${count(first.base)} ${among}, and ${count(least)} are needed${needed}`
}

const measuresAmong = (parts: Compared['parts'], at: number): string => parts[at]?.[0]?.among ?? 'rows'

function checkOf(one: Compared, kind: GapKind, outcomes: readonly Outcome[], { missing, policy, spec }: FairnessInput): Check {
  const { column, name, measure, kept } = one
  const { word, key } = gapKinds[kind]
  const written = one.limits ? limitsOf(one.limits, kind) : undefined
  const common = {
    id: `evaluate.fairness_${word}:${name}:${column.column}`,
    metric: name,
    // not a check on the metric of that name
    slice: column.column,
    column: column.column,
    unit: kind === 'ratio' ? '' : measure.unit,
    limit_kind: `${snake(key)}`,
    limit: written?.fail ?? written?.warn ?? null,
    n: kept.reduce((sum, g) => sum + (column.groups[g]?.rows.length ?? 0), 0),
  } as const
  const strict = one.limits?.certainty === 'strict'
  const severity = written?.fail === undefined ? 'warn' : 'fail'
  if (one.parts.some((groups) => groups.every((group) => group.undefined !== null))) {
    const because = one.parts.flat().find((group) => group.undefined !== null)?.undefined ?? 'it has no value'
    return makeCheck({
      ...common,
      status: 'error',
      effect: 'error',
      message: `${name} is undefined in every group of ${column.column}: ${because}. A gate on an undefined measure cannot be decided.`,
      fix: `evaluate on data where ${name} is defined, or limit another measure in evaluate.fairness.metrics`,
    })
  }
  if (kind === 'rise' && missing) {
    const status = missing.kind === 'unchanged' ? 'skipped' : missing.kind
    return makeCheck({
      ...common,
      status,
      effect: status === 'skipped' ? 'skipped' : effect(status, severity, policy),
      message: `the gap of ${name} over ${column.column} is not compared: ${sentence(missing.because)}${status === 'skipped' ? '' : ` ${countedMissing(policy)}`}`,
      fix: status === 'no-baseline' ? 'promote a first model, or let a run of the default branch record one' : null,
    })
  }
  const small = leftOut(one, spec.minRows)
  const undecided = (because: string) =>
    strict
      ? ({ status: severity, effect: severity, because } as const)
      : ({
          status: 'inconclusive',
          effect: effect('inconclusive', severity, policy),
          because: `${because}. ${countedInconclusive(policy)}`,
        } as const)
  const worst = order.find((status) => outcomes.some((o) => o.status === status))
  const decided = outcomes.filter((o) => o.status === worst).toSorted((a, b) => b.quantity.value - a.quantity.value)[0]
  if (!decided) {
    const { because, ...verdict } = undecided(
      `Not decided: ${small ?? (kept.length < 2 ? 'there are no two groups to compare' : 'the gap of the baseline has no value')}`,
    )
    return makeCheck({ ...common, ...verdict, message: `${name} over ${column.column} is not compared. ${because}` })
  }
  const { quantity, among, adjusted, limit, level } = decided
  const unfinished = small !== null && (decided.status === 'pass' || decided.status === 'inconclusive')
  const verdict = unfinished
    ? undecided(`Not decided: ${small}`)
    : decided.status === 'inconclusive'
      ? undecided(`Not decided: ${quantity.needs(among)}`)
      : null
  const broken = decided.status === 'fail' || decided.status === 'warn'
  const chance = adjusted !== null && broken ? ` ${pText(adjusted)} (Holm, ${plural(among, 'comparison')}).` : ''
  const others = broken && small !== null ? ` ${small}.` : ''
  const rest =
    column.without === 0
      ? ''
      : ` ${plural(column.without, 'row')} without a value of ${column.column} ${column.without === 1 ? 'is' : 'are'} left out.`
  const bounds = quantity.bounds(kind === 'rise' || strict ? level : 1 - (1 - level) / 2)
  const shown = bounds && gapKinds[kind].interval(bounds, strict)
  return makeCheck({
    ...common,
    status: verdict?.status ?? decided.status,
    effect: verdict?.effect ?? decided.effect,
    observed: gapKinds[kind].shown(quantity.value),
    ...(kind === 'rise' ? { baseline: quantity.before, delta: quantity.value, observed: quantity.after } : {}),
    interval: shown ? [finite(shown[0]), finite(shown[1])] : null,
    level: shown && level,
    tail: shown && gapKinds[kind].tail(strict),
    limit,
    p_value: adjusted,
    message: `${quantity.says(limit, broken)}.${chance}${verdict ? ` ${verdict.because}` : ''}${others}${rest}`,
    fix:
      broken || (strict && verdict)
        ? `look at what differs in these groups (details.fairness says which they are); or accept it with another ${snake(key)} under evaluate.fairness.metrics.${name} of the base branch, or a waiver`
        : null,
  })
}

const snake = (key: string): string => key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

function detailsOf(
  { columns, spec }: FairnessInput,
  all: readonly Compared[],
  checks: readonly Check[],
): NonNullable<EvaluateDetails['fairness']> {
  return {
    min_rows: spec.minRows,
    columns: columns.map(({ column, groups, without }) => ({
      column,
      without,
      groups: groups.map(({ id, label, rows }) => ({ group: id, label, rows: rows.length })),
    })),
    list: all.map((one) => {
      const { column, name, named, measure, parts, before, kept } = one
      const own = parts.map((groups) => kept.map((g) => groups[g]?.value ?? null))
      const was = before?.map((groups) => kept.map((g) => groups[g]?.value ?? null)) ?? null
      const ratios = own.map((values) => groupGap(values)?.ratio ?? Number.NaN)
      return {
        column: column.column,
        name,
        class: named,
        unit: measure.unit,
        gated: one.limits !== null,
        difference: gapOf(own),
        ratio: measure.ratio ? finite(Math.min(...ratios)) : null,
        baseline_difference: was && gapOf(was),
        checks: checks.filter((check) => check.metric === name && check.column === column.column).map(({ id }) => id),
        parts: measure.parts.map((part, at) => ({
          part: part.name,
          among: part.among,
          groups: (parts[at] ?? []).map(({ group, value, undefined: why, base, level }, g) => ({
            group: group.id,
            value: finite(value),
            undefined: why,
            interval: shownInterval(level?.bounds(0.975), measure.range),
            base,
            compared: kept.includes(g),
            baseline: finite(before?.[at]?.[g]?.value ?? null),
          })),
        })),
      }
    }),
  }
}
