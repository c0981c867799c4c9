/** What the gate shows besides its verdict: annotations, the summary of the job, the reports as an artifact. None of it changes the verdict. */
import { join } from 'node:path'
import { addSummary, annotate } from '../adapters/github/commands.ts'
import type { OwnedContext } from '../compose.ts'
import { modelStages } from '../core/pipeline.ts'
import { annotations } from '../core/report/annotations.ts'
import { reportMarkdown } from '../core/report/markdown.ts'
import type { StageResult } from '../core/schema/result.ts'
import { asError } from '../errors.ts'
import { readReport } from '../stages/gate/read-report.ts'
import { reportFiles } from '../stages/gate.ts'
import { resultPath } from '../stages/out-folder.ts'
import { annotationsOf } from './annotations.ts'
import { print } from './log.ts'

/** @returns what could not be done */
export async function afterGate(
  context: OwnedContext,
  results: readonly StageResult[],
  artifact: string | null,
): Promise<readonly string[]> {
  const degraded: string[] = []
  const attempt = async (what: string, work: () => Promise<void>) => {
    try {
      await work()
    } catch (thrown) {
      degraded.push(what)
      const { message } = asError(thrown)
      annotate([{ level: 'warning', title: `modelgate: ${what} could not be done`, message }])
    }
  }
  await attempt('summary', async () => {
    const read = await readReport(context)
    if (read.kind === 'found') {
      annotate(annotations(read.report))
      addSummary(reportMarkdown(read.report), context.environment.GITHUB_STEP_SUMMARY)
    } else {
      annotate(annotationsOf(results))
      addSummary(
        '## ⛔ Modelgate: error\n\nThe gate left no report. The log of this step says why.',
        context.environment.GITHUB_STEP_SUMMARY,
      )
    }
  })
  if (artifact !== null) await attempt('artifact', () => upload(context, artifact))
  return degraded
}

/** Reports and results, which are aggregates; never predictions, never rows. */
async function upload(context: OwnedContext, name: string): Promise<void> {
  const { artifacts } = context.host
  if (artifacts === null) {
    print('no artifact: this host keeps none for the step')
    return
  }
  const { files } = context.ports
  const wanted = [
    ...['gate.json', reportFiles.markdown, reportFiles.html].map((file) => join(context.out, file)),
    ...context.config.models.flatMap((model) => [
      ...modelStages.map((stage) => resultPath(context.out, model.name, stage)),
      join(context.out, model.name, 'profile.json'),
    ]),
  ]
  const present: string[] = []
  for (const path of wanted) if ((await files.digest(path)) !== null) present.push(path)
  await artifacts.upload(name, context.out, present)
  print(`the reports are in the artifact ${name}`)
}
