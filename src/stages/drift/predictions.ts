/**
 * What the model under test says today, against what it said on its holdout. One pass over the rows of current data, through the same child
 * process that evaluate uses; no target is needed. Whatever stands in the way of it is a reason, never an error: columns are compared
 * whether the model can be asked or not.
 */
import { resolve } from 'node:path'
import { allBytes, holdoutOf } from '../../core/evaluate/reuse.ts'
import type { ScoredTask } from '../../core/metrics/scores.ts'
import { isScoredTask } from '../../core/metrics/table.ts'
import { expectedOutcomes } from '../../core/no-labels/expected-outcomes.ts'
import { estimatedPriors } from '../../core/no-labels/outcomes.ts'
import type { Task } from '../../core/schema/config.ts'
import type { DriftDetails } from '../../core/schema/drift-details.ts'
import { withPredictionsKept } from '../../core/schema/predictions-kept.ts'
import type { TableProfile } from '../../core/schema/profile.ts'
import { targetColumns } from '../../core/schema/target-columns.ts'
import { UserError } from '../../errors.ts'
import type { Table } from '../../ports/data-engine.ts'
import { candidatePath, fetchedModel } from '../candidate.ts'
import type { ModelContext } from '../context.ts'
import { openScorer } from '../evaluate/open-scorer.ts'
import type { PredictionColumn } from '../evaluate/predictions-file.ts'
import { answersProfilePath, predictionNames, profileOfAnswers, taskOfAnswers } from '../evaluate/predictions-profile.ts'
import { scoreWithoutTruth } from '../evaluate/score-without-truth.ts'
import { readProfile } from '../read-profile.ts'

type Priors = NonNullable<NonNullable<DriftDetails['predictions']>['priors']>

export type PredictionTables =
  | {
      readonly kind: 'found'
      readonly reference: TableProfile
      readonly current: TableProfile
      /** for people: whose predictions the current ones are held against */
      readonly from: string
      /** as the model's own probabilities have it; null where it gives none, or the target is sensitive */
      readonly expectedAccuracy: number | null
      /** how often each class occurs now, as its predictions have it; null where that cannot be told */
      readonly priors: Priors | null
    }
  | { readonly kind: 'none'; readonly because: string }

export interface PredictionRequest {
  /** rows to score, opened when they are needed; null when there are none */
  readonly current: (() => Promise<Table>) | null
  /** of a window: rows before it, whose predictions are the reference */
  readonly before: { readonly table: Table; readonly words: string } | null
  /** the reference of the columns, for the labels of the target */
  readonly training: TableProfile
}

const none = (because: string): Extract<PredictionTables, { kind: 'none' }> => ({ kind: 'none', because })

export async function predictionTables(context: ModelContext, request: PredictionRequest): Promise<PredictionTables> {
  const { score = null, format } = context.model
  if (score?.kind === 'predictions')
    return none('score.predictions has answers for data.test alone, so what the model says of data.current is not known')
  if (score?.kind === 'metrics_file')
    return none('score.metrics_file has numbers alone, so what the model says of data.current is not known')
  if (score === null && format === 'opaque') return none('the model is opaque, and no score.run says what it answers')
  if (request.current === null) return none('data.current is a stored profile, so there are no rows for the model to score')
  try {
    return await scored(context, request, request.current)
  } catch (thrown) {
    context.signal.throwIfAborted()
    if (thrown instanceof UserError) return none(sentence(thrown))
    throw thrown
  }
}

/** This one lists the labels of the target, which belong in no check of drift. */
const sentence = ({ code, message }: UserError): string =>
  code === 'POSITIVE_UNKNOWN' ? 'nothing says which label of the target is the positive one' : message

async function scored(context: ModelContext, request: PredictionRequest, open: () => Promise<Table>): Promise<PredictionTables> {
  const { before } = request
  const stored = await storedAnswers(context)
  // rows of a window need no holdout beside them; where there is one it says the task
  if (stored.kind === 'none' && before === null) return stored
  const told = stored.kind === 'none' ? scoredTask(context.model.task) : taskOfAnswers(stored.table)
  // a value is a value, of whatever it is
  const task = told === 'regression' && context.model.task === 'forecasting' ? 'forecasting' : told
  if (task === null) return none('nothing says which task the model has: write `task`, or let evaluate score a holdout first')
  const path = await candidatePath(context)
  const shown = context.model.model.kind === 'path' ? context.model.model.path : 'the fetched model'
  await using scorer = await openScorer(context, path, shown)
  const sameModel = stored.kind === 'found' && (stored.digest === null || stored.digest === scorer.digest)
  if (before === null && stored.kind === 'found' && !sameModel)
    return none('the model changed since evaluate scored the holdout with it: evaluate it again')

  const holdout = before === null && stored.kind === 'found' ? stored.holdout : null
  if (holdout !== null && allBytes(await (await open()).digests()) === holdout)
    return none('data.current holds the same data as data.test, which the model answered for in this run')
  const engine = await context.ports.engine()
  const labels = labelsOf(context, [request.training, ...(stored.kind === 'none' ? [] : [stored.table])])
  const answers = async (table: Table, reference: TableProfile | null) => {
    const found = await scoreWithoutTruth(context, scorer, { engine, table, task, labels, shown })
    const profile = await profileOfAnswers(context, engine, found, reference)
    return { profile, columns: found.columns }
  }
  const [reference, from] =
    before === null && stored.kind === 'found'
      ? [stored.table, stored.from]
      : [(await answers(before?.table ?? (await open()), null)).profile, `its own in ${before?.words ?? ''}`]
  const now = await answers(await open(), reference)
  return {
    kind: 'found',
    reference,
    current: now.profile,
    from,
    expectedAccuracy: expectedAccuracy(context, now.columns),
    priors: stored.kind === 'found' && sameModel ? priorsNow(stored.table, now.profile) : null,
  }
}

