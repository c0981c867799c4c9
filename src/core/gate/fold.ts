/** Checks → verdict → exit code. The only place where that is decided. */

export const verdicts = ['error', 'fail', 'warn', 'pass', 'skipped'] as const // worst first
export type Verdict = (typeof verdicts)[number]

export const statuses = ['pass', 'warn', 'fail', 'inconclusive', 'no-baseline', 'not-comparable', 'skipped', 'error'] as const
export type Status = (typeof statuses)[number]

export type Severity = 'warn' | 'fail'

/** What the config makes of a check that decided nothing. */
export interface Policy {
  readonly onInconclusive: 'pass' | 'warn' | 'fail'
  readonly onMissing: 'pass' | 'warn' | 'fail'
}

/** What policy makes of a status: the `effect` of a check. */
export function effect(status: Status, severity: Severity, policy: Policy): Verdict {
  switch (status) {
    case 'fail':
      return severity
    case 'inconclusive':
      return policy.onInconclusive
    case 'no-baseline':
    case 'not-comparable':
      return policy.onMissing
    case 'pass':
    case 'warn':
    case 'skipped':
    case 'error':
      return status
  }
}

/** The worst of them; nothing at all is `skipped`. */
export const worst = (effects: readonly Verdict[]): Verdict => verdicts.find((v) => effects.includes(v)) ?? 'skipped'

export const exitCode = { error: 2, fail: 1, warn: 0, pass: 0, skipped: 0 } as const satisfies Record<Verdict, number>

/** With `--fail-on warn` a warning fails. */
export const failingOn = (verdict: Verdict, failOn: 'fail' | 'warn'): Verdict =>
  verdict === 'warn' && failOn === 'warn' ? 'fail' : verdict

/** `passed` as actions give it out: true for pass and warn, nothing else. */
export const passed = (verdict: Verdict): boolean => verdict === 'pass' || verdict === 'warn'

/** What a stage says of itself: that it read its data, or that it found nothing to test. Nothing is judged by that. */
const judgesNothing: readonly RegExp[] = [/^validate\.read:/, /^drift\.nothing_tested$/]

/** What counts as judged. An error does, whatever it is of. */
export const judgedEffects = (checks: readonly { readonly id: string; readonly effect: Verdict }[]): readonly Verdict[] =>
  checks.flatMap(({ id, effect: found }) => (found !== 'error' && judgesNothing.some((own) => own.test(id)) ? [] : [found]))

/** One stage as the gate sees it. */
export interface StageOutcome {
  readonly verdict: Verdict
  /** effects of its checks */
  readonly effects: readonly Verdict[]
}

/**
 * The verdict of the whole gate over the stages the config asks for.
 * A gate that looked at nothing is an error: no stage at all, every stage skipped, or every check of every stage skipped.
 */
export function foldGate(stages: readonly StageOutcome[]): { readonly verdict: Verdict; readonly empty: boolean } {
  const decided = stages.some((stage) => stage.verdict === 'error' || stage.effects.some((e) => e !== 'skipped'))
  if (!decided) return { verdict: 'error', empty: true }
  return { verdict: worst(stages.map((stage) => stage.verdict)), empty: false }
}
