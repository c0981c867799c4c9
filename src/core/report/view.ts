/**
 * Results → what a report says, in the order a reader needs it. Everything about wording and order is decided here, once; the renderers
 * (Markdown, HTML, terminal) only write it down. Same results → same view, whatever order they came in.
 */
import type { Verdict } from '../gate/fold.ts'
import type { WaiverState, WaiverUse } from '../gate/waivers.ts'
import { fetchDetails, trainDetails, validateDetails } from '../schema/details.ts'
import { evaluateDetails } from '../schema/evaluate-details.ts'
import type { StageResult } from '../schema/result.ts'
import { type CalibrationView, calibrationView } from './calibration-view.ts'
import { type DriftView, driftView } from './drift-view.ts'
import { baselineWords, evaluationNotes } from './evaluation-notes.ts'
import { type FairnessView, fairnessView } from './fairness-view.ts'
import { compare, type Finding, isFirstRun, modelFindings, rank, runFindings } from './findings.ts'
import { count, duration, plural, shortDigest } from './format.ts'
import { outcomeWords, skippedWords } from './log-lines.ts'
import { type MetricView, metricViews, primarySentence } from './metric-view.ts'
import { originText, type PolicyView, policyView } from './policy-view.ts'
import type { ModelReport, Report, StageReport } from './report.ts'
import { type SlicesView, slicesView } from './slice-view.ts'
import { join, joinSome, link, name, own, prose, say, type Text } from './text.ts'

export interface StageView {
  readonly stage: string
  readonly verdict: Verdict
  readonly text: Text
  readonly durationMs: number
}

export interface ModelView {
  readonly name: string
  readonly verdict: Verdict
  /** one sentence: name and verdict */
  readonly title: Text
  /** the one figure a reviewer wants, or why there is none */
  readonly headline: Text
  readonly promotion: Text
  readonly promotable: boolean
  /** what made the verdict what it is, worst first, with the fix */
  readonly findings: readonly Finding[]
  /** neutral: could not be decided, nothing is due */
  readonly undecided: readonly Finding[]
  /** accepted by a person for a while, and waivers that nothing needed */
  readonly waived: readonly Text[]
  readonly metrics: readonly MetricView[]
  /** null: no part of the rows was judged for itself */
  readonly slices: SlicesView | null
  readonly evaluation: readonly Text[]
  readonly calibration: CalibrationView | null
  readonly fairness: FairnessView | null
  readonly drift: DriftView | null
  readonly data: readonly Text[]
  readonly stages: readonly StageView[]
  readonly notConfigured: Text
  readonly provenance: Text
}

export interface ReportView {
  readonly verdict: Verdict
  readonly title: Text
  /** worst first */
  readonly models: readonly ModelView[]
  /** the gate's own troubles that belong to no model's stage */
  readonly findings: readonly Finding[]
  /** null: nothing differs from the base */
  readonly policy: PolicyView | null
  readonly provenance: Text
  /** what differs from run to run although nothing changed: duration and link */
  readonly run: Text
}

/** Above what too few rows left open, which is no part of the verdict. */
export const undecidedTitle = 'Not decided, and not counted against the model'

const verbs = {
  pass: 'passes',
  warn: 'passes with warnings',
  fail: 'fails',
  error: 'could not be decided',
  skipped: 'was skipped',
} as const

export function viewOf(report: Report): ReportView {
  const models = report.models.map((model) => modelView(model, report)).sort((a, b) => rank(a.verdict) - rank(b.verdict))
  return {
    verdict: report.verdict,
    title: titleOf(models),
    models,
    findings: runFindings(report),
    policy: policyView(report.policy ?? null),
    provenance: provenanceOf(report),
    run: runOf(report),
  }
}

/** `flights passes` · `fraud fails, 2 other models pass` */
function titleOf(models: readonly ModelView[]): Text {
  const [first, ...rest] = models
  if (first === undefined) return own('nothing could be decided')
  if (rest.length === 0) return first.title
  const worst = models.filter((model) => model.verdict === first.verdict)
  if (worst.length === models.length) return say`all ${own(plural(models.length, 'model'))} ${own(pluralVerb(first.verdict))}`
  const others = models.length - worst.length
  return say`${joinSome(
    worst.map((model) => name(model.name)),
    3,
  )} ${own(worst.length === 1 ? verbs[first.verdict] : pluralVerb(first.verdict))}, ${own(`${others} ${others === 1 ? 'other' : 'others'} ${othersVerb(first.verdict, others === 1)}`)}`
}

