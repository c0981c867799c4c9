/** Groups of one column → what each of them is in a measure, with the interval that a comparison needs. */
import type { Policy } from '../gate/fold.ts'
import type { Sample } from '../metrics/sample.ts'
import type { Scores } from '../metrics/scores.ts'
import { takeRows } from '../metrics/take-rows.ts'
import { type View, viewOf } from '../metrics/view.ts'
import type { FairnessLimits, FairnessSpec } from '../schema/config.ts'
import { groupsOf } from '../stats/clusters.ts'
import { fewDifferBounds } from '../stats/few-differ.ts'
import type { Estimate } from '../stats/mover.ts'
import { normalQuantile } from '../stats/normal.ts'
import { changeBetween } from './change.ts'
import { fewDiffering } from './differing.ts'
import { type Measure, type Part, partOf } from './fairness-measures.ts'
import type { GroupChange, Parts } from './fairness-rise.ts'
import { type Level, levelOf } from './level.ts'
import type { MissingBaseline } from './missing-baseline.ts'
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

export interface FairnessInput {
  readonly columns: readonly FairnessColumn[]
  readonly candidate: Scores
  readonly baseline: Scores | null
  /** given exactly when `baseline` is null */
  readonly missing: MissingBaseline | null
  readonly spec: FairnessSpec
  readonly policy: Policy
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
  /** of these groups, from the baseline to the candidate */
  readonly changes: () => Parts<GroupChange>
}

export const groupViews = (scores: Scores, groups: readonly Slice[]): readonly View[] =>
  groups.map(({ rows }) => viewOf(takeRows(scores, rows)))

export function groupValues(
  part: Part,
  measure: Measure,
  named: string | null,
  groups: readonly Slice[],
  views: readonly View[],
): readonly GroupValue[] {
  return groups.flatMap((group, at): readonly GroupValue[] => {
    const view = views[at]
    if (!view) return []
    const { sample, base } = partOf(part, view, named)
    const known = sample.value.undefined === null && sample.value.value !== null
    const level = known ? levelOfGroup(sample, base, measure) : null
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

/**
 * Rows that are all alike, as the errors of a group where the model is never wrong, show no spread, which is no proof for others: of so many rows none is another one. How far away
 * that could be is half of what the measure ranges over; where it has no end there is no interval.
 */
function levelOfGroup(sample: Sample, base: number, { range: [least, most] }: Measure): Level | null {
  const level = levelOf(sample, resampling())
  const { value } = sample.value
  if (level === null || value === null) return null
  const [low, high] = level.bounds(0.975)
  if (low < high) return level
  const largest = (most - least) / 2
  const units = sample.unit ? Math.min(base, groupsOf(sample.unit)) : base
  if (!Number.isFinite(largest) || units < 1) return null
  return {
    method: 'none-differs',
    bounds: (at) => {
      const [from, to] = fewDifferBounds({ effects: [], units, largest }, at)
      return [value + from, value + to]
    },
  }
}

/** How a group has changed, by the test that such a change has everywhere. Without one nothing is known of it. */
export function groupChange(
  part: Part,
  named: string | null,
  [was, is]: readonly [GroupValue | undefined, GroupValue | undefined],
  [before, after]: readonly [View | undefined, View | undefined],
): GroupChange {
  const few = before && after ? () => fewDiffering(after, before, null)('scores', (view) => partOf(part, view, named).sample.value) : null
  const change = was && is ? changeBetween(was.sample, is.sample, resampling(), few) : null
  return {
    before: was?.estimate ?? { value: was?.value ?? Number.NaN, bounds: () => [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY] },
    value: change?.value ?? 0,
    bounds: (level) => change?.test?.bounds(level, Number.NaN) ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
  }
}

/** Draws end at 1 in some thousands, which many comparisons need more than: beyond 1 in 1,000 the tail is the normal one of their spread. */
function reaching(level: Level, value: number, at: number): readonly [number, number] {
  if (at <= 0.999 || !/^(bca|percentile)/.test(level.method)) return level.bounds(at)
  const [low, high] = level.bounds(0.999)
  const farther = normalQuantile(at) / normalQuantile(0.999)
  return [value - (value - low) * farther, value + (high - value) * farther]
}
