/** What the steps of an evaluation found → its output. Nothing is asked, scored or decided here. */
import { figuresOf } from '../../core/evaluate/comparable.ts'
import { determinismCheck } from '../../core/evaluate/determinism.ts'
import { withRuns } from '../../core/evaluate/history.ts'
import type { Reuse } from '../../core/evaluate/reuse.ts'
import { taskChanged } from '../../core/evaluate/task-change.ts'
import { shownSource } from '../../core/policy/shown.ts'
import type { EvaluateDetails } from '../../core/schema/evaluate-details.ts'
import type { Check, InputRecord, StageOutput } from '../../core/schema/result.ts'
import { shorten, visible } from '../../core/text/visible.ts'
import { shownCommand } from '../../core/train/lineage.ts'
import type { ModelContext } from '../context.ts'
import type { Confirmed, JudgedRun } from './confirm.ts'
import type { Decisions } from './decisions.ts'
import type { Decided, Judging } from './judging.ts'
import type { Measurements } from './measure.ts'
import type { Opened } from './open.ts'
import { looksLike } from './open-labelled.ts'
import type { ParityJudge } from './parity.ts'
import type { Passed } from './score-candidate.ts'
import { frequentLabels } from './truth.ts'

export interface Evaluated {
  readonly opened: Opened
  readonly passed: Passed
  readonly decisions: Pick<Decisions, 'details' | 'spoken'>
  readonly judging: Pick<Judging, 'ledger' | 'basis' | 'compared' | 'specs'>
  readonly first: JudgedRun<Decided>
  readonly confirmed: Confirmed<Decided>
  readonly parity: ReturnType<ParityJudge['finish']>
  readonly measured: Awaited<ReturnType<Measurements['finish']>>
  readonly used: Reuse
  readonly kept: Pick<EvaluateDetails, 'predictions_kept'>
  /** records of the test data */
  readonly tests: readonly InputRecord[]
}

export const outputOf = ({ model }: ModelContext, evaluated: Evaluated): StageOutput => ({
  checks: checksOf(model, evaluated),
  details: detailsOf(model, evaluated),
  inputs: inputsOf(evaluated),
  baseline: evaluated.judging.compared.record,
  degraded: evaluated.judging.ledger.degraded,
})

function checksOf(
  { evaluate }: ModelContext['model'],
  { opened, passed, decisions, judging, confirmed, parity, measured, used }: Evaluated,
): readonly Check[] {
  const { twice } = passed.candidate.predictions
  return [
    ...taskChanged(evaluate.taskBefore ?? null, opened.task, looksLike(opened.rows.target, opened.scorer)),
    ...decisions.spoken([...confirmed.checks, ...confirmed.parts.checks]),
    ...parity.checks,
    ...(twice ? [determinismCheck(twice)] : []),
    ...measured.checks,
    used.check,
    ...judging.compared.checks,
  ]
}

function detailsOf(model: ModelContext['model'], evaluated: Evaluated): EvaluateDetails {
  const { opened, passed, decisions, judging, first, confirmed, parity, measured, used, kept } = evaluated
  const { basis, compared, specs } = judging
  const { judged } = first
  const { rows, task, scorer } = opened
  return {
    task,
    primary: judged.primary,
    rows: rows.counted,
    ...(judged.groups === undefined ? {} : { groups: judged.groups }),
    excluded: rows.excluded,
    ...labelsOf(model, evaluated),
    ...decisions.details(confirmed.answers.own),
    rewrites: [...scorer.rewrites, ...passed.candidate.renamed],
    score_ms: Math.round(passed.candidate.milliseconds),
    holdout: used.details,
    ...measured.details,
    ...confirmed.parts.details,
    judged: { basis, figures: figuresOf(confirmed.metrics, model.evaluate.metrics) },
    ...confirmed.details,
    ...kept,
    ...parity.details,
    ...scoredBy(model),
    ...(compared.answers === null ? {} : { baseline_answers: shorten(visible(compared.answers), 200) }),
    unchanged: compared.missing?.kind === 'unchanged',
    metrics: withRuns(confirmed.metrics, specs),
  }
}

/** Those of a column that is never shown are not told. */
function labelsOf({ data }: ModelContext['model'], { opened, passed, first }: Evaluated): Pick<EvaluateDetails, 'labels' | 'positive'> {
  if (opened.rows.target.columns.some((name) => data.sensitive.includes(name))) return { labels: null, positive: null }
  const { own, assembled } = first.answers
  const { labels, pair } = assembled
  // those of a multilabel task are names of columns
  const shown = labels && (own.task === 'multilabel' ? [...labels] : frequentLabels(passed.truth.coded, labels))
  return { labels: shown, positive: pair?.[1] ?? null }
}

/** Nothing where our own runtime answered. */
function scoredBy({ score = null, format }: ModelContext['model']): Pick<EvaluateDetails, 'scored'> {
  if (score === null) return {}
  if (score.kind === 'metrics_file') throw new Error('numbers of a custom task are judged elsewhere')
  const how = score.kind === 'run' ? shownCommand(score.command) : shownSource(score.source)
  return { scored: { by: score.kind === 'run' ? 'command' : 'predictions', how: shorten(visible(how), 200), inspected: format === 'onnx' } }
}

const inputsOf = ({ opened: { scorer, shown }, passed, judging, parity, tests }: Evaluated): readonly InputRecord[] => [
  { role: 'model', path: shown.model, digest: scorer.digest, rows: null, bytes: scorer.bytes },
  ...judging.compared.inputs,
  ...tests,
  ...(passed.candidate.inputs ?? []),
  ...parity.inputs,
]
