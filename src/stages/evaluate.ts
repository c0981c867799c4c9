/**
 * Is it good enough, and not worse than the baseline? Scores the candidate, and the baseline on the same rows, over the labelled test
 * data, and lets the core judge. Rows pass through in batches; what stays is a label and a score a row.
 *
 *     opened ─► passed ─► found ─► assembled ─► judged ─► confirmed ─► kept, timed, counted ─► output
 */
import { join } from 'node:path'
import { sameLevels } from '../core/evaluate/comparable.ts'
import type { MissingBaseline } from '../core/evaluate/missing-baseline.ts'
import { type Reuse, reuse, usualBudget } from '../core/evaluate/reuse.ts'
import type { InputRecord } from '../core/schema/result.ts'
import type { ModelContext, ModelStage } from './context.ts'
import { assembler, together } from './evaluate/assemble-task.ts'
import { type Compared, findBaseline } from './evaluate/baseline.ts'
import { holdoutChange, type Today } from './evaluate/changed-rows.ts'
import { type Confirmed, confirmed, type JudgedRun } from './evaluate/confirm.ts'
import { Decisions } from './evaluate/decisions.ts'
import { writeHoldoutProfile } from './evaluate/holdout-profile.ts'
import { type Decided, decided, type Judging, openJudging } from './evaluate/judging.ts'
import { withOneReading } from './evaluate/ledger-view.ts'
import { Measurements } from './evaluate/measure.ts'
import { type Opened, openEvaluation } from './evaluate/open.ts'
import { otherAnswers } from './evaluate/other-answers.ts'
import { outputOf } from './evaluate/output.ts'
import { openParity } from './evaluate/parity.ts'
import { predictionColumns, predictionsFile } from './evaluate/predictions-file.ts'
import { answersProfilePath } from './evaluate/predictions-profile.ts'
import { holdoutToday, type Passed, scoreCandidate } from './evaluate/score-candidate.ts'
import { refuseOthersAnswers } from './evaluate/stored-baseline.ts'
import { modelFolder } from './out-folder.ts'

export const evaluate: ModelStage = async (given, options) => {
  await given.ports.files.remove(answersProfilePath(given))
  if (given.model.task === 'custom') return (await import('./evaluate/own-numbers.ts')).evaluateNumbers(given, options)
  const context = withOneReading(given)
  await using opened = await openEvaluation(context)
  const { scorer, rows, task, shown } = opened
  const request = { engine: rows.engine, table: rows.table, task }

  const passed = await scoreCandidate(context, opened)
  const decisions = await Decisions.open(context, rows.engine, rows.table, task, shown.data)
  await decisions.choose(scorer, shown.model, 'candidate')
  const measurements = new Measurements(context, scorer, { engine: rows.engine, table: rows.table, shown })

  const { tests, ...today } = await holdoutToday(opened)
  await using folder = await context.ports.files.temporaryFolder()
  const found = await findBaseline(context, scorer.digest, folder.path, {
    ...request,
    data: shown.data,
    today,
    whileOpen: async (open, called) => {
      await measurements.against(open, called)
      await decisions.choose(open, called, 'baseline')
    },
  })

  const assemble = await assembler(context, opened, passed)
  const { compared: baseline, scores } = together(found, (others) => assemble([passed.candidate, ...others]))
  const answered = decided(decisions, scores)
  const asked = { opened, passed, holdout: today.holdout, baseline, first: answered }
  const { judging, first } = await judgeFirst(context, asked, async () =>
    decided(decisions, assemble([await scorer.score({ ...request, shown })])),
  )
  const { compared } = judging
  if (compared.answers !== null) refuseOthersAnswers(compared, judging.basis, first.judged.metrics, context.model.evaluate.metrics)

  const parityOfRuns = await openParity(context, {
    ...request,
    data: shown.data,
    ids: passed.truth.ids,
    leftOut: rows.rowsRead - rows.table.rows,
    assemble: (answers) => assemble(answers).models,
  })
  parityOfRuns.hold(passed.candidate)
  const run = await confirmed(context, judging.specs, first, async () => {
    const mine = await scorer.score({ ...request, shown })
    parityOfRuns.hold(mine)
    const theirs = answered.other === null ? null : ((await compared.again?.()) ?? compared.scored)
    return judging.judge(decided(decisions, assemble(theirs === null ? [mine] : [mine, theirs])))
  })
  const parity = parityOfRuns.finish()

  const kept = await keepAnswers(context, opened, passed, run.answers)
  const measured = await measurements.finish(compared.missing ?? untimed(compared), bytesOf(compared.inputs))
  const used = await holdoutUsed(context, opened, judging, { first, confirmed: run, today })
  return outputOf(context, { opened, passed, decisions, judging, first, confirmed: run, parity, measured, used, kept, tests })
}

