/** Findings → the checks of a result: one per expectation, whatever the number of tables it was judged on; the worst of them gives the figures. */
import { effect, type Policy } from '../gate/fold.ts'
import { count, plural, verb, written } from '../report/format.ts'
import type { Expectation } from '../schema/config.ts'
import { type Check, makeCheck } from '../schema/result.ts'
import { proportionInterval } from '../stats/proportion.ts'
import type { Finding } from './finding.ts'
import { findCheck } from './table.ts'

const worse: Readonly<Record<Finding['status'], number>> = { error: 4, fail: 3, inconclusive: 2, pass: 1, skipped: 0 }
const share = ({ broken, judged }: Finding) => (broken === null || judged === null || judged === 0 ? 0 : broken / judged)

/** `validate.<check>:<name, else column>`: two of a config never have the same. */
export function checkId({ check, column, name = null }: Pick<Expectation, 'check' | 'column' | 'name'>): string {
  const subject = name ?? column
  return subject === null ? `validate.${check}` : `validate.${check}:${subject}`
}

/** @param findings of one expectation, one per table, at least one */
export function toCheck(findings: readonly Finding[], policy: Policy): Check {
  const [worst] = findings.toSorted((a, b) => worse[b.status] - worse[a.status] || share(b) - share(a))
  if (worst === undefined) throw new RangeError('an expectation without a finding')
  const { expectation, status, judged, broken, limit } = worst
  const entry = findCheck(expectation.check)
  const bad = findings.filter((finding) => finding.status === 'fail' || finding.status === 'error')
  const message =
    bad.length > 0
      ? bad.map((finding) => `${finding.role}: ${sentence(finding)}`).join('; ')
      : [`${sentence(worst)} (${rolesOf(findings, status)})`, ...(status === 'pass' ? notJudged(findings) : [])].join('; ')
  const names = [...new Set(findings.flatMap((finding) => finding.names ?? []))].filter((name) => message.includes(name))
  return makeCheck({
    id: checkId(expectation),
    status,
    effect: effect(status, expectation.severity, policy),
    column: expectation.column,
    unit: limit?.unit ?? null,
    limit_kind: limit?.kind ?? null,
    limit: limit?.value ?? null,
    observed: limit?.unit === 'share' ? (worst.observed ?? share(worst)) : (worst.observed ?? broken),
    ...intervalOf(worst),
    p_value: worst.p ?? null,
    n: judged,
    ...(names.length === 0 ? {} : { names }),
    message,
    fix:
      status === 'error'
        ? (worst.fix ?? 'correct the condition in the config')
        : status === 'fail'
          ? (worst.fix ?? entry?.fix ?? null)
          : null,
  })
}

/** Of the part or number of rows that broke the rule: Wilson's, or the exact one where they are few. Of another figure what its judge gives. */
function intervalOf({ limit, judged, broken, interval }: Finding): Pick<Check, 'interval' | 'level' | 'tail'> {
  if (interval) return { interval: [...interval.bounds], level: interval.level, tail: interval.tail }
  const counts = limit?.unit === 'share' || limit?.unit === 'rows'
  if (!counts || judged === null || broken === null || judged === 0 || broken > judged) return { interval: null, level: null, tail: null }
  const rows = limit.unit === 'rows' ? judged : 1
  const [lower, upper] = proportionInterval(broken, judged, 0.975).bounds
  return { interval: [lower * rows, upper * rows], level: 0.95, tail: 'two-sided' }
}

const rolesOf = (findings: readonly Finding[], status: Finding['status']): string =>
  findings.flatMap((finding) => (finding.status === status ? [finding.role] : [])).join(', ')

const notJudged = (findings: readonly Finding[]): readonly string[] =>
  findings.flatMap((finding) => (finding.status === 'skipped' ? [`${finding.role}: ${finding.says}`] : []))

function sentence({ expectation, judged, broken, first, limit, says, status, whole }: Finding): string {
  if (whole === true || judged === null || broken === null) return says
  const { column, where = null } = expectation
  const of = `${count(broken)} of ${column === null ? plural(judged, 'row') : `${plural(judged, 'value')} of ${column}`} ${verb(judged, says)}${where === null ? '' : ', of the rows asked for'}`
  if (status !== 'fail') return of
  const allowed =
    limit === null || limit.value === 0 ? '' : ` (limit ${limit.unit === 'share' ? `${written(limit.value * 100)} %` : count(limit.value)})`
  return `${of}${allowed}${first === null ? '' : `, first in row ${count(first)}`}`
}
