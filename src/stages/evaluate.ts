/**
 * Is it good enough, and not worse than the baseline? Scores the candidate, and the baseline on the same rows, over the labelled test
 * data, and lets the core judge. Rows pass through in batches; what stays is a label and a score a row.
 */
import { join } from 'node:path'
import { judgedAs } from '../core/evaluate/basis.ts'
import { figuresOf } from '../core/evaluate/comparable.ts'
import { determinismCheck } from '../core/evaluate/determinism.ts'
import { withHistory, withRuns } from '../core/evaluate/history.ts'
import { type JudgeInput, judge, type MissingBaseline } from '../core/evaluate/judge.ts'
import { isMeasured } from '../core/evaluate/measured.ts'
import { holdoutOf, proofLevel, reuse, usualBudget } from '../core/evaluate/reuse.ts'
import { taskChanged } from '../core/evaluate/task-change.ts'
import type { Scores } from '../core/metrics/scores.ts'
import { shownSource } from '../core/policy/shown.ts'
import { plural } from '../core/report/format.ts'
import type { EvaluateDetails } from '../core/schema/evaluate-details.ts'
import type { InputRecord } from '../core/schema/result.ts'
import { shorten, visible } from '../core/text/visible.ts'
import { shownCommand } from '../core/train/lineage.ts'
import type { DataEngine } from '../ports/data-engine.ts'
import { candidatePath, fetchedModel } from './candidate.ts'
import type { ModelContext, ModelStage } from './context.ts'
import type { Answered } from './evaluate/assemble.ts'
import { aheadOf, assemble, together, training } from './evaluate/assemble-task.ts'
import { byNumbers, type Compared, findBaseline } from './evaluate/baseline.ts'
import { holdoutChange } from './evaluate/changed-rows.ts'
import { readTogether } from './evaluate/column-reader.ts'
import { confirmed, type JudgedRun } from './evaluate/confirm.ts'
import { Decisions } from './evaluate/decisions.ts'
import { TimeReader } from './evaluate/forecast.ts'
import { writeHoldoutProfile } from './evaluate/holdout-profile.ts'
import { holdoutUses, ledgerView, withOneReading } from './evaluate/ledger-view.ts'
import { Measurements } from './evaluate/measure.ts'
import { looksLike, openLabelled, refuseUnsuited, taskFor, testRecords } from './evaluate/open-labelled.ts'
import { openScorer } from './evaluate/open-scorer.ts'
import { openParity } from './evaluate/parity.ts'
import { judgeParts } from './evaluate/parts.ts'
import { type PredictionColumn, predictionColumns, predictionsFile } from './evaluate/predictions-file.ts'
import { answersProfilePath } from './evaluate/predictions-profile.ts'
import { RowFacts } from './evaluate/row-facts.ts'
import { refuseOthersAnswers } from './evaluate/stored-baseline.ts'
import { checkLabels } from './evaluate/suits.ts'
import { frequentLabels } from './evaluate/truth.ts'
import { isNumeric, TruthReader } from './evaluate/truth-reader.ts'
import { UnitReader } from './evaluate/units.ts'
import { modelFolder } from './out-folder.ts'

