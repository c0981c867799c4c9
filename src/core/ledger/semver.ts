/** Versions of models: three numbers, compared as numbers, never as text. */
import type { PromoteSpec } from '../schema/config.ts'
import { checkName } from './names.ts'

export type Bump = PromoteSpec['bump']

/** @throws UserError NAME_INVALID */
function parseVersion(version: string): readonly [number, number, number] {
  const [major = 0, minor = 0, patch = 0] = checkName('version', version).split('.').map(Number)
  return [major, minor, patch]
}

/** Negative when a is older than b. */
export function compareVersions(a: string, b: string): number {
  const [x, y] = [parseVersion(a), parseVersion(b)]
  return x[0] - y[0] || x[1] - y[1] || x[2] - y[2]
}

/**
 * The version after the newest one. `auto` is `minor`: a retrained model takes the same inputs and may be used in the old one's place,
 * which is what a minor version promises; whoever changes the inputs says `major`. The first version is 1.0.0.
 */
export function nextVersion(existing: readonly string[], bump: Bump): string {
  const newest = [...existing].sort(compareVersions).at(-1)
  if (newest === undefined) return '1.0.0'
  const [major, minor, patch] = parseVersion(newest)
  switch (bump) {
    case 'major':
      return `${major + 1}.0.0`
    case 'auto':
    case 'minor':
      return `${major}.${minor + 1}.0`
    case 'patch':
      return `${major}.${minor}.${patch + 1}`
  }
}
