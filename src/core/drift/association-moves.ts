/**
 * What changed between a feature and the label, in words: which classes now go with other numbers, or with other classes, than they did. Only aggregates of
 * the cells that were tested, each of ten rows or more on both sides. No class is named: each is called by its rank in the reference.
 *
 *     number    mean place of the rows of a class in the reference's order, as a percentile: Σ_c n_gc (F_c − f_c/2)/n_g       f, F: share of a cell, and up to it
 *     classes   share of one class among the rows of another
 *
 * The classes told are those that add most to the change: of a number q_g (d_g − d̄)², of classes the same of the class of the label that changed most.
 */

import { ordinal, share } from '../report/format.ts'
import type { Counts } from './interaction.ts'
import { columnSums, sum, total } from './interaction.ts'

/** The two tables as they were tested, and what their cells are called. */
export interface Tested {
  readonly tables: readonly [before: Counts, now: Counts]
  readonly groups: readonly string[]
  /** of the columns; null: they are cells of a number, in its order */
  readonly values: readonly string[] | null
  /** the groups are those of the label, the number is the feature */
  readonly turned: boolean
}

const mostClasses = 2

export function associationMoves(
  { groups, values, tables: [before, now] }: Tested,
  told: { readonly groups: string; readonly values: string },
): string {
  const weights = before.map((row, g) => (sum(row) / total(before) + sum(now[g] ?? []) / total(now)) / 2)
  const candidates =
    values === null ? [percentiles(columnSums(before))] : columnSums(before).map((_, j, all) => all.map((_, i) => (i === j ? 1 : 0)))
  const scored = candidates.map((scores, value) => {
    const classes = before.map((row, g) => ({ g, was: meanOf(row, scores), is: meanOf(now[g] ?? [], scores) }))
    const middle = sum(classes.map(({ g, was, is }) => (weights[g] ?? 0) * (is - was)))
    const moved = classes
      .map((one) => ({ ...one, size: (weights[one.g] ?? 0) * (one.is - one.was - middle) ** 2 }))
      .toSorted((a, b) => b.size - a.size)
    return { value, moved, size: sum(moved.map(({ size }) => size)) }
  })
  const [most] = scored.toSorted((a, b) => b.size - a.size)
  if (most === undefined) return ''
  const where = values === null ? told.values : `${values[most.value] ?? ''} of ${told.values}`
  return most.moved
    .slice(0, mostClasses)
    .map(({ g, was, is }, i) => {
      const first = i === 0
      const group = first ? `${groups[g]} of ${told.groups}` : groups[g]
      return values === null
        ? `with ${group}, ${first ? `${where} is on average ` : ''}at percentile ${place(is)}${first ? ' of the reference' : ''} (was ${place(was)})`
        : `with ${group}, ${first ? `${where} has ` : ''}${share(is)}${first ? ' of the rows' : ''} (had ${share(was)})`
    })
    .join('; ')
}

/** What cells are called: the labels of an axis by their rank, behind them what the axis keeps for others and for missing ones. */
export const cellNames = (labels: number): readonly string[] => [
  ...Array.from({ length: labels }, (_, at) => (at === 0 ? 'the most frequent value' : `the ${ordinal(at + 1)} most frequent value`)),
  otherValues,
  'no value',
]
export const otherValues = 'the other values'

/** Middle of each cell in the order of all rows, 0 to 1. */
function percentiles(cells: readonly number[]): readonly number[] {
  const all = sum(cells)
  let below = 0
  return cells.map((count) => {
    below += count
    return (below - count / 2) / all
  })
}

const meanOf = (row: readonly number[], scores: readonly number[]): number =>
  sum(row.map((count, cell) => count * (scores[cell] ?? 0))) / sum(row)
const place = (mean: number): string => String(Math.round(mean * 100))
