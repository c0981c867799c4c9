/** A report of another tool → checks of ours, one each. */
import { effect, type Policy } from '../gate/fold.ts'
import { count, plural } from '../report/format.ts'
import { type Check, makeCheck } from '../schema/result.ts'
import type { ForeignCheck } from './report.ts'
import { readReport } from './table.ts'

export const mostChecks = 2000

export interface Asked {
  /** as the config says it */
  readonly path: string
  readonly severity: 'warn' | 'fail'
}

const idOf = (path: string) => `validate.results:${path}`

/** What keeps a file from being judged is an error: a check that another tool made is never taken for passed. */
export const resultsTrouble = ({ path }: Pick<Asked, 'path'>, code: string, why: string, fix: string): Check =>
  makeCheck({ id: idOf(path), status: 'error', effect: 'error', message: `${code}: ${path} ${why}`, fix })

/** @param text null: there is no such file */
export function foreignChecks(asked: Asked, text: string | null, policy: Policy): readonly Check[] {
  const { path } = asked
  if (text === null)
    return [
      resultsTrouble(
        asked,
        'RESULTS_MISSING',
        'is not there',
        'let the other tool write it before validate runs, or correct expect.results',
      ),
    ]
  const found = readReport(text)
  if (found === null)
    return [
      resultsTrouble(
        asked,
        'RESULTS_UNREADABLE',
        'is no report that is known here',
        'see docs/validate.md, Checks of other tools, for the files that are read',
      ),
    ]
  const { tool, read } = found
  if (read.kind === 'unreadable')
    return [resultsTrouble(asked, 'RESULTS_UNREADABLE', `looks like ${tool}, but ${read.why}`, 'write it again')]
  const { checks, passed } = read
  if (checks.length === 0)
    return [
      resultsTrouble(asked, 'RESULTS_EMPTY', `(${tool}) holds no check`, 'nothing was checked: see why the other tool found nothing to do'),
    ]
  if (checks.length > mostChecks)
    return [
      resultsTrouble(
        asked,
        'RESULTS_TOO_MANY',
        `(${tool}) holds ${plural(checks.length, 'check')}, and ${count(mostChecks)} is the most`,
        'split the suite',
      ),
    ]
  const twins = new Map<string, number>()
  const judged = checks.map((check, index) => {
    const subject = [check.name ?? `check ${index + 1}`, ...(check.column === null ? [] : [check.column])].join(':')
    const before = twins.get(subject) ?? 0
    twins.set(subject, before + 1)
    return checkOf(asked, tool, check, `${idOf(path)}/${subject}${before === 0 ? '' : ` (${before + 1})`}`, index, policy)
  })
  const contradicts = passed === false && checks.every(({ status }) => status === 'pass' || status === 'skipped')
  if (contradicts)
    return [
      ...judged,
      resultsTrouble(
        asked,
        'RESULTS_FAILED',
        `(${tool}) says that it failed, and none of its checks did`,
        `see what ${tool} said of this run`,
      ),
    ]
  if (judged.every(({ status }) => status === 'skipped'))
    return [
      ...judged,
      resultsTrouble(asked, 'RESULTS_EMPTY', `(${tool}) holds no check that judged anything`, `see why ${tool} skipped all of them`),
    ]
  return judged
}

function checkOf({ path, severity }: Asked, tool: string, check: ForeignCheck, id: string, index: number, policy: Policy): Check {
  const { name, column, warns, judged, broken } = check
  // kept by all of no rows
  const status = check.status === 'pass' && judged === 0 ? 'skipped' : check.status
  const what = `${name ?? `check ${index + 1}`}${column === null ? '' : ` of ${column}`}`
  const counted =
    broken === null
      ? ''
      : judged === null
        ? `: ${plural(broken, 'row')}`
        : `: ${count(broken)} of ${count(judged)} ${judged === 1 ? 'value' : 'values'}`
  const words = {
    pass: `${what} holds`,
    fail: `${what} does not hold${counted}`,
    error: `${what} could not be computed`,
    skipped: check.status === 'pass' ? `${what} had no rows to judge` : `${what} was skipped`,
  }
  return makeCheck({
    id,
    status,
    effect: effect(status, warns ? 'warn' : severity, policy),
    column,
    observed: broken,
    n: judged,
    message: `${path} (${tool}): ${words[status]}`,
    fix: status === 'fail' || status === 'error' ? `see what ${tool} says in ${path}` : null,
  })
}
