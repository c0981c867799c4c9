/**
 * Is it good enough, and not worse than the baseline? Scores the candidate, and the baseline on the same rows, over the labelled test
 * data, and lets the core judge. Rows pass through in batches; what stays is a label and a score a row.
 */
import { join } from 'node:path'
import { changedHoldout, figuresOf, judgedAs } from '../core/evaluate/comparable.ts'
import { determinismCheck } from '../core/evaluate/determinism.ts'
import { withHistory } from '../core/evaluate/history.ts'
import { type JudgeInput, judge } from '../core/evaluate/judge.ts'
import { isMeasured } from '../core/evaluate/measured.ts'
import { holdoutOf, proofLevel, reuse, usualBudget } from '../core/evaluate/reuse.ts'
import { labelShares, trainingStatistics } from '../core/evaluate/training.ts'
import type {
  BinaryScores,
  ForecastingScores,
  MulticlassScores,
  MultilabelScores,
  RankingScores,
  RegressionScores,
  ScoredTask,
  Scores,
} from '../core/metrics/scores.ts'
import { quoted } from '../core/onnx/inspect.ts'
import { shownSource } from '../core/policy/facts.ts'
import type { EvaluateDetails } from '../core/schema/details.ts'
import { unsuited } from '../core/schema/metric-facts.ts'
import type { InputRecord } from '../core/schema/result.ts'
import { targetColumns } from '../core/schema/target-columns.ts'
import { shorten, visible } from '../core/text/visible.ts'
import { shownCommand } from '../core/train/lineage.ts'
import { UserError } from '../errors.ts'
import type { DataEngine, Table } from '../ports/data-engine.ts'
import { candidatePath, fetchedModel } from './candidate.ts'
import type { ModelContext, ModelStage } from './context.ts'
import {
  type Answered,
  allClasses,
  binaryScores,
  forecastingScores,
  levelsOf,
  multiclassScores,
  multilabelScores,
  rankingScores,
  regressionScores,
} from './evaluate/assemble.ts'
import { byNumbers, type Compared, findBaseline, notComparable } from './evaluate/baseline.ts'
import { confirmed } from './evaluate/confirm.ts'
import { Decisions } from './evaluate/decisions.ts'
import { type Naive, naiveForecast, TimeReader } from './evaluate/forecast.ts'
import { writeHoldoutProfile } from './evaluate/holdout-profile.ts'
import { type Items, itemsOf } from './evaluate/items.ts'
import { holdoutUses, ledgerView, withOneReading } from './evaluate/ledger-view.ts'
import { Measurements } from './evaluate/measure.ts'
import { openScorer } from './evaluate/open-scorer.ts'
import { judgeParity } from './evaluate/parity.ts'
import { judgeParts } from './evaluate/parts.ts'
import { type PredictionColumn, predictionColumns, predictionsFile } from './evaluate/predictions-file.ts'
import { answersProfilePath } from './evaluate/predictions-profile.ts'
import { type Counted, RowFacts } from './evaluate/row-facts.ts'
import type { Scorer } from './evaluate/scorer.ts'
import { checkLabels, checkPredicted, checkScale } from './evaluate/suits.ts'
import { checkRelevance, checkRows, matureRows } from './evaluate/test-rows.ts'
import { trainingTarget } from './evaluate/training.ts'
import { alignTo, frequentLabels, positiveLabel, readTarget, sortLabels, type Target } from './evaluate/truth.ts'
import { isNumeric, TruthReader } from './evaluate/truth-reader.ts'
import { UnitReader } from './evaluate/units.ts'
import { modelFolder } from './out-folder.ts'
import { requirePinned, sourceFiles } from './source-files.ts'

