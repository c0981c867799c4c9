/** What is said of one column: its line in the details, the check of its shift, and one check a finding. */
import { effect, type Policy, type Severity } from '../gate/fold.ts'
import { count, distance, namedProbability, plural, written } from '../report/format.ts'
import type { DriftDetails } from '../schema/drift-details.ts'
import { type Check, makeCheck } from '../schema/result.ts'
import { blocksNeeded } from './block-permutation.ts'
import { eras } from './era.ts'
import { commonBlocks, type Tested, type Untested } from './examine.ts'
import { type Finding, findings, type Levels } from './findings.ts'
import { metricName } from './metric-table.ts'
import { rateChange, rateRatio } from './rate-ratio.ts'
import { type Certainty, type DriftState, rowsToDecide, shiftState, sizeOf } from './shift.ts'
import { summarise } from './summary.ts'
import { rateLimits } from './thresholds.ts'

export interface Judging {
  readonly policy: Policy
  /** on a pull request: a fail becomes a warn unless its limit was written */
  readonly capAtWarn: boolean
}

export interface Judged {
  readonly checks: readonly Check[]
  readonly row: DriftDetails['columns'][number]
}

/** @param levels p-values that findings need; `rates`: columns whose rate is asked, which share one level */
export function testedColumn(judging: Judging, one: Tested, sure: Certainty, levels: Levels & { readonly rates: number }): Judged {
  const { asked, told, shift, rates, subject, limits, unit, excess, trend } = one
  const state = shiftState(shift, sure, limits, one.blind !== null)
  const summary = summarise(one.reference, one.current, one.cells, rates)
  const { maxChange, maxRatio, raw = false } = subject.rule?.rule ?? {}
  const ratio = maxRatio ?? (subject.family === 'features' ? undefined : rateLimits)
  const byRate = [
    {
      name: 'rate_ratio',
      unit: 'ratio',
      written: maxRatio,
      finding: rates && ratio ? rateRatio(rates, ratio, { raw, asked: levels.rates, era: subject.era }) : null,
    },
    {
      name: 'rate_change',
      unit: 'share',
      written: maxChange,
      finding: rates && maxChange ? rateChange(rates, maxChange, { raw, asked: levels.rates, era: subject.era }) : null,
    },
  ]
  return {
    checks: [
      shiftCheck(judging, one, sure, state, summary),
      ...findings({ ...asked, shift, told, counted: one.current, era: subject.era, metric: limits.metric }, levels).map(
        ({ question, finding }) => findingCheck(judging, one, question, finding, false),
      ),
      ...byRate.flatMap(({ finding, written: limit, ...check }) =>
        finding === null ? [] : [findingCheck(judging, one, check, finding, limit?.fail !== undefined)],
      ),
    ],
    row: {
      ...rowOf(one),
      state,
      js: shift.js,
      p: shift.p,
      q: sure.q,
      summary,
      companions: { ...shift.companions, ...(unit === 'blocks' && { design_effect: excess }), ...distinctRatio(one) },
      unit,
      ...(trend && { trend: [...trend] }),
    },
  }
}

/** Different values now for each one at training: of labels, where both sides know how many. */
function distinctRatio({ reference, current }: Tested): { readonly distinct_ratio?: number } {
  const [before, now] = [reference, current].map(({ categories }) => categories?.distinct ?? null)
  return before == null || now == null || before === 0 ? {} : { distinct_ratio: now / before }
}

const rowOf = ({ subject, reference, current }: Tested | Untested) => ({
  column: subject.name,
  family: subject.family,
  kind: reference.kind,
  n_reference: reference.n,
  n_current: current.n,
})

/** Not tested is a skip, except where it could not be: another type than in the reference is a finding of its own. */
export function untestedColumn({ policy, capAtWarn }: Judging, one: Untested): Judged {
  const { current, state, because, subject } = one
  const check = makeCheck({
    id: `drift.${state === 'fail' ? 'type' : 'shift'}:${subject.name}`,
    status: state,
    effect: effect(state, capAtWarn ? 'warn' : 'fail', policy),
    column: subject.name,
    n: current.n,
    message: `${subject.name} ${state === 'fail' ? 'cannot be compared' : 'was not tested'}: ${because}`,
    fix: state === 'fail' ? `Bring the column in the type it had ${eras[subject.era].at}.` : null,
  })
  return { checks: [check], row: { ...rowOf(one), state, js: null, p: null, q: null, summary: because, companions: {} } }
}

const statusOf: Readonly<Record<DriftState, 'fail' | 'warn' | 'pass' | 'inconclusive' | 'skipped'>> = {
  fail: 'fail',
  warn: 'warn',
  immaterial: 'pass',
  inconclusive: 'inconclusive',
  ok: 'pass',
  skipped: 'skipped',
}

