/** What a log says of one result, on a terminal as in a step. */

import { keysOf } from '../collections.ts'
import type { Verdict } from '../gate/fold.ts'
import type { Check, StageResult } from '../schema/result.ts'
import { blockLines } from './escape.ts'
import { dueOf } from './findings.ts'
import { grouped } from './fixes.ts'
import { plural } from './format.ts'
import { statisticsIn } from './statistics-words.ts'
import { plain } from './text.ts'

export interface LogLine {
  readonly effect: Verdict
  readonly id: string
  readonly message: string
  /** what to do about it and about those before it without one: a sentence, and what there is to paste below it */
  readonly fix: readonly string[]
}

/** What is due, worst first. Checks that wait for the same baseline are one line; the verdicts of models are the outcome itself. */
export const dueLines = (result: StageResult): readonly LogLine[] =>
  grouped(dueOf(result).filter(({ id }) => !isVerdict(id))).flatMap(({ findings, fix }) =>
    findings.map(({ effect, id, text, message, merged }, at) => ({
      effect,
      id: merged ? result.stage : id,
      message: merged ? plain(text) : message,
      fix: fix === null || at < findings.length - 1 ? [] : [fix.sentence, ...(fix.block === null ? [] : blockLines(fix.block))],
    })),
  )

/** What the statistics in these lines are, for whoever meets them the first time; empty where there are none. */
export const explained = (lines: readonly LogLine[]): string => statisticsIn(lines.map(({ message }) => message))

/** How many checks came to what. What decided nothing is counted as that, whatever the policy made of it, and never as passed. */
export function outcomeWords(result: StageResult): string {
  if (result.verdict === 'skipped') return skippedWords(result)
  if (result.stage === 'gate') return verdictsOf(result)
  const kinds = result.checks.map(outcomeOf)
  const counted = (kind: Kind) => kinds.filter((each) => each === kind).length
  const others = keysOf(kindWords).filter((kind) => kind !== 'pass' && counted(kind) > 0)
  return [
    `${counted('pass')} of ${plural(kinds.length, 'check')} passed`,
    ...others.map((kind) => `${counted(kind)} ${kindWords[kind]}`),
    ...(changes.has(result.stage) ? result.checks.filter(({ status }) => status === 'pass').map(({ message }) => message) : []),
  ].join(', ')
}

const kindWords = {
  pass: 'passed',
  error: 'could not be decided',
  fail: 'failed',
  warn: 'warned',
  inconclusive: 'undecided',
  'no-baseline': 'without a baseline',
  'not-comparable': 'not comparable with the baseline',
  waived: 'waived',
  skipped: 'skipped',
} as const
type Kind = keyof typeof kindWords

function outcomeOf({ status, effect, waived }: Check): Kind {
  switch (status) {
    case 'inconclusive':
    case 'no-baseline':
    case 'not-comparable':
    case 'skipped':
      return status
    case 'pass':
    case 'warn':
    case 'fail':
    case 'error':
      return waived === undefined ? effect : 'waived'
  }
}

/** The gate judges models: theirs are its outcomes. */
const verdictsOf = ({ checks }: StageResult): string =>
  checks.flatMap(({ id, message }) => (isVerdict(id) ? [message] : [])).join(', ') || 'no model was judged'

const isVerdict = (id: string): boolean => id.startsWith('gate.verdict:')

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
