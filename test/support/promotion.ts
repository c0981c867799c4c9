/** A workspace after the gate: a model, the results of this run, and a context over real files, a real ledger and a real store. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createFiles } from '../../src/adapters/fs/files.ts'
import type { Verdict } from '../../src/core/gate/fold.ts'
import { parseConfig } from '../../src/core/schema/parse-config.ts'
import { makeCheck, type RunSource, type StageName, type StageResult } from '../../src/core/schema/result.ts'
import type { CiHost, EventFacts } from '../../src/ports/ci-host.ts'
import type { Downloads } from '../../src/ports/downloads.ts'
import type { LedgerTransport, ModelStore } from '../../src/ports/ledger.ts'
import type { RunContext, StageOptions } from '../../src/stages/context.ts'
import { executeForModel } from '../../src/stages/execute.ts'
import { fetchModel } from '../../src/stages/fetch.ts'
import { promote } from '../../src/stages/promote.ts'
import { rollback } from '../../src/stages/rollback.ts'
import { sha256 } from './git-remote.ts'

const configText = `
models:
  flights:
    model: MODEL
    data: {test: test.csv, target: late}
    promote: {to: [staging, production], accept: ACCEPT}
`

export interface WorkspaceOptions {
  readonly folder: string
  readonly ledger: LedgerTransport
  readonly store: ModelStore
  readonly content?: string
  readonly accept?: 'warn' | 'pass'
  readonly ref?: string
  readonly runId?: string
  readonly host?: CiHost['name']
  readonly event?: Partial<EventFacts>
  readonly branch?: string
  readonly downloads?: Downloads
  readonly signal?: AbortSignal
}

export interface Workspace {
  readonly context: RunContext
  readonly modelPath: string
  /** what the gate of this run said; called once by the maker with pass */
  gate(verdict?: Verdict, digest?: string): Promise<void>
  plant(stage: StageName, change: (result: StageResult) => StageResult): Promise<void>
  promote(options?: StageOptions): Promise<StageResult>
  rollback(options?: StageOptions): Promise<StageResult>
  fetch(options?: StageOptions): Promise<StageResult>
}

/** First error of a result, as code and sentence. */
export const saysError = (result: StageResult): string =>
  result.checks.find((check) => check.status === 'error')?.message ?? `no error, verdict ${result.verdict}`

export async function workspace(options: WorkspaceOptions): Promise<Workspace> {
  const { folder, content = 'model bytes', runId = '7' } = options
  await mkdir(folder, { recursive: true })
  const modelPath = join(folder, 'model.onnx')
  await writeFile(modelPath, content)
  const text = configText.replace('MODEL', options.ref ?? 'model.onnx').replace('ACCEPT', options.accept ?? 'warn')
  const config = parseConfig(text, 'modelgate.yml', sha256)
  const source: RunSource = {
    repository: 'acme/models',
    sha: 'a'.repeat(40),
    ref: `refs/heads/${options.branch ?? 'main'}`,
    run_id: runId,
    run_attempt: '1',
    event: 'push',
  }
  const never = () => Promise.reject(new Error('not for this test'))
  let ticks = 0
  const files = createFiles({ temporaryRoot: folder })
  const context: RunContext = {
    config,
    configPath: 'modelgate.yml',
    root: folder,
    out: join(folder, '.modelgate'),
    source,
    toolVersion: '0.0.0',
    host: {
      name: options.host ?? 'github',
      event: { isPullRequest: false, fromFork: false, defaultBranch: 'main', refProtected: false, ...options.event },
      pullRequest: async () => null,
      comments: () => {
        throw new Error('not for this test')
      },
      artifacts: null,
      runUrl: null,
    },
    ports: {
      files,
      commands: never,
      downloads: options.downloads ? async () => options.downloads ?? never() : never,
      engine: never,
      runtime: never,
      ledger: async () => options.ledger,
      store: async () => options.store,
    },
    clock: { now: () => `2026-01-01T00:${runId.padStart(2, '0')}:${String(ticks++).padStart(2, '0')}Z`, elapsed: () => 0 },
    progress: { say: () => {}, warn: () => {}, child: () => {} },
    signal: options.signal ?? new AbortController().signal,
    environment: {},
  }
  const [model] = config.models
  if (model === undefined) throw new Error('no model')

  const write = async (stage: StageName, name: string | null, verdict: Verdict, more: Partial<StageResult>) => {
    const result: StageResult = {
      schema: 'modelgate/result@1',
      stage,
      model: name,
      verdict,
      because: null,
      degraded: [],
      checks: [makeCheck({ id: `${stage}.test`, status: verdict === 'skipped' ? 'skipped' : verdict, effect: verdict, message: 'test' })],
      inputs: [],
      details: {},
      baseline: null,
      tool: { name: 'modelgate', version: '0.0.0' },
      config_digest: config.digest,
      source,
      started_at: '2026-01-01T00:00:00Z',
      duration_ms: 1,
      ...more,
    }
    await files.write(join(context.out, ...(name === null ? [] : [name]), `${stage}.json`), JSON.stringify(result))
  }

  const self: Workspace = {
    context,
    modelPath,
    async gate(verdict = 'pass', digest = sha256(content)) {
      await write('evaluate', 'flights', verdict, {
        inputs: [{ role: 'candidate', path: 'model.onnx', digest, rows: null, bytes: content.length }],
      })
      await write('gate', null, verdict, {
        details: {
          promotable: verdict === 'pass' || verdict === 'warn',
          models: [
            {
              model: 'flights',
              verdict,
              promotable: verdict === 'pass' || verdict === 'warn',
              digest,
              stages: [],
              not_configured: [],
            },
          ],
          report: { markdown: 'report.md', html: 'report.html' },
        },
      })
    },
    async plant(stage, change) {
      const path = stage === 'gate' ? join(context.out, 'gate.json') : join(context.out, 'flights', `${stage}.json`)
      const bytes = await files.read(path, 2 ** 24)
      await files.write(path, JSON.stringify(change(JSON.parse(new TextDecoder().decode(bytes ?? new Uint8Array())))))
    },
    promote: (given) => executeForModel('promote', promote, context, model, given),
    rollback: (given) => executeForModel('rollback', rollback, context, model, given),
    fetch: (given) => executeForModel('fetch', fetchModel, context, model, given),
  }
  await self.gate()
  return self
}
