/** What a model's config asks of a profile: its columns, and what drift will need of data it compares. */
import type { ModelConfig } from '../../core/schema/config.ts'
import { targetColumns } from '../../core/schema/target-columns.ts'
import type { ProfileOptions } from '../profile-table.ts'

/** The two sides of drift. Elsewhere blocks, weights, pairs and associations would be counted for nobody. */
const compared: readonly string[] = ['train', 'current', 'reference']

export function profileOptions({ data, drift, promote }: ModelConfig, role: string): Omit<ProfileOptions, 'reference'> {
  const options = { role, sensitive: data.sensitive, kinds: data.kinds ?? {} }
  // a model that is promoted is compared one day, if not now
  const needed = compared.includes(role) && drift.enabled && (data.sources.current !== undefined || promote !== null)
  if (!needed) return options
  const byBlock = drift.blocks !== 'rows'
  const leaveOut = [data.id, data.time, data.group, data.weight].filter((name) => name !== null)
  const labels = targetColumns(data)
  const first = [...labels, ...heaviest(drift.importance), ...(data.features ?? [])]
  return {
    ...options,
    time: byBlock ? data.time : null,
    group: byBlock ? data.group : null,
    weight: data.weight,
    pairs: drift.correlations === false ? null : { first, labels, leaveOut },
  }
}

/** Nothing reads a profile where there is one table only, and no model whose training data will be asked for after this run. */
export const isProfiled = ({ profile, data, promote }: ModelConfig): boolean =>
  profile !== 'needed' || promote !== null || Object.keys(data.sources).length > 1

const heaviest = (importance: Readonly<Record<string, number>> = {}): readonly string[] =>
  Object.entries(importance)
    .sort(([, a], [, b]) => b - a)
    .map(([name]) => name)
