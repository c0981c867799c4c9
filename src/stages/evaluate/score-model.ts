/** One model over a table in our own runtime: opened, met with the columns, run, closed. */
import type { ModelSession } from '../../ports/model-runtime.ts'
import type { ModelContext } from '../context.ts'
import { readsNothing } from './column-reader.ts'
import { planFeed } from './feed.ts'
import { layoutOf } from './outputs.ts'
import { predict } from './predict.ts'
import type { Scored, ScoreRequest, Scorer } from './scorer.ts'
import { mayHaveQuantiles } from './truth-reader.ts'

/** @throws UserError as the runtime says it */
export async function openModel(context: ModelContext, path: string, shown: string): Promise<Scorer> {
  const runtime = await context.ports.runtime()
  const session = await runtime.open(path, context.model.limits, context.signal, shown)
  return {
    digest: session.digest,
    bytes: session.bytes,
    classLabels: session.classLabels,
    rewrites: session.rewrites,
    graph: session.graph,
    features: context.model.data.features,
    session,
    score: (request) => scoreSession(context, session, request),
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  }
}

async function scoreSession(context: ModelContext, session: ModelSession, request: ScoreRequest): Promise<Scored> {
  const { engine, table, shown, task, twice = false, beside = readsNothing } = request
  const { features, targets = null } = context.model.data
  const feed = planFeed({ inputs: session.inputs, columns: table.columns, features, shown })
  const layout = layoutOf(
    session.outputs,
    task,
    shown.model,
    mayHaveQuantiles(task) && context.model.evaluate.quantiles ? 'quantiles' : 'one',
  )
  const labels = task === 'multilabel' ? (targets?.length ?? null) : null
  const start = context.clock.elapsed()
  const predictions = await predict({ engine, table, session, feed, layout, shown: shown.model, labels, twice, beside })
  return {
    predictions,
    classLabels: session.classLabels,
    shown: shown.model,
    milliseconds: context.clock.elapsed() - start,
    renamed: feed.renamed,
  }
}
