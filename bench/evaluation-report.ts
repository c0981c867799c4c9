/** A judged evaluation as the gate would hand it to the pages: one model, one stage. */
import { createHash } from 'node:crypto'
import type { Judgement } from '../src/core/evaluate/judge.ts'
import type { judgeSlices } from '../src/core/evaluate/slices.ts'
import { worst } from '../src/core/gate/fold.ts'
import type { Report } from '../src/core/report/report.ts'
import type { EvaluateDetails } from '../src/core/schema/evaluate-details.ts'
import { parseConfig } from '../src/core/schema/parse-config.ts'
import { type RunSource, resultSchema } from '../src/core/schema/result.ts'

const hash = (text: string): string => createHash('sha256').update(text).digest('hex')
const digest = `sha256:${hash('')}`
const source: RunSource = { repository: '', sha: digest, ref: 'local', run_id: 'local', run_attempt: '1', event: 'local' }
const config = 'models: {late: {model: late.onnx, task: binary, data: {test: test.csv, target: late, positive: 1}}}'

export function evaluationReport(rows: number, judged: Judgement, slices: ReturnType<typeof judgeSlices>): Report {
  const [model] = parseConfig(config, 'modelgate.yml', hash).models
  if (!model) throw new RangeError('a config has a model')
  const checks = [...judged.checks, ...slices.checks]
  const verdict = worst(checks.map(({ effect }) => effect))
  const details = {
    task: 'binary',
    primary: judged.primary,
    rows,
    excluded: {},
    labels: null,
    positive: '1',
    threshold: 0.5,
    rewrites: [],
    score_ms: 0,
    unchanged: false,
    metrics: judged.metrics,
    ...slices.details,
  } satisfies EvaluateDetails
  const result = resultSchema.parse({
    schema: 'modelgate/result@1',
    stage: 'evaluate',
    model: model.name,
    verdict,
    because: null,
    degraded: [],
    checks,
    inputs: [],
    details,
    baseline: { ref: 'production', version: '1.0.0', digest, age_days: 1, same_rows: true },
    tool: { name: 'modelgate', version: '0.0.0' },
    config_digest: digest,
    source,
    started_at: '2026-01-01T00:00:00Z',
    duration_ms: 0,
  })
  const stage = { stage: 'evaluate', verdict, because: null, durationMs: 0, result } as const
  return {
    verdict,
    promotable: false,
    models: [{ config: model, verdict, promotable: false, digest, stages: [stage], notConfigured: [] }],
    checks: [],
    source,
    toolVersion: '0.0.0',
    configDigest: digest,
    runUrl: null,
  }
}
