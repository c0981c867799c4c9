/** Findings → the checks of a result: one per expectation, whatever the number of tables it was judged on; the worst of them gives the figures. */
import { effect, type Policy } from '../gate/fold.ts'
import { count, written } from '../report/format.ts'
import type { Expectation } from '../schema/config.ts'
import { type Check, makeCheck } from '../schema/result.ts'
import { proportionInterval } from '../stats/proportion.ts'
import type { Finding } from './plan.ts'
import { findCheck } from './table.ts'

const worse: Readonly<Record<Finding['status'], number>> = { fail: 2, pass: 1, skipped: 0 }
const share = ({ broken, judged }: Finding) => (broken === null || judged === null || judged === 0 ? 0 : broken / judged)

export const checkId = ({ check, column }: Expectation): string => (column === null ? `validate.${check}` : `validate.${check}:${column}`)

/** @param findings of one expectation, one per table, at least one */
export function toCheck(findings: readonly Finding[], policy: Policy): Check {
  const [worst] = findings.toSorted((a, b) => worse[b.status] - worse[a.status] || share(b) - share(a))
  if (worst === undefined) throw new RangeError('an expectation without a finding')
  const { expectation, status, judged, broken, limit } = worst
  const entry = findCheck(expectation.check)
  const failed = findings.filter((finding) => finding.status === 'fail')
  const inShares = limit?.unit === 'share'
  return makeCheck({
    id: checkId(expectation),
    status,
    effect: effect(status, expectation.severity, policy),
    column: expectation.column,
    unit: limit?.unit ?? null,
    limit_kind: limit?.kind ?? null,
    limit: limit?.value ?? null,
    observed: inShares ? share(worst) : (broken ?? worst.observed),
    interval: inShares && judged !== null && broken !== null && judged > 0 ? [...proportionInterval(broken, judged, 0.975).bounds] : null,
    level: inShares && judged !== null && judged > 0 ? 0.95 : null,
    tail: inShares && judged !== null && judged > 0 ? 'two-sided' : null,
    n: judged,
    message:
      failed.length > 0
        ? failed.map((finding) => `${finding.role}: ${sentence(finding)}`).join('; ')
        : [`${sentence(worst)} (${rolesOf(findings, status)})`, ...(status === 'pass' ? notJudged(findings) : [])].join('; '),
    fix: status === 'fail' ? (entry?.fix ?? null) : null,
  })
}

const rolesOf = (findings: readonly Finding[], status: Finding['status']): string =>
  findings.flatMap((finding) => (finding.status === status ? [finding.role] : [])).join(', ')

const notJudged = (findings: readonly Finding[]): readonly string[] =>
  findings.flatMap((finding) => (finding.status === 'skipped' ? [`${finding.role}: ${finding.says}`] : []))

function sentence({ expectation, judged, broken, first, limit, says, status }: Finding): string {
  if (judged === null || broken === null) return says
  const { column } = expectation
  const what = column === null ? says : `values of ${column} ${says}`
  const of = `${count(broken)} of ${count(judged)} ${what}`
  if (status !== 'fail') return of
  const allowed =
    limit === null || limit.value === 0 ? '' : ` (limit ${limit.unit === 'share' ? `${written(limit.value * 100)} %` : count(limit.value)})`
  return `${of}${allowed}${first === null ? '' : `, first in row ${count(first)}`}`
}
