/** Records what a green run of the default branch evaluated, so that `main` is a reference, and counts how often a holdout was used. */
import { evaluatedDigest, holdoutOf } from '../core/evaluate/reuse.ts'
import { waivedOf } from '../core/gate/waivers.ts'
import { recordRun as recorded, recordUse, versionOfBytes } from '../core/ledger/transitions.ts'
import { gateDetails } from '../core/schema/details.ts'
import { evaluateDetails } from '../core/schema/evaluate-details.ts'
import type { RunRecord } from '../core/schema/ledger.ts'
import type { StageResult } from '../core/schema/result.ts'
import type { RunContext } from './context.ts'
import { changeModel } from './ledger-change.ts'
import { whyNotWrite } from './may-write.ts'

/** What of a result is recorded. */
export type Recordable = Pick<StageResult, 'stage' | 'model' | 'inputs' | 'details'> & Partial<Pick<StageResult, 'checks'>>

export interface Recorded {
  /** models whose run is in the ledger now */
  readonly models: readonly string[]
  /** why nothing was recorded at all, or null */
  readonly because: string | null
}

/**
 * @param results of this run, the gate's among them
 * @throws UserError when the ledger cannot be read or written
 */
export async function recordRun(context: RunContext, results: readonly Recordable[]): Promise<Recorded> {
  if (context.host.name === 'local') return { models: [], because: 'a run on this machine is no run of the default branch' }
  const refusal = whyNotWrite(context)
  if (refusal !== null) return { models: [], because: refusal.why }
  const gate = gateDetails.safeParse(results.find((result) => result.stage === 'gate')?.details)
  if (!gate.success) return { models: [], because: 'the gate left no result' }

  const models: string[] = []
  for (const entry of gate.data.models) {
    const { verdict, digest } = entry
    const evaluation = results.find((result) => result.stage === 'evaluate' && result.model === entry.model)
    const holdout = holdoutOf(evaluation?.inputs ?? [])
    if (verdict !== 'pass' && verdict !== 'warn') {
      // whatever became of the run, and of its model since: what evaluate judged has shown what the holdout makes of it
      const judged = evaluatedDigest(evaluation?.inputs ?? [])
      if (judged === null || holdout === null) continue
      const why = `${entry.model}: run ${context.source.run_id} ended in ${verdict}`
      await changeModel(context, await context.ports.ledger(), entry.model, why, () => [
        (current, stamp) => recordUse(current, judged, verdict, holdout, stamp),
      ])
      continue
    }
    if (digest === null) continue
    const waived = waivedOf(results.flatMap((result) => (result.model === entry.model ? (result.checks ?? []) : [])))
    const ledger = await context.ports.ledger()
    await changeModel(context, ledger, entry.model, `${entry.model}: run ${context.source.run_id}`, (state) => {
      const version = versionOfBytes(state, digest)?.version ?? null
      const run: RunRecord = {
        digest,
        verdict,
        source: context.source,
        at: context.clock.now(),
        ...numbersOf(evaluation),
        version,
        ...(waived.length === 0 ? {} : { waived }),
      }
      return [(current, stamp) => recorded(current, run, holdout, stamp)]
    })
    models.push(entry.model)
  }
  return { models, because: null }
}

/** The levels of an evaluation, and what they mean. */
export function numbersOf(evaluation: Pick<StageResult, 'details'> | null | undefined): Pick<RunRecord, 'metrics' | 'judged'> {
  const { data } = evaluateDetails.safeParse(evaluation?.details)
  const metrics = Object.fromEntries((data?.metrics ?? []).map((metric) => [metric.name, metric.candidate.value]))
  return data?.judged === undefined ? { metrics } : { metrics, judged: data.judged }
}
