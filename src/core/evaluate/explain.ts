/** `modelgate evaluate --explain`: every rule in words, as this config sets it, before anything is read. */
import { showRef } from '../ledger/show-ref.ts'
import { metrics, usualMetrics } from '../metrics/table.ts'
import { shownSource } from '../policy/shown.ts'
import { bytes, count, plural, written, writtenChange, writtenLevel } from '../report/format.ts'
import type {
  CalibrationSpec,
  Change,
  FairnessCertainty,
  FairnessSpec,
  MetricSpec,
  Mode,
  ModelConfig,
  ScoreSpec,
  SlicesSpec,
  Task,
  Thresholds,
} from '../schema/config.ts'
import { factsOfSpec, isTested } from '../schema/metric-facts.ts'
import { targetColumns } from '../schema/target-columns.ts'
import { measures } from './fairness-measures.ts'
import { fewestRuns } from './history.ts'
import { warmUps } from './latency.ts'
import { isMeasured } from './measured.ts'
import { usualBudget } from './reuse.ts'

const modes: Readonly<Record<Mode, string>> = {
  guard:
    'fails on a change for the worse that reaches the limit and is certain at 5 % (Holm over the gated metrics); one that may be chance is inconclusive',
  point: 'fails on a change for the worse beyond the limit, certain or not',
  confident_worse: 'fails only where it is certain at 5 % that the change for the worse exceeds the limit (Holm over the gated metrics)',
  non_inferior:
    'passes only where it is certain that the change for the worse stays below the limit, at 5 % spread over the uses of the holdout; few rows do not show it, however alike they are answered',
  superior: 'passes only where it is certain that the candidate is better, at 5 % spread over the uses of the holdout',
}

/** One line each; nothing of the data is in them. */
export function explainEvaluate({ evaluate, baseline, gate, data, task, score = null, format }: ModelConfig): readonly string[] {
  if (score?.kind === 'metrics_file') return explainNumbers({ evaluate, baseline, gate, data, score, format })
  if (data.sources.test === undefined) return ['evaluate does not run: data.test is not configured']
  if (targetColumns(data).length === 0) return ['evaluate does not run: data.target is not configured']
  const { metrics: specs, mode, holdoutBudget = usualBudget } = evaluate
  const { parity = null } = evaluate
  const computed = specs.filter(({ metric }) => !isMeasured(metric))
  return [
    ...scoring(score, format),
    ...taskRule(evaluate),
    baselineRule(baseline),
    `changes, mode ${mode}: ${modes[mode]}`,
    ...(computed.length === 0 || evaluate.usualToo ? [usualRule(task, mode)] : []),
    ...specs.flatMap((spec) => ruleOf(spec, mode)),
    ...calibrationRules(evaluate.calibration ?? null),
    ...decisionRules(evaluate),
    ...slicesRules(evaluate.slices ?? null),
    ...fairnessRules(evaluate.fairness ?? null),
    'evaluate.beats_trivial: better than a model that knows no features, certain at 5 %',
    ...(mayBe(task, ['binary', 'multiclass'])
      ? [
          'evaluate.order_only: on a first run, probabilities that are worse than those of a model that knows no features warn, where no gated metric looks at them',
        ]
      : []),
    ...(mayBe(task, ['binary', 'multiclass', 'multilabel'])
      ? ['evaluate.too_good: a ROC AUC above 0.999 or an accuracy of 1 on at least 100 rows warns']
      : []),
    ...(parity === null
      ? []
      : [
          `evaluate.parity: answers that differ from evaluate.parity.predictions by more than ${written(parity.maxDifference)}, or the same class in fewer than ${writtenLevel(parity.minAgreement, 'pp')} of the rows, fail${specs.some(({ confirm = 1 }) => confirm > 1) ? '; the worst run counts' : ''}`,
        ]),
    ...(score === null ? ['evaluate.determinism: rows that are answered differently the second time warn'] : []),
    ...reuseRules(holdoutBudget, baseline),
    `${undecidedRule(mode, gate)}; an undefined gated metric is an error`,
  ]
}

