/** Columns whose values together name a row: `data.id`, and of a ranking the item within its query, because it comes back in others. Null: nothing names one. */
import type { ModelConfig } from './config.ts'

export function rowNames({
  task,
  data: { id, group },
}: Pick<ModelConfig, 'task'> & { readonly data: Pick<ModelConfig['data'], 'id' | 'group'> }): readonly string[] | null {
  if (id === null) return null
  return task === 'ranking' && group !== null ? [group, id] : [id]
}
