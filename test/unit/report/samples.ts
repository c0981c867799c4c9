/** Reports to render: a passing, a failing and a first run of the flights example, and one whose every foreign text is `hostile`. */
import type { Verdict } from '../../../src/core/gate/fold.ts'
import type { ModelStageName } from '../../../src/core/pipeline.ts'
import type { ModelReport, Report } from '../../../src/core/report/report.ts'
import type { ModelConfig } from '../../../src/core/schema/config.ts'
import type { DriftDetails } from '../../../src/core/schema/drift-details.ts'
import type { EvaluateDetails } from '../../../src/core/schema/evaluate-details.ts'
import { type Check, makeCheck, type RunSource, type StageResult } from '../../../src/core/schema/result.ts'
import { plainData } from '../../support/plain.ts'

const digest = (digit: string) => `sha256:${digit.repeat(64)}`

export const source: RunSource = {
  repository: 'acme/flights',
  sha: '1fed20d0c2a4f0f5b6a7c8d9e0f1a2b3c4d5e6f7',
  ref: 'refs/pull/12/merge',
  run_id: '7300012345',
  run_attempt: '1',
  event: 'pull_request',
}

export const modelConfig = (name: string, change: Partial<ModelConfig> = {}): ModelConfig => ({
  name,
  task: 'binary',
  model: { kind: 'path', path: `models/${name}.onnx` },
  format: 'onnx',
  data: plainData({
    sources: {
      train: { kind: 'files', paths: ['data/train.parquet'], format: null, sha256: null },
      test: { kind: 'files', paths: ['data/test.parquet'], format: null, sha256: null },
      current: { kind: 'files', paths: ['data/current.parquet'], format: null, sha256: null },
    },
    target: 'late',
    positive: 1,
  }),
  expect: [],
  train: { kind: 'builtin', builtin: 'baseline' },
  evaluate: { metrics: [], mode: 'guard', threshold: 0.5 },
  baseline: { from: [{ kind: 'alias', model: null, alias: 'production' }], onMissing: 'warn', maxAgeDays: null },
  drift: { enabled: true, reference: 'training', columns: {} },
  promote: { to: ['staging', 'production'], bump: 'auto', accept: 'warn' },
  gate: { onInconclusive: 'pass', onDegraded: 'pass' },
  limits: { memoryBytes: 4e9, timeMs: 1.2e6 },
  ...change,
})

interface Given {
  readonly stage: ModelStageName
  readonly checks: readonly Check[]
  readonly details?: object
  readonly durationMs?: number
  readonly extra?: Partial<StageResult>
}

const severity: readonly Verdict[] = ['error', 'fail', 'warn', 'pass', 'skipped']
const worstOf = (verdicts: readonly Verdict[]): Verdict => severity.find((verdict) => verdicts.includes(verdict)) ?? 'skipped'

export function result(model: string, { stage, checks, details = {}, durationMs = 1200, extra = {} }: Given): StageResult {
  return {
    schema: 'modelgate/result@1',
    stage,
    model,
    verdict: worstOf(checks.map((check) => check.effect)),
    because: null,
    degraded: [],
    checks: [...checks],
    inputs: [],
    details: JSON.parse(JSON.stringify(details)),
    baseline: null,
    tool: { name: 'modelgate', version: '0.1.0' },
    config_digest: digest('c'),
    source,
    started_at: '2026-11-23T00:00:00Z',
    duration_ms: durationMs,
    ...extra,
  }
}

export function modelReport(config: ModelConfig, results: readonly StageResult[], change: Partial<ModelReport> = {}): ModelReport {
  const verdict = worstOf(results.map((entry) => entry.verdict))
  return {
    config,
    verdict,
    promotable: verdict === 'pass' || verdict === 'warn',
    digest: digest('4'),
    stages: results.map((entry) => ({
      stage: stageOf(entry),
      verdict: entry.verdict,
      because: entry.because,
      durationMs: entry.duration_ms,
      result: entry,
    })),
    notConfigured: [{ stage: 'fetch', because: 'the model is a file of this repository' }],
    ...change,
  }
}

function stageOf({ stage }: StageResult): ModelStageName {
  if (stage === 'validate' || stage === 'train' || stage === 'fetch' || stage === 'evaluate' || stage === 'drift') return stage
  throw new Error(`${stage} is no stage of a model`)
}

