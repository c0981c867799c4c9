/**
 * `max_drop` and `max_rise`: the change against the baseline, judged by the mode. Δ is turned so that worse is negative, δ is the margin.
 *
 *     guard             fail: p_worse ≤ 0.05 after Holm over the gated metrics, and drop ≥ δ. Such a drop without that p: inconclusive
 *     point             fail: drop > δ
 *     confident_worse   fail: "worse by more than δ" at 0.05 after Holm. A drop ≥ δ without it: inconclusive
 *     non_inferior      pass: "not worse by δ" at 0.05; fail: "worse by more than δ" at 0.05; else inconclusive, which fails: the mode asks for proof
 *     superior          pass: "better" at 0.05; else fail
 *
 * No drop at all is never a reason to fail or doubt under guard, point and confident_worse.
 */
import { effect, type Policy, type Status, type Verdict, worst } from '../gate/fold.ts'
import type { Metric } from '../metrics/metric.ts'
import { count } from '../report/format.ts'
import type { MetricSpec, Mode } from '../schema/config.ts'
import { type Check, makeCheck } from '../schema/result.ts'
import { holm } from '../stats/multiplicity.ts'
import { type Change, fewGroups } from './change.ts'
import { FEWEST_DISCORDANT } from './discordant.ts'
import { limitText } from './limit-text.ts'
import { changeKind, compare, type Margin, margins } from './margin.ts'
import { FEWEST_GROUPS } from './serial.ts'
import { counted, countedInconclusive, moved, notShown, pText, size, tooFewGroups } from './words.ts'

export const ALPHA = 0.05

export interface Compared {
  readonly spec: MetricSpec
  readonly metric: Metric
  readonly change: Change
  readonly candidate: number
  readonly baseline: number
  /** null: nobody said how many */
  readonly rows: number | null
  /** what groups of rows are called, where they are counted */
  readonly noun?: string
  /** a sentence on how it was compared */
  readonly note?: string
  /** why it has no test, where more is known of that than that there is none: a sentence */
  readonly untested?: string
}

/** A margin of one metric, at one severity, with the p-value that its family will adjust. */
interface Claim {
  readonly compared: Compared
  readonly severity: 'fail' | 'warn'
  readonly margin: Margin
  /** p-value of "worse" as the mode means it; null without a test */
  readonly p: number | null
}

interface Outcome {
  readonly claim: Claim
  readonly status: Status
  readonly effect: Verdict
  /** adjusted; what was compared with 0.05 */
  readonly p: number | null
  /** confidence of the one-sided bounds that say the same as p */
  readonly level: number
  readonly because: string
}

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

/** Groups of which there are fewer than ten have no standard error to speak of. */
const tooFew = ({ change }: Compared): boolean => fewGroups(change) !== null
const tested = (entry: Compared): boolean => entry.change.test !== null && !tooFew(entry)

/** p-value of "worse by more than `by`". */
export const worse = ({ metric, change }: Pick<Compared, 'metric' | 'change'>, by: number): number =>
  (metric.direction === 'higher' ? change.test?.below(-by) : change.test?.above(by)) ?? Number.NaN

/** p-value of "not worse by `by`", or of "better by −by". */
export const notWorse = ({ metric, change }: Pick<Compared, 'metric' | 'change'>, by: number): number =>
  (metric.direction === 'higher' ? change.test?.above(-by) : change.test?.below(by)) ?? Number.NaN

export const isCorrected = (mode: Mode): boolean => mode === 'guard' || mode === 'confident_worse'

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

const isBroken = (status: Status): boolean => status === 'fail' || status === 'warn'

interface Levels {
  /** tested claims of the family */
  readonly among: number
  /** what the unadjusted p of this one was compared with */
  readonly step: number
  /** what a mode that asks for proof has it at */
  readonly proof: number
}

