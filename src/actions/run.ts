/** Shell 1: inputs → the stage → outputs. One runner for all actions; what only the gate does besides is in `gate.ts`. */
import { join, relative, resolve } from 'node:path'
import { addSummary, annotate, mask } from '../adapters/github/commands.ts'
import { createRunContext, type OwnedContext } from '../compose.ts'
import { type Verdict, worst } from '../core/gate/fold.ts'
import type { StageName, StageResult } from '../core/schema/result.ts'
import { asError, UserError } from '../errors.ts'
import { resultPath } from '../stages/out-folder.ts'
import { runStage } from '../stages/run-stage.ts'
import { annotationsOf } from './annotations.ts'
import { type Inputs, loadInputs } from './inputs.ts'
import { print, printResult, progress } from './log.ts'
import { beginStep, type Step } from './step.ts'

/** Runs one action from the environment the runner gave it. Never throws: what goes wrong is an outcome. */
export async function runAction(action: StageName): Promise<void> {
  const { env } = process
  const step = beginStep(action, env.GITHUB_OUTPUT)
  try {
    const inputs = loadInputs(action, env)
    mask(inputs.token)
    for (const warning of inputs.warnings) annotate([{ level: 'warning', title: 'modelgate', message: warning }])
    const cwd = resolve(process.cwd(), inputs.workingDirectory)
    const { config: configPath, model: modelName, out, token } = inputs
    const context = await createRunContext({ configPath, modelName, out, cwd, env, progress, signal: step.signal, token })
    try {
      await perform(action, inputs, context, step)
    } finally {
      await context.dispose()
    }
  } catch (thrown) {
    tell(action, thrown, env.GITHUB_STEP_SUMMARY)
    step.finish({ verdict: 'error', degraded: [], resultPath: null })
  }
}

async function perform(action: StageName, inputs: Inputs, context: OwnedContext, step: Step): Promise<void> {
  const results = await runStage(action, context, inputs.options)
  for (const result of results) printResult(result)
  const verdict = worst(results.map((result) => result.verdict))
  const degraded = new Set(results.flatMap((result) => result.degraded))
  const path = await writeIndex(action, verdict, results, context)
  if (action === 'gate') {
    const { afterGate } = await import('./gate.ts')
    for (const what of await afterGate(context, results, inputs.artifact)) degraded.add(what)
  } else if (inputs.failsStep) {
    // where the step stays green, the gate says it once, for all stages
    annotate(annotationsOf(results))
  }
  step.finish({ verdict, degraded: [...degraded].sort(), resultPath: path, ...(inputs.failsStep ? {} : { exit: 0 }) })
}

/** Path of the one result, or of an index of several, which is written here; relative to the workspace where it lies in it. */
async function writeIndex(action: StageName, verdict: Verdict, results: readonly StageResult[], context: OwnedContext): Promise<string> {
  const [first, second] = results
  const shown = (path: string) => {
    const below = relative(process.cwd(), path)
    return below.startsWith('..') ? path : below
  }
  if (first !== undefined && second === undefined) return shown(resultPath(context.out, first.model, action))
  const path = join(context.out, `${action}.json`)
  const index = {
    schema: 'modelgate/index@1',
    stage: action,
    verdict,
    results: results.map((result) => ({
      model: result.model,
      verdict: result.verdict,
      path: relative(context.out, resultPath(context.out, result.model, action)).replaceAll('\\', '/'),
    })),
  }
  await context.ports.files.write(path, `${JSON.stringify(index, null, 2)}\n`)
  return shown(path)
}

/** What stopped the step before there was a result, as an annotation and in the summary: one clear sentence, or a bug with its stack. */
function tell(action: StageName, thrown: unknown, summary: string | undefined): void {
  const error = asError(thrown)
  const user = error instanceof UserError
  const title = user ? error.code : 'INTERNAL'
  const message = user
    ? `${error.message}\n${error.fix}`
    : `${error.message}\nThis is a bug of modelgate: please report it, with the stack that the log shows.`
  if (!user) print(error.stack ?? error.message)
  annotate([{ level: 'error', title: `modelgate ${action}: ${title}`, message }])
  if (action === 'gate')
    addSummary(`## ⛔ Modelgate: error\n\nNothing could be decided (${title}). The log of this step says why.`, summary)
}
