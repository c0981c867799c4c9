/** Stages in a folder of their own: real files, a real engine, the example's own data. Only the CI host is absent, as on a laptop. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as native from '@duckdb/node-api'
import { systemClock } from '../../../src/adapters/clock.ts'
import { createDataEngine } from '../../../src/adapters/duckdb/engine.ts'
import { createFiles } from '../../../src/adapters/fs/files.ts'
import { createModelRuntime } from '../../../src/adapters/onnx/model-runtime.ts'
import { locateNative } from '../../../src/adapters/runtime/load-native.ts'
import type { FetchDetails } from '../../../src/core/schema/details.ts'
import { makeCheck, type StageName, type StageResult } from '../../../src/core/schema/result.ts'
import type { DataEngine } from '../../../src/ports/data-engine.ts'
import type { ModelStage, RunContext } from '../../../src/stages/context.ts'
import { drift } from '../../../src/stages/drift.ts'
import { evaluate } from '../../../src/stages/evaluate.ts'
import { executeForModel } from '../../../src/stages/execute.ts'
import { validate } from '../../../src/stages/validate.ts'
import { agreeing } from '../../support/agreement.ts'
import { localHost, localSource, neverAsked, readConfig } from '../../support/local-run.ts'

export const flights = fileURLToPath(new URL('../../../examples/flights', import.meta.url))

const stages: Partial<Record<StageName, ModelStage>> = { validate, evaluate, drift }

/** What `fetch` would leave, for the stage that reads it. */
const asFetched =
  (details: FetchDetails): ModelStage =>
  async () => ({ checks: [makeCheck({ id: 'fetch.model', status: 'pass', effect: 'pass', message: 'fetched' })], details })

export interface Desk {
  readonly folder: string
  write(name: string, content: string | Uint8Array): void
  read(name: string): string
  copy(from: string, name: string): void
  /** runs these stages in order and gives the last result */
  run(config: string, names: readonly StageName[], options?: { pullRequest?: boolean; fetched?: FetchDetails }): Promise<StageResult>
  close(): Promise<void>
}

export function makeDesk(): Desk {
  const folder = mkdtempSync(join(tmpdir(), 'drift-'))
  let engine: DataEngine | null = null
  const runtime = createModelRuntime({ nativeFolder: () => locateNative('onnx', { environment: {} }) })
  const path = (name: string) => {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    return join(folder, name)
  }
  return {
    folder,
    write: (name, content) => writeFileSync(path(name), content),
    read: (name) => readFileSync(path(name), 'utf8'),
    copy: (from, name) => cpSync(from, path(name), { recursive: true }),
    run: async (text, names, { pullRequest = false, fetched } = {}) => {
      const { config, model } = readConfig(text)
      const context: RunContext = {
        config,
        configPath: 'modelgate.yml',
        root: folder,
        out: join(folder, '.modelgate'),
        source: localSource,
        toolVersion: '0.0.0-test',
        host: localHost(pullRequest),
        ports: {
          files: createFiles(),
          engine: async () => {
            engine ??= createDataEngine({ native: async () => native, memoryLimitBytes: 512 * 2 ** 20, tempFolder: tmpdir(), threads: 2 })
            return engine
          },
          commands: neverAsked,
          downloads: neverAsked,
          runtime: async () => runtime,
          ledger: neverAsked,
          store: neverAsked,
        },
        clock: systemClock,
        progress: { say: () => {}, warn: () => {}, child: () => {} },
        signal: new AbortController().signal,
        environment: {},
      }
      let last: StageResult | null = null
      for (const name of names) {
        const stage = name === 'fetch' && fetched !== undefined ? asFetched(fetched) : stages[name]
        if (stage === undefined) throw new Error(`no ${name} here`)
        last = agreeing(await executeForModel(name, stage, context, model))
      }
      if (last === null) throw new Error('nothing was run')
      return last
    },
    close: async () => {
      await engine?.[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
