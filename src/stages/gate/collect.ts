/** What the stages of this run left, model by model: everything the config asks for, found or not. */
import { expectedStages, type ModelStageName, modelStages, unasked } from '../../core/pipeline.ts'
import type { ModelConfig } from '../../core/schema/config.ts'
import type { ModelContext, RunContext } from '../context.ts'
import { type Found, findResult } from '../out-folder.ts'

export interface CollectedStage {
  readonly stage: ModelStageName
  readonly found: Found
}

export interface CollectedModel {
  readonly config: ModelConfig
  /** exactly the expected stages, in order */
  readonly stages: readonly CollectedStage[]
  readonly notConfigured: readonly { readonly stage: string; readonly because: string }[]
}

export async function collect(context: RunContext): Promise<readonly CollectedModel[]> {
  return Promise.all(context.config.models.map((model) => collectModel(context, model)))
}

async function collectModel(context: RunContext, config: ModelConfig): Promise<CollectedModel> {
  const stages = await Promise.all(
    expectedStages(config).map(async (stage) => ({
      stage,
      found: await findResult(context.ports.files, context.out, config.name, stage, context.config, context.source),
    })),
  )
  return { config, stages, notConfigured: notConfigured(config) }
}

function notConfigured(config: ModelConfig): CollectedModel['notConfigured'] {
  const unaskedStages = modelStages.flatMap((stage) => {
    const because = unasked(stage, config)
    return because === null ? [] : [{ stage, because }]
  })
  // data and drift without an expectation still say what they looked at; a baseline that nobody asked for is silence
  const baseline =
    config.baseline.from.length === 0 && unasked('evaluate', config) === null
      ? [{ stage: 'baseline', because: 'baseline is not configured' }]
      : []
  const expect =
    config.expect.length === 0 && (config.results ?? []).length === 0 && unasked('validate', config) === null
      ? [{ stage: 'expect', because: 'expect is not configured' }]
      : []
  return [...unaskedStages, ...expect, ...baseline]
}

/** The same run seen from one model, for what asks about models. */
export const modelContext = (context: RunContext, { config, stages }: CollectedModel): ModelContext => ({
  ...context,
  model: config,
  result: async (wanted) => {
    const found = stages.find((entry) => entry.stage === wanted)?.found
    return found?.kind === 'found' ? found.result : null
  },
})