export const evaluate: ModelStage = async (given) => {
  const context = withOneReading(given)
  const { model, progress } = context
  await context.ports.files.remove(answersProfilePath(context))
  const path = await candidatePath(context)
  const shownModel = model.model.kind === 'path' ? model.model.path : ((await fetchedModel(context))?.model.path ?? path)
  // the model's process starts while the data is opened
  const [opened, test] = await Promise.allSettled([openScorer(context, path, shownModel), openLabelled(context)])
  if (opened.status === 'rejected') throw opened.reason
  await using scorer = opened.value
  if (test.status === 'rejected') throw test.reason

  const { engine, table, shown, target, excluded, rowsRead } = test.value
  const task = taskFor(target, scorer)
  if (target.inferred) progress.say(`${model.name}: task ${task}, as its target looks; \`task: ${task}\` in the config would say so`)
  refuseUnsuited(context, task)
  progress.say(`${model.name}: scoring ${table.rows} rows with ${shownModel}`)

  const truth = new TruthReader(table, target.columns, task, model.data.id, shown)
  const facts = new RowFacts(table, model.data, shown)
  const units = new UnitReader(table, model)
  const times = new TimeReader(table, task === 'forecasting' ? model.data : null, shown)
  const request = { engine, table, task }
  const leftOut = rowsRead - table.rows
  const candidate = await scorer.score({
    ...request,
    twice: true,
    leftOut,
    shown: { model: shownModel, data: shown },
    beside: [...truth.columns, ...facts.columns, ...times.columns, ...units.columns],
    take: (columns, from, rows) => {
      truth.take(columns, from, rows)
      facts.take(columns.slice(truth.columns.length), from, rows)
      const after = truth.columns.length + facts.columns.length
      times.take(columns.slice(after), from, rows)
      units.take(columns.slice(after + times.columns.length), from, rows)
    },
  })
  const decisions = await Decisions.open(context, engine, table, task, shown)
  await decisions.choose(scorer, shownModel, 'candidate')
  const measurements = new Measurements(context, scorer, { engine, table, shown: { model: shownModel, data: shown } })
  await using baselineFolder = await context.ports.files.temporaryFolder()
  const found = await findBaseline(context, scorer.digest, baselineFolder.path, {
    ...request,
    data: shown,
    beside: [],
    take: () => {},
    whileOpen: async (open, called) => {
      await measurements.against(open, called)
      await decisions.choose(open, called, 'baseline')
    },
  })
  if (!isNumeric(task) && task !== 'multilabel') checkLabels(truth.coded, candidate, target.columns[0], shown)
  const ahead = await aheadOf(context, engine, target, task, { facts, ids: truth.ids }, times, shown)
  const assembled = (answers: readonly Answered[]) => assemble(context, truth, { ...facts.counted, ...ahead }, task, answers)
  const { compared: scored, scores } = together(found, (answers) => assembled([candidate, ...answers]))
  const [own, other = null] = decisions.apply(scores.models, scores.pair)
  if (own === undefined) throw new Error('the candidate has no scores')

  const tests = testRecords(table, rowsRead)
  const ledger = await ledgerView(context)
  const fingerprint = holdoutOf(tests) ?? ''
  const holdout = holdoutUses(ledger, fingerprint, context)
  const basis = judgedAs(model, { holdout: fingerprint, task, rows: table.rows })
  const { compared, input: numbers } = byNumbers(scored, basis, model.evaluate.metrics)
  const specs = withHistory(
    model.evaluate.metrics.filter(({ metric }) => !isMeasured(metric)),
    ledger.state,
  )
  const asked: Omit<JudgeInput, 'candidate' | 'baseline'> = {
    missing: compared.missing,
    ...numbers,
    specs,
    proof: proofLevel(holdout, scorer.digest),
    usualToo: model.evaluate.usualToo ?? false,
    mode: model.evaluate.mode,
    training: await training(context, target.columns, own, scores, truth),
    policy: { onInconclusive: model.gate.onInconclusive, onMissing: model.baseline.onMissing },
    groupName: model.data.group,
  }
  const judged = judge({ ...asked, candidate: own, baseline: other })
  const confirmation = await confirmed(context, specs, judged, async () => {
    const mine = await scorer.score({ ...request, shown: { model: shownModel, data: shown }, beside: [], take: () => {} })
    const theirs = other === null ? null : ((await compared.again?.()) ?? compared.scored)
    const { models, pair } = assembled([mine, ...(theirs === null ? [] : [theirs])])
    const [candidateAgain, baselineAgain = null] = decisions.apply(models, pair)
    if (candidateAgain === undefined) throw new Error('the candidate has no scores')
    return judge({ ...asked, candidate: candidateAgain, baseline: baselineAgain })
  })
  const parity = await judgeParity(context, {
    ...request,
    data: shown,
    ids: truth.ids,
    leftOut,
    assemble: (trained) => assembled([candidate, trained]).models,
  })
  const parts = await judgeParts(context, { engine, table, shown, own, other, missing: compared.missing, judged })
  await writePredictions(context, engine, predictionColumns(own, scores.pair, truth.ids))
  // drift asks the model again, with the threshold of the config
  const [plainly] = scores.models
  if (plainly !== undefined) {
    await writeHoldoutProfile(context, {
      engine,
      scorer,
      task: plainly.task,
      scores: plainly,
      pair: scores.pair,
      labels: truth.coded.names,
      units: units.units,
    })
  }

  const measured = await measurements.finish(compared.missing)
  const { mode, holdoutBudget: budget = usualBudget } = model.evaluate
  const primary = judged.metrics.find((metric) => metric.name === judged.primary)
  const used = reuse(
    holdout,
    scorer.digest,
    fingerprint,
    { mode, budget },
    primary,
    changedHoldout(ledger.state, compared.record?.digest ?? null, basis),
  )
  const hidden = target.columns.some((name) => model.data.sensitive.includes(name))
  const details: EvaluateDetails = {
    task,
    primary: judged.primary,
    rows: table.rows,
    excluded,
    // those of a multilabel task are names of columns
    labels:
      hidden || scores.labels === null ? null : own.task === 'multilabel' ? [...scores.labels] : frequentLabels(truth.coded, scores.labels),
    positive: hidden ? null : (scores.pair?.[1] ?? null),
    ...decisions.details(own),
    rewrites: [...scorer.rewrites, ...candidate.renamed],
    score_ms: Math.round(candidate.milliseconds),
    holdout: used.details,
    ...measured.details,
    ...parts.details,
    judged: { basis, figures: figuresOf(judged.metrics, model.evaluate.metrics) },
    ...confirmation.details,
    ...parity.details,
    ...scoredBy(model),
    unchanged: compared.missing?.kind === 'unchanged',
    metrics: judged.metrics,
  }
  const inputs: readonly InputRecord[] = [
    { role: 'model', path: shownModel, digest: scorer.digest, rows: null, bytes: scorer.bytes },
    ...compared.inputs,
    ...tests,
    ...(candidate.inputs ?? []),
    ...parity.inputs,
  ]
  return {
    checks: [
      ...decisions.spoken([...confirmation.checks, ...parts.checks]),
      ...parity.checks,
      ...(candidate.predictions.twice ? [determinismCheck(candidate.predictions.twice)] : []),
      ...measured.checks,
      used.check,
      ...compared.checks,
    ],
    details,
    inputs,
    baseline: compared.record,
    degraded: ledger.degraded,
  }
}