/** What is said of the models that came to something better than the worst verdict. */
const othersVerb = (worst: Verdict, one: boolean): string =>
  ({
    error: one ? 'was' : 'were',
    fail: one ? 'does not' : 'do not',
    warn: 'without',
    pass: one ? 'was skipped' : 'were skipped',
    skipped: one ? 'was not' : 'were not',
  })[worst]

const pluralVerb = (verdict: Verdict): string =>
  ({ pass: 'pass', warn: 'pass with warnings', fail: 'fail', error: 'could not be decided', skipped: 'were skipped' })[verdict]

const resultOf = (model: ModelReport | undefined, stage: string): StageResult | null =>
  model?.stages.find((entry) => entry.stage === stage)?.result ?? null

function modelView(model: ModelReport, report: Report): ModelView {
  const evaluation = resultOf(model, 'evaluate')
  const details = evaluateDetails.safeParse(evaluation?.details)
  const metrics = details.success ? metricViews(details.data, evaluation?.checks ?? []) : []
  const { due, undecided, waived } = modelFindings(model, report)
  return {
    name: model.config.name,
    verdict: model.verdict,
    title: say`${name(model.config.name)} ${own(isFirstRun(model) ? 'passes, with nothing to compare against yet' : verbs[model.verdict])}`,
    headline: details.success
      ? primarySentence(details.data, evaluation?.checks ?? [], baselineWords(evaluation?.baseline ?? null))
      : withoutEvaluation(model),
    promotion: promotionOf(model),
    promotable: model.promotable,
    findings: due,
    undecided,
    waived: [...waived.map(({ status, text }) => say`${own(status)}: ${text}`), ...idleWaivers(model.config.name, report.waivers ?? [])],
    metrics,
    slices: details.success ? slicesView(details.data.slices, evaluation?.checks ?? []) : null,
    evaluation: details.success ? evaluationNotes(details.data, evaluation) : [],
    calibration: details.success ? calibrationView(details.data) : null,
    fairness: details.success ? fairnessView(details.data, evaluation?.checks ?? []) : null,
    drift: driftView(resultOf(model, 'drift'), model.config),
    data: dataNotes(resultOf(model, 'validate')),
    stages: model.stages.map((stage) => stageView(stage)),
    notConfigured: join(
      model.notConfigured.map(({ stage, because }) =>
        because === `${stage} is not configured` ? own(stage) : say`${own(stage)} (${prose(because)})`,
      ),
      ' · ',
    ),
    provenance: modelProvenance(model),
  }
}

/** Those that were used stand with their check. */
const idleWaivers = (model: string, uses: readonly WaiverUse[]): readonly Text[] =>
  uses.flatMap(({ waiver, state, meant = null }) => {
    if (waiver.model !== model) return []
    const what = idle(state, waiver.until, meant)
    return what === null ? [] : [say`the waiver of ${name(waiver.check)} by ${name(waiver.owner)} ${what}`]
  })

function idle(state: WaiverState, until: string, meant: string | null): Text | null {
  switch (state) {
    case 'used':
    case 'exceeded':
      return null
    case 'expired':
      return own(`ended on ${until}`)
    case 'unmatched':
      return own('was not needed in this run')
    case 'unknown':
      return say`waives nothing: no check of this run is called so${meant === null ? [] : say`. Did you mean ${name(meant)}?`}`
  }
}

function withoutEvaluation(model: ModelReport): Text {
  const stage = model.stages.find((entry) => entry.stage === 'evaluate')
  if (stage === undefined) {
    const reason = model.notConfigured.find((entry) => entry.stage === 'evaluate')?.because
    return say`The model was not evaluated${reason === undefined ? [] : say`: ${prose(reason)}`}.`
  }
  if (stage.because !== null) return say`The model was not evaluated: ${prose(stage.because)}.`
  return own(stage.result?.verdict === 'error' ? 'The model could not be evaluated.' : 'The evaluation left no figures.')
}