/**
 * Stored answers, and a command, are no part of a model's file: the same file is the same model only where they come to what was recorded of it.
 * @param again asks the command once more: one that does not repeat itself cannot tell what else has changed
 */
async function judgeFirst(context: ModelContext, asked: Parameters<typeof openJudging>[1], again: () => Promise<Decided>) {
  const judging = await openJudging(context, asked)
  const first = await judging.judge(asked.first)
  const { score = null, evaluate: rules } = context.model
  if (score?.kind !== 'predictions' && score?.kind !== 'run') return { judging, first }
  const { metrics } = first.judged
  const others = otherAnswers(judging.compared, judging.basis, metrics, rules.metrics, score.kind)
  if (others === null) return { judging, first }
  if (score.kind === 'run' && !sameLevels(metrics, (await judging.judge(await again())).judged.metrics)) return { judging, first }
  const anew = await openJudging(context, { ...asked, baseline: others })
  return { judging: anew, first: await anew.judge(asked.first) }
}

/** The answers that are shown, by row on this machine, and as a profile for drift, which asks the model again with the threshold of the config. */
async function keepAnswers(
  context: ModelContext,
  { rows: { engine }, scorer }: Opened,
  { truth, units }: Passed,
  { own, assembled }: Decided,
) {
  const folder = modelFolder(context.out, context.model.name)
  await context.ports.files.makeFolder(folder)
  await engine.writeParquet(join(folder, predictionsFile), predictionColumns(own, assembled.pair, truth.ids))
  const [plainly] = assembled.models
  if (plainly === undefined) throw new Error('the candidate has no scores')
  return writeHoldoutProfile(context, {
    engine,
    scorer,
    task: plainly.task,
    scores: plainly,
    pair: assembled.pair,
    labels: truth.coded.names,
    units: units.units,
  })
}

interface Judgements {
  readonly first: JudgedRun<Decided>
  readonly confirmed: Confirmed<Decided>
  readonly today: Today
}

async function holdoutUsed(
  context: ModelContext,
  { scorer }: Opened,
  { ledger, uses, compared }: Judging,
  { first: { judged, answers }, confirmed: { metrics }, today }: Judgements,
): Promise<Reuse> {
  const { mode, holdoutBudget: budget = usualBudget } = context.model.evaluate
  const paired = answers.other !== null
  const primary = metrics.find((metric) => metric.name === judged.primary)
  const change = paired
    ? await holdoutChange(context, ledger.state, compared.record?.digest ?? null, today, compared.answers !== null)
    : null
  return reuse(uses, scorer.digest, today.holdout, { mode, budget, paired }, primary, change)
}

/** Stored answers take no time. */
const untimed = ({ answers }: Pick<Compared, 'answers'>): MissingBaseline | null =>
  answers === null ? null : { kind: 'not-comparable', because: 'of the baseline only its answers are at hand' }

const bytesOf = (inputs: readonly InputRecord[]): number | null => inputs.find(({ role }) => role === 'baseline')?.bytes ?? null