function decide(
  claim: Claim,
  p: number | null,
  { among, step, proof: level }: Levels,
  mode: Mode,
  policy: Policy,
): Pick<Outcome, 'status' | 'effect' | 'p' | 'because'> {
  const { compared, severity, margin } = claim
  const { metric, change } = compared
  const drop = metric.direction === 'higher' ? -change.value : change.value
  const scale = Math.max(Math.abs(compared.baseline), Math.abs(compared.candidate))
  const reaches = compare(drop, margin.value, scale) >= 0 && compare(drop, 0, scale) > 0
  const broken = { status: severity, effect: severity, p } as const
  const fine = { status: 'pass', effect: 'pass', p, because: '' } as const
  const open = (because: string) => ({ status: 'inconclusive', effect: effect('inconclusive', severity, policy), p, because }) as const
  const { rows, noun = 'groups' } = compared
  const groups = change.test?.groups ?? null
  const fewer = fewGroups(change)
  const few = fewer === null ? null : tooFewGroups(rows ?? 0, fewer, noun, FEWEST_GROUPS)
  const without = open(
    `${few ?? compared.untested ?? 'No test is known for it, so only mode point can judge it.'} ${countedInconclusive(policy)}`,
  )
  const wanted = change.test?.rowsNeeded(margin.value > 0 ? margin.value : drop, step) ?? Number.POSITIVE_INFINITY
  const what = limitText(margin, metric.unit)
  const units = groups === null ? 'rows' : noun
  const needs = () =>
    rows === null
      ? `Not decided: with the intervals of the two numbers a change of ${what} may be chance.`
      : mode === 'confident_worse' && margin.value > 0
        ? leftOpen(compared, rows, { beyond: drop - margin.value, alpha: step, side: 'above', what })
        : `Not decided: ${notShown(groups ?? rows, wanted, metric.direction, what, units)}.`

  switch (mode) {
    case 'point':
      return { ...(compare(drop, margin.value, scale) > 0 ? broken : fine), p: null, because: '' }
    case 'guard':
    case 'confident_worse':
      if (p === null) return reaches ? without : fine
      if (p <= ALPHA && reaches)
        return {
          ...broken,
          because: `${pText(p, ALPHA)}${among > 1 ? ` (Holm, ${among} metrics)` : ''}${rows === null ? '' : `, ${counted(rows, groups, noun)}`}.`,
        }
      return reaches ? open(`${needs()} ${countedInconclusive(policy)}`) : fine
    case 'non_inferior': {
      if (few !== null) return { status: 'inconclusive', effect: severity, p: null, because: `${few} Mode non_inferior asks for proof.` }
      if (p === null) return { ...broken, because: compared.untested ?? 'No test is known for it, so it cannot be shown to be no worse.' }
      if (p <= ALPHA) return { ...broken, because: `Shown to be worse by more than the limit (${pText(p, ALPHA)}).` }
      const open = unproven(compared, rows)
      if (open !== null) return { status: 'inconclusive', effect: severity, p: null, because: `${open} Mode non_inferior asks for proof.` }
      const proof = notWorse(compared, margin.value)
      if (proof <= level) return { ...fine, p: proof }
      return {
        status: 'inconclusive',
        effect: severity,
        p: proof,
        because: `${rows === null ? needs() : leftOpen(compared, rows, { beyond: margin.value - drop, alpha: level, side: 'below', what })} Mode non_inferior asks for proof${against(level)}.`,
      }
    }
    case 'superior': {
      if (few !== null) return { status: 'inconclusive', effect: severity, p: null, because: `${few} Mode superior asks for proof.` }
      const open = unproven(compared, rows)
      if (open !== null) return { ...broken, p: null, because: `${open} Mode superior asks for proof.` }
      const proof = change.test ? notWorse(compared, 0) : 1
      if (proof <= level) return { ...fine, p: proof }
      const better = -drop
      const rise = metric.direction === 'higher' ? 'lower' : 'higher'
      const needed = change.test?.rowsNeeded(better, level) ?? Number.POSITIVE_INFINITY
      const advice =
        rows === null || better <= 0 || !Number.isFinite(needed)
          ? ''
          : `: ${notShown(groups ?? rows, needed, rise, size(better, metric.unit), units)}`
      const shown = compared.untested ?? `Not shown to be better (${pText(proof, level)}${against(level)})${advice}.`
      return { ...broken, p: change.test === null ? null : proof, because: `${shown} Mode superior asks for proof.` }
    }
  }
}

/** A loss that one row can make as large as it likes, of models that differ on fewer rows than show how large: a sentence; else null. */
function unproven({ change: { test }, noun = 'groups' }: Compared, rows: number | null): string | null {
  if (!test?.unproven || rows === null) return null
  const { differ } = test.unproven
  const of = test.groups ?? rows
  const units = test.groups === null ? 'rows' : noun
  const would = differ === 0 ? '' : ` (about ${count(Math.ceil((of * FEWEST_DISCORDANT) / differ))} ${units} would have as many)`
  return `Not decided: the models differ in ${differ === 0 ? 'none' : count(differ)} of ${count(of)} ${units}, and how bad a single one can be is not known from fewer than ${FEWEST_DISCORDANT} that differ${would}.`
}

interface Claimed {
  /** how far the change that was measured lies on that side of the limit */
  readonly beyond: number
  readonly alpha: number
  readonly side: 'below' | 'above'
  /** the limit */
  readonly what: string
}