export const evaluate: ModelStage = async (given, options) => {
  await given.ports.files.remove(answersProfilePath(given))
  if (given.model.task === 'custom') return (await import('./evaluate/own-numbers.ts')).evaluateNumbers(given, options)
  const context = withOneReading(given)
  const { model, progress } = context
  const path = await candidatePath(context)
  const shownModel = model.model.kind === 'path' ? model.model.path : ((await fetchedModel(context))?.model.path ?? path)
  // the model's process starts while the data is opened
  const [opened, test] = await Promise.allSettled([openScorer(context, path, shownModel), openLabelled(context)])
  if (opened.status === 'rejected') throw opened.reason
  await using scorer = opened.value
  if (test.status === 'rejected') throw test.reason

  const { engine, table, all, shown, target, excluded, counted, rowsRead } = test.value
  const task = taskFor(target, scorer)
  if (target.inferred) progress.say(`${model.name}: task ${task}, as its target looks; \`task: ${task}\` in the config would say so`)
  refuseUnsuited(context, task)
  progress.say(`${model.name}: scoring ${plural(table.rows, 'row')} with ${shownModel}`)

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
    beside: readTogether(truth, facts, times, units),
  })
  const decisions = await Decisions.open(context, engine, table, task, shown)
  await decisions.choose(scorer, shownModel, 'candidate')
  const measurements = new Measurements(context, scorer, { engine, table, shown: { model: shownModel, data: shown } })
  const tests = await testRecords(table, rowsRead)
  const fingerprint = holdoutOf(tests) ?? ''
  const today = { engine, all, holdout: fingerprint, rows: table.rows }
  await using baselineFolder = await context.ports.files.temporaryFolder()
  const found = await findBaseline(context, scorer.digest, baselineFolder.path, {
    ...request,
    data: shown,
    today,
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

  const ledger = await ledgerView(context)
  const holdout = holdoutUses(ledger, fingerprint, context)
  const basis = judgedAs(model, { holdout: fingerprint, task, rows: table.rows })
  const { compared, input: numbers } = byNumbers(scored, basis, model.evaluate.metrics)
  const specs = withHistory(
    model.evaluate.metrics.filter(({ metric }) => !isMeasured(metric)),
    ledger.state,
    basis,
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
  const judgedRun = async <T>(mine: Scores, theirs: Scores | null, answers: T): Promise<JudgedRun<T>> => {
    const judged = judge({ ...asked, candidate: mine, baseline: theirs })
    const parts = await judgeParts(context, { engine, table, shown, own: mine, other: theirs, missing: compared.missing, judged })
    return { judged, parts, answers }
  }
  const first = await judgedRun(own, other, { own, scores })
  const { judged } = first
  if (compared.answers !== null) refuseOthersAnswers(compared, basis, judged.metrics, model.evaluate.metrics)
  const parityOfRuns = await openParity(context, {
    ...request,
    data: shown,
    ids: truth.ids,
    leftOut,
    assemble: (answers) => assembled(answers).models,
  })
  parityOfRuns.hold(candidate)
  const confirmation = await confirmed(context, specs, first, async () => {
    const mine = await scorer.score({ ...request, shown: { model: shownModel, data: shown } })
    parityOfRuns.hold(mine)
    const theirs = other === null ? null : ((await compared.again?.()) ?? compared.scored)
    const again = assembled([mine, ...(theirs === null ? [] : [theirs])])
    const [candidateAgain, baselineAgain = null] = decisions.apply(again.models, again.pair)
    if (candidateAgain === undefined) throw new Error('the candidate has no scores')
    return judgedRun(candidateAgain, baselineAgain, { own: candidateAgain, scores: again })
  })
  const { answers: shownRun, metrics } = confirmation
  const parity = parityOfRuns.finish()
  await writePredictions(context, engine, predictionColumns(shownRun.own, shownRun.scores.pair, truth.ids))
  // drift asks the model again, with the threshold of the config
  const [plainly] = shownRun.scores.models
  if (plainly === undefined) throw new Error('the candidate has no scores')
  const kept = await writeHoldoutProfile(context, {
    engine,
    scorer,
    task: plainly.task,
    scores: plainly,
    pair: shownRun.scores.pair,
    labels: truth.coded.names,
    units: units.units,
  })

  const measured = await measurements.finish(compared.missing ?? untimed(compared), bytesOf(compared.inputs))
  const { mode, holdoutBudget: budget = usualBudget } = model.evaluate
  const primary = metrics.find((metric) => metric.name === judged.primary)
  const used = reuse(
    holdout,
    scorer.digest,
    fingerprint,
    { mode, budget, paired: other !== null },
    primary,
    other === null ? null : await holdoutChange(context, ledger.state, compared.record?.digest ?? null, today, compared.answers !== null),
  )
  const hidden = target.columns.some((name) => model.data.sensitive.includes(name))
  const details: EvaluateDetails = {
    task,
    primary: judged.primary,
    rows: counted,
    ...(judged.groups === undefined ? {} : { groups: judged.groups }),
    excluded,
    // those of a multilabel task are names of columns
    labels:
      hidden || scores.labels === null ? null : own.task === 'multilabel' ? [...scores.labels] : frequentLabels(truth.coded, scores.labels),
    positive: hidden ? null : (scores.pair?.[1] ?? null),
    ...decisions.details(shownRun.own),
    rewrites: [...scorer.rewrites, ...candidate.renamed],
    score_ms: Math.round(candidate.milliseconds),
    holdout: used.details,
    ...measured.details,
    ...confirmation.parts.details,
    judged: { basis, figures: figuresOf(metrics, model.evaluate.metrics) },
    ...confirmation.details,
    ...kept,
    ...parity.details,
    ...scoredBy(model),
    ...(compared.answers === null ? {} : { baseline_answers: shorten(visible(compared.answers), 200) }),
    unchanged: compared.missing?.kind === 'unchanged',
    metrics: withRuns(metrics, specs),
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
      ...taskChanged(model.evaluate.taskBefore ?? null, task, looksLike(target, scorer)),
      ...decisions.spoken([...confirmation.checks, ...confirmation.parts.checks]),
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

/** Stored answers take no time. */
const untimed = ({ answers }: Pick<Compared, 'answers'>): MissingBaseline | null =>
  answers === null ? null : { kind: 'not-comparable', because: 'of the baseline only its answers are at hand' }

const bytesOf = (inputs: readonly InputRecord[]): number | null => inputs.find(({ role }) => role === 'baseline')?.bytes ?? null

/** Nothing where our own runtime answered. */
function scoredBy({ score = null, format }: ModelContext['model']): Pick<EvaluateDetails, 'scored'> {
  if (score === null) return {}
  if (score.kind === 'metrics_file') throw new Error('numbers of a custom task are judged elsewhere')
  const how = score.kind === 'run' ? shownCommand(score.command) : shownSource(score.source)
  return { scored: { by: score.kind === 'run' ? 'command' : 'predictions', how: shorten(visible(how), 200), inspected: format === 'onnx' } }
}

async function writePredictions(context: ModelContext, engine: DataEngine, columns: readonly PredictionColumn[]): Promise<void> {
  const folder = modelFolder(context.out, context.model.name)
  await context.ports.files.makeFolder(folder)
  await engine.writeParquet(join(folder, predictionsFile), columns)
}
