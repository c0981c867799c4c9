/** A train stage in a folder of its own: real files, real child processes, a real engine. Only the CI host is absent, as on a laptop. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import * as native from '@duckdb/node-api'
import { systemClock } from '../../../src/adapters/clock.ts'
import { createDataEngine } from '../../../src/adapters/duckdb/engine.ts'
import { createFiles } from '../../../src/adapters/fs/files.ts'
import { createCommands } from '../../../src/adapters/process/commands.ts'
import type { ModelConfig } from '../../../src/core/schema/config.ts'
import type { StageResult } from '../../../src/core/schema/result.ts'
import type { DataEngine } from '../../../src/ports/data-engine.ts'
import type { RunContext } from '../../../src/stages/context.ts'
import { executeForModel } from '../../../src/stages/execute.ts'
import { train } from '../../../src/stages/train.ts'
import { localHost, localSource, neverAsked, readConfig } from '../../support/local-run.ts'

export interface Workshop {
  readonly folder: string
  path(name: string): string
  write(name: string, content: string | Uint8Array): void
  read(name: string): string
  has(name: string): boolean
  /** what the child printed, as it came */
  readonly lines: string[]
  readonly said: string[]
  train(
    config: string,
    options?: {
      signal?: AbortSignal
      environment?: Record<string, string>
      change?: (model: ModelConfig) => ModelConfig
      onSay?: (line: string) => void
    },
  ): Promise<StageResult>
  close(): Promise<void>
}

export const node = process.execPath

export function makeWorkshop(): Workshop {
  const folder = mkdtempSync(join(tmpdir(), 'train-'))
  const lines: string[] = []
  const said: string[] = []
  const engines: DataEngine[] = []
  const path = (name: string) => join(folder, name)
  return {
    folder,
    lines,
    said,
    path,
    write: (name, content) => {
      mkdirSync(dirname(path(name)), { recursive: true })
      writeFileSync(path(name), content)
    },
    read: (name) => readFileSync(path(name), 'utf8'),
    has: (name) => existsSync(path(name)),
    train: async (text, options = {}) => {
      const { config, model } = readConfig(text)
      let engine: DataEngine | null = null
      const context: RunContext = {
        config,
        configPath: 'modelgate.yml',
        root: folder,
        out: path('.modelgate'),
        source: localSource,
        toolVersion: '0.0.0-test',
        host: localHost(),
        ports: {
          files: createFiles(),
          commands: async () => createCommands(),
          engine: async () => {
            if (engine !== null) return engine
            engine = createDataEngine({
              native: async () => native,
              memoryLimitBytes: 512 * 2 ** 20,
              tempFolder: tmpdir(),
              threads: 2,
            })
            engines.push(engine)
            return engine
          },
          downloads: neverAsked,
          runtime: neverAsked,
          ledger: neverAsked,
          store: neverAsked,
        },
        clock: systemClock,
        progress: {
          say: (line) => {
            said.push(line)
            options.onSay?.(line)
          },
          warn: (line) => said.push(`warning: ${line}`),
          child: (line) => lines.push(line),
        },
        signal: options.signal ?? new AbortController().signal,
        environment: options.environment ?? { PATH: process.env.PATH },
      }
      return executeForModel('train', train, context, options.change?.(model) ?? model)
    },
    close: async () => {
      for (const engine of engines) await engine[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** The error's code, as the result's one check says it; the verdict otherwise. */
export const codeOf = (result: StageResult): string => {
  const [check] = result.checks
  return result.verdict === 'error' ? (/^[A-Z_]+/.exec(check?.message ?? '')?.[0] ?? '') : result.verdict
}