function shiftCheck({ policy, capAtWarn }: Judging, one: Tested, sure: Certainty, state: DriftState, summary: string): Check {
  const { subject, current, shift, limits } = one
  const status = statusOf[state]
  const limit = (state === 'fail' ? limits.fail : (limits.warn ?? limits.fail)) ?? null
  const severity: Severity = capAtWarn && !limits.written ? 'warn' : 'fail'
  const size = sizeOf(shift, limits)
  const decided = state === 'fail' ? sure.fail : sure.warn
  const level = state === 'fail' ? sure.levels.fail : sure.levels.warn
  const metric = metricName(limits.metric, limits.raw)
  const said = `${metric} ${distance(size, limit === null ? [] : [limit])} (limit ${written(limit)}), ${namedProbability('q', decided, [level])}, ${rowsOf(one)}`
  return makeCheck({
    id: `drift.shift:${subject.name}`,
    status,
    effect: effect(status, severity, policy),
    column: subject.name,
    metric: limits.metric,
    unit: metric,
    limit_kind: 'shift',
    observed: size,
    limit,
    p_value: decided,
    n: current.n,
    // what happened, in the column's own units, or why nobody knows, before how it was measured
    message: `${subject.name} ${verbs[state]}: ${state === 'inconclusive' ? `${whatWouldDecide(one, sure)}. ${capital(summary)}` : summary}. ${said}`,
    fix: status === 'fail' || status === 'warn' ? shiftFix(one, size ?? 0) : null,
  })
}

const verbs: Readonly<Record<DriftState, string>> = {
  fail: 'moved',
  warn: 'moved',
  immaterial: 'moved by less than matters',
  inconclusive: 'is not decided',
  ok: 'did not move',
  skipped: 'was not tested',
}

/** What the certainty rests on. */
function rowsOf({ reference, current, unit, subject, asked, shift }: Tested): string {
  const rows = `${plural(current.n, 'row')} against ${count(reference.n)}`
  if (unit === 'weights') return `${rows}, weighted (worth ${count(asked.current.n)} and ${count(asked.reference.n)})`
  const blocks = unit === 'blocks' ? commonBlocks(subject.reference, subject.current) : null
  if (blocks === null) return rows
  const cut = blocks.by === 'group' ? 'blocks of groups' : `blocks of ${blocks.unit}`
  return `${rows}, in ${cut} (${blocks.current} against ${blocks.reference}${shift.capped ? ': so few warn at most' : ''})`
}

const capital = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`

function whatWouldDecide({ shift, limits, subject, excess, blind }: Tested, sure: Certainty): string {
  const limit = written(limits.fail ?? limits.warn ?? null)
  const metric = metricName(limits.metric, limits.raw)
  const blocks = commonBlocks(subject.reference, subject.current)
  if (sure.least > sure.levels.warn && blocks !== null) {
    const needed = blocksNeeded(Math.max(blocks.reference, blocks.current), (sure.levels.warn * shift.smallest) / sure.least)
    const fewer = Math.min(blocks.reference, blocks.current)
    return `${plural(fewer, 'block')} cannot be certain enough: ${needed === null ? 'more on both sides are' : `${count(needed)} on that side would be`} needed`
  }
  if (blind === 'rows')
    return 'no value has rows enough to be told from the others, so that nothing says what became of them; more rows of each would'
  if (blind === 'blocks')
    return 'no value has rows enough to be told from the others block by block, so that blocks say nothing; `drift: {blocks: rows}` compares rows, as if none depended on another'
  const size = sizeOf(shift, limits) ?? 0
  if (size >= (limits.warn ?? limits.fail ?? 1)) return 'it is not certain enough that this lies beyond the limit; more rows would decide'
  const rows = count(Math.ceil(rowsToDecide(shift, limits) * excess))
  return `too few rows (${rows} on each side would show ${metric} ${limit})`
}

/** The exact YAML that would accept what was seen. */
function shiftFix({ subject, limits }: Tested, size: number): string {
  const step = Math.ceil(size * 20 + 1e-9) / 20
  const endless = limits.metric === 'psi' || limits.metric === 'wasserstein'
  // nothing lies beyond 1: no limit there would let it pass
  const other = !endless && step >= 1
  const metric = limits.metric === 'js' ? '' : `metric: ${limits.metric}, `
  const raw = limits.raw ? 'raw: true, ' : ''
  const rule = other ? '{ignore: true}' : `{${metric}${raw}shift: {warn: ${step}}}`
  const advice = other ? 'Look for what fills this column now: hardly a row is where it was' : 'Train on newer data'
  return `${advice}; or, if this is expected, in modelgate.yml: \`drift: {columns: {${JSON.stringify(subject.name)}: ${rule}}}\``
}

/** @param meant the fail limit was written: it counts on a pull request too */
function findingCheck(
  { policy, capAtWarn }: Judging,
  { subject, current }: Tested,
  { name, unit }: { readonly name: string; readonly unit: string },
  finding: Finding,
  meant: boolean,
): Check {
  const { severity } = finding
  return makeCheck({
    id: `drift.${name}:${subject.name}`,
    status: severity,
    effect: effect(severity, capAtWarn && !meant ? 'warn' : 'fail', policy),
    column: subject.name,
    metric: name,
    unit,
    limit_kind: name,
    observed: finding.observed,
    baseline: finding.baseline,
    delta: finding.baseline === null ? null : finding.observed - finding.baseline,
    limit: finding.limit,
    p_value: finding.p,
    n: current.n,
    message: `${subject.name} ${finding.says}`,
    fix: finding.fix,
  })
}
