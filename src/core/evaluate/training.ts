/**
 * What the profile of the training data says about the target: the shares of its labels, or its mean and median. It is what a model
 * without features would have learned. Null where the profile does not say it: a sensitive column lists no labels.
 */
import type { ColumnProfile } from '../schema/profile.ts'
import type { TrainingStatistics } from './trivial.ts'

/** What is evaluated, in the labels of the test data. */
export type Evaluated =
  | { readonly task: 'binary'; readonly positive: string; readonly negative: string }
  | { readonly task: 'multiclass'; readonly classes: readonly string[] }
  /** levels of its quantiles, where it gives any */
  | { readonly task: 'regression'; readonly levels?: readonly number[] }

/** @param align a label of the training data in the spelling of the test data (`true` for `1`) */
export function trainingStatistics(
  target: ColumnProfile,
  evaluated: Evaluated,
  align: (label: string) => string,
): TrainingStatistics | null {
  switch (evaluated.task) {
    case 'binary': {
      const { positive, negative } = evaluated
      const found = sharesOf(target, [negative, positive], align)
      return found === null ? null : { task: 'binary', prior: found[1] ?? 0 }
    }
    case 'multiclass': {
      const priors = sharesOf(target, evaluated.classes, align)
      return priors === null ? null : { task: 'multiclass', priors }
    }
    case 'regression': {
      const mean = target.numeric?.mean ?? null
      if (mean === null) return null
      const quantiles = (evaluated.levels ?? []).flatMap((level) => quantileOf(target, level) ?? [])
      const known = quantiles.length > 0 && quantiles.length === evaluated.levels?.length
      return { task: 'regression', mean, median: quantileOf(target, 0.5), ...(known && { quantiles }) }
    }
  }
}

/** How often each label of several is there; null where one of them is not known. */
export function labelShares(targets: readonly (ColumnProfile | null)[], align: (label: string) => string): TrainingStatistics | null {
  const shares = targets.map((target) => target && (sharesOf(target, ['0', '1'], align)?.[1] ?? null))
  return shares.some((share) => share === null) ? null : { task: 'multilabel', shares: shares.map((share) => share ?? 0) }
}

/** Labels seen fewer than five times are not listed in a profile: those missing share what is left, and none has nothing at all. */
function sharesOf(target: ColumnProfile, labels: readonly string[], align: (label: string) => string): readonly number[] | null {
  const { listed, other } = countsOf(target)
  const counts = new Map<string, number>()
  for (const { value, count } of listed) counts.set(align(value), (counts.get(align(value)) ?? 0) + count)
  const unlisted = labels.filter((label) => !counts.has(label)).length
  if (unlisted === labels.length) return null
  const found = labels.map((label) => counts.get(label) ?? Math.max(0.5, other / unlisted))
  const total = found.reduce((sum, count) => sum + count, 0)
  return total === 0 ? null : found.map((count) => count / total)
}

function countsOf({ categories, numeric }: ColumnProfile): {
  readonly listed: readonly { readonly value: string; readonly count: number }[]
  readonly other: number
} {
  if (categories !== null) return { listed: categories.top, other: categories.other_count }
  if (numeric === null) return { listed: [], other: 0 }
  const listed = numeric.spikes.map(({ value, count }) => ({ value: String(value), count }))
  const all = numeric.cells.reduce((sum, count) => sum + count, 0)
  return { listed, other: Math.max(0, all - listed.reduce((sum, { count }) => sum + count, 0)) }
}

/** The first edge with at least this share of the rows at or below it: edges are percentiles, so it is right to one of them. Null beyond the last. */
function quantileOf({ numeric, sensitive }: ColumnProfile, level: number): number | null {
  if (numeric === null || sensitive) return null
  const wanted = numeric.cells.reduce((sum, count) => sum + count, 0) * level
  let below = 0
  for (const [j, edge] of numeric.edges.entries()) {
    below += numeric.cells[j] ?? 0
    if (below >= wanted) return edge
  }
  return null
}