/** The team's own evaluation: what is judged from numbers, and what is not. */
function explainNumbers({
  evaluate,
  baseline,
  gate,
  data,
  score,
  format,
}: Pick<ModelConfig, 'evaluate' | 'baseline' | 'gate' | 'data' | 'format'> & { readonly score: ScoreSpec }): readonly string[] {
  const { metrics: specs, mode, holdoutBudget = usualBudget } = evaluate
  return [
    ...scoring(score, format),
    ...taskRule(evaluate),
    baselineRule(baseline),
    `changes, mode ${mode}: ${modes[mode]}`,
    mode === 'point'
      ? 'the change is the bare difference to the number that was recorded for the baseline on the same test data'
      : 'a change is tested against the number that was recorded for the baseline on the same test data, where both have low and high (unpaired); where one has none it cannot be told from noise, and only mode point judges it',
    ...(data.sources.test === undefined
      ? ['data.test is not configured: nothing says whether two numbers are of the same test data, so changes cannot be compared']
      : []),
    ...specs.flatMap((spec) => ruleOf(spec, mode)),
    ...reuseRules(holdoutBudget, baseline),
    undecidedRule(mode, gate),
  ]
}

const undecidedRule = (mode: Mode, { onInconclusive }: ModelConfig['gate']): string =>
  `what is inconclusive counts as ${onInconclusive} (gate.on_inconclusive)${mode === 'non_inferior' || mode === 'superior' ? `, but a change that mode ${mode} has no proof of fails` : ''}`

/** What is not written is inferred, and may be any of them. */
const mayBe = (task: Task | null, tasks: readonly Task[]): boolean => task === null || tasks.includes(task)

function usualRule(task: Task | null, mode: Mode): string {
  const names = usualMetrics(task)
  const kinds = new Set(names.map((name) => (metrics[name]?.direction === 'lower' ? 'max_rise' : 'max_drop')))
  const which = `the usual metric of the task (${names.join(' or ')})`
  if (mode === 'superior') return `${which}: fails unless it is certain to be better`
  return `${which}: ${[...kinds].join(' or ')} at its default margin, ${[...new Set(names.map(defaultMargin))].join('; or ')}`
}

const defaultMargin = (name: string): string =>
  metrics[name]?.margin === 'relative' ? '1 % of the baseline' : '0.5 points, or 2 % of a baseline below 0.10'

const taskRule = ({ taskBefore }: ModelConfig['evaluate']): readonly string[] =>
  taskBefore === undefined
    ? []
    : [
        `evaluate.task_changed: a task other than ${taskBefore.task === 'inferred' ? 'the one that the target looks like' : `the ${taskBefore.task} of the base`} warns, because it takes away what is judged there`,
      ]

const baselineRule = ({ from, onMissing, predictions }: ModelConfig['baseline']): string =>
  from.length === 0
    ? 'baseline: none is configured: changes are not judged'
    : `baseline: the first that is there of ${from.map(showRef).join(', ')}; without one, changes count as ${onMissing} (baseline.on_missing)${
        predictions === undefined
          ? ''
          : `; where nobody can ask it, its answers in ${shownSource(predictions)} are compared row by row, joined on data.id, where they answer every row`
      }`

const reuseRules = (budget: number, { maxAgeDays }: ModelConfig['baseline']): readonly string[] => [
  `evaluate.holdout_reuse: warns when ${count(budget)} different candidates were judged on the same test data`,
  ...(maxAgeDays === null ? [] : [`evaluate.baseline_age: a baseline older than ${written(maxAgeDays)} days warns`]),
]

function scoring(score: ScoreSpec | null, format: ModelConfig['format']): readonly string[] {
  const inspected = format === 'opaque' ? ['the model is opaque: it is refused when it is a pickle, and otherwise not inspected'] : []
  switch (score?.kind) {
    case undefined:
      return inspected
    case 'run':
      return [
        'answers: the command of score.run is given the rows without target and weight, for the candidate and for the baseline',
        ...inspected,
      ]
    case 'predictions':
      return [
        'answers: those of score.predictions, of the candidate alone: a baseline without stored answers is compared by its numbers in the ledger, where they mean the same',
        ...inspected,
      ]
    case 'metrics_file':
      return ['numbers: those that your own evaluation wrote into score.metrics_file, taken at their word', ...inspected]
  }
}

