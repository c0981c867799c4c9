/** What a promotion rests on: a gate of this very run that let this model pass, over the bytes that lie there now. */

import { passed } from '../../core/gate/fold.ts'
import { waivedOf } from '../../core/gate/waivers.ts'
import { modelStages } from '../../core/pipeline.ts'
import { gateDetails } from '../../core/schema/details.ts'
import type { Judged } from '../../core/schema/judged.ts'
import type { RunSource } from '../../core/schema/result.ts'
import { UserError } from '../../errors.ts'
import { candidatePath } from '../candidate.ts'
import type { ModelContext } from '../context.ts'
import { findResult } from '../out-folder.ts'
import { numbersOf } from '../run-record.ts'

export interface Evidence {
  /** absolute */
  readonly path: string
  readonly digest: string
  readonly bytes: number
  readonly verdict: 'pass' | 'warn'
  readonly metrics: Readonly<Record<string, number | null>>
  /** what they mean */
  readonly judged?: Judged | undefined
  readonly source: RunSource
  /** what somebody answers for */
  readonly waived: ReturnType<typeof waivedOf>
}

/** @throws UserError GATE_MISSING, GATE_FOREIGN, NOT_PROMOTABLE, MODEL_MISSING, MODEL_CHANGED */
export async function requireEvidence(context: ModelContext): Promise<Evidence> {
  const { model, config, source, out } = context
  const { files } = context.ports
  const found = await findResult(files, out, null, 'gate', config, source)
  if (found.kind === 'absent') {
    throw new UserError(
      'GATE_MISSING',
      `there is no gate result in ${out}, so nothing says that ${model.name} is good`,
      'run `modelgate run`, or `modelgate gate`, before promote in the same run',
    )
  }
  if (found.kind === 'refused') {
    throw new UserError(
      'GATE_FOREIGN',
      `the gate result in ${out} does not count: ${found.why}`,
      'run the gate again in this run, with this commit and config',
    )
  }
  const gate = gateDetails.safeParse(found.result.details)
  const entry = gate.data?.models.find((one) => one.model === model.name)
  if (entry === undefined) {
    throw new UserError('GATE_MISSING', `the gate of this run did not judge ${model.name}`, 'run the gate for this model')
  }
  const verdict = entry.verdict
  if (!passed(found.result.verdict))
    throw notPromotable(model.name, `the verdict of the gate is ${found.result.verdict}`, 'see the report for what failed')
  if (verdict !== 'pass' && verdict !== 'warn')
    throw notPromotable(model.name, `its verdict is ${verdict}`, 'see the report for what failed')
  if (verdict === 'warn' && model.promote?.accept === 'pass') {
    throw notPromotable(
      model.name,
      'its verdict is warn and `promote.accept` is pass',
      'resolve the warnings, or set `promote: {accept: warn}`',
    )
  }
  if (!entry.promotable || entry.digest === null) {
    throw notPromotable(
      model.name,
      'the gate found no evaluated bytes to vouch for',
      'configure `data.test` and `data.target`, and run the pipeline',
    )
  }

  for (const stage of modelStages) {
    const judged = entry.stages.find((one) => one.stage === stage)?.verdict
    const now = (await context.result(stage))?.verdict ?? null
    if (judged === undefined || now === judged) continue
    throw new UserError(
      'GATE_FOREIGN',
      `the gate is older than what it judged: it took ${stage} as ${judged}, ${now === null ? 'and no such result is there now' : `which says ${now} now`}`,
      'run the gate again, after all other stages',
    )
  }

  const path = await candidatePath(context)
  const now = await files.digest(path)
  if (now === null) throw new UserError('MODEL_MISSING', `the model of ${model.name} is not there any more`, 'run the pipeline again')
  const evaluation = await context.result('evaluate')
  const evaluated = evaluation?.inputs.find((input) => input.role === 'candidate' || input.role === 'model')?.digest ?? entry.digest
  for (const [whose, digest] of [
    ['the gate judged', entry.digest],
    ['evaluate scored', evaluated],
  ] as const) {
    if (digest === now.digest) continue
    throw new UserError(
      'MODEL_CHANGED',
      `${model.name} is not what was judged: ${whose} ${digest}, now there is ${now.digest}`,
      'run the pipeline again on these bytes',
    )
  }
  const results = await Promise.all(modelStages.map((stage) => context.result(stage)))
  const waived = waivedOf(results.flatMap((result) => result?.checks ?? []))
  return { path, digest: now.digest, bytes: now.bytes, verdict, ...numbersOf(evaluation), source, waived }
}

const notPromotable = (model: string, why: string, fix: string): UserError =>
  new UserError('NOT_PROMOTABLE', `${model} is not promoted: ${why}`, fix)
