/** Which stage needs which, and what is skipped when. CLI, composite and gate ask here; nobody else decides. */

import type { Verdict } from './gate/fold.ts'
import type { ModelConfig } from './schema/config.ts'
import type { StageName } from './schema/result.ts'
import { targetColumns } from './schema/target-columns.ts'

/** Stages that look at one model, in order. The gate folds exactly these. */
export const modelStages = ['validate', 'train', 'fetch', 'evaluate', 'drift'] as const
export type ModelStageName = (typeof modelStages)[number]

/** Stages of the whole run (gate, comment) and those that change the world outside (promote, rollback), in order. */
export const pipelineOrder = [...modelStages, 'gate', 'comment', 'promote'] as const satisfies readonly StageName[]

interface Entry {
  /** null when the config asks for this stage, else why it does not */
  readonly unasked: (model: ModelConfig) => string | null
  /** stages whose `error` stops this one, because they should have written what it reads */
  readonly reads: (model: ModelConfig) => readonly ModelStageName[]
}

const has = (model: ModelConfig, role: 'train' | 'test' | 'current') => model.data.sources[role] !== undefined

const table: Readonly<Record<ModelStageName, Entry>> = {
  validate: {
    unasked: (model) => (Object.keys(model.data.sources).length > 0 || (model.results ?? []).length > 0 ? null : 'no data is configured'),
    reads: () => [],
  },
  train: {
    unasked: (model) => (model.train ? null : 'train is not configured'),
    reads: () => [],
  },
  fetch: {
    unasked: (model) => (model.model.kind === 'path' ? 'the model is a file of this repository' : null),
    reads: () => [],
  },
  evaluate: {
    unasked: (model) => {
      // the numbers of a custom task were made elsewhere
      if (model.task === 'custom') return null
      if (!has(model, 'test')) return 'data.test is not configured'
      return targetColumns(model.data).length === 0 ? 'data.target is not configured' : null
    },
    reads: () => ['train', 'fetch'],
  },
  drift: {
    unasked: (model) => {
      if (!model.drift.enabled) return 'drift is switched off'
      return has(model, 'current') ? null : 'data.current is not configured'
    },
    // another reference than the training data of this run is a file that lies there, or counted by drift itself
    reads: (model) => (model.drift.reference === 'training' ? ['validate'] : []),
  },
}

/** null when the config asks for this stage of this model, else the reason it does not. */
export const unasked = (stage: ModelStageName, model: ModelConfig): string | null => table[stage].unasked(model)

/** The stages whose results the gate must find. */
export const expectedStages = (model: ModelConfig): readonly ModelStageName[] =>
  modelStages.filter((stage) => unasked(stage, model) === null)

/**
 * Why a stage cannot run, from what the stages before it left: an error of one whose output it reads stops it, and so does
 * one that was itself stopped; a fail never does.
 * @param verdictOf verdict of an expected stage in this run, null when it left no result
 */
export function stoppedBy(
  stage: ModelStageName,
  model: ModelConfig,
  verdictOf: (stage: ModelStageName) => { verdict: Verdict; because: string | null } | null,
): string | null {
  for (const needed of table[stage].reads(model)) {
    if (unasked(needed, model) !== null) continue
    const found = verdictOf(needed)
    if (found === null) return `${needed} left no result in this run: \`modelgate ${needed}\` comes before`
    if (found.verdict === 'error') return `${needed} ended in error`
    if (found.verdict === 'skipped') return `${needed} was skipped: ${found.because ?? 'no reason given'}`
  }
  return null
}

export const isModelStage = (stage: StageName): stage is ModelStageName => modelStages.some((name) => name === stage)
