/** What a log says of one result, on a terminal as in a step. */

import type { Verdict } from '../gate/fold.ts'
import type { Check, StageResult } from '../schema/result.ts'
import { dueOf } from './findings.ts'
import { plural } from './format.ts'
import { plain } from './text.ts'

export interface LogLine {
  readonly effect: Verdict
  readonly id: string
  readonly message: string
  readonly fix: string | null
}

/** What is due. Checks that wait for the same baseline are one line. */
export const dueLines = (result: StageResult): readonly LogLine[] =>
  dueOf(result).map(({ effect, id, text, message, fix, merged }) => ({
    effect,
    id: merged ? result.stage : id,
    message: merged ? plain(text) : message,
    fix,
  }))

/** Passed by their status: a check that too few rows left open is counted as what it is. */
export function outcomeWords(result: StageResult): string {
  if (result.verdict === 'skipped') return skippedWords(result)
  const counted = (status: Check['status']) => result.checks.filter((check) => check.status === status).length
  const open = (['inconclusive', 'no-baseline', 'not-comparable', 'skipped'] as const)
    .map((status) => ({ status, count: counted(status) }))
    .filter(({ count }) => count > 0)
  return [
    `${counted('pass')} of ${plural(result.checks.length, 'check')} passed`,
    ...open.map(({ status, count }) => `${count} ${status}`),
    ...(changes.has(result.stage) ? result.checks.filter(({ status }) => status === 'pass').map(({ message }) => message) : []),
  ].join(', ')
}

/** What they did is what they are run for, and stands in their checks. */
const changes: ReadonlySet<StageResult['stage']> = new Set(['promote', 'rollback'])

/** Why a result is `skipped`: its own reason, or that of its checks. */
export function skippedWords({ because, checks }: StageResult): string {
  if (because !== null) return because
  const [first, ...others] = checks
  if (first === undefined) return 'no reason given'
  // one that is no skip itself speaks for all that are
  return others.length === 0 || first.status !== 'skipped' ? first.message : `${first.message}; and ${others.length} more`
}
