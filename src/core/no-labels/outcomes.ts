/**
 * How a model's classes met the truth on its holdout, kept beside its predictions, and how often each class occurs now, as its predictions of
 * unlabelled rows have it.
 *
 * Kept for two to twenty classes of at least five rows each: of more, no estimate would be told (`priorShift`). It names labels that the profile of
 * the predictions names too, and no row.
 */
import type { Scores } from '../metrics/scores.ts'
import { minLevelRows } from '../profile/queries.ts'
import type { ColumnProfile, TableProfile } from '../schema/profile.ts'
import { priorShift } from './prior-shift.ts'

export type Outcomes = NonNullable<TableProfile['outcomes']>

const mostClasses = 20

/** @param pair of a binary task: negative, positive. null: no classes, or too many, or too few rows of one */
export function outcomesOf(scores: Scores, pair: readonly [string, string] | null): Outcomes | null {
  const labels = scores.task === 'binary' ? (pair ?? ['0', '1']) : scores.task === 'multiclass' ? scores.classes : []
  if ((scores.task !== 'binary' && scores.task !== 'multiclass') || labels.length < 2 || labels.length > mostClasses) return null
  const counts = labels.map(() => labels.map(() => 0))
  for (const [row, truth] of scores.y.entries()) {
    const said = counts[scores.predicted[row] ?? -1]
    if (said !== undefined) said[truth] = (said[truth] ?? 0) + 1
  }
  const rare = labels.some((_, j) => counts.reduce((sum, said) => sum + (said[j] ?? 0), 0) < minLevelRows)
  return rare ? null : { labels: [...labels], counts }
}

/** Shares of the classes, in the order of the labels. */
export interface Priors {
  readonly labels: readonly string[]
  readonly holdout: readonly number[]
  readonly now: readonly number[]
}

/** @param said the classes predicted now. null: the model tells classes too little apart, or says others now */
export function estimatedPriors({ labels, counts }: Outcomes, { categories }: ColumnProfile): Priors | null {
  const rows = counts.flat().reduce((sum, count) => sum + count, 0)
  const known = new Map(categories?.top.map(({ value, count }) => [value, count] as const))
  const said = labels.map((label) => known.get(label) ?? 0)
  const total = said.reduce((sum, count) => sum + count, 0)
  if (rows === 0 || total === 0 || [...known.keys()].some((label) => !labels.includes(label))) return null
  const joint = counts.map((row) => row.map((count) => count / rows))
  const { prior } = priorShift(
    joint,
    said.map((count) => count / total),
  )
  if (prior === null) return null
  return { labels, holdout: labels.map((_, j) => joint.reduce((sum, row) => sum + (row[j] ?? 0), 0)), now: prior }
}