export function report(models: readonly ModelReport[], change: Partial<Report> = {}): Report {
  const verdict = worstOf(models.map((model) => model.verdict))
  return {
    verdict,
    promotable: models.every((model) => model.promotable),
    models,
    checks: models.map((model) =>
      makeCheck({ id: `gate.verdict:${model.config.name}`, status: model.verdict, effect: model.verdict, message: '' }),
    ),
    source,
    toolVersion: '0.1.0',
    configDigest: digest('c'),
    runUrl: 'https://github.com/acme/flights/actions/runs/7300012345',
    ...change,
  }
}

const inputs = [
  { role: 'candidate', path: 'models/flights.onnx', digest: digest('4'), rows: null, bytes: 12_345 },
  { role: 'test', path: 'data/test.parquet', digest: digest('7'), rows: 30_000, bytes: 400_000 },
]
const baseline = { ref: 'production', version: '1.3.0', digest: digest('b'), age_days: 12, same_rows: true }

const level = (value: number, half: number) => ({
  value,
  undefined: null,
  interval: [value - half, value + half] as [number, number],
  method: 'delong',
})

type Metric = EvaluateDetails['metrics'][number]
const rocAuc = (now: number, before: number | null): Metric => ({
  name: 'roc_auc',
  metric: 'roc_auc',
  direction: 'higher',
  unit: 'pp',
  gated: true,
  candidate: level(now, 0.0065),
  baseline: before === null ? null : level(before, 0.0066),
  trivial: 0.5,
  change:
    before === null
      ? null
      : { value: now - before, interval: [now - before - 0.005, now - before + 0.005], method: 'delong', p_worse: 0.9, rows_needed: null },
})
const logLoss = (now: number, before: number | null): Metric => ({
  name: 'log_loss',
  metric: 'log_loss',
  direction: 'lower',
  unit: '',
  gated: true,
  candidate: level(now, 0.004),
  baseline: before === null ? null : level(before, 0.004),
  trivial: 0.5,
  change:
    before === null
      ? null
      : { value: now - before, interval: [now - before - 0.002, now - before + 0.002], method: 't', p_worse: 0.2, rows_needed: null },
})
const shown = (name: string, value: number): Metric => ({
  name,
  metric: name,
  direction: 'higher',
  unit: 'pp',
  gated: false,
  candidate: level(value, 0.005),
  baseline: null,
  trivial: null,
  change: null,
})

const evaluation = (metrics: Metric[]): EvaluateDetails => ({
  task: 'binary',
  primary: 'roc_auc',
  rows: 30_000,
  excluded: { 'no label yet': 412 },
  labels: ['0', '1'],
  positive: '1',
  threshold: 0.5,
  rewrites: [],
  score_ms: 40,
  unchanged: false,
  metrics,
})

const floor = (observed: number, limit: number, status: 'pass' | 'fail'): Check =>
  makeCheck({
    id: 'evaluate.min:roc_auc',
    status,
    effect: status,
    metric: 'roc_auc',
    unit: 'pp',
    limit_kind: 'min',
    observed,
    limit,
    n: 30_000,
    message: `roc_auc is ${observed} (limit ${limit})`,
  })
const drop = (observed: number, before: number, status: 'pass' | 'fail'): Check =>
  makeCheck({
    id: 'evaluate.max_drop:roc_auc',
    status,
    effect: status,
    metric: 'roc_auc',
    unit: 'pp',
    limit_kind: 'max_drop',
    observed,
    baseline: before,
    delta: observed - before,
    interval: [observed - before - 0.005, observed - before + 0.005],
    level: 0.95,
    tail: 'lower',
    limit: 0.01,
    p_value: status === 'fail' ? 1e-9 : 0.98,
    n: 30_000,
    message:
      status === 'fail'
        ? `roc_auc fell by ${((before - observed) * 100).toFixed(1)} pp (limit 1.0 pp)`
        : 'roc_auc rose by 1.1 pp (a drop of 1.0 pp is allowed)',
    fix:
      status === 'fail'
        ? 'waivers:\n  - model: flights\n    check: "evaluate.max_drop:roc_auc"\n    limit: 2.5pp\n    reason: "why this is acceptable"\n    owner: your-name\n    until: 2026-12-23'
        : null,
  })
