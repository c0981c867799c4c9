/**
 * Results → verdict, model by model. Nothing is read here. Fail closed: a result that is missing, is not of this run, contradicts itself or is
 * about other bytes than those that lie there now is an error, and so is a gate that judged nothing.
 */
import { evaluatedDigest } from '../../core/evaluate/reuse.ts'
import { foldGate, judgedEffects, type Verdict, worst } from '../../core/gate/fold.ts'
import type { ModelStageName } from '../../core/pipeline.ts'
import { skippedWords } from '../../core/report/log-lines.ts'
import type { GateDetails } from '../../core/schema/details.ts'
import { type Check, makeCheck, type StageResult } from '../../core/schema/result.ts'
import type { CollectedModel, CollectedStage } from './collect.ts'

/** What lies at the candidate's place now. */
export type Candidate =
  | { readonly kind: 'file'; readonly digest: string }
  | { readonly kind: 'none' }
  | { readonly kind: 'unknown'; readonly why: string; readonly fix: string }

export interface GateOptions {
  readonly failOn: 'fail' | 'warn'
}

export interface JudgedModel {
  readonly details: GateDetails['models'][number]
  readonly checks: readonly Check[]
}

/** Stages that say whether something is good. The others make or get a model, which is no judgement of it. */
const judges: Readonly<Record<ModelStageName, boolean>> = { validate: true, train: false, fetch: false, evaluate: true, drift: true }

interface Taken {
  readonly stage: ModelStageName
  readonly verdict: Verdict
  readonly effects: readonly Verdict[]
  readonly because: string | null
  readonly result: StageResult | null
  readonly checks: readonly Check[]
}

export function judgeModel(model: CollectedModel, candidate: Candidate, options: GateOptions): JudgedModel {
  const { name } = model.config
  const taken = model.stages.map((entry) => take(entry, name))
  const bytes = sameBytes(taken, candidate, name)
  const found = [...taken.flatMap((stage) => stage.checks), ...bytes.checks, ...degraded(taken, model)]
  const folded = fold(taken, found, name)
  const strict = options.failOn === 'warn' && folded.verdict === 'warn'
  const verdict: Verdict = strict ? 'fail' : folded.verdict
  const promotable = bytes.digest !== null && accepts(model, verdict)
  return {
    details: {
      model: name,
      verdict,
      promotable,
      digest: bytes.digest,
      stages: taken.map(({ stage, verdict: outcome, because, result }) => ({
        stage,
        verdict: outcome,
        because,
        duration_ms: result?.duration_ms ?? 0,
      })),
      not_configured: model.notConfigured.map((entry) => ({ ...entry })),
    },
    checks: [
      makeCheck({ id: `gate.verdict:${name}`, status: verdict, effect: verdict, message: `${name}: ${verdict}` }),
      ...found,
      ...folded.checks,
      ...(strict ? [warnFails(name)] : []),
    ],
  }
}

const accepts = (model: CollectedModel, verdict: Verdict): boolean =>
  verdict === 'pass' || (verdict === 'warn' && (model.config.promote?.accept ?? 'warn') === 'warn')

/** One stage as the gate takes it. */
function take({ stage, found }: CollectedStage, model: string): Taken {
  if (found.kind !== 'found') return missing(stage, model, found.kind === 'absent' ? 'the stage did not run to its end' : found.why)
  const { result } = found
  const follows = worst(result.checks.map((check) => check.effect))
  const consistent = result.verdict === 'skipped' ? follows === 'skipped' || follows === 'pass' : result.verdict === follows
  if (!consistent) return missing(stage, model, `it says ${result.verdict}, but its checks come to ${follows}`)
  return { stage, verdict: result.verdict, effects: judgedEffects(result.checks), because: result.because, result, checks: [] }
}

function missing(stage: ModelStageName, model: string, why: string): Taken {
  const check = makeCheck({
    id: `gate.stage_missing:${stage}`,
    status: 'error',
    effect: 'error',
    message: `STAGE_MISSING: there is no result of ${stage} for ${model}: ${why}`,
    fix: `run \`modelgate ${stage}\` before the gate, in the same run and with the same config`,
  })
  return { stage, verdict: 'error', effects: ['error'], because: why, result: null, checks: [check] }
}

