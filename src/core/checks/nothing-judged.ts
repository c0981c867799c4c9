/** A contract that judged nothing does not hold: where every check of it was skipped on every table, that is said, and is never green. */
import { plural } from '../report/format.ts'
import type { Expectation } from '../schema/config.ts'
import { type Check, makeCheck } from '../schema/result.ts'
import type { Finding } from './finding.ts'
import { checkId } from './report.ts'

/** Checks that are told one by one. */
const mostTold = 3

/**
 * @param written what `expect` says. That a column is there, which it says by naming one, is no judgement of what stands in it
 * @param findings of each, one a table; without any, its table could not be read, which is an error of its own
 * @returns null where something was judged, or nothing is asked for. A warning, where each of the checks is no more than that
 */
export function nothingJudged(written: readonly Expectation[], findings: ReadonlyMap<Expectation, readonly Finding[]>): Check | null {
  const asked = written.filter(({ check }) => check !== 'exists')
  const found = asked.flatMap((expectation) => findings.get(expectation) ?? [])
  if (found.length === 0 || found.some(({ status }) => status !== 'skipped')) return null
  const status = asked.every(({ severity }) => severity === 'warn') ? 'warn' : 'error'
  const told = asked.slice(0, mostTold).map((expectation) => `${checkId(expectation)}: ${findings.get(expectation)?.[0]?.says ?? ''}`)
  const rest = asked.length > told.length ? `; and ${asked.length - told.length} more` : ''
  const all = asked.length === 1 ? 'the only check of expect was' : `all ${plural(asked.length, 'check')} of expect were`
  return makeCheck({
    id: 'validate.nothing_judged',
    status,
    effect: status,
    names: asked.flatMap(({ column }) => column ?? []),
    message: `NOTHING_JUDGED: ${all} skipped, so nothing says that the data is sound (${told.join('; ')}${rest})`,
    fix: 'correct the `where` or the data, so that there are rows to judge; or take out what can never be judged',
  })
}