const rise = (observed: number, before: number): Check =>
  makeCheck({
    id: 'evaluate.max_rise:log_loss',
    status: 'inconclusive',
    effect: 'pass',
    metric: 'log_loss',
    unit: 'relative',
    limit_kind: 'max_rise',
    observed,
    baseline: before,
    delta: observed - before,
    interval: [observed - before - 0.003, observed - before + 0.0042],
    level: 0.95,
    tail: 'upper',
    limit: 0.01,
    n: 30_000,
    message: 'log_loss rose by 0.0006, which cannot be told from noise on 30,000 rows; 84,000 would decide it',
  })

type Column = DriftDetails['columns'][number]
const column = (name: string, js: number, state: Column['state'], summary: string, family: Column['family'] = 'features'): Column => ({
  column: name,
  family,
  kind: 'numeric-continuous',
  state,
  js,
  p: state === 'ok' ? 0.4 : 1e-20,
  q: state === 'ok' ? 0.52 : 4e-20,
  n_reference: 50_000,
  n_current: 20_000,
  summary,
  companions: {},
})
const driftOf = (columns: Column[]): DriftDetails => ({
  reference: { from: 'training profile', rows: 50_000, digest: null },
  current: { rows: 20_000 },
  same_data: false,
  columns,
})
const steady = driftOf([
  column('hour', 0.012, 'ok', 'median 13 → 13'),
  column('weekday', 0.031, 'immaterial', 'share of 5: 14.2 % → 15.1 %'),
  column('distance', 0.0, 'ok', 'median 568 → 569'),
  column('late', 0.021, 'immaterial', 'rate 19.4 % → 20.6 %', 'labels'),
])
const moved = driftOf([
  column('distance', 0.236, 'fail', 'median 568 → 731'),
  column('hour', 0.127, 'warn', 'median 13 → 15'),
  column('weekday', 0.031, 'immaterial', 'share of 5: 14.2 % → 15.1 %'),
  column('origin', 0.044, 'ok', 'no level moved by 1 pp'),
  column('late', 0.071, 'warn', 'rate 23.1 % → 16.2 %', 'labels'),
])

const driftChecks = (details: DriftDetails): Check[] =>
  details.columns.map((entry) => {
    const status = entry.state === 'fail' ? 'fail' : entry.state === 'warn' ? 'warn' : 'pass'
    const limit = (status === 'fail' ? 0.2 : 0.1) / (entry.family === 'features' ? 1 : 2)
    return makeCheck({
      id: `drift.shift:${entry.column}`,
      status,
      effect: status === 'fail' ? 'warn' : status,
      column: entry.column,
      observed: entry.js,
      limit,
      message: `${entry.column} moved: ${entry.summary}. JS* ${entry.js} (limit ${limit})`,
      fix: status === 'fail' ? 'retrain on newer data, or raise `drift.columns.distance.shift` in modelgate.yml' : null,
    })
  })

const validated = (checks: Check[]): Given => ({
  stage: 'validate',
  checks,
  durationMs: 340,
  details: {
    tables: [
      { role: 'train', format: 'parquet', rows: 50_000, columns: 6 },
      { role: 'test', format: 'parquet', rows: 30_000, columns: 6 },
      { role: 'current', format: 'parquet', rows: 20_000, columns: 6 },
    ],
  },
})
const fine = ['rows', 'nulls:hour', 'min:distance', 'in:origin'].map((id) =>
  makeCheck({ id: `validate.${id}`, status: 'pass', effect: 'pass', message: 'holds' }),
)
const broken = makeCheck({
  id: 'validate.min:delay',
  status: 'fail',
  effect: 'fail',
  column: 'delay',
  observed: 3,
  limit: 0,
  n: 50_000,
  message: '3 of 50,000 values of delay lie below −120 in train',
  fix: 'remove these rows, or write what is true: `expect.columns.delay.min`',
})

const trained: Given = {
  stage: 'train',
  checks: [makeCheck({ id: 'train.ran', status: 'pass', effect: 'pass', message: 'made the model' })],
  durationMs: 2100,
  details: {
    reused: false,
    how: 'builtin: baseline',
    model: { path: 'models/flights.onnx', digest: digest('4'), bytes: 12_345 },
    key: digest('k'),
    duration_ms: 2000,
    environment: {},
    builtin: null,
  },
}

const all = (name: string, given: readonly Given[]) => given.map((entry) => result(name, entry))

