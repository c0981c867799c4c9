/** Groups of one column → what each of them is in a measure, with the interval that a comparison needs. */
import type { Sample } from '../metrics/sample.ts'
import type { Scores } from '../metrics/scores.ts'
import { takeRows } from '../metrics/take-rows.ts'
import { type View, viewOf } from '../metrics/view.ts'
import type { FairnessLimits } from '../schema/config.ts'
import type { Estimate } from '../stats/mover.ts'
import { normalQuantile } from '../stats/normal.ts'
import { type Measure, type Part, partOf } from './fairness-measures.ts'
import { type Level, levelOf } from './level.ts'
import { resampling } from './resampling.ts'
import type { Slice } from './slice-rows.ts'

/** The rows of each group of a column, and how many belong to none. */
export interface FairnessColumn {
  readonly column: string
  readonly groups: readonly Slice[]
  readonly without: number
  /** a pull request brings it */
  readonly fresh?: boolean
}

/** One group in one part of a measure. */
export interface GroupValue {
  readonly group: Slice
  readonly value: number | null
  /** why there is none */
  readonly undefined: string | null
  readonly base: number
  /** what `base` counts */
  readonly among: string
  readonly estimate: (Estimate & { readonly value: number }) | null
  readonly level: Level | null
  readonly sample: Sample
}

/** One measure over one column. */
export interface Compared {
  readonly column: FairnessColumn
  readonly name: string
  readonly named: string | null
  readonly measure: Measure
  /** null: told, not judged */
  readonly limits: FairnessLimits | null
  readonly parts: readonly (readonly GroupValue[])[]
  readonly before: readonly (readonly GroupValue[])[] | null
  /** places of the groups that are compared */
  readonly kept: readonly number[]
}

export const groupViews = (scores: Scores, groups: readonly Slice[]): readonly View[] =>
  groups.map(({ rows }) => viewOf(takeRows(scores, rows)))

export function groupValues(part: Part, named: string | null, groups: readonly Slice[], views: readonly View[]): readonly GroupValue[] {
  return groups.flatMap((group, at): readonly GroupValue[] => {
    const view = views[at]
    if (!view) return []
    const { sample, base } = partOf(part, view, named)
    const known = sample.value.undefined === null && sample.value.value !== null
    const level = known ? levelOf(sample, resampling()) : null
    const value = known ? sample.value.value : null
    return [
      {
        group,
        value,
        undefined: known ? null : (sample.value.undefined ?? 'it has no value'),
        base,
        among: part.among,
        estimate: level === null || value === null ? null : { value, bounds: (at) => reaching(level, value, at) },
        level,
        sample,
      },
    ]
  })
}

/** Draws end at 1 in some thousands, which many comparisons need more than: beyond 1 in 1,000 the tail is the normal one of their spread. */
function reaching(level: Level, value: number, at: number): readonly [number, number] {
  if (at <= 0.999 || !/^(bca|percentile)/.test(level.method)) return level.bounds(at)
  const [low, high] = level.bounds(0.999)
  const farther = normalQuantile(at) / normalQuantile(0.999)
  return [value - (value - low) * farther, value + (high - value) * farther]
}