const repeated = ({ confirm = 1 }: MetricSpec): string =>
  confirm === 1 ? '' : `; what would fail is measured ${confirm} times, and most of them decide`

/** @param of '' of all rows, `slice_` of each part of them */
function levelRules(spec: MetricSpec, of: '' | 'slice_'): readonly string[] {
  const { name, min, max, certainty } = spec
  const facts = factsOfSpec(spec)
  const level = (value: number) =>
    facts?.unit === 'ms' ? `${written(value)} ms` : facts?.unit === 'bytes' ? bytes(value) : writtenLevel(value, unitOf(spec))
  const literal = certainty === 'literal' ? '' : `, certainty ${certainty}`
  const how = facts?.unit === 'ms' ? `; calls in turn with the baseline after ${warmUps} to warm up, the upper 95 % bound decides` : ''
  return [
    ...(min === undefined
      ? []
      : [`evaluate.${of}min:${name}: ${limits(min, (value) => `below ${level(value)}`)}${literal}${repeated(spec)}`]),
    ...(max === undefined
      ? []
      : [`evaluate.${of}max:${name}: ${limits(max, (value) => `above ${level(value)}`)}${literal}${how}${repeated(spec)}`]),
  ]
}

function ruleOf(spec: MetricSpec, mode: Mode): readonly string[] {
  const facts = factsOfSpec(spec)
  const higher = facts?.direction !== 'lower'
  const kind = higher ? 'max_drop' : 'max_rise'
  return [
    ...levelRules(spec, ''),
    ...(facts?.unit === 'bytes' && spec.maxRise === undefined
      ? []
      : [`evaluate.${kind}:${spec.name}: ${changeRuleIn(mode, spec, higher)}`]),
  ]
}

function changeRuleIn(mode: Mode, spec: MetricSpec, higher: boolean): string {
  if (mode !== 'point' && !isTested(spec)) return untestedRule(mode)
  if (mode !== 'superior' || isMeasured(spec.metric)) return changeRule(spec, higher) + repeated(spec)
  const { warn, fail } = (higher ? spec.maxDrop : spec.maxRise) ?? {}
  const word = warn !== undefined && fail === undefined ? 'warns' : 'fails'
  return `${word} unless it is certain to be better, whatever limit is written${repeated(spec)}`
}

const untestedRule = (mode: Mode): string =>
  mode === 'non_inferior' || mode === 'superior'
    ? `fails, because no number of rows proves it: only mode point can judge it`
    : `is never certain, and so inconclusive where it reaches the limit: only mode point can judge it`

function calibrationRules(calibration: CalibrationSpec | null): readonly string[] {
  if (calibration === null) return []
  const { maxExcess, p, bins, binning } = calibration
  const rule = limits(maxExcess, (value) => `an error above ${written(value)} beyond chance`)
  return [
    `evaluate.calibration: ${rule}, in ${bins} bins of equal ${binning}, where Spiegelhalter's test is certain at ${written(p)}; else inconclusive`,
  ]
}

function decisionRules({ chooseThreshold = null, value = null }: ModelConfig['evaluate']): readonly string[] {
  const money = value === null ? '' : ` in ${value.currency ?? 'the unit of the config'}`
  return [
    ...(chooseThreshold === null
      ? []
      : [
          `the threshold is chosen on data.${chooseThreshold.on} for ${chooseThreshold.maximize}, for candidate and baseline by the same rule`,
        ]),
    ...(value === null ? [] : [`value is money${money} per 1,000 decisions; the report says at which threshold the model earns most`]),
  ]
}

