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
import { effect, type Policy } from '../gate/fold.ts'
import { count } from '../report/format.ts'
import type { Mode } from '../schema/config.ts'
import { fewGroups } from './change.ts'
import { ALPHA, type Claim, type Compared, notWorse, type Outcome } from './claim.ts'
import { FEWEST_DISCORDANT } from './discordant.ts'
import { limitText } from './limit-text.ts'
import { compare } from './margin.ts'
import { FEWEST_GROUPS } from './serial.ts'
import { counted, countedInconclusive, notShown, pText, rowsToDo, size, tooFewGroups } from './words.ts'

export interface Levels {
  /** tested claims of the family */
  readonly among: number
  /** what the unadjusted p of this one was compared with */
  readonly step: number
  /** what a mode that asks for proof has it at */
  readonly proof: number
}

export function decide(
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
  const what = limitText(margin, metric.unit)
  // a share of 0 is nothing that rows could show
  const reached = margin.value > 0 ? { by: margin.value, what } : { by: drop, what: size(drop, metric.unit) }
  const wanted = change.test?.rowsNeeded(reached.by, step) ?? Number.POSITIVE_INFINITY
  const units = groups === null ? 'rows' : noun
  const needs = () =>
    rows === null
      ? `Not decided: with the intervals of the two numbers a change of ${what} may be chance.`
      : mode === 'confident_worse' && margin.value > 0
        ? leftOpen(compared, rows, { beyond: drop - margin.value, alpha: step, side: 'above', what })
        : `Not decided: ${notShown(groups ?? rows, wanted, metric.direction, reached.what, { noun: units, test: change.test })}.`

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
          : `: ${notShown(groups ?? rows, needed, rise, size(better, metric.unit), { noun: units, test: change.test })}`
      const shown =
        change.test === null
          ? (compared.untested ?? 'No test is known for it, so it cannot be shown to be better.')
          : `Not shown to be better (${pText(proof, level)}${against(level)})${advice}.`
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
  const would = Number.isFinite(needed) && needed > unit ? ` (${rowsToDo(needed, change.test)} would)` : ''
  const kind = metric.direction === 'higher' ? 'drop' : 'rise'
  return `Not decided: ${count(unit)} ${groups === null ? 'rows' : noun} do not show that the ${kind} is ${side} ${what}${would}.`
}

/** Said only where it is not the usual level. */
const against = (level: number): string =>
  level === ALPHA ? '' : ` at ${Number(level.toPrecision(3))}, its share of 0.05 among all uses of the holdout`
