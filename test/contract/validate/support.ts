/** A validate stage in a folder of its own: real files, a real config, a real engine. */
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { systemClock } from '../../../src/adapters/clock.ts'
import { createDataEngine } from '../../../src/adapters/duckdb/engine.ts'
import { createFiles } from '../../../src/adapters/fs/files.ts'
import { parseConfig } from '../../../src/core/schema/parse-config.ts'
import { type Profile, profileSchema } from '../../../src/core/schema/profile.ts'
import type { Check, StageResult } from '../../../src/core/schema/result.ts'
import type { DataEngine } from '../../../src/ports/data-engine.ts'
import type { RunContext } from '../../../src/stages/context.ts'
import { executeForModel } from '../../../src/stages/execute.ts'
import { validate } from '../../../src/stages/validate.ts'

const native = async (): Promise<typeof import('@duckdb/node-api')> => createRequire(import.meta.url)('@duckdb/node-api')
const neverAsked = (): never => {
  throw new Error('validate has no use for this')
}

export interface Yard {
  readonly folder: string
  readonly engine: DataEngine
  write(name: string, content: string | Uint8Array): Promise<string>
  /** `expect` and `data` as YAML flow text */
  validate(config: string): Promise<StageResult>
  profile(): Promise<Profile>
  /** every byte of what the stage wrote */
  written(): Promise<string>
  [Symbol.asyncDispose](): Promise<void>
}

/** @param heard every query of the stage, before it is answered */
export async function makeYard(heard: (sql: string) => void = () => undefined): Promise<Yard> {
  const folder = await mkdtemp(join(tmpdir(), 'validate-'))
  const temp = join(folder, 'temp')
  await mkdir(temp)
  const engine = createDataEngine({ native, memoryLimitBytes: 512 * 2 ** 20, tempFolder: temp, threads: 2 })
  const asked: DataEngine = {
    ...engine,
    aggregate(query) {
      heard(query.sql)
      return engine.aggregate(query)
    },
  }
  const files = createFiles({ temporaryRoot: temp })
  const out = join(folder, '.modelgate')
  return {
    folder,
    engine,
    async write(name, content) {
      const path = join(folder, name)
      await mkdir(dirname(path), { recursive: true })
      await writeFile(path, content)
      return path
    },
    async validate(text) {
      const config = parseConfig(text, 'modelgate.yml', (content) => `sha256:${createHash('sha256').update(content).digest('hex')}`)
      const [model] = config.models
      if (model === undefined) throw new Error('the config has no model')
      const context: RunContext = {
        config,
        configPath: 'modelgate.yml',
        root: folder,
        out,
        source: { repository: '', sha: '', ref: '', run_id: 'local', run_attempt: '1', event: 'local' },
        toolVersion: '0.0.0',
        host: {
          name: 'local',
          event: { isPullRequest: false, fromFork: false, defaultBranch: null, refProtected: false },
          pullRequest: neverAsked,
          comments: neverAsked,
          artifacts: null,
          runUrl: null,
        },
        ports: {
          files,
          commands: neverAsked,
          downloads: neverAsked,
          engine: async () => asked,
          runtime: neverAsked,
          ledger: neverAsked,
          store: neverAsked,
        },
        clock: systemClock,
        progress: { say: () => undefined, warn: () => undefined, child: () => undefined },
        signal: new AbortController().signal,
        environment: {},
      }
      return executeForModel('validate', validate, context, model)
    },
    profile: async () => profileSchema.parse(JSON.parse(await readFile(join(out, 'm', 'profile.json'), 'utf8'))),
    written: async () =>
      (await readFile(join(out, 'm', 'validate.json'), 'utf8')) + (await readFile(join(out, 'm', 'profile.json'), 'utf8').catch(() => '')),
    async [Symbol.asyncDispose]() {
      await engine[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** A config of one model `m`. */
export const config = (data: string, expect = '{}', more = ''): string =>
  `models:\n  m:\n    model: model.onnx\n    data: ${data}\n    expect: ${expect}\n${more}`

export function find(result: StageResult, id: string): Check {
  const check = result.checks.find((one) => one.id === id)
  if (check === undefined)
    throw new Error(`no check ${id} among ${result.checks.map((one) => `${one.id} ${one.status} ${one.message}`).join('\n')}`)
  return check
}
