/**
 * A config as a flat list of what it says, for comparing two of them: the path as it is written in the file, a text that is equal exactly
 * when the meaning is, and what a person is shown. Lists of values and labels are counted, never shown.
 */
import { showRef } from '../ledger/show-ref.ts'
import type {
  Change,
  Config,
  DriftColumn,
  Expectation,
  FairnessLimits,
  MetricSpec,
  ModelConfig,
  Thresholds,
  Waiver,
} from '../schema/config.ts'
import { roles } from '../schema/config.ts'
import { canonicalJson } from '../schema/parse-config.ts'
import { targetColumns } from '../schema/target-columns.ts'
import {
  shownAuto,
  shownChange,
  shownCommand,
  shownExpectation,
  shownFairness,
  shownNumber,
  shownOutcomes,
  shownScore,
  shownSource,
  shownThresholds,
} from './shown.ts'

export interface Fact {
  readonly kind: 'policy' | 'wiring'
  readonly value: string
  readonly shown: string
  /** of what has facts below it: value and text of everything together, for when all of it is new or gone */
  readonly whole?: { readonly value: string; readonly shown: string }
  /** the path of the fact this one lies below */
  readonly below?: string
}

type Entry = readonly [path: string, fact: Fact]

/** What is not there is no fact. */
const fact = (kind: Fact['kind'], path: string, value: unknown, shown: string): readonly Entry[] =>
  value === null || value === undefined ? [] : [[path, { kind, value: canonicalJson(value), shown }]]

/** Of the config as a whole. */
export const sharedFacts = ({ ledger, waivers = [], outside }: Config): ReadonlyMap<string, Fact> =>
  new Map([
    ...fact('policy', 'ledger.branch', ledger.branch, ledger.branch),
    // a URL may carry a credential
    ...fact('policy', 'ledger.remote', ledger.remote, ledger.remote.replace(/\/\/[^\s/@]*@/g, '//')),
    ...fact('policy', 'outside', outside, (outside ?? []).join(', ')),
    ...waiverFacts(waivers),
  ])

/** By model and check; the second one of the same check is told apart by its number. */
const waiverFacts = (waivers: readonly Waiver[]): readonly Entry[] =>
  waivers.flatMap((waiver, i) => {
    const { model, check, limit, reason, owner, until } = waiver
    const twins = waivers.slice(0, i).filter((other) => other.model === model && other.check === check).length
    const upTo = limit === null ? '' : `up to ${limit}, `
    return fact(
      'policy',
      `waivers.${model}.${check}${twins === 0 ? '' : ` (${twins + 1})`}`,
      waiver,
      `${upTo}until ${until} by ${owner}: ${reason}`,
    )
  })

export const factsOf = (model: ModelConfig): ReadonlyMap<string, Fact> => new Map(parts.flatMap((part) => part(model)))

