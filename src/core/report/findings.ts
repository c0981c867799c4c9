/** What a reader has to know about checks: those that are due, with their fix, and those that could not be decided. Worst first. */
import { groupBy } from '../collections.ts'
import { type Verdict, verdicts } from '../gate/fold.ts'
import { modelStages } from '../pipeline.ts'
import { evaluateDetails } from '../schema/evaluate-details.ts'
import type { Check, StageResult } from '../schema/result.ts'
import { count, plural } from './format.ts'
import type { ModelReport, Report, StageReport } from './report.ts'
import { joinSome, name, own, plain, prose, say, type Text } from './text.ts'

export interface Finding {
  readonly effect: Verdict
  readonly status: Check['status']
  readonly id: string
  readonly stage: string
  /** place of its metric among those of the evaluation, the primary one first; what is of no metric, or of a part of the rows, comes after them. Of drift: columns before what is found in them, then pairs */
  readonly place: number
  /** how far it is from what was, where several are alike: the furthest first */
  readonly weight: number
  readonly text: Text
  /** as the stage wrote it */
  readonly message: string
  readonly fix: string | null
  /** names that stand in the fix */
  readonly names: readonly string[]
  /** stands for several checks */
  readonly merged: boolean
  readonly waived: boolean
}

export const rank = (verdict: Verdict): number => verdicts.indexOf(verdict)
export const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

const stageOrder: readonly string[] = ['gate', ...modelStages]
/** Worst first, in the order of the stages; of one kind the furthest first. */
const byWeight = (a: Finding, b: Finding): number =>
  rank(a.effect) - rank(b.effect) ||
  stageOrder.indexOf(a.stage) - stageOrder.indexOf(b.stage) ||
  a.place - b.place ||
  compare(checkName(a), checkName(b)) ||
  b.weight - a.weight ||
  compare(a.id, b.id)

const checkName = ({ id }: Finding): string => id.slice(0, Math.max(0, id.indexOf(':')) || id.length)

const isDue = (effect: Verdict): boolean => effect !== 'pass' && effect !== 'skipped'
const isQuiet = (status: Check['status']): boolean => status === 'pass' || status === 'skipped'

const allChecks = (model: ModelReport): readonly Check[] => model.stages.flatMap((stage) => stage.result?.checks ?? [])

export interface ModelFindings {
  /** what made the verdict what it is */
  readonly due: readonly Finding[]
  /** neutral: nothing is due */
  readonly undecided: readonly Finding[]
  /** somebody answers for them */
  readonly waived: readonly Finding[]
}

export function modelFindings(model: ModelReport, report: Report): ModelFindings {
  const all = [
    ...model.stages.flatMap(reportedFindings),
    ...gateFindings(report).flatMap((entry) => (entry.about === model.config.name ? [entry.finding] : [])),
  ]
  return {
    due: [...merged(all.filter((found) => isDue(found.effect)))].sort(byWeight),
    undecided: [...merged(all.filter((found) => !isDue(found.effect) && !found.waived && !isQuiet(found.status)))].sort(byWeight),
    waived: all.filter((found) => found.waived).sort(byWeight),
  }
}

/** What is due of one result. */
export const dueOf = (result: StageResult): readonly Finding[] =>
  merged(stageFindings(result).filter(({ effect }) => isDue(effect))).toSorted(byWeight)

/** The gate's own troubles that belong to no model. */
export function runFindings(report: Report): readonly Finding[] {
  const models = new Set(report.models.map((model) => model.config.name))
  return gateFindings(report)
    .flatMap((entry) => (models.has(entry.about) ? [] : [entry.finding]))
    .sort(byWeight)
}

/** Verdicts stand in the title, and a missing result at its stage: neither is said twice. */
function gateFindings(report: Report): readonly { readonly about: string; readonly finding: Finding }[] {
  return report.checks.flatMap((check) => {
    const [kind = '', ...subject] = check.id.split(':')
    if (kind === 'gate.verdict' || kind === 'gate.stage_missing') return []
    return [{ about: subject.join(':'), finding: finding(check, 'gate') }]
  })
}

/** Nothing to compare with yet, and nothing else wrong: the verdict is warn only because of that. */
export function isFirstRun(model: ModelReport): boolean {
  const due = allChecks(model).filter((check) => isDue(check.effect))
  return model.verdict === 'warn' && due.length > 0 && due.every((check) => check.status === 'no-baseline')
}

function stageFindings({ stage, checks, details }: StageResult): readonly Finding[] {
  // the schema is large, and made when it is first asked for
  const evaluated = stage === 'evaluate' ? evaluateDetails.safeParse(details) : null
  const metrics = evaluated?.success ? evaluated.data.metrics.map(({ name }) => name) : []
  return checks.filter((check) => isDue(check.effect) || !isQuiet(check.status)).map((check) => finding(check, stage, metrics))
}

const reportedFindings = (stage: StageReport): readonly Finding[] =>
  stage.result !== null ? stageFindings(stage.result) : stage.because !== null ? [missing(stage, stage.because)] : []

const missing = (stage: StageReport, because: string): Finding => ({
  effect: stage.verdict,
  status: 'error',
  id: `gate.stage_missing:${stage.stage}`,
  stage: stage.stage,
  place: 0,
  weight: 0,
  text: say`no result of this run: ${prose(because)}`,
  message: because,
  fix: `run \`modelgate ${stage.stage}\` before the gate, in the same run and with the same config`,
  names: [],
  merged: false,
  waived: false,
})

