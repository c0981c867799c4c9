/** Every stage and how its code is reached: lazily, so that a shell loads only what it runs. */
import type { StageName } from '../core/schema/result.ts'
import type { Begin, Explain, ExplainFacts, ExplainRun, ModelStage, RunStage } from './context.ts'

export type StageEntry =
  | {
      readonly of: 'model'
      readonly load: () => Promise<ModelStage>
      readonly begin?: () => Promise<Begin>
      readonly explain?: () => Promise<Explain>
      readonly facts?: () => Promise<ExplainFacts>
    }
  | { readonly of: 'run'; readonly load: () => Promise<RunStage>; readonly explain?: () => Promise<ExplainRun> }

export const stages: Readonly<Record<StageName, StageEntry>> = {
  validate: {
    of: 'model',
    load: async () => (await import('./validate.ts')).validate,
    begin: async () => (await import('./validate.ts')).bringRoles,
    explain: async () => (await import('../core/checks/explain.ts')).explainChecks,
  },
  train: { of: 'model', load: async () => (await import('./train.ts')).train },
  fetch: { of: 'model', load: async () => (await import('./fetch.ts')).fetchModel },
  evaluate: {
    of: 'model',
    load: async () => (await import('./evaluate.ts')).evaluate,
    explain: async () => (await import('../core/evaluate/explain.ts')).explainEvaluate,
    facts: async () => (await import('./evaluate/explain-facts.ts')).explainFacts,
  },
  drift: {
    of: 'model',
    load: async () => (await import('./drift.ts')).drift,
    explain: async () => (await import('../core/drift/explain.ts')).explainDrift,
  },
  gate: {
    of: 'run',
    load: async () => (await import('./gate.ts')).gate,
    explain: async () => (await import('./gate/explain-facts.ts')).explainGate,
  },
  comment: { of: 'run', load: async () => (await import('./comment.ts')).comment },
  promote: { of: 'model', load: async () => (await import('./promote.ts')).promote },
  rollback: { of: 'model', load: async () => (await import('./rollback.ts')).rollback },
}
