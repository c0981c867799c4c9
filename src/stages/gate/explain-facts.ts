/** `modelgate gate --explain`: what the gate will fold, what counts as what, and what of it is missing here; before anything is folded. */
import { dayOf, explainWaivers } from '../../core/gate/waivers.ts'
import type { RunContext, StageOptions } from '../context.ts'
import { whyNotWrite } from '../may-write.ts'
import { type CollectedModel, collect } from './collect.ts'

export async function explainGate(context: RunContext, { failOn = 'fail' }: StageOptions): Promise<readonly string[]> {
  const day = dayOf(context.clock.now())
  const refusal = context.host.name === 'local' ? null : whyNotWrite(context)
  const recorded =
    context.host.name === 'local'
      ? 'a run on this machine is not recorded in the ledger'
      : refusal && `this run is not recorded in the ledger: ${refusal.why}`
  const models = (await collect(context)).flatMap((model) => [
    ...ofModel(model),
    ...explainWaivers(context.config.waivers ?? [], model.config.name, day),
  ])
  return [
    'the verdict is the worst of all models: error (exit 2), fail (1), warn, pass (0)',
    ...(failOn === 'warn' ? ['a warning fails (--fail-on warn)'] : []),
    ...models,
    recorded ?? 'a green run is recorded in the ledger, which becomes `main`: that needs the permission `contents: write`',
  ]
}

function ofModel({ config, stages, notConfigured }: CollectedModel): readonly string[] {
  const { name, gate, baseline, promote } = config
  const missing = stages.flatMap(({ stage, found }) =>
    found.kind === 'found'
      ? []
      : [
          `missing: the result of ${stage} for ${name}: ${found.kind === 'absent' ? 'it left none in this run' : found.why}; without it the gate is an error`,
        ],
  )
  return [
    `${name}: folds ${stages.map(({ stage }) => stage).join(', ') || 'nothing, which is an error'}`,
    ...(notConfigured.length === 0
      ? []
      : [
          `${name}: not configured, and never counted as passed: ${notConfigured.map(({ stage, because }) => (because.startsWith(stage) ? because : `${stage} (${because})`)).join('; ')}`,
        ]),
    `${name}: what is inconclusive counts as ${gate.onInconclusive} (gate.on_inconclusive), a change without a baseline, or with one that cannot be compared, as ${baseline.onMissing} (baseline.on_missing), what could not be done beside the verdict as ${gate.onDegraded} (gate.on_degraded)`,
    `${name}: may be promoted on ${promote?.accept === 'pass' ? 'pass' : 'pass or warn'} (promote.accept), and only while the model file is the one that was evaluated`,
    ...missing,
  ]
}
