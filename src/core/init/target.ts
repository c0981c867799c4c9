/** Which column is the target, where nobody said it; and which of its two labels counts. Told with the reason, or left open. */
import type { Role } from '../schema/config.ts'
import type { ColumnSeen } from './seen.ts'

const usualNames = ['target', 'label', 'labels', 'y', 'class', 'outcome', 'response', 'truth', 'ground_truth', 'y_true', 'actual']
/** Roles whose rows must be labelled. */
export const labelledRoles: readonly Role[] = ['train', 'validation', 'test']

export interface TargetGuess {
  readonly column: string
  readonly because: string
}

/** Labelled in every row of every labelled role, and not the same in all of them: what `validate` asks of a target. */
const canBeTarget = ({ in: inRoles }: ColumnSeen, rolesThere: readonly Role[]): boolean => {
  const labelled = inRoles.filter(({ role }) => labelledRoles.includes(role))
  const wanted = rolesThere.filter((role) => labelledRoles.includes(role))
  return (
    labelled.length === wanted.length &&
    labelled.length > 0 &&
    labelled.every(({ missing, kind, storage }) => missing === 0 && kind !== 'constant' && kind !== 'identifier' && storage !== 'other')
  )
}

/** Text and dates say what a row is about, and rarely what is predicted: such a column is neither guessed nor asked about. */
export const isPlain = ({ in: inRoles }: ColumnSeen): boolean =>
  inRoles.every(({ kind, storage }) => kind !== 'text' && storage !== 'date' && storage !== 'timestamp')

/** Columns that could be it. */
export const candidates = (
  columns: readonly ColumnSeen[],
  rolesThere: readonly Role[],
  inputs: ReadonlySet<string> | null,
  never: ReadonlySet<string>,
): readonly ColumnSeen[] =>
  columns.filter((column) => !never.has(column.name) && inputs?.has(column.name) !== true && canBeTarget(column, rolesThere))

/**
 * @param inputs columns that the model is fed; null where that is not known
 * @param never columns that are something else: the id, sensitive ones
 */
export function guessTarget(
  columns: readonly ColumnSeen[],
  rolesThere: readonly Role[],
  inputs: ReadonlySet<string> | null,
  never: ReadonlySet<string>,
): TargetGuess | null {
  const free = candidates(columns, rolesThere, inputs, never)
  const named = free.filter(({ name }) => usualNames.includes(name.toLowerCase()))
  const [byName] = named
  if (byName !== undefined && named.length === 1) return { column: byName.name, because: 'by its name' }
  const labels = free.filter(isPlain)
  if (rolesThere.includes('current')) {
    const gone = labels.filter((column) => !column.in.some(({ role }) => role === 'current'))
    const [only] = gone
    if (only !== undefined && gone.length === 1) return { column: only.name, because: 'the only column that the current data do not have' }
  }
  const [rest] = labels
  if (inputs !== null && inputs.size > 0 && rest !== undefined && labels.length === 1)
    return { column: rest.name, because: 'the only column that is no input of the model' }
  return null
}

/** Labels of which one is plainly the positive one. `1` and `true` are so without being written. */
const pairs: readonly (readonly [positive: string, negative: string])[] = [
  ['yes', 'no'],
  ['y', 'n'],
  ['t', 'f'],
  ['positive', 'negative'],
  ['pos', 'neg'],
]

export type Positive = { readonly kind: 'usual' } | { readonly kind: 'write'; readonly label: string } | { readonly kind: 'ask' }

/** @param labels the two of a binary target */
export function positiveOf(labels: readonly string[]): Positive {
  if (labels.some((label) => ['1', 'true', 'True', 'TRUE', '1.0'].includes(label))) return { kind: 'usual' }
  const [a = '', b = ''] = labels
  for (const [positive, negative] of pairs) {
    if (a.toLowerCase() === positive && b.toLowerCase() === negative) return { kind: 'write', label: a }
    if (b.toLowerCase() === positive && a.toLowerCase() === negative) return { kind: 'write', label: b }
  }
  return { kind: 'ask' }
}
