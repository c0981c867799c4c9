/**
 * Labels of the columns of a model's probabilities, as its metadata says them: `modelgate.classes`, a JSON list that builtin models carry.
 * The file is a stranger's, so a list that is not one, or not a plausible one, says nothing: the labels are then found as if it were not there.
 */
import { z } from 'zod'
import type { ModelProto } from './proto.ts'

export const metadataKeys = { builtin: 'modelgate.builtin', task: 'modelgate.task', classes: 'modelgate.classes' } as const

const mostClasses = 10_000
/** characters of JSON: what 10,000 labels of a hundred characters need */
const mostText = 1_048_576

const classes = z
  .array(z.union([z.string(), z.number(), z.boolean()]))
  .min(1)
  .max(mostClasses)

/** null when nothing, or nothing usable, is said */
export function metadataClasses(model: ModelProto): readonly (string | number)[] | null {
  const [entry, second] = model.metadataProps.filter(({ key }) => key === metadataKeys.classes)
  const text = entry?.value ?? ''
  if (second !== undefined || text === '' || text.length > mostText) return null
  const parsed = classes.safeParse(parseJson(text))
  if (!parsed.success) return null
  const labels = parsed.data.map((label) => (typeof label === 'boolean' ? String(label) : label))
  // two columns for one label contradict each other
  return new Set(labels.map(String)).size === labels.length ? labels : null
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