/** One function a key of the config, in its order. */
const parts: readonly ((model: ModelConfig) => readonly Entry[])[] = [
  ({ task }) => fact('wiring', 'task', task, task ?? ''),
  ({ model }) => fact('wiring', 'model', model, showRef(model)),
  ({ format }) => fact('wiring', 'format', format, format),
  ({ data }) => roles.flatMap((role) => fact('wiring', `data.${role}`, data.sources[role], shownSource(data.sources[role]))),
  ({ data }) => [
    ...fact('wiring', 'data.target', data.targets ?? data.target, targetColumns(data).join(', ')),
    ...(['id', 'time'] as const).flatMap((key) => fact('wiring', `data.${key}`, data[key], data[key] ?? '')),
  ],
  ({ data }) => (['group', 'weight', 'horizon'] as const).flatMap((key) => fact('policy', `data.${key}`, data[key], data[key] ?? '')),
  ({ data }) => fact('wiring', 'data.positive', data.positive, 'a label'),
  ({ data }) => fact('policy', 'data.label_delay', data.labelDelayMs, `${data.labelDelayMs} ms`),
  ({ data }) => fact('wiring', 'data.features', data.features, (data.features ?? []).join(', ')),
  ({ data }) => Object.entries(data.kinds ?? {}).flatMap(([name, kind]) => fact('policy', `data.kinds.${name}`, kind, kind)),
  ({ data }) =>
    data.sensitive.length === 0 ? [] : fact('policy', 'data.sensitive', [...data.sensitive].sort(), data.sensitive.join(', ')),
  ({ expect }) => expect.flatMap((one) => fact('policy', expectationPath(one), shapeOf(one), shownExpectation(one))),
  ({ samples }) => fact('policy', 'expect.samples', samples, samples ?? ''),
  ({ results = [] }) => results.flatMap(({ path, severity }) => fact('policy', `expect.results.${path}`, severity, severity)),
  ({ profile }) => fact('policy', 'expect.profile', profile, profile ?? ''),
  ({ train }) =>
    fact('wiring', 'train', train, train === null ? '' : train.kind === 'builtin' ? `builtin ${train.builtin}` : shownCommand(train)),
  ({ score }) => fact('wiring', 'score', score, shownScore(score)),
  ({ evaluate }) => evaluate.metrics.flatMap((spec) => metricFactsOf(spec, 'evaluate.metrics')),
  ({ evaluate }) => fact('policy', 'evaluate.mode', evaluate.mode, evaluate.mode),
  ({ evaluate }) => fact('policy', 'evaluate.threshold', evaluate.threshold, shownNumber(evaluate.threshold)),
  ({ evaluate: { chooseThreshold: chosen } }) =>
    fact('policy', 'evaluate.threshold.on', chosen, `${chosen?.on}, maximize ${chosen?.maximize}`),
  // its labels are the data's
  ({ evaluate: { value } }) =>
    fact(
      'policy',
      'evaluate.value',
      value,
      value?.binary ? shownOutcomes(value.binary) : value?.column ? `column ${value.column}` : 'a matrix',
    ),
  // the levels judged: outputs beside them are wiring
  ({ evaluate: { quantiles, judgedQuantiles = quantiles } }) =>
    fact('policy', 'evaluate.quantiles', judgedQuantiles, (judgedQuantiles ?? []).join(', ')),
  ({ evaluate: { parity } }) => [
    ...fact('wiring', 'evaluate.parity.predictions', parity?.predictions, shownSource(parity?.predictions)),
    ...fact('policy', 'evaluate.parity.max_difference', parity?.maxDifference, String(parity?.maxDifference)),
    ...fact('policy', 'evaluate.parity.min_agreement', parity?.minAgreement, `${shownNumber((parity?.minAgreement ?? 0) * 100)}%`),
  ],
  ({ evaluate }) => fact('policy', 'evaluate.season', evaluate.season, `${evaluate.season} rows`),
  ({ evaluate }) => fact('policy', 'evaluate.holdout_budget', evaluate.holdoutBudget, String(evaluate.holdoutBudget)),
  ({ evaluate: { slices } }) => [
    ...fact('policy', 'evaluate.slices.by', slices?.by, (slices?.by ?? []).map((names) => names.join('+')).join(', ') || 'none'),
    ...fact('policy', 'evaluate.slices.auto', slices?.auto, String(slices?.auto)),
    ...fact('policy', 'evaluate.slices.min_rows', slices?.minRows, String(slices?.minRows)),
    ...(slices?.metrics ?? []).flatMap((spec) => metricFactsOf(spec, 'evaluate.slices.metrics')),
  ],
  ({ evaluate: { calibration } }) => [
    ...fact(
      'policy',
      'evaluate.calibration.max_excess',
      calibration?.maxExcess,
      calibration ? shownThresholds(calibration.maxExcess, shownNumber) : '',
    ),
    ...(['p', 'bins', 'binning'] as const).flatMap((key) =>
      fact('policy', `evaluate.calibration.${key}`, calibration?.[key], String(calibration?.[key])),
    ),
  ],
  ({ evaluate: { fairness } }) => [
    ...fact('policy', 'evaluate.fairness.by', fairness?.by, (fairness?.by ?? []).map((names) => names.join('+')).join(', ')),
    ...fact('policy', 'evaluate.fairness.min_rows', fairness?.minRows, String(fairness?.minRows)),
    ...(fairness?.metrics ?? []).flatMap((limits) =>
      fact('policy', `evaluate.fairness.metrics.${limits.name}`, withoutFresh(limits), shownFairness(limits)),
    ),
  ],
  ({ baseline }) => fact('policy', 'baseline.from', baseline.from, baseline.from.map(showRef).join(', ') || 'none'),
  ({ baseline }) => fact('policy', 'baseline.on_missing', baseline.onMissing, baseline.onMissing),
  ({ baseline }) => fact('policy', 'baseline.max_age', baseline.maxAgeDays, `${baseline.maxAgeDays}d`),
  ({ baseline }) => fact('policy', 'baseline.predictions', baseline.predictions, shownSource(baseline.predictions)),
  ({ drift }) => fact('policy', 'drift.enabled', drift.enabled, String(drift.enabled)),
  ({ drift: { reference } }) => fact('policy', 'drift.reference', reference, reference === 'training' ? reference : shownSource(reference)),
  ({ drift }) => Object.entries(drift.columns).flatMap(([name, column]) => driftColumnFacts(`drift.columns.${name}`, column)),
  ({ drift }) =>
    (
      [
        ['certainty', drift.certainty],
        ['correction', drift.correction],
        ['min_rows', drift.minRows],
        ['correlations', drift.correlations],
        ['blocks', drift.blocks],
        ['max_failed_columns', drift.maxFailedColumns],
      ] as const
    ).flatMap(([key, value]) => fact('policy', `drift.${key}`, value, String(value))),
  ({ drift }) =>
    Object.entries(drift.families ?? {}).flatMap(([family, limits]) =>
      fact('policy', `drift.families.${family}`, limits, shownThresholds(limits, shownNumber)),
    ),
  ({ drift: { classifier } }) => fact('policy', 'drift.classifier', classifier, `on ${classifier?.rows} rows of each side`),
  ({ drift: { importance } }) =>
    fact('policy', 'drift.importance', importance, `weights of ${Object.keys(importance ?? {}).length} columns`),
  ({ promote }) => fact('policy', 'promote.to', promote?.to, promote?.to.join(', ') ?? ''),
  ({ promote }) => fact('policy', 'promote.bump', promote?.bump, promote?.bump ?? ''),
  ({ promote }) => fact('policy', 'promote.accept', promote?.accept, promote?.accept ?? ''),
  ({ gate }) => fact('policy', 'gate.on_inconclusive', gate.onInconclusive, gate.onInconclusive),
  ({ gate }) => fact('policy', 'gate.on_degraded', gate.onDegraded, gate.onDegraded),
  ({ limits }) => fact('policy', 'limits.memory', limits.memoryBytes, `${shownNumber(limits.memoryBytes / 1e9)}GB`),
  ({ limits }) => fact('policy', 'limits.time', limits.timeMs, `${shownNumber(limits.timeMs / 1000)}s`),
]