/** `2,000 rows do not show that the drop is below 1.0 pp (23,456 would)`: rows that would, if the drop is what was measured. */
function leftOpen({ metric, change, noun = 'groups' }: Compared, rows: number, { beyond, alpha, side, what }: Claimed): string {
  const groups = change.test?.groups ?? null
  const unit = groups ?? rows
  const needed = beyond > 0 ? (change.test?.rowsNeeded(beyond, alpha) ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY
  const would = Number.isFinite(needed) && needed > unit ? ` (${count(needed)} would)` : ''
  const kind = metric.direction === 'higher' ? 'drop' : 'rise'
  return `Not decided: ${count(unit)} ${groups === null ? 'rows' : noun} do not show that the ${kind} is ${side} ${what}${would}.`
}

/** Said only where it is not the usual level. */
const against = (level: number): string =>
  level === ALPHA ? '' : ` at ${Number(level.toPrecision(3))}, its share of 0.05 among all uses of the holdout`

function checkOf({ claim, status, effect, p, level, because }: Outcome, mode: Mode, proof: number): Check {
  const { spec, metric, change, candidate, baseline, rows } = claim.compared
  const { margin } = claim
  const kind = changeKind(metric)
  const higher = metric.direction === 'higher'
  // the bounds of the very test that decided: at 0 under guard and superior, at the margin elsewhere
  const at = mode === 'guard' || mode === 'superior' || mode === 'point' ? 0 : higher ? -margin.value : margin.value
  const twoSided = mode === 'point'
  const bounds = tooFew(claim.compared) ? null : (change.test?.bounds(twoSided ? 0.975 : level, at) ?? null)
  const proving = mode === 'superior' || (mode === 'non_inferior' && !isBroken(status))
  return makeCheck({
    id: `evaluate.${kind}:${spec.name}`,
    status,
    effect,
    metric: spec.name,
    unit: margin.relative === null ? metric.unit : 'relative',
    limit_kind: kind,
    observed: candidate,
    baseline,
    delta: change.value,
    interval: bounds ? [...bounds] : null,
    level: bounds ? (twoSided ? 0.95 : level) : null,
    // the tail in which the claim lies: worse, or for proof the other one
    tail: bounds ? (twoSided ? 'two-sided' : higher !== proving ? 'lower' : 'upper') : null,
    limit: margin.relative ?? margin.value,
    p_value: p,
    n: rows,
    message: [
      `${moved(spec.name, change.value, baseline, metric.unit, higher ? change.value < 0 : change.value > 0, margin)}.`,
      because,
      claim.compared.note ?? '',
      margin.from ?? '',
    ]
      .filter((text) => text !== '')
      .join(' '),
    fix: effect === 'fail' || effect === 'warn' ? fixFor(claim, kind, status, mode, proof) : null,
  })
}

function fixFor(claim: Claim, kind: string, status: Status, mode: Mode, proof: number): string {
  const { compared, margin } = claim
  const { spec, metric, change, baseline, noun = 'groups' } = compared
  const unit = fewGroups(change) === null && !change.test?.groups ? 'rows' : noun
  const more = compared.untested === undefined ? `evaluate on more ${unit}` : 'write low and high beside both numbers'
  // no limit accepts what is not proven whatever the limit, or is not shown to be better
  if (mode === 'non_inferior' && status === 'inconclusive' && change.test?.unproven)
    return `${more}; or gate a metric that one row cannot move without end; or ask for less in modelgate.yml of the base branch: evaluate: {mode: guard}`
  if (mode === 'superior')
    return `improve the model, or ${more}; or ask for less in modelgate.yml of the base branch: \`evaluate: {mode: guard}\``
  if (mode === 'non_inferior' && !tested(compared)) return more
  const drop = Math.abs(mode === 'non_inferior' ? farthest(claim, proof) : change.value)
  const wanted =
    margin.relative !== null && baseline !== 0
      ? `${roundUp((drop / Math.abs(baseline)) * 100)}% relative`
      : metric.unit === 'pp'
        ? `${roundUp(drop * 100)}pp`
        : `${roundUp(drop)}`
  // no model can change by more: that would be no limit
  const [least, most] = metric.range ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
  const room = metric.direction === 'higher' ? baseline - least : most - baseline
  const allowed =
    Number.parseFloat(wanted) * (margin.relative !== null && baseline !== 0 ? Math.abs(baseline) / 100 : metric.unit === 'pp' ? 0.01 : 1)
  const no = status === 'inconclusive' ? more : 'improve the model'
  if (allowed >= room) return no
  const accept = `accept this change in modelgate.yml of the base branch: \`evaluate: {metrics: {${spec.name}: {${kind}: ${wanted}}}}\``
  return `${no}; or ${accept}`
}

/** How far down the change may be: a limit that proof is to stay below lies beyond it. */
function farthest({ compared, margin }: Claim, proof: number): number {
  const { metric, change } = compared
  const higher = metric.direction === 'higher'
  const [low, high] = change.test?.bounds(1 - proof, higher ? -margin.value : margin.value) ?? [change.value, change.value]
  return higher ? low : high
}

/** To two significant digits, upwards and past the value itself, because guard stops a drop that equals its limit. */
function roundUp(value: number): number {
  if (value === 0) return 0
  const step = 10 ** (Math.floor(Math.log10(value)) - 1)
  return Number(((Math.floor(value / step + 1e-9) + 1) * step).toPrecision(2))
}
