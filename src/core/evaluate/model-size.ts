/** `model_size`: bytes of the file as they are, exact, so nothing is tested. The change is judged only where a limit on it is written. */
import { effect, type Policy, worst } from '../gate/fold.ts'
import { bytes as bytesText, change as changeText, writtenChange } from '../report/format.ts'
import type { MetricSpec } from '../schema/config.ts'
import { type Check, makeCheck } from '../schema/result.ts'
import type { MissingBaseline } from './missing-baseline.ts'
import { countedMissing, sentence } from './words.ts'

export interface SizeInput {
  readonly spec: MetricSpec
  readonly candidate: number
  /** null: not known */
  readonly baseline: number | null
  readonly missing: MissingBaseline | null
  readonly policy: Policy
}

export function sizeChecks(input: SizeInput): readonly Check[] {
  const { spec } = input
  return [...(spec.max ? [levelCheck(input, spec.max)] : []), ...(spec.maxRise ? [changeCheck(input, spec.maxRise)] : [])]
}

const decide = (broken: readonly { readonly severity: 'fail' | 'warn'; readonly is: boolean }[]) =>
  worst(broken.map(({ severity, is }) => (is ? severity : 'pass')))

function levelCheck({ spec, candidate }: SizeInput, max: NonNullable<MetricSpec['max']>): Check {
  const limits = (['fail', 'warn'] as const).flatMap((severity) =>
    max[severity] === undefined ? [] : [{ severity, limit: max[severity] }],
  )
  const verdict = decide(limits.map(({ severity, limit }) => ({ severity, is: candidate > limit })))
  const limit = limits.find(({ severity }) => severity === verdict)?.limit ?? limits[0]?.limit ?? null
  const status = verdict === 'fail' || verdict === 'warn' ? verdict : 'pass'
  return makeCheck({
    id: `evaluate.max:${spec.name}`,
    status,
    effect: status,
    metric: spec.name,
    unit: 'bytes',
    limit_kind: 'max',
    observed: candidate,
    limit,
    message: `${spec.name} is ${bytesText(candidate, limit === null ? [] : [limit])}, limit ${bytesText(limit ?? 0)}`,
    fix:
      status === 'pass'
        ? null
        : `make the model smaller; or accept it in modelgate.yml of the base branch: \`evaluate: {metrics: {${spec.name}: {max: ${candidate}B}}}\``,
  })
}

function changeCheck({ spec, candidate, baseline, missing, policy }: SizeInput, rise: NonNullable<MetricSpec['maxRise']>): Check {
  const id = `evaluate.max_rise:${spec.name}`
  const common = { id, metric: spec.name, limit_kind: 'max_rise', observed: candidate, baseline } as const
  if (baseline === null || missing?.kind === 'unchanged') {
    const status = missing?.kind === 'unchanged' ? 'skipped' : (missing?.kind ?? 'no-baseline')
    const said = `${spec.name} is not compared: ${sentence(missing?.because ?? 'the size of the baseline is not known')}`
    return makeCheck({
      ...common,
      status,
      effect: effect(status, 'fail', policy),
      message: status === 'skipped' ? said : `${said} ${countedMissing(policy)}`,
    })
  }
  const delta = candidate - baseline
  const limits = (['fail', 'warn'] as const).flatMap((severity) => {
    const limit = rise[severity]
    return limit === undefined ? [] : [{ severity, limit }]
  })
  const allowed = (limit: (typeof limits)[number]['limit']) => (limit.kind === 'relative' ? limit.value * baseline : limit.value)
  const verdict = decide(limits.map(({ severity, limit }) => ({ severity, is: delta > allowed(limit) })))
  const decided = limits.find(({ severity }) => severity === verdict) ?? limits[0]
  const status = verdict === 'fail' || verdict === 'warn' ? verdict : 'pass'
  const relative = decided?.limit.kind === 'relative'
  const limitText = decided === undefined ? '' : relative ? writtenChange(decided.limit.value, 'relative') : bytesText(decided.limit.value)
  const part = baseline === 0 ? '' : ` (${changeText(delta / baseline, 'relative', relative ? [decided.limit.value] : [])})`
  return makeCheck({
    ...common,
    status,
    effect: status,
    unit: relative ? 'relative' : 'bytes',
    delta,
    limit: decided?.limit.value ?? null,
    message: `${spec.name} ${bytesText(baseline)} → ${bytesText(candidate)}${part}, limit of a rise ${limitText}`,
    fix: status === 'pass' ? null : 'make the model smaller; or raise max_rise of it in modelgate.yml of the base branch',
  })
}