/** Whose a limit is says nothing of what it asks. */
const withoutFresh = ({ fresh: _, ...limits }: FairnessLimits) => limits

/** Whose a metric is says nothing of what it asks. */
function metricFactsOf({ fresh: _, freshWords: __, ...spec }: MetricSpec, under: string): readonly Entry[] {
  const { name, metric, params, certainty, direction } = spec
  const at = `${under}.${name}`
  const change = (value: Change) => shownChange(value, spec)
  const limits: readonly (readonly [key: string, value: unknown, shown: string | undefined])[] = [
    ['min', spec.min, spec.min && shownThresholds(spec.min, shownNumber)],
    ['max', spec.max, spec.max && shownThresholds(spec.max, shownNumber)],
    ['max_drop', spec.maxDrop, spec.maxDrop && shownThresholds(spec.maxDrop, change)],
    ['max_rise', spec.maxRise, spec.maxRise && shownThresholds(spec.maxRise, change)],
  ]
  const auto = spec.auto && shownAuto(spec.auto, change)
  const words = [...limits, ['auto', spec.auto, auto ?? undefined] as const].flatMap(([key, , shown]) =>
    shown === undefined ? [] : [`${key} ${shown}`],
  )
  const definition = [
    metric,
    ...Object.entries(params).map(([key, value]) => `${key} ${value}`),
    ...(direction === undefined ? [] : [`${direction} is better`]),
  ].join(', ')
  const whole = { value: canonicalJson(spec), shown: words.join(', ') || 'no limit of its own' }
  return [
    [at, { kind: 'policy', value: canonicalJson({ metric, params, direction }), shown: definition, whole }],
    ...[
      ...limits,
      ['auto', spec.auto, auto ?? undefined] as const,
      ['certainty', certainty, certainty] as const,
      ['confirm', spec.confirm, String(spec.confirm)] as const,
    ].flatMap(([key, value, shown = '']) =>
      fact('policy', `${at}.${key}`, value, shown).map(([path, one]): Entry => [path, { ...one, below: at }]),
    ),
  ]
}

function driftColumnFacts(at: string, { shift, ignore, metric, raw, maxChange, maxRatio }: DriftColumn): readonly Entry[] {
  const limits = (key: string, limit: Thresholds<number> | undefined) =>
    fact('policy', `${at}.${key}`, limit, limit === undefined ? '' : shownThresholds(limit, shownNumber))
  return [
    ...limits('shift', shift),
    ...fact('policy', `${at}.ignore`, ignore, String(ignore)),
    ...fact('policy', `${at}.metric`, metric, metric ?? ''),
    ...fact('policy', `${at}.raw`, raw, String(raw)),
    ...limits('max_change', maxChange),
    ...limits('max_ratio', maxRatio),
  ]
}

const expectationPath = ({ column, check, name = null }: Expectation): string =>
  `${column === null ? `expect.${check}` : `expect.columns.${column}.${check}`}${name === null ? '' : ` (${name})`}`

const shapeOf = ({ params, severity, on, mostly = 1, where = null, name = null }: Expectation) => ({
  params,
  severity,
  on: [...on].sort(),
  ...(mostly === 1 ? {} : { mostly }),
  ...(where === null ? {} : { where }),
  ...(name === null ? {} : { name }),
})