function promotionOf(model: ModelReport): Text {
  const { promote } = model.config
  if (model.promotable)
    return promote === null ? own('Promotable, once promote.to says where') : say`Promotable to ${join(promote.to.map(name), ', ')}`
  if (model.verdict === 'warn') return own('Not promotable: promote.accept asks for a pass')
  if (model.verdict === 'pass') return own('Not promotable: the evaluated bytes are not known')
  const because = model.stages.filter(({ verdict }) => verdict === model.verdict).map(({ stage }) => stage)
  const failed = model.verdict === 'fail'
  // what no stage came to is the gate's own finding
  if (because.length === 0) return own(`Not promotable: the gate ${failed ? 'failed' : 'could not decide'}`)
  return own(`Not promotable: ${listed(because)} ${failed ? (because.length === 1 ? 'fails' : 'fail') : 'could not be decided'}`)
}

const listed = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`

function dataNotes(result: StageResult | null): readonly Text[] {
  if (result === null) return []
  const details = validateDetails.safeParse(result.details)
  const tables = details.success ? details.data.tables : []
  return [
    ...idleChecks(result),
    ...tables.map(
      (table) =>
        say`${name(table.role)}: ${own(`${plural(table.rows, 'row')}, ${plural(table.columns, 'column')}`)} (${own(table.format)})`,
    ),
  ]
}

/** A check that had nothing to judge is no alarm, and not to be taken for one that holds. */
function idleChecks({ checks }: StageResult): readonly Text[] {
  const idle = checks.filter(({ status }) => status === 'skipped')
  const names = idle.map(({ id }) => name(id.replace(/^validate\./, '')))
  return idle.length === 0 ? [] : [say`${own(`${plural(idle.length, 'check')} had nothing to judge: `)}${joinSome(names, mostIdle)}`]
}

/** checks without anything to judge that are named */
const mostIdle = 5

function stageView(stage: StageReport): StageView {
  return { stage: stage.stage, verdict: stage.verdict, text: stageText(stage), durationMs: stage.durationMs }
}

function stageText({ because, result }: StageReport): Text {
  if (because !== null) return prose(because)
  if (result === null) return []
  if (result.verdict === 'skipped') return prose(skippedWords(result))
  if (result.stage === 'train') {
    const details = trainDetails.safeParse(result.details)
    if (details.success) {
      const size = `${count(details.data.model.bytes / 1000)} kB`
      return details.data.reused
        ? say`nothing changed, the model of ${name(details.data.how)} was kept`
        : say`${name(details.data.how)} made ${own(size)}`
    }
  }
  if (result.stage === 'fetch') {
    const details = fetchDetails.safeParse(result.details)
    if (details.success) return say`${name(details.data.ref)} is ${name(details.data.resolved)}`
  }
  return own(outcomeWords(result))
}

function modelProvenance(model: ModelReport): Text {
  const inputs = model.stages.flatMap((stage) => stage.result?.inputs ?? [])
  const unique = [...new Map(inputs.map((input) => [`${input.role} ${input.digest}`, input])).values()].sort((a, b) =>
    compare(`${a.role} ${a.path}`, `${b.role} ${b.path}`),
  )
  const data = unique.filter((input) => ['train', 'validation', 'test', 'current'].includes(input.role))
  const parts: readonly Text[] = [
    ...(model.digest === null ? [] : [say`model ${name(shortDigest(model.digest))}`]),
    ...data.map((input) => say`${own(input.role)} ${name(shortDigest(input.digest))}`),
  ]
  return join(parts, ' · ')
}

function provenanceOf(report: Report): Text {
  const { source } = report
  const sha = /^[0-9a-f]{40,64}$/.test(source.sha) ? name(source.sha.slice(0, 7)) : source.sha === '' ? null : name(source.sha)
  return join(
    [
      ...(sha === null ? [] : [say`commit ${sha}`]),
      say`config ${name(shortDigest(report.configDigest))}`,
      ...(report.policy === undefined ? [] : [originText(report.policy)]),
      say`modelgate ${name(report.toolVersion)}`,
    ],
    ' · ',
  )
}

function runOf(report: Report): Text {
  const total = report.models.flatMap((model) => model.stages).reduce((sum, stage) => sum + stage.durationMs, 0)
  const attempt =
    report.source.run_attempt === '' || report.source.run_attempt === '1' ? [] : say` attempt ${name(report.source.run_attempt)}`
  const run = /^\d+$/.test(report.source.run_id) ? [say`${link(say`run ${own(report.source.run_id)}`, report.runUrl)}${attempt}`] : []
  return join([own(duration(total)), ...run], ' · ')
}
