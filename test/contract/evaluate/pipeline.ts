/** The whole pipeline over real files and a real git ledger, one run after the other in one folder. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createRunContext } from '../../../src/compose.ts'
import type { StageName, StageResult } from '../../../src/core/schema/result.ts'
import { runPipeline } from '../../../src/stages/run-stage.ts'
import { makeProject, type ProjectFiles } from '../../support/project.ts'

export interface Run {
  readonly verdict: string
  readonly report: string
  stage(name: StageName): StageResult
  /** of evaluate */
  check(id: string): StageResult['checks'][number] | undefined
}

export interface Runs {
  readonly folder: string
  context(): ReturnType<typeof createRunContext>
  run(files?: ProjectFiles, promote?: boolean): Promise<Run>
  remove(): void
}

/** @param files of the project; the small CSV project of the others is not there */
export function makeRuns(files: ProjectFiles): Runs {
  const project = makeProject({ 'train.csv': null, 'test.csv': null, 'current.csv': null, ...files })
  const { folder } = project
  const context = () =>
    createRunContext({
      configPath: 'modelgate.yml',
      modelName: null,
      out: '.modelgate',
      cwd: folder,
      env: { PATH: process.env.PATH, HOME: folder },
      progress: { say: () => {}, warn: () => {}, child: () => {} },
      signal: new AbortController().signal,
      token: null,
    })
  return {
    folder,
    context,
    remove: project.remove,
    async run(changes = {}, promote = false) {
      project.write(changes)
      const running = await context()
      try {
        const { verdict, results } = await runPipeline(running, { promote, stage: {}, onStage: () => {} })
        const stage = (name: StageName) => {
          const found = results.find((result) => result.stage === name)
          if (found === undefined) throw new Error(`${name} did not run`)
          return found
        }
        const report = readFileSync(join(folder, '.modelgate', 'report.md'), 'utf8')
        return { verdict, report, stage, check: (id) => stage('evaluate').checks.find((check) => check.id === id) }
      } finally {
        await running.dispose()
      }
    },
  }
}
