/** A folder of a stranger: init is run in it, and then validate on what it wrote. The real engine, the real files. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInitContext, createRunContext } from '../../../src/compose.ts'
import type { InitOutcome } from '../../../src/core/init/outcome.ts'
import type { StageResult } from '../../../src/core/schema/result.ts'
import type { InitOptions } from '../../../src/stages/init/context.ts'
import { init } from '../../../src/stages/init.ts'
import { runStage } from '../../../src/stages/run-stage.ts'
import { projectRoot } from '../../support/spawn.ts'

export interface Folder {
  readonly path: string
  write(files: Readonly<Record<string, string | Uint8Array>>): void
  read(name?: string): string
  init(options?: Partial<InitOptions>, config?: string): Promise<InitOutcome>
  validate(config?: string): Promise<readonly StageResult[]>
  run(stage: 'validate' | 'drift', config?: string): Promise<readonly StageResult[]>
  [Symbol.dispose](): void
}

export function makeFolder(files: Readonly<Record<string, string | Uint8Array>> = {}): Folder {
  const path = mkdtempSync(join(tmpdir(), 'modelgate-init-'))
  const common = (configPath: string) => ({
    configPath,
    cwd: path,
    env: { MODELGATE_RUNTIME_DIR: projectRoot, PATH: process.env.PATH },
    progress: { say: () => undefined, warn: () => undefined, child: () => undefined },
    signal: new AbortController().signal,
  })
  const folder: Folder = {
    path,
    write(some) {
      for (const [name, content] of Object.entries(some)) {
        mkdirSync(dirname(join(path, name)), { recursive: true })
        writeFileSync(join(path, name), content)
      }
    },
    read: (name = 'modelgate.yml') => readFileSync(join(path, name), 'utf8'),
    async init(options = {}, config = 'modelgate.yml') {
      const context = createInitContext(common(config))
      try {
        return await init(context, { data: [], modelFile: null, target: null, name: null, workflow: false, ...options })
      } finally {
        await context.dispose()
      }
    },
    validate: (config) => folder.run('validate', config),
    async run(stage, config = 'modelgate.yml') {
      const context = await createRunContext({ ...common(config), modelName: null, out: '.modelgate', token: null })
      try {
        return await runStage(stage, context, {})
      } finally {
        await context.dispose()
      }
    },
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  }
  folder.write(files)
  return folder
}

/** A table of people, seeded: an id, an e-mail, a plan, ages with holes, a share, whether they left. */
export function people(seed: number, count: number): string {
  let state = seed * 7919 + 1
  const next = () => {
    state = (state * 48271) % 2147483647
    return state / 2147483647
  }
  const lines = ['customer_id,email,plan,age,usage,balance,region,left']
  for (let i = 0; i < count; i++) {
    const age = next() < 0.05 ? '' : String(18 + Math.floor(next() * 60))
    const plan = ['basic', 'plus', 'pro'][Math.floor(next() * 3)]
    const region = i === 3 ? 'CANARY-ONCE' : ['north', 'south'][Math.floor(next() * 2)]
    lines.push(
      [
        seed * 100_000 + i * 3,
        `canary.${seed}.${i}@example.org`,
        plan,
        age,
        next().toFixed(3),
        (next() * 200 - 80).toFixed(2),
        region,
        next() < 0.3 ? 'yes' : 'no',
      ].join(','),
    )
  }
  return `${lines.join('\n')}\n`
}