export const passing = (name = 'flights'): ModelReport =>
  modelReport(
    modelConfig(name),
    all(name, [
      validated(fine),
      trained,
      {
        stage: 'evaluate',
        checks: [floor(0.7021, 0.7, 'pass'), drop(0.7021, 0.6911, 'pass'), rise(0.4506, 0.45)],
        details: evaluation([rocAuc(0.7021, 0.6911), logLoss(0.4506, 0.45), shown('accuracy', 0.806), shown('recall', 0.231)]),
        extra: { baseline, inputs },
      },
      { stage: 'drift', checks: driftChecks(steady), details: steady, durationMs: 510 },
    ]),
  )

export const failing = (name = 'flights'): ModelReport =>
  modelReport(
    modelConfig(name),
    all(name, [
      validated([...fine, broken]),
      trained,
      {
        stage: 'evaluate',
        checks: [floor(0.6702, 0.67, 'pass'), drop(0.6702, 0.6911, 'fail'), rise(0.4606, 0.46)],
        details: evaluation([rocAuc(0.6702, 0.6911), logLoss(0.4606, 0.46), shown('accuracy', 0.781)]),
        extra: { baseline, inputs },
      },
      { stage: 'drift', checks: driftChecks(moved), details: moved, durationMs: 510 },
    ]),
  )

const noBaseline = (id: string, metric: string): Check =>
  makeCheck({
    id,
    status: 'no-baseline',
    effect: 'warn',
    metric,
    limit_kind: id.includes('drop') ? 'max_drop' : 'max_rise',
    limit: 0.01,
    message: `${metric} is not compared: there is no baseline yet; tried production: there is no ledger yet`,
    fix: 'promote this model: it becomes the baseline of the next run',
  })

export const first = (name = 'flights'): ModelReport =>
  modelReport(
    modelConfig(name),
    all(name, [
      validated(fine),
      trained,
      {
        stage: 'evaluate',
        checks: [
          floor(0.6911, 0.67, 'pass'),
          noBaseline('evaluate.max_drop:roc_auc', 'roc_auc'),
          noBaseline('evaluate.max_rise:log_loss', 'log_loss'),
        ],
        details: evaluation([rocAuc(0.6911, null), logLoss(0.45, null)]),
        extra: { inputs },
      },
      { stage: 'drift', checks: driftChecks(steady), details: steady, durationMs: 510 },
    ]),
  )

/** An evaluation that left nothing: the stage is missing, those after it show what they can. */
export const missing = (name = 'flights'): ModelReport => {
  const base = passing(name)
  return {
    ...base,
    verdict: 'error',
    promotable: false,
    digest: null,
    stages: base.stages.map((stage) =>
      stage.stage === 'evaluate'
        ? { stage: stage.stage, verdict: 'error', because: 'the stage did not run to its end', durationMs: 0, result: null }
        : stage,
    ),
  }
}

/** Every string that is not ours replaced, wherever a name, a message, a path or a fix can come from outside. */
export function hostile(model: ModelReport, text: string): ModelReport {
  const id = (old: string) => old.replace(/:.*$/s, `:${text}`)
  const check = (old: Check): Check => ({
    ...old,
    id: id(old.id),
    metric: old.metric === null ? null : text,
    column: old.column === null ? null : text,
    message: `the value of ${text} is wrong`,
    fix: old.fix === null ? null : old.fix.includes('\n') ? `waivers:\n  - check: ${text}\n${text}` : `do something about ${text}`,
  })
  return {
    ...model,
    config: { ...model.config, name: text },
    stages: model.stages.map((stage) => ({
      ...stage,
      result:
        stage.result === null
          ? null
          : {
              ...stage.result,
              checks: stage.result.checks.map(check),
              details: replaceNames(stage.result.details, text),
              baseline: stage.result.baseline === null ? null : { ...stage.result.baseline, ref: text, version: text },
            },
    })),
    notConfigured: model.notConfigured.map((entry) => ({ ...entry, because: text })),
  }
}

function replaceNames(details: StageResult['details'], text: string): StageResult['details'] {
  const keys = new Set(['name', 'column', 'summary', 'from', 'how', 'role', 'primary'])
  return JSON.parse(JSON.stringify(details), (key, value) =>
    keys.has(key) && typeof value === 'string' ? text : key === 'excluded' ? { [`no label ${text}`]: 3 } : value,
  )
}