/** Nothing where our own runtime answered. */
function scoredBy({ score = null, format }: ModelContext['model']): Pick<EvaluateDetails, 'scored'> {
  if (score === null) return {}
  const how = score.kind === 'run' ? shownCommand(score.command) : shownSource(score.source)
  return { scored: { by: score.kind === 'run' ? 'command' : 'predictions', how: shorten(visible(how), 200), inspected: format === 'onnx' } }
}

/** The candidate's own trouble is an error; a baseline that speaks of other labels cannot be compared. */
function together(found: Compared, assembled: (others: readonly Answered[]) => Assembled): { compared: Compared; scores: Assembled } {
  const alone = () => assembled([])
  if (found.scored === null) return { compared: found, scores: alone() }
  try {
    return { compared: found, scores: assembled([found.scored]) }
  } catch (thrown) {
    return { scores: alone(), compared: notComparable(found, thrown) }
  }
}

/** What a model without features would have learned, where a profile says it. */
async function training(
  context: ModelContext,
  [column, ...others]: Target['columns'],
  own: Assembled['models'][number],
  { pair }: Assembled,
  truth: TruthReader,
) {
  if (own.task === 'ranking' || own.task === 'forecasting') return null
  const target = await trainingTarget(context, column)
  if (target === null) return null
  if (own.task === 'multilabel') {
    const rest = await Promise.all(others.map((name) => trainingTarget(context, name)))
    return labelShares([target, ...rest], alignTo(['0', '1']))
  }
  const align = alignTo(own.task === 'multiclass' ? own.classes : truth.coded.names)
  switch (own.task) {
    case 'binary':
      return pair && trainingStatistics(target, { task: 'binary', negative: pair[0], positive: pair[1] }, align)
    case 'multiclass':
      return trainingStatistics(target, { task: 'multiclass', classes: own.classes }, align)
    case 'regression':
      return trainingStatistics(target, { task: 'regression' }, align)
  }
}

/** Two labels in the test data, and a model that knows more: then the task has more. */
const taskFor = ({ task, inferred }: Target, scorer: Scorer): ScoredTask =>
  inferred && task === 'binary' && (scorer.classLabels?.length ?? 0) > 2 ? 'multiclass' : task

/** Where the config says the task, it has been refused there already. */
function refuseUnsuited({ model }: ModelContext, task: ScoredTask): void {
  for (const { name, metric } of model.evaluate.metrics) {
    const why = unsuited(metric, task)
    if (why === null) continue
    const inferred = model.task === null ? `, which is what the target ${quoted(targetColumns(model.data).join(', '))} looks like` : ''
    throw new UserError(
      'METRIC_UNSUITED',
      `evaluate.metrics.${name} cannot be computed for a ${task} task${inferred}: ${why}`,
      'correct the metric, or write the task into the config',
    )
  }
}

type Ahead = Naive & Items & { readonly times: Float64Array | null; readonly horizon: Int32Array | null }