function slicesRules(slices: SlicesSpec | null): readonly string[] {
  if (slices === null) return []
  const declared = slices.by.map((names) => names.join('+'))
  const found = slices.auto ? 'every column' : ''
  const metrics = slices.metrics.length === 0 ? 'the primary metric' : slices.metrics.map(({ name }) => name).join(', ')
  return [
    `slices of ${[...declared, found].filter((part) => part !== '').join(', ')}: each part with ${plural(slices.minRows, 'row')} is judged for itself by ${metrics}; a drop of 2 points (5 % of a loss) or of the limit that is written fails where it is certain at 5 % (Benjamini–Hochberg over all parts) and the models differ on 10 rows`,
    ...slices.metrics.flatMap((spec) => levelRules(spec, 'slice_').map((line) => `${line}, in the worst slice`)),
  ]
}

/** Of a gap between groups, and of how much it has grown. */
const certaintyWords: Readonly<Record<FairnessCertainty, (what: { there: string; is: string }) => string>> = {
  guard: ({ there }) =>
    `beyond the limit and certain at 5 % that ${there} (Holm over all pairs, measures and columns); one that may be chance is inconclusive`,
  literal: () => 'beyond the limit, certain or not',
  lenient: ({ is }) => `certain at 5 % that the ${is} is beyond the limit (Holm); one that may be within it warns`,
  strict: ({ is }) =>
    `anything but a ${is} that is certainly within the limit, which few rows do not show, however alike they are answered`,
}
const gapWords = { there: 'there is a gap', is: 'gap' }
const riseWords = { there: 'the gap has grown', is: 'rise' }

function fairnessRules(fairness: FairnessSpec | null): readonly string[] {
  if (fairness === null) return []
  const columns = fairness.by.map((names) => names.join('+')).join(', ')
  return [
    `fairness over ${columns}: every two groups are compared; a group needs ${plural(fairness.minRows, 'row')} of the kind that a measure rests on`,
    ...fairness.metrics.flatMap(({ name, measure, certainty, maxDifference, minRatio, maxRise }) => {
      const gap = (value: number) => writtenChange(value, measures[measure]?.unit ?? '')
      const rule = (word: string, limit: Thresholds<number> | undefined, says: (value: number) => string) =>
        limit === undefined
          ? []
          : [
              `evaluate.fairness_${word}:${name}: ${limits(limit, says)}, ${certaintyWords[certainty](word === 'rise' ? riseWords : gapWords)}`,
            ]
      return [
        ...rule('difference', maxDifference, (value) => `a difference above ${gap(value)}`),
        ...rule('ratio', minRatio, (value) => `a ratio below ${written(value)}`),
        ...rule('rise', maxRise, (value) => `a rise of the gap by ${gap(value)}`),
      ]
    }),
  ]
}

function changeRule(spec: MetricSpec, higher: boolean): string {
  const written_ = higher ? spec.maxDrop : spec.maxRise
  const word = higher ? 'drop' : 'rise'
  if (spec.auto) {
    const floor = spec.auto.floor === null ? `the default margin (${defaultMargin(spec.metric)})` : change(spec.auto.floor, spec)
    return `a ${word} of the larger of ${floor} and ${written(spec.auto.k)} × MAD of the last ${spec.auto.runs} runs of the ledger (at least ${fewestRuns}) fails`
  }
  if (written_ !== undefined) return limits(written_, (value) => `a ${word} of ${change(value, spec)}`)
  return factsOfSpec(spec)?.unit === 'ms'
    ? 'calls that are surely 10 % slower fail (default)'
    : `a ${word} of the default margin, ${defaultMargin(spec.metric)}, fails`
}

const limits = <T>({ warn, fail }: Thresholds<T>, says: (value: T) => string): string =>
  [...(warn === undefined ? [] : [`${says(warn)} warns`]), ...(fail === undefined ? [] : [`${says(fail)} fails`])].join(', ')

const unitOf = (spec: MetricSpec): 'pp' | '' => (factsOfSpec(spec)?.range.every(Number.isFinite) ? 'pp' : '')

function change({ kind, value }: Change, spec: MetricSpec): string {
  if (kind === 'relative') return `${writtenChange(value, 'relative')} of the baseline`
  const unit = factsOfSpec(spec)?.unit
  return unit === 'ms' ? `${written(value)} ms` : unit === 'bytes' ? bytes(value) : writtenChange(value, unitOf(spec))
}
