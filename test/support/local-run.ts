/** A run on a laptop, for tests of one stage: the config read as the shells read it, no CI server, and ports that nobody should ask. */
import { createHash } from 'node:crypto'
import type { Config, ModelConfig } from '../../src/core/schema/config.ts'
import { parseConfig } from '../../src/core/schema/parse-config.ts'
import type { RunSource } from '../../src/core/schema/result.ts'
import type { CiHost } from '../../src/ports/ci-host.ts'

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