/** What a forecast or a ranking is held against; of other tasks nothing. */
async function aheadOf(
  context: ModelContext,
  engine: DataEngine,
  target: Target,
  task: ScoredTask,
  { facts, ids }: { readonly facts: RowFacts; readonly ids: TruthReader['ids'] },
  reader: TimeReader,
  shown: string,
): Promise<Ahead> {
  const none = { times: null, horizon: null, scale: null, naive: null, item: null, popularity: null }
  if (task === 'ranking') return { ...none, ...(await itemsOf(context, engine, target.columns[0], ids)) }
  if (task !== 'forecasting') return none
  const times = reader.times(shown)
  return { ...none, times, horizon: reader.horizons(shown), ...(await naiveForecast(context, engine, target.columns[0], facts, times)) }
}

async function openLabelled(context: ModelContext) {
  const { model, ports } = context
  const engine = await ports.engine()
  const { table: all, shown } = await openTest(context, engine)
  const { table, excluded } = await matureRows(engine, all, model.data, context.clock.now(), shown)
  const target = await readTarget(engine, table, model.data, model.task, shown)
  const ranking = target.task === 'ranking'
  await checkRows(engine, table, model.data, shown, ranking ? model.data.group : null)
  if (ranking) await checkRelevance(engine, table, target.columns[0], shown)
  return { engine, table, shown, target, excluded, rowsRead: all.rows }
}

async function openTest(context: ModelContext, engine: DataEngine): Promise<{ table: Table; shown: string }> {
  const source = context.model.data.sources.test
  if (source === undefined) throw new UserError('DATA_MISSING', 'no data.test is configured', 'name labelled test data under data.test')
  const request = await sourceFiles(context, 'test', source)
  const table = await engine.open(request)
  const shown = request.files.map((file) => file.shown).join(', ')
  for (const file of table.files) requirePinned(source, file.path, file.digest)
  return { table, shown }
}

const testRecords = ({ files }: Table, rows: number): readonly InputRecord[] =>
  files.map(({ path, digest, bytes }) => ({ role: 'test', path, digest, bytes, rows: files.length === 1 ? rows : null }))

interface Assembled {
  /** in the order given */
  readonly models: readonly Scores[]
  /** of a classification; of a multilabel task its columns */
  readonly labels: readonly string[] | null
  /** of a binary task: negative, positive */
  readonly pair: readonly [string, string] | null
}

function assemble(
  context: ModelContext,
  truth: TruthReader,
  counted: Counted & Ahead,
  task: ScoredTask,
  answers: readonly Answered[],
): Assembled {
  const { data, evaluate: settings } = context.model
  switch (task) {
    case 'regression': {
      const models: readonly RegressionScores[] = answers.map((answered) => ({ ...regressionScores(truth.numbers, answered), ...counted }))
      return { models, labels: null, pair: null }
    }
    case 'binary': {
      const positive = positiveLabel(truth.coded.names, data)
      const models: readonly BinaryScores[] = answers.map((answered) => {
        checkPredicted(truth.coded, answered, data.target ?? '')
        const scores = binaryScores(truth.coded, positive, settings.threshold, answered)
        checkScale(scores, settings.metrics, settings.threshold, answered.shown)
        return { ...scores, ...counted }
      })
      const negative = truth.coded.names.find((label) => label !== positive) ?? ''
      return { models, labels: sortLabels(truth.coded.names), pair: [negative, positive] }
    }
    case 'ranking': {
      const { weight, group: query, item, popularity } = counted
      if (query === null) throw new Error('a ranking without data.group')
      const models: readonly RankingScores[] = answers.map((answered) => ({
        ...rankingScores(truth.numbers, query, answered),
        weight,
        item,
        popularity,
      }))
      return { models, labels: null, pair: null }
    }
    case 'forecasting': {
      const { weight, group: series, times: time, horizon, scale, naive } = counted
      const given = { y: truth.numbers, series, time, horizon, scale, naive }
      const models = answers.map(
        (answered, at): ForecastingScores => ({ ...forecastingScores(given, levelsOf(settings, at > 0), answered), weight }),
      )
      return { models, labels: null, pair: null }
    }
    case 'multilabel': {
      const labels = targetColumns(data)
      const models = answers.map((answered): MultilabelScores => {
        const scores = multilabelScores(labels, truth.marks, settings.threshold, answered)
        checkScale(scores, settings.metrics, settings.threshold, answered.shown)
        return { ...scores, ...counted }
      })
      return { models, labels, pair: null }
    }
    case 'multiclass': {
      const classes = allClasses(truth.coded, answers)
      const models: readonly MulticlassScores[] = answers.map((answered) => ({
        ...multiclassScores(truth.coded, classes, answered),
        ...counted,
      }))
      return { models, labels: classes, pair: null }
    }
  }
}

async function writePredictions(context: ModelContext, engine: DataEngine, columns: readonly PredictionColumn[]): Promise<void> {
  const folder = modelFolder(context.out, context.model.name)
  await context.ports.files.makeFolder(folder)
  await engine.writeParquet(join(folder, predictionsFile), columns)
}
