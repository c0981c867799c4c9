/** Runs a scoring command again where the first run would not pass and the config asks to confirm that. */
import type { Judgement } from '../../core/evaluate/judge.ts'
import { decideRuns, partsBroken, toConfirm } from '../../core/evaluate/repeated.ts'
import type { MetricSpec } from '../../core/schema/config.ts'
import type { EvaluateDetails } from '../../core/schema/evaluate-details.ts'
import type { Check } from '../../core/schema/result.ts'
import type { ModelContext } from '../context.ts'
import type { Parts } from './parts.ts'

/** One answer of both models to all rows. */
export interface JudgedRun<Answers> {
  readonly judged: Judgement
  readonly parts: Parts
  readonly answers: Answers
}

export interface Confirmed<Answers> {
  readonly checks: readonly Check[]
  readonly metrics: Judgement['metrics']
  /** of the run that is shown */
  readonly answers: Answers
  readonly details: Pick<EvaluateDetails, 'repeated' | 'runs'>
  readonly parts: Parts
}

/** @param again scores candidate and baseline once more, and judges them */
export async function confirmed<Answers>(
  { model, progress }: ModelContext,
  specs: readonly MetricSpec[],
  first: JudgedRun<Answers>,
  again: () => Promise<JudgedRun<Answers>>,
): Promise<Confirmed<Answers>> {
  const asked = model.score?.kind === 'run' ? specs.filter(({ confirm = 1 }) => confirm > 1) : []
  const due = toConfirm(asked, first.judged)
  const parts = asked.length > 0 && partsBroken(first.parts)
  const { judged, answers } = first
  if (due.length === 0 && !parts) return { checks: judged.checks, metrics: judged.metrics, answers, details: {}, parts: first.parts }
  const times = Math.max(...(parts ? asked : due).map(({ confirm = 1 }) => confirm))
  const what = [...due.map(({ name }) => name), ...(parts ? ['the parts of the rows'] : [])].join(', ')
  const runs: [JudgedRun<Answers>, ...JudgedRun<Answers>[]] = [first]
  for (let run = 2; run <= times; run += 1) {
    progress.say(`${model.name}: run ${run} of ${times}, to confirm ${what}`)
    runs.push(await again())
  }
  const { shown, ...decided } = decideRuns(runs, due)
  return { ...decided, answers: runs[shown]?.answers ?? answers }
}
