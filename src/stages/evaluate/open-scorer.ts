/** Who answers for a model, as the config says it, and what is looked at of its file before anybody does. */
import { UserError } from '../../errors.ts'
import type { ModelContext } from '../context.ts'
import { commandScorer } from './command-scorer.ts'
import { openModel } from './score-model.ts'
import type { ModelFile, Scorer } from './scorer.ts'
import { storedScorer } from './stored-scorer.ts'

/**
 * @param inspected false: of a baseline that others score nothing but what it must not be is asked, as it may be of another format than the candidate
 * @throws UserError as the runtime says it; MODEL_NOT_SCORED
 */
export async function openScorer(context: ModelContext, path: string, shown: string, inspected = true): Promise<Scorer> {
  const { score = null, format } = context.model
  if (score === null) {
    if (format === 'onnx') return openModel(context, path, shown)
    throw new UserError('MODEL_NOT_SCORED', `${shown} is opaque, and nothing answers for it`, 'write score: {run: …} beside format: opaque')
  }
  const model = await lookAt(context, path, shown, inspected)
  switch (score.kind) {
    case 'run':
      return commandScorer(context, score, model)
    case 'predictions':
      return storedScorer(context, score.source, model)
    case 'metrics_file':
      throw new UserError(
        'MODEL_NOT_SCORED',
        `${shown} has numbers alone, and nothing answers rows for it`,
        'write score: {run: …} instead',
      )
  }
}

/** An ONNX file is opened and inspected whoever scores it; an opaque one is read for what may not be promoted, and never loaded. */
export async function lookAt(context: ModelContext, path: string, shown: string, inspected = true): Promise<ModelFile> {
  const { limits, format } = context.model
  if (format === 'opaque' || !inspected) {
    const runtime = await context.ports.runtime()
    return { path, shown, graph: null, ...(await runtime.look(path, limits, shown)) }
  }
  try {
    await using opened = await openModel(context, path, shown)
    return { path, shown, digest: opened.digest, bytes: opened.bytes, graph: opened.graph }
  } catch (thrown) {
    if (!(thrown instanceof UserError) || thrown.code !== 'MODEL_UNREADABLE') throw thrown
    throw new UserError(thrown.code, thrown.message, 'write format: opaque for a model that is no ONNX file: it is then not inspected', {
      cause: thrown,
    })
  }
}
