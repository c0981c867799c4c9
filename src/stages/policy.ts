/** The config of the head under the policy of its base: what every stage of a run is given. */
import { applyBasePolicy } from '../core/policy/apply.ts'
import type { PolicyOrigin } from '../core/policy/origin.ts'
import type { Config } from '../core/schema/config.ts'
import { parseConfig } from '../core/schema/parse-config.ts'
import { UserError } from '../errors.ts'
import type { ReadBaseConfig } from '../ports/base-config.ts'

export interface Base {
  readonly read: ReadBaseConfig
  readonly pullRequest: boolean
}

export interface UnderPolicy {
  readonly config: Config
  readonly policy: PolicyOrigin
}

/**
 * @param base null: nothing is to be read, the head stands as it is
 * @param shown the config as the user wrote it
 * @throws UserError BASE_UNREADABLE, BASE_INVALID
 */
export async function underBasePolicy(
  head: Config,
  base: Base | null,
  shown: string,
  hash: (text: string) => string,
): Promise<UnderPolicy> {
  if (base === null) return { config: head, policy: { base: null, because: null, pullRequest: false, differences: [] } }
  const found = await base.read()
  const { pullRequest } = base
  const commit = found.commit.slice(0, 7)
  if (found.kind === 'absent')
    return { config: head, policy: { base: null, because: `there is no ${shown} at base ${commit}`, pullRequest, differences: [] } }
  const applied = applyBasePolicy(parseBase(found.text, `${shown} at base ${commit}`, hash), head, hash)
  return { config: applied.config, policy: { base: commit, because: null, pullRequest, differences: applied.differences } }
}

function parseBase(text: string, shown: string, hash: (text: string) => string): Config {
  try {
    return parseConfig(text, shown, hash)
  } catch (thrown) {
    if (!(thrown instanceof UserError)) throw thrown
    throw new UserError('BASE_INVALID', `the policy of the base cannot be understood:\n${thrown.message}`, 'correct it on the base first', {
      cause: thrown,
    })
  }
}

/** Of one model: what is said of the others is left out. */
export const narrowPolicy = (policy: PolicyOrigin, model: string | null): PolicyOrigin =>
  model === null ? policy : { ...policy, differences: policy.differences.filter((one) => one.model === null || one.model === model) }
