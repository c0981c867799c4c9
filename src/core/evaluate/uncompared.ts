/** A change that cannot be looked at, and what policy makes of that. */
import { effect } from '../gate/fold.ts'
import type { Metric } from '../metrics/metric.ts'
import { level as levelText } from '../report/format.ts'
import type { MetricSpec } from '../schema/config.ts'
import { type Check, makeCheck } from '../schema/result.ts'
import type { JudgeInput } from './judge-input.ts'
import { changeKind, margins } from './margin.ts'
import { countedMissing, sentence } from './words.ts'

export interface Uncompared {
  readonly spec: MetricSpec
  readonly metric: Metric
  readonly value: number
  /** null: nobody said how many */
  readonly rows: number | null
  /** why, where there is a baseline: a sentence */
  readonly because: string
}

export function uncompared(
  { spec, metric, value, rows, because: otherwise }: Uncompared,
  { missing, policy, stored: levels, redefined = {} }: Pick<JudgeInput, 'missing' | 'policy' | 'stored' | 'redefined'>,
): Check {
  const stored = levels?.[spec.name] ?? null
  const written = stored === null ? [] : margins(spec, metric, stored)
  const kind = changeKind(metric)
  const common = {
    id: `evaluate.${kind}:${spec.name}`,
    metric: spec.name,
    unit: metric.unit,
    limit_kind: kind,
    observed: value,
    baseline: stored,
    n: rows,
  } as const
  if (missing?.kind === 'unchanged') {
    return makeCheck({
      ...common,
      status: 'skipped',
      effect: 'skipped',
      message: `${spec.name} is not compared: ${sentence(missing.because)}`,
    })
  }
  const status = missing?.kind ?? 'not-comparable'
  const own = redefined[spec.name]
  const because = [missing?.because ?? otherwise, ...(own === undefined ? [] : [own])].join('; ')
  const was = stored === null ? '' : ` The baseline had ${levelText(stored, metric.unit)} then.`
  return makeCheck({
    ...common,
    status,
    effect: effect(status, 'fail', policy),
    limit: written[0]?.margin.relative ?? written[0]?.margin.value ?? null,
    message: `${spec.name} is not compared: ${sentence(because)}${was} ${countedMissing(policy)}`,
    fix:
      missing?.fix ??
      (status === 'no-baseline'
        ? 'promote a first model, or let a run of the default branch record one'
        : 'the message says what differs: promote a model that suits this data and config, or name another baseline under `baseline.from`'),
  })
}
