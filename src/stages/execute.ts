/** Runs one stage and always leaves its result: what was there before is deleted first, every failure becomes a verdict. */
import { worst } from '../core/gate/fold.ts'
import { applyWaivers, dayOf } from '../core/gate/waivers.ts'
import { isModelStage, stoppedBy, unasked } from '../core/pipeline.ts'
import type { ModelConfig } from '../core/schema/config.ts'
import { type Check, makeCheck, type StageName, type StageOutput, type StageResult } from '../core/schema/result.ts'
import { asError, UserError } from '../errors.ts'
import type { Begin, ModelContext, ModelStage, RunContext, RunStage, StageOptions } from './context.ts'
import { findResult, prepareOut, resultPath } from './out-folder.ts'

/** One stage of one model. Never throws for what the stage did: a UserError, a bug and a cancel are all verdict `error`. */
export async function executeForModel(
  name: StageName,
  stage: ModelStage,
  context: RunContext,
  model: ModelConfig,
  options: StageOptions = {},
  begin: Begin | null = null,
): Promise<StageResult> {
  const { files } = context.ports
  const find = (wanted: StageName) => findResult(files, context.out, model.name, wanted, context.config, context.source)
  const modelContext: ModelContext = {
    ...context,
    model,
    result: async (wanted) => {
      const found = await find(wanted)
      return found.kind === 'found' ? found.result : null
    },
  }
  begin?.(modelContext).catch(() => undefined)
  return attempt(name, model.name, context, async () => {
    // a REF that a person names is asked for, whatever the config says
    const named = name === 'fetch' && options.ref !== undefined
    const stopped = isModelStage(name) && !named ? await whyNot(name, model, modelContext) : null
    return stopped === null ? stage(modelContext, options) : { checks: [], skipped: stopped }
  })
}

/** One stage of the whole run. */
export const executeForRun = (name: StageName, stage: RunStage, context: RunContext, options: StageOptions = {}): Promise<StageResult> =>
  attempt(name, null, context, () => stage(context, options))

async function whyNot(name: Parameters<typeof unasked>[0], model: ModelConfig, context: ModelContext): Promise<string | null> {
  const reason = unasked(name, model)
  if (reason !== null) return reason
  const verdicts = new Map<string, StageResult | null>()
  for (const needed of ['validate', 'train', 'fetch'] as const) verdicts.set(needed, await context.result(needed))
  return stoppedBy(name, model, (stage) => verdicts.get(stage) ?? null)
}

async function attempt(name: StageName, model: string | null, context: RunContext, work: () => Promise<StageOutput>): Promise<StageResult> {
  const { files } = context.ports
  const path = resultPath(context.out, model, name)
  const startedAt = context.clock.now()
  const start = context.clock.elapsed()
  await prepareOut(files, context.out, context.root)
  await files.remove(path)
  let output: StageOutput
  try {
    context.signal.throwIfAborted()
    output = await work()
  } catch (thrown) {
    output = failure(name, context.signal.aborted ? new UserError('CANCELLED', `${name} was cancelled`, 'run it again') : thrown)
  }
  const checks = model === null ? output.checks : waived(context, model, output)
  const result: StageResult = {
    schema: 'modelgate/result@1',
    stage: name,
    model,
    verdict: output.skipped === undefined ? worst(checks.map((check) => check.effect)) : 'skipped',
    because: output.skipped ?? null,
    degraded: [...(output.degraded ?? [])],
    checks: [...checks],
    inputs: [...(output.inputs ?? [])],
    details: JSON.parse(JSON.stringify(output.details ?? {})),
    baseline: output.baseline ?? null,
    tool: { name: 'modelgate', version: context.toolVersion },
    config_digest: context.config.digest,
    source: context.source,
    started_at: startedAt,
    duration_ms: Math.round(context.clock.elapsed() - start),
  }
  // what a command put there meanwhile, a folder too, does not stay
  await files.remove(path)
  await files.write(path, `${JSON.stringify(result, null, 2)}\n`)
  return result
}

/** What the base ref accepts of this model for now. */
const waived = ({ config, clock }: RunContext, model: string, { checks }: StageOutput): readonly Check[] =>
  applyWaivers(
    checks,
    (config.waivers ?? []).filter((waiver) => waiver.model === model),
    dayOf(clock.now()),
  )

/** An exception as the one check of a result: the user's error in its own words, a bug with its stack in the details. */
export function failure(stage: StageName, thrown: unknown): StageOutput {
  const error = asError(thrown)
  const user = error instanceof UserError
  return {
    checks: [
      makeCheck({
        id: `${stage}.error`,
        status: 'error',
        effect: 'error',
        message: user ? `${error.code}: ${error.message}` : `INTERNAL: ${error.message}`,
        fix: user ? error.fix : 'This is a bug of modelgate. Please report it with the details of this result.',
      }),
    ],
    details: user ? { error: { code: error.code } } : { error: { code: 'INTERNAL', stack: error.stack ?? error.message } },
  }
}
