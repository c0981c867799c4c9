/** Runs a scoring command again where the first run would not pass and the config asks to confirm that. */
import type { Judgement } from '../../core/evaluate/judge.ts'
import { decideRepeated, toConfirm } from '../../core/evaluate/repeated.ts'
import type { MetricSpec } from '../../core/schema/config.ts'
import type { EvaluateDetails } from '../../core/schema/evaluate-details.ts'
import type { Check } from '../../core/schema/result.ts'
import type { ModelContext } from '../context.ts'

/** @param again scores candidate and baseline once more, and judges them */
export async function confirmed(
  { model, progress }: ModelContext,
  specs: readonly MetricSpec[],
  first: Judgement,
  again: () => Promise<Judgement>,
): Promise<{ readonly checks: readonly Check[]; readonly details: Pick<EvaluateDetails, 'repeated'> }> {
  const due = model.score?.kind === 'run' ? toConfirm(specs, first) : []
  if (due.length === 0) return { checks: first.checks, details: {} }
  const times = Math.max(...due.map(({ confirm = 1 }) => confirm))
  const runs: [Judgement, ...Judgement[]] = [first]
  for (let run = 2; run <= times; run += 1) {
    progress.say(`${model.name}: run ${run} of ${times}, to confirm ${due.map(({ name }) => name).join(', ')}`)
    runs.push(await again())
  }
  const { checks, details } = decideRepeated(runs, due)
  return { checks, details: { repeated: details } }
}
