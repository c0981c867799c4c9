/** What is the verdict? Folds every stage's result into one, and writes the reports. Judges nothing again and reads no data. */
import { join } from 'node:path'
import { worst } from '../core/gate/fold.ts'
import { renderHtml } from '../core/report/html.ts'
import { reportMarkdown } from '../core/report/markdown.ts'
import { policyDetails } from '../core/report/policy-view.ts'
import type { GateDetails } from '../core/schema/details.ts'
import { type Check, makeCheck, type StageOutput } from '../core/schema/result.ts'
import { asError, UserError } from '../errors.ts'
import { candidatePath } from './candidate.ts'
import type { RunContext, StageOptions } from './context.ts'
import { type CollectedModel, collect, modelContext } from './gate/collect.ts'
import { type Candidate, judgeModel } from './gate/judge.ts'
import { makeReport } from './gate/read-report.ts'

/** Names of the reports in the out folder. */
export const reportFiles = { markdown: 'report.md', html: 'report.html' } as const

export async function gate(context: RunContext, options: StageOptions): Promise<StageOutput> {
  const { files } = context.ports
  const paths = { markdown: join(context.out, reportFiles.markdown), html: join(context.out, reportFiles.html) }
  await files.remove(paths.markdown)
  await files.remove(paths.html)

  const collected = await collect(context)
  const judged = await Promise.all(
    collected.map(async (model) => judgeModel(model, await candidateNow(context, model), { failOn: options.failOn ?? 'fail' })),
  )
  const checks = judged.length === 0 ? [noModels] : [...judged.flatMap((model) => model.checks), ...goneModels(context, options)]
  const models = judged.map((model) => model.details)
  const report = makeReport(context, { verdict: worst(checks.map((check) => check.effect)), models, checks }, collected)
  await files.write(paths.markdown, reportMarkdown(report))
  await files.write(paths.html, renderHtml(report))

  const { policy } = context
  const details: GateDetails = {
    promotable: report.promotable,
    ...(policy === undefined ? {} : { policy: policyDetails(policy) }),
    ...((report.waivers ?? []).length === 0
      ? {}
      : { waivers: (report.waivers ?? []).map(({ waiver, state, checks: ids }) => ({ ...waiver, state, checks: [...ids] })) }),
    models,
    report: { ...reportFiles },
  }
  return { checks, details, degraded: await recordMain(context, collected, details) }
}

/**
 * A green run of the default branch is what `main` means from now on, promoted or not. A ledger that cannot be written changes no verdict.
 * @returns what could not be done
 */
async function recordMain(context: RunContext, collected: readonly CollectedModel[], details: GateDetails): Promise<readonly string[]> {
  const results = collected.flatMap((model) => model.stages.flatMap(({ found }) => (found.kind === 'found' ? [found.result] : [])))
  try {
    const { recordRun } = await import('./run-record.ts')
    await recordRun(context, [...results, { stage: 'gate', model: null, inputs: [], details: JSON.parse(JSON.stringify(details)) }])
    return []
  } catch (thrown) {
    context.signal.throwIfAborted()
    const { message } = asError(thrown)
    context.progress.warn(`the run is not in the ledger, so that \`main\` stays what it was: ${message}`)
    return ['ledger']
  }
}

/** A model of the base that the head calls otherwise, or leaves out, escapes what the base asks of it: that is never green by itself. */
const goneModels = ({ policy }: RunContext, { failOn }: StageOptions): readonly Check[] =>
  (policy?.differences ?? [])
    .filter(({ model, path, head }) => model !== null && path === `models.${model}` && head === null)
    .map(({ model }) =>
      makeCheck({
        id: `gate.model_gone:${model}`,
        status: 'warn',
        effect: failOn === 'warn' ? 'fail' : 'warn',
        message: `${model} is a model of the base and not of this config, so nothing judges it`,
        fix: 'leave it under the name that it has on the base; or see that it is meant to go',
      }),
    )

const noModels = makeCheck({
  id: 'gate.empty',
  status: 'error',
  effect: 'error',
  message: 'there is no model to judge',
  fix: 'add one under `models:`',
})

async function candidateNow(context: RunContext, model: CollectedModel): Promise<Candidate> {
  try {
    const found = await context.ports.files.digest(await candidatePath(modelContext(context, model)))
    return found === null ? { kind: 'none' } : { kind: 'file', digest: found.digest }
  } catch (thrown) {
    if (thrown instanceof UserError) return { kind: 'unknown', why: `${thrown.code}: ${thrown.message}`, fix: thrown.fix }
    throw thrown
  }
}