/** The bytes that were evaluated must be the bytes that lie there now (GATE-09 begins here). */
function sameBytes(
  taken: readonly Taken[],
  candidate: Candidate,
  model: string,
): { readonly digest: string | null; readonly checks: readonly Check[] } {
  const now = candidate.kind === 'file' ? candidate.digest : null
  const evaluation = taken.find((stage) => stage.stage === 'evaluate')
  if (evaluation === undefined) return { digest: now, checks: [] }
  if (evaluation.result === null || evaluation.verdict === 'skipped') return { digest: null, checks: [] }
  const evaluated = evaluatedDigest(evaluation.result.inputs)
  if (evaluated === null) {
    // an evaluation that ended in error may not have come as far as the model
    if (evaluation.verdict === 'error') return { digest: null, checks: [] }
    return { digest: null, checks: [trouble(model, 'evaluate did not record which bytes it evaluated', 'run `modelgate evaluate` again')] }
  }
  if (evaluated === now) return { digest: evaluated, checks: [] }
  if (candidate.kind === 'unknown') return { digest: null, checks: [trouble(model, candidate.why, candidate.fix)] }
  const there = now === null ? 'no file lies there now' : `${now} lies there now`
  return {
    digest: null,
    checks: [
      trouble(model, `the model changed after it was evaluated: ${evaluated} was evaluated, ${there}`, 'run `modelgate evaluate` again'),
    ],
  }
}

const trouble = (model: string, message: string, fix: string): Check =>
  makeCheck({ id: `gate.candidate:${model}`, status: 'error', effect: 'error', message, fix })

/** What could not be done beside a verdict, as the config wants it taken. */
function degraded(taken: readonly Taken[], model: CollectedModel): readonly Check[] {
  const what = [...new Set(taken.flatMap((stage) => stage.result?.degraded ?? []))].sort()
  if (what.length === 0) return []
  return [
    makeCheck({
      id: `gate.degraded:${model.config.name}`,
      status: 'warn',
      effect: model.config.gate.onDegraded,
      message: `the verdict stands, but this could not be done: ${what.join(', ')}`,
      fix: 'see the stage that says so; `gate.on_degraded` decides what this counts as',
    }),
  ]
}

function fold(
  taken: readonly Taken[],
  found: readonly Check[],
  model: string,
): { readonly verdict: Verdict; readonly checks: readonly Check[] } {
  const all = foldGate(taken)
  const judged = foldGate(taken.filter((stage) => judges[stage.stage]))
  const broken = taken.some((stage) => stage.verdict === 'error' || stage.verdict === 'fail')
  const nothing = all.verdict === 'skipped' || ((all.empty || judged.empty) && !broken)
  if (!nothing) return { verdict: worst([all.verdict, ...found.map((check) => check.effect)]), checks: [] }
  const empty = makeCheck({
    id: `gate.empty:${model}`,
    status: 'error',
    effect: 'error',
    message: `nothing was judged for ${model}: ${reasons(taken)}`,
    fix: 'configure data.test with data.target, or write what the data must hold under `expect`, so that there is something to judge',
  })
  return { verdict: 'error', checks: [empty] }
}

function reasons(taken: readonly Taken[]): string {
  const idle = taken.filter(({ stage }) => judges[stage])
  if (idle.length === 0) return 'the config asks for no stage that judges'
  return idle.map(idleWords).join(', ')
}

function idleWords({ stage, verdict, because, result }: Taken): string {
  if (verdict === 'skipped') return `${stage} was skipped (${result === null ? because : skippedWords(result)})`
  return stage === 'validate' ? 'validate read the data and was asked for no check of it' : `${stage} found nothing to test`
}

const warnFails = (model: string): Check =>
  makeCheck({
    id: `gate.fail_on_warn:${model}`,
    status: 'fail',
    effect: 'fail',
    message: 'a warning counts as a failure in this run',
    fix: 'settle the warnings, or leave `--fail-on warn` out',
  })
