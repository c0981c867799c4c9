/**
 * The drift gate: the training profile of a model against what it meets today, column by column.
 * A column fails only when the change is certain (p adjusted over its family) and large enough to matter (JS*): never on one of them.
 */
import { effect, type Policy, type Severity } from '../gate/fold.ts'
import { count, figure, probability, written } from '../report/format.ts'
import type { DriftColumn } from '../schema/config.ts'
import type { DriftDetails } from '../schema/details.ts'
import type { ColumnProfile, ProfileKind, TableProfile } from '../schema/profile.ts'
import { type Check, makeCheck } from '../schema/result.ts'
import { benjaminiHochberg } from '../stats/multiplicity.ts'
import { type ColumnCells, columnCells, missing } from './column-cells.ts'
import { type Finding, questions } from './findings.ts'
import { positiveRates, type Rates, rateRatio } from './rate-ratio.ts'
import { type DriftState, measureShift, rowsToDecide, type Shift, shiftState } from './shift.ts'
import { summarise } from './summary.ts'
import { type Family, families, minRows, type ShiftLimits, shiftLimits } from './thresholds.ts'

export interface DriftInput {
  readonly reference: TableProfile
  readonly current: TableProfile
  readonly target: string | null
  readonly positive: string | number | boolean | null
  /** the model's columns; null: every column of the reference that is not left out */
  readonly features: readonly string[] | null
  /** names rows, orders or weighs them: never a feature */
  readonly leaveOut: readonly string[]
  readonly columns: Readonly<Record<string, DriftColumn>>
  /** what the model said of its holdout and what it says of the current rows, as tables of their own; or why there are none */
  readonly predictions?:
    | { readonly kind: 'found'; readonly reference: TableProfile; readonly current: TableProfile; readonly from: string }
    | { readonly kind: 'none'; readonly because: string }
  readonly policy: Policy
  /** on a pull request: a fail becomes a warn unless its limit was written */
  readonly capAtWarn: boolean
}

export interface DriftJudgement {
  readonly checks: Check[]
  readonly sameData: boolean
  readonly columns: DriftDetails['columns']
}

/** Kinds whose values move by their nature; why they are not tested. */
const untested: Readonly<Partial<Record<ProfileKind, string>>> = {
  datetime: 'time moves on by itself',
  identifier: 'identifiers differ by their nature',
  text: 'text is not compared yet',
}

interface Tested {
  readonly reference: ColumnProfile
  readonly current: ColumnProfile
  readonly family: Family
  readonly cells: ColumnCells
  readonly shift: Shift
  readonly limits: ShiftLimits
  readonly rates: Rates | null
}
interface Untested {
  readonly reference: ColumnProfile
  readonly current: ColumnProfile
  readonly family: Family
  readonly state: 'skipped' | 'fail'
  readonly because: string
}

export function judgeDrift(input: DriftInput): DriftJudgement {
  if (input.reference.fingerprint === input.current.fingerprint) return sameData(input)
  const found = subjects(input).map(({ name, family }) => examine(input, name, family))
  const tested = found.filter((one): one is Tested => 'shift' in one)
  const adjusted = new Map<Tested, number>()
  for (const family of families) {
    const members = tested.filter((one) => one.family === family)
    const q = benjaminiHochberg(members.map(({ shift }) => shift.p))
    for (const [i, member] of members.entries()) adjusted.set(member, q[i] ?? 1)
  }
  const judged = found.map((one) => ('shift' in one ? judgeColumn(input, one, adjusted.get(one) ?? 1) : untestedColumn(input, one)))
  return { checks: judged.flatMap(({ checks }) => checks), columns: judged.map(({ row }) => row), sameData: false }
}

function sameData({ current }: DriftInput): DriftJudgement {
  const message = `Current and reference are the same ${count(current.rows)} rows: whether the data moved was not looked at.`
  const fix = 'Point data.current at what the model meets today.'
  return {
    checks: [makeCheck({ id: 'drift.same_data', status: 'skipped', effect: 'skipped', n: current.rows, message, fix })],
    columns: [],
    sameData: true,
  }
}

/** Columns whose drift has a limit of its own. */
export const limitedColumns = (columns: Readonly<Record<string, DriftColumn>>): readonly string[] =>
  Object.entries(columns).flatMap(([name, { shift }]) => (shift === undefined ? [] : [name]))

/** Which columns are looked at, features first. A column with a limit of its own is asked for, whatever else is said of it. */
function subjects({ reference, current, target, features, leaveOut, columns }: DriftInput): { name: string; family: Family }[] {
  const out = new Set([...leaveOut, ...(target === null ? [] : [target])])
  const usual = features ?? reference.columns.map(({ name }) => name).filter((name) => !out.has(name))
  const names = [...new Set([...usual, ...limitedColumns(columns).filter((name) => name !== target)])]
  const labelled = target !== null && [reference, current].every((table) => table.columns.some(({ name }) => name === target))
  return [
    ...names.map((name) => ({ name, family: 'features' as const })),
    ...(labelled ? [{ name: target, family: 'labels' as const }] : []),
  ]
}

function examine(input: DriftInput, name: string, family: Family): Tested | Untested {
  const reference = columnOf(input.reference, name)
  const current = columnOf(input.current, name)
  const skipped = (because: string): Untested => ({ reference, current, family, state: 'skipped', because })
  const override = Object.hasOwn(input.columns, name) ? input.columns[name] : undefined
  if (override?.ignore === true) return skipped('the config says to ignore it')
  const reason = untested[reference.kind]
  if (reason !== undefined) return skipped(reason)
  if (missing(reference) === reference.n) return skipped('training had no value in it')
  const fewer = Math.min(reference.n, current.n)
  if (fewer < minRows) return skipped(`${count(fewer)} rows are too few, ${count(minRows)} on each side are needed`)
  const cells = columnCells(reference, current)
  if (cells === null) return { ...skipped(`its type changed from ${reference.type} to ${current.type}`), state: 'fail' }
  const shift = measureShift(reference, current, cells)
  const rates = family === 'features' ? null : positiveRates(reference, current, input.positive)
  return { reference, current, family, cells, shift, limits: shiftLimits(family, override), rates }
}

