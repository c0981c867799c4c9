/** A run on a laptop, for tests of one stage: the config read as the shells read it, no CI server, and ports that nobody should ask. */
import { createHash } from 'node:crypto'
import { createFiles } from '../../src/adapters/fs/files.ts'
import type { Config, ModelConfig } from '../../src/core/schema/config.ts'
import { parseConfig } from '../../src/core/schema/parse-config.ts'
import type { RunSource } from '../../src/core/schema/result.ts'
import type { CiHost } from '../../src/ports/ci-host.ts'
import type { ModelContext } from '../../src/stages/context.ts'

export const neverAsked = (): never => {
  throw new Error('this stage has no use for that port')
}

export const localSource: RunSource = { repository: '', sha: 'none', ref: '', run_id: 'local', run_attempt: '1', event: 'local' }

export const localHost = (isPullRequest = false): CiHost => ({
  name: 'local',
  event: { isPullRequest, fromFork: false, defaultBranch: null, refProtected: false },
  pullRequest: async () => null,
  comments: neverAsked,
  artifacts: null,
  runUrl: null,
})

/** A config and its first model. */
export function readConfig(text: string): { readonly config: Config; readonly model: ModelConfig } {
  const config = parseConfig(text, 'modelgate.yml', (value) => createHash('sha256').update(value).digest('hex'))
  const [model] = config.models
  if (model === undefined) throw new Error('the config has no model')
  return { config, model }
}

/** One stage of a model on its own: no result of another, and no port but the files and those that are given. */
export const contextOf = (
  read: ReturnType<typeof readConfig>,
  ports: Partial<ModelContext['ports']> = {},
  host: CiHost = localHost(),
): ModelContext => ({
  ...read,
  configPath: 'modelgate.yml',
  root: '/',
  out: '/out',
  source: localSource,
  toolVersion: '0',
  host,
  ports: {
    files: createFiles(),
    commands: neverAsked,
    downloads: neverAsked,
    engine: neverAsked,
    runtime: neverAsked,
    ledger: neverAsked,
    store: neverAsked,
    ...ports,
  },
  clock: { now: () => '2026-11-23T00:00:00Z', elapsed: () => 0 },
  progress: { say: () => {}, warn: () => {}, child: () => {} },
  signal: new AbortController().signal,
  environment: {},
  result: async () => null,
})
