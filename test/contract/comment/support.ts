/** A run whose stages have left results: real files in a folder of their own, and a pull request on the fake. */
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createFiles } from '../../../src/adapters/fs/files.ts'
import { githubComments } from '../../../src/adapters/github/comments.ts'
import { makeRest } from '../../../src/adapters/github/rest.ts'
import type { Config, ModelConfig } from '../../../src/core/schema/config.ts'
import type { StageResult } from '../../../src/core/schema/result.ts'
import { comment } from '../../../src/stages/comment.ts'
import type { RunContext, StageOptions } from '../../../src/stages/context.ts'
import { executeForRun } from '../../../src/stages/execute.ts'
import { gate } from '../../../src/stages/gate.ts'
import { resultPath } from '../../../src/stages/out-folder.ts'
import type { FakeComments } from '../../support/fake-comments.ts'
import { modelConfig, source } from '../../unit/report/samples.ts'

export const configDigest = `sha256:${'c'.repeat(64)}`

export interface RunOptions {
  readonly models?: readonly ModelConfig[]
  readonly run?: string
  readonly attempt?: string
  readonly fake?: FakeComments
  /** null: not a pull request */
  readonly pull?: number | null
  /** its head is one of a fork */
  readonly fork?: boolean
}

export interface Run {
  readonly context: RunContext
  readonly said: readonly string[]
  /** writes a model file and gives its digest */
  model(name: string, bytes: string): string
  put(result: StageResult): void
  write(path: string, text: string): void
  read(path: string): string
  gate(options?: StageOptions): Promise<StageResult>
  comment(options?: StageOptions): Promise<StageResult>
  [Symbol.dispose](): void
}

const never = async (): Promise<never> => {
  throw new Error('this is not asked for')
}

export function makeRun({
  models = [modelConfig('flights')],
  run = '100',
  attempt = '1',
  fake,
  pull = 7,
  fork = false,
}: RunOptions = {}): Run {
  const root = mkdtempSync(join(tmpdir(), 'modelgate-run-'))
  const out = join(root, '.modelgate')
  const said: string[] = []
  const config: Config = { version: 1, models, ledger: { branch: 'modelgate-ledger', remote: 'origin' }, digest: configDigest }
  const mine = { ...source, run_id: run, run_attempt: attempt }
  const context: RunContext = {
    config,
    configPath: 'modelgate.yml',
    root,
    out,
    source: mine,
    toolVersion: '0.1.0',
    host: {
      name: 'github',
      event: { isPullRequest: pull !== null, fromFork: fork, defaultBranch: 'main', refProtected: false },
      pullRequest: async () => (pull === null ? null : { number: pull, baseSha: '', headSha: '', fromFork: false }),
      comments: (number) => {
        if (fake === undefined) throw new Error('this run has no GitHub')
        const rest = makeRest({ token: 't', baseUrl: fake.url, limits: { attempts: 3, firstWaitMs: 5, longestWaitMs: 50, idleMs: 2000 } })
        return githubComments({ rest, repository: 'acme/flights', pull: number })
      },
      artifacts: null,
      runUrl: `https://github.com/acme/flights/actions/runs/${run}`,
    },
    ports: { files: createFiles(), commands: never, downloads: never, engine: never, runtime: never, ledger: never, store: never },
    clock: { now: () => '2026-11-23T00:00:00Z', elapsed: () => 0 },
    progress: { say: (text) => said.push(text), warn: (text) => said.push(`warning: ${text}`), child: () => {} },
    signal: new AbortController().signal,
    environment: {},
  }
  const write = (path: string, text: string) => {
    const full = join(root, path)
    mkdirSync(dirname(full), { recursive: true })
    writeFileSync(full, text)
  }
  return {
    context,
    said,
    write,
    model: (name, bytes) => {
      write(`models/${name}.onnx`, bytes)
      return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
    },
    put: (result) => {
      const path = resultPath(out, result.model, result.stage)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, JSON.stringify({ ...result, source: mine }))
    },
    read: (path) => readFileSync(join(root, path), 'utf8'),
    gate: (options = {}) => executeForRun('gate', gate, context, options),
    comment: (options = {}) => executeForRun('comment', comment, context, options),
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  }
}

/** Puts everything a sample report's model left, about the model file that lies there. */
export function putAll(run: Run, results: readonly (StageResult | null)[], digest: string): void {
  for (const result of results) {
    if (result === null) continue
    const inputs = result.inputs.map((input) => (input.role === 'candidate' ? { ...input, digest } : input))
    run.put({ ...result, inputs })
  }
}