/** @throws RangeError when a profile lacks it: the stage has made sure of that before */
function columnOf(table: TableProfile, name: string): ColumnProfile {
  const column = table.columns.find((one) => one.name === name)
  if (column === undefined) throw new RangeError(`the profile of ${table.role} has no column ${name}`)
  return column
}

function judgeColumn(input: DriftInput, one: Tested, q: number): { checks: Check[]; row: DriftDetails['columns'][number] } {
  const { reference, current, shift, rates } = one
  const state = shiftState(shift, q, one.limits)
  const summary = summarise(reference, current, one.cells, rates)
  const found = [
    ...questions.map((question) => ({ name: question.name, unit: question.unit, finding: question.ask(one) })),
    { name: 'rate_ratio', unit: 'ratio', finding: rates === null ? null : rateRatio(rates) },
  ]
  return {
    checks: [
      shiftCheck(input, one, q, state, summary),
      ...found.flatMap(({ name, unit, finding }) => (finding === null ? [] : [findingCheck(input, one, name, unit, finding)])),
    ],
    row: { ...rowOf(one), state, js: shift.js, p: shift.p, q, summary, companions: { ...shift.companions } },
  }
}

const rowOf = ({ reference, current, family }: Tested | Untested) => ({
  column: reference.name,
  family,
  kind: reference.kind,
  n_reference: reference.n,
  n_current: current.n,
})

/** Not tested is a skip, except where it could not be: another type than at training is a finding of its own. */
function untestedColumn({ policy, capAtWarn }: DriftInput, one: Untested): { checks: Check[]; row: DriftDetails['columns'][number] } {
  const { reference, current, state, because } = one
  const column = reference.name
  const check = makeCheck({
    id: `drift.${state === 'fail' ? 'type' : 'shift'}:${column}`,
    status: state,
    effect: effect(state, capAtWarn ? 'warn' : 'fail', policy),
    column,
    n: current.n,
    message: `${column} ${state === 'fail' ? 'cannot be compared' : 'was not tested'}: ${because}`,
    fix: state === 'fail' ? 'Bring the column in the type it had at training.' : null,
  })
  return { checks: [check], row: { ...rowOf(one), state, js: null, p: null, q: null, summary: because, companions: {} } }
}

const statusOf: Readonly<Record<Exclude<DriftState, 'skipped'>, 'fail' | 'warn' | 'pass' | 'inconclusive'>> = {
  fail: 'fail',
  warn: 'warn',
  immaterial: 'pass',
  inconclusive: 'inconclusive',
  ok: 'pass',
}

function shiftCheck({ policy, capAtWarn }: DriftInput, one: Tested, q: number, state: DriftState, summary: string): Check {
  const { reference, current, shift, limits } = one
  const status = state === 'skipped' ? 'skipped' : statusOf[state]
  const limit = (state === 'fail' ? limits.fail : (limits.warn ?? limits.fail)) ?? null
  const severity: Severity = capAtWarn && !limits.written ? 'warn' : 'fail'
  const size = `JS* ${figure(shift.js, limit === null ? [] : [limit])} (limit ${written(limit)}), q ${probability(q).replace(/^(?=\d)/, '= ')}`
  const rows = `${count(current.n)} rows against ${count(reference.n)}`
  return makeCheck({
    id: `drift.shift:${reference.name}`,
    status,
    effect: effect(status, severity, policy),
    column: reference.name,
    metric: 'js',
    unit: 'JS*',
    limit_kind: 'shift',
    observed: shift.js,
    limit,
    p_value: q,
    n: current.n,
    message: `${reference.name} ${verbs[state]}: ${size}, ${rows}; ${summary}${state === 'inconclusive' ? `. ${rowsToSay(shift, limits)}` : ''}`,
    fix: status === 'fail' || status === 'warn' ? shiftFix(reference.name, shift.js) : null,
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

const rowsToSay = (shift: Shift, limits: ShiftLimits) =>
  `So few rows cannot show JS* ${written(limits.fail ?? limits.warn ?? null)}; ${count(rowsToDecide(shift, limits))} on each side would`

/** The exact YAML that would accept what was seen. */
function shiftFix(column: string, js: number): string {
  const room = Math.min(1, Math.ceil(js * 20 + 1e-9) / 20)
  return `Train on newer data; or, if this is expected: drift: {columns: {${JSON.stringify(column)}: {shift: {warn: ${room}}}}}`
}

function findingCheck({ policy, capAtWarn }: DriftInput, one: Tested, name: string, unit: string, finding: Finding): Check {
  const { severity } = finding
  const column = one.reference.name
  return makeCheck({
    id: `drift.${name}:${column}`,
    status: severity,
    effect: effect(severity, capAtWarn ? 'warn' : 'fail', policy),
    column,
    metric: name,
    unit,
    limit_kind: name,
    observed: finding.observed,
    baseline: finding.baseline,
    delta: finding.baseline === null ? null : finding.observed - finding.baseline,
    limit: finding.limit,
    p_value: finding.p,
    n: one.current.n,
    message: `${column} ${finding.says}`,
    fix: finding.fix,
  })
}
