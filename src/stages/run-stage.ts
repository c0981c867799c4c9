/** One stage for everything it concerns, and the whole pipeline: both shells call these, so that they cannot differ. */
import { type Verdict, worst } from '../core/gate/fold.ts'
import { pipelineOrder } from '../core/pipeline.ts'
import type { StageName, StageResult } from '../core/schema/result.ts'
import type { RunContext, StageOptions } from './context.ts'
import { executeForModel, executeForRun } from './execute.ts'
import { stages } from './table.ts'

/** Runs one stage: once for the run, or once for every model in file order. */
export async function runStage(name: StageName, context: RunContext, options: StageOptions = {}): Promise<readonly StageResult[]> {
  const entry = stages[name]
  if (entry.of === 'run') {
    if (options.explain === true) for (const line of (await (await entry.explain?.())?.(context, options)) ?? []) context.progress.say(line)
    return [await executeForRun(name, await entry.load(), context, options)]
  }
  if (options.explain === true && entry.explain !== undefined) {
    const explain = await entry.explain()
    const facts = await entry.facts?.()
    for (const model of context.config.models) {
      for (const line of [...explain(model), ...((await facts?.(context, model)) ?? [])]) context.progress.say(line)
    }
  }
  const stage = await entry.load()
  const begin = await entry.begin?.()
  const results: StageResult[] = []
  for (const model of context.config.models) results.push(await executeForModel(name, stage, context, model, options, begin))
  return results
}

export interface PipelineOptions {
  readonly promote: boolean
  readonly stage: StageOptions
  /** told before and after each stage */
  readonly onStage: (event: { readonly stage: StageName; readonly results: readonly StageResult[] | null }) => void
}

/** The pipeline, in the order `core/pipeline.ts` gives. Promotes only when told, and only what the gate let through. */
export async function runPipeline(
  context: RunContext,
  options: PipelineOptions,
): Promise<{ readonly verdict: Verdict; readonly results: readonly StageResult[] }> {
  const all: StageResult[] = []
  let gate: Verdict = 'error'
  for (const stage of pipelineOrder) {
    if (stage === 'promote' && !(options.promote && (gate === 'pass' || gate === 'warn'))) continue
    options.onStage({ stage, results: null })
    const results = await runStage(stage, context, options.stage)
    all.push(...results)
    if (stage === 'gate') gate = worst(results.map((result) => result.verdict))
    options.onStage({ stage, results })
  }
  const after = all.filter((result) => result.stage === 'promote').map((result) => result.verdict)
  return { verdict: worst([gate, ...after]), results: all }
}