function finding(check: Check, stage: string, metrics: readonly string[] = []): Finding {
  const place = check.metric === null || check.slice !== null ? -1 : metrics.indexOf(check.metric)
  const names = namesIn(check, stage)
  return {
    effect: check.effect,
    status: check.status,
    id: check.id,
    stage,
    place: stage === 'drift' ? driftPlace(check.id) : place === -1 ? metrics.length : place,
    weight: Math.abs(check.delta ?? (check.observed ?? 0) - (check.limit ?? 0)),
    text: prose(check.message, names),
    message: check.message,
    fix: check.fix,
    names,
    merged: false,
    waived: check.waived !== undefined,
  }
}

const driftPlace = (id: string): number => (/^drift\.shift:/.test(id) ? 0 : /^drift\.(?:correlation|association):/.test(id) ? 2 : 1)

/** Names that stand in a message. What drift measures has a name that is a word of ours (`range`), not one of the user's. */
const namesIn = ({ metric, column, slice, names = [] }: Check, stage: string): readonly string[] =>
  [stage === 'drift' ? null : metric, column, slice, ...names].filter((known) => known !== null)

/** What says the same of many is one finding: nobody needs to read it six times, or ninety. */
const merged = (findings: readonly Finding[]): readonly Finding[] =>
  (['no-baseline', 'not-comparable'] as const).reduce((found, status) => waitingMerged(found, status), alikeMerged(saidOnce(findings)))

/** Two limits of one metric that is undefined have one sentence, and are told by the first of them. */
const saidOnce = (findings: readonly Finding[]): readonly Finding[] =>
  [...groupBy(findings, ({ stage, effect, message, fix }) => JSON.stringify([stage, effect, message, fix])).values()].flatMap((alike) =>
    alike.slice(0, 1),
  )

/** `roc_auc`, `roc_auc of 3 slices of site`: what the message says of it, else what the id does. */
function subjectOf({ id, message, names }: Finding): Text {
  const said = /^(.*?) is not compared[.:]/s.exec(message)?.[1]
  return said === undefined ? name(id.split(':').slice(1).join(':') || id) : prose(said, names)
}

/** Checks that wait for the same thing, a baseline that can be compared. */
function waitingMerged(findings: readonly Finding[], status: 'no-baseline' | 'not-comparable'): readonly Finding[] {
  const waiting = findings.filter((found) => found.status === status).sort(byWeight)
  const [first] = waiting
  if (first === undefined || waiting.length === 1) return findings
  const subjects = joinSome(waiting.map(subjectOf), 6)
  // `roc_auc is not compared: there is no baseline yet; tried production: 404`: what follows the first colon is the same for all
  const [reason, ...others] = new Set(
    waiting.map((found) => found.message.replace(/^.*?: /s, '').replace(/ The baseline had .*? then\./, '')),
  )
  const otherwise = status === 'no-baseline' ? 'there is no baseline yet' : 'the reasons differ, the results have them'
  const why = reason === undefined || others.length > 0 ? own(otherwise) : prose(reason)
  return [
    ...findings.filter((found) => !waiting.includes(found)),
    { ...first, text: say`${subjects} could not be compared: ${why}`, merged: true },
  ]
}

interface ManyParts {
  /** the beginning of the ids of what says the same of many parts */
  readonly id: RegExp
  /** how many of them are told one by one, the furthest from what was */
  readonly told: number
  /** what is said of the parts that are not told */
  readonly rest: (first: Finding, parts: number) => Text
}

/** What may be found in hundreds of parts at once; the first that fits. */
const inManyParts: readonly ManyParts[] = [
  {
    told: 3,
    // a model that is worse everywhere is worse in each slice
    id: /^evaluate\.slice(?:_min|_max)?:[^:]+:/,
    rest: ({ names }, parts) =>
      say`${joinSome(names.slice(0, 1).map(name), 1)} in ${own(plural(parts, 'more slice'))} likewise: the table of slices and evaluate.json have them`,
  },
  {
    told: 3,
    // columns of another time go together differently, each with many others
    id: /^drift\.(?:correlation|association):/,
    rest: (_, parts) => own(`${plural(parts, 'more pair')} of columns likewise: drift.json has ${parts === 1 ? 'it' : 'them'}`),
  },
  {
    told: 20,
    // of a table of thousands of columns
    id: /^(?:drift|validate)\.[a-z_]+:/,
    rest: ({ id, stage }, parts) =>
      own(`${count(parts)} more of ${id.slice(0, id.indexOf(':'))} likewise: ${stage}.json has ${parts === 1 ? 'it' : 'them'}`),
  },
]

/** The first few are told, of the others how many they are. */
function alikeMerged(findings: readonly Finding[]): readonly Finding[] {
  const kinds = new Map<string, { readonly kind: ManyParts; readonly found: Finding[] }>()
  for (const found of findings) {
    const kind = inManyParts.find(({ id }) => id.test(found.id))
    if (kind === undefined) continue
    const key = `${kind.id.exec(found.id)?.[0]} ${found.effect} ${found.status} ${found.waived}`
    const before = kinds.get(key)
    if (before === undefined) kinds.set(key, { kind, found: [found] })
    else before.found.push(found)
  }
  return [...kinds.values()].reduce((left: readonly Finding[], { kind: { told, rest }, found }) => {
    const [first, ...others] = found.sort((a, b) => b.weight - a.weight || compare(a.id, b.id)).slice(told)
    if (first === undefined || others.length === 0) return left
    const untold = new Set([first, ...others])
    const text = rest(first, untold.size)
    return [
      ...left.filter((one) => !untold.has(one)),
      { ...first, place: first.place + 0.5, text, message: plain(text), fix: null, merged: true },
    ]
  }, findings)
}
