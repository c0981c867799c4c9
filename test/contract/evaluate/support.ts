/** An evaluate stage in a folder of its own: real files, a real engine, a real onnxruntime in its child. Only the CI host is absent. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import * as native from '@duckdb/node-api'
import { systemClock } from '../../../src/adapters/clock.ts'
import { createDataEngine } from '../../../src/adapters/duckdb/engine.ts'
import { createFiles } from '../../../src/adapters/fs/files.ts'
import { createModelRuntime } from '../../../src/adapters/onnx/model-runtime.ts'
import { createCommands } from '../../../src/adapters/process/commands.ts'
import { locateNative } from '../../../src/adapters/runtime/load-native.ts'
import { explainEvaluate } from '../../../src/core/evaluate/explain.ts'
import type { FetchDetails } from '../../../src/core/schema/details.ts'
import { makeCheck, type StageResult } from '../../../src/core/schema/result.ts'
import type { ModelStage, RunContext } from '../../../src/stages/context.ts'
import { explainFacts } from '../../../src/stages/evaluate/explain-facts.ts'
import { evaluate } from '../../../src/stages/evaluate.ts'
import { executeForModel } from '../../../src/stages/execute.ts'
import { train } from '../../../src/stages/train.ts'
import { validate } from '../../../src/stages/validate.ts'
import { agreeing } from '../../support/agreement.ts'
import { localHost, localSource, neverAsked, readConfig } from '../../support/local-run.ts'

const got = makeCheck({ id: 'fetch.model', status: 'pass', effect: 'pass', message: 'the model was got' })

export interface Bench {
  write(name: string, content: string | Uint8Array): void
  read(name: string): string
  remove(name: string): void
  readonly said: string[]
  /** rows of a file that the stage wrote */
  rows(name: string): Promise<readonly Readonly<Record<string, unknown>>[]>
  evaluate(config: string, signal?: AbortSignal): Promise<StageResult>
  /** what a fetch of this run says it got */
  fetched(config: string, details: FetchDetails): Promise<StageResult>
  /** the lines of --explain */
  explain(config: string): Promise<readonly string[]>
  /** in the same run */
  validate(config: string): Promise<StageResult>
  /** in the same run */
  train(config: string): Promise<StageResult>
  close(): Promise<void>
}

export function makeBench(): Bench {
  const folder = mkdtempSync(join(tmpdir(), 'evaluate-'))
  const said: string[] = []
  const engine = createDataEngine({ native: async () => native, memoryLimitBytes: 512 * 2 ** 20, tempFolder: tmpdir(), threads: 2 })
  const runtime = createModelRuntime({ nativeFolder: () => locateNative('onnx', { environment: {} }) })
  const path = (name: string) => join(folder, name)
  const contextOf = (text: string, signal = new AbortController().signal) => {
    const { config, model } = readConfig(text)
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
        engine: async () => engine,
        downloads: neverAsked,
        runtime: async () => runtime,
        ledger: neverAsked,
        store: neverAsked,
      },
      clock: systemClock,
      progress: { say: (line) => said.push(line), warn: (line) => said.push(line), child: (line) => said.push(line) },
      signal,
      environment: {},
    }
    return { context, model }
  }
  const run = async (name: 'validate' | 'train' | 'fetch' | 'evaluate', stage: ModelStage, text: string, signal: AbortSignal) => {
    const { context, model } = contextOf(text, signal)
    return agreeing(await executeForModel(name, stage, context, model))
  }
  return {
    said,
    write: (name, content) => {
      mkdirSync(dirname(path(name)), { recursive: true })
      writeFileSync(path(name), content)
    },
    read: (name) => readFileSync(path(name), 'utf8'),
    remove: (name) => rmSync(path(name)),
    rows: async (name) => {
      const table = await engine.open({ files: [{ path: path(name), shown: name }], format: 'parquet' })
      return engine.aggregate({ sql: `SELECT * FROM ${table.relation}` })
    },
    evaluate: (text, signal = new AbortController().signal) => run('evaluate', evaluate, text, signal),
    fetched: (text, details) => run('fetch', async () => ({ checks: [got], details }), text, new AbortController().signal),
    explain: async (text) => {
      const { context, model } = contextOf(text)
      return [...explainEvaluate(model), ...(await explainFacts(context, model))]
    },
    validate: (text) => run('validate', validate, text, new AbortController().signal),
    train: (text) => run('train', train, text, new AbortController().signal),
    close: async () => {
      await engine[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** What the result says: its error, or its verdict. */
export const outcome = (result: StageResult): string =>
  result.verdict === 'error' ? (result.checks.find((check) => check.effect === 'error')?.message ?? '') : result.verdict