/** In the order of the holdout, without the labels. */
function priorsNow(before: TableProfile, now: TableProfile): Priors | null {
  const { outcomes } = before
  const said = now.columns.find(({ name }) => name === predictionNames.class)
  const found = !outcomes || said === undefined ? null : estimatedPriors(outcomes, said)
  if (found === null) return null
  const places = found.labels.map((_, i) => i).sort((a, b) => (found.holdout[b] ?? 0) - (found.holdout[a] ?? 0))
  const at = (shares: readonly number[]) => places.map((i) => shares[i] ?? 0)
  // of two classes the positive one comes second
  return { holdout: at(found.holdout), now: at(found.now), positive: taskOfAnswers(before) === 'binary' ? places.indexOf(1) : null }
}

/** E[accuracy] of the answers, from their probabilities alone. */
function expectedAccuracy({ model: { data, evaluate } }: ModelContext, columns: readonly PredictionColumn[]): number | null {
  if (targetColumns(data).some((name) => data.sensitive.includes(name))) return null
  const numbers = (name: string) => columns.find((column) => column.name === name)?.values
  const [probability, confidence] = [numbers(predictionNames.probability), numbers(predictionNames.confidence)]
  if (confidence instanceof Float64Array) return confidence.reduce((sum, p) => sum + p, 0) / Math.max(1, confidence.length)
  // a score that is no probability has no such meaning
  if (!(probability instanceof Float64Array) || probability.some((p) => p < 0 || p > 1)) return null
  const { tp, tn, rows } = expectedOutcomes(probability, evaluate.threshold)
  return (tp + tn) / Math.max(1, rows)
}

interface StoredAnswers {
  readonly kind: 'found'
  readonly table: TableProfile
  readonly from: string
  /** of the model that gave them, where that can be told */
  readonly digest: string | null
  /** `data.test`, where they are answers for that in this run */
  readonly holdout: string | null
}

/** Those that came with a fetched model, else those of this run's evaluate; or why there are none. */
async function storedAnswers(context: ModelContext): Promise<StoredAnswers | Extract<PredictionTables, { kind: 'none' }>> {
  const { files } = context.ports
  const fetched = context.model.model.kind === 'path' ? null : await fetchedModel(context)
  if (fetched !== null && fetched.profile !== null) {
    const profile = await readProfile(files, resolve(context.root, fetched.profile), fetched.profile)
    const table = profile?.tables.find(({ role }) => role === 'predictions')
    if (table !== undefined)
      return {
        kind: 'found',
        table,
        from: `the predictions stored with ${fetched.resolved}`,
        digest: fetched.model.digest,
        holdout: null,
      }
  }
  const evaluation = await context.result('evaluate')
  if (evaluation === null || evaluation.verdict === 'error' || evaluation.verdict === 'skipped')
    return none('there are no predictions on a holdout to hold those of today against: evaluate did not score one in this run')
  const table = (await readProfile(files, answersProfilePath(context)))?.tables.find(({ role }) => role === 'predictions')
  if (table === undefined) return none('evaluate of this run kept no profile of its predictions on the holdout')
  const kept = withPredictionsKept.safeParse(evaluation.details).data?.predictions_kept
  const isTest = kept === undefined ? context.model.data.sources.validation === undefined : kept.on === 'test'
  const digest = evaluation.inputs.find(({ role }) => role === 'model')?.digest ?? null
  return {
    kind: 'found',
    table,
    from: `its own on data.${isTest ? 'test' : 'validation'}${kept?.because ? ` (${kept.because})` : ''}`,
    digest,
    holdout: isTest ? holdoutOf(evaluation.inputs) : null,
  }
}

const scoredTask = (task: Task | null): ScoredTask | null => (task !== null && isScoredTask(task) ? task : null)

/** Labels of the target that a profile may list: none of a sensitive one. What was trained on knows more of them than what was answered. */
function labelsOf({ model }: ModelContext, [training, answered]: readonly TableProfile[]): readonly string[] {
  const list = (table: TableProfile | undefined, column: string | null) =>
    table?.columns.find(({ name }) => name === column)?.categories?.top.map(({ value }) => value) ?? []
  const labels = list(training, model.data.target)
  return labels.length > 0 ? labels : list(answered, predictionNames.class)
}
