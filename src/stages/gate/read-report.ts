/** The gate's result and what it folded, as the one thing every report is rendered from. Shells and `comment` ask here after the gate. */

import { type Verdict, verdicts } from '../../core/gate/fold.ts'
import { dayOf, type WaiverUse, waiverUses } from '../../core/gate/waivers.ts'
import type { Report } from '../../core/report/report.ts'
import { type GateDetails, gateDetails } from '../../core/schema/details.ts'
import type { Check } from '../../core/schema/result.ts'
import type { RunContext } from '../context.ts'
import { findResult } from '../out-folder.ts'
import { type CollectedModel, collect } from './collect.ts'

export type ReadReport = { readonly kind: 'found'; readonly report: Report } | { readonly kind: 'none'; readonly why: string }

/** The report of this run; `none` when no gate of this run left a result. */
export async function readReport(context: RunContext): Promise<ReadReport> {
  const found = await findResult(context.ports.files, context.out, null, 'gate', context.config, context.source)
  if (found.kind !== 'found') return { kind: 'none', why: found.kind === 'absent' ? 'gate.json is not there' : found.why }
  const details = gateDetails.safeParse(found.result.details)
  const models = details.success ? details.data.models : []
  return {
    kind: 'found',
    report: makeReport(context, { verdict: found.result.verdict, models, checks: found.result.checks }, await collect(context)),
  }
}

export interface Outcome {
  readonly verdict: Verdict
  readonly models: GateDetails['models']
  readonly checks: readonly Check[]
}

export function makeReport(context: RunContext, outcome: Outcome, collected: readonly CollectedModel[]): Report {
  return {
    verdict: outcome.verdict,
    promotable: outcome.models.length > 0 && outcome.models.every((model) => model.promotable),
    models: outcome.models.flatMap((model) => {
      const mine = collected.find((entry) => entry.config.name === model.model)
      return mine === undefined ? [] : [{ ...modelReport(model, mine), config: mine.config }]
    }),
    checks: outcome.checks,
    waivers: usesOf(context, collected),
    source: context.source,
    toolVersion: context.toolVersion,
    configDigest: context.config.digest,
    ...(context.policy === undefined ? {} : { policy: context.policy }),
    runUrl: context.host.runUrl,
  }
}

/** Of the models of this run, as their results have it. */
export const usesOf = (context: RunContext, collected: readonly CollectedModel[]): readonly WaiverUse[] =>
  waiverUses(
    context.config.waivers ?? [],
    (model) => {
      const mine = collected.find((entry) => entry.config.name === model)
      return mine === undefined ? null : mine.stages.flatMap(({ found }) => (found.kind === 'found' ? found.result.checks : []))
    },
    dayOf(context.clock.now()),
  )

/** A verdict that is none of ours is an error, whatever it says. */
const asVerdict = (word: string): Verdict => verdicts.find((verdict) => verdict === word) ?? 'error'

function modelReport(model: GateDetails['models'][number], collected: CollectedModel): Omit<Report['models'][number], 'config'> {
  return {
    verdict: asVerdict(model.verdict),
    promotable: model.promotable,
    digest: model.digest,
    notConfigured: model.not_configured,
    stages: collected.stages.map(({ stage, found }) => {
      const taken = model.stages.find((entry) => entry.stage === stage)
      const verdict = asVerdict(taken?.verdict ?? 'error')
      return {
        stage,
        verdict,
        because: taken?.because ?? null,
        durationMs: taken?.duration_ms ?? 0,
        // what the gate refused is not shown either
        result: found.kind === 'found' && found.result.verdict === verdict ? found.result : null,
      }
    }),
  }
}
