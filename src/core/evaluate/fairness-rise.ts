/**
 * Has the gap between groups grown from the baseline to the candidate? Both gaps are computed on the same draws of rows, or of the units that `data.group` names,
 * over the whole test data, so that what both models have in common is no noise and a unit that lies in several groups is drawn once. An area under a curve is
 * drawn by the influence of its rows.
 * Source: paired bootstrap, Efron & Tibshirani 1993, §13.3; bounds as everywhere by BCa.
 */
import type { Sample } from '../metrics/sample.ts'
import { weightedAuc } from '../metrics/weighted-auc.ts'
import { groupGap } from '../stats/group-gaps.ts'
import { normalSf } from '../stats/normal.ts'
import { minus, type Replicates, type RowDraws, rowBootstrap, rowDraws } from '../stats/row-bootstrap.ts'
import { attempt } from './resampling.ts'
import type { Slice } from './slice-rows.ts'
import { type RankSample, type RowSample, replicatesOf } from './statistic.ts'

const size = 2000

/** One list a part of a measure, with one entry a group. */
export type Parts<T> = readonly (readonly T[])[]

export interface RiseTest {
  readonly se: number
  /** p-value of "the gap rose by more than `at`" */
  above(at: number): number
  bounds(level: number): readonly [number, number]
}

/** Difference over groups; of several parts the worst. */
export function gapOf(parts: Parts<number | null>): number | null {
  const gaps = parts.map((values) => groupGap(values)?.difference ?? null)
  return gaps.includes(null) || gaps.length === 0 ? null : gaps.reduce<number>((most, gap) => Math.max(most, gap ?? 0), 0)
}

/** Draws for one column, made once for all of its measures. @param units code of the unit of each row of the data; null: rows */
export function columnDraws(groups: readonly Slice[], rows: number, units: Int32Array | null): readonly RowDraws[] {
  const draws = rowDraws(rows, size, units)
  return groups.map(({ rows: own }) => ({ ...draws, rows: own.length, of: Uint16Array.from(own, (row) => draws.of[row] ?? 0) }))
}

/** @param draws of the groups whose samples these are; null: hardly a draw has a gap */
export function riseTest(baseline: Parts<Sample>, candidate: Parts<Sample>, draws: readonly RowDraws[]): RiseTest | null {
  const [before, after] = [gapDraws(baseline, draws), gapDraws(candidate, draws)]
  if (before === null || after === null) return null
  const difference = minus(after, before)
  const bca = attempt(() => rowBootstrap(difference))
  if (bca === null) return null
  return {
    se: bca.se,
    above: (at) => {
      const p = Math.min(1, Math.max(0, 1 - bca.below(at)))
      // draws end at 1 in some thousands, which a family of many needs more than
      return p > 0.001 || !(bca.se > 0) ? p : Math.min(p, normalSf((difference.estimate - at) / bca.se))
    },
    bounds: (level) => bca.bounds(level),
  }
}

function gapDraws(parts: Parts<Sample>, draws: readonly RowDraws[]): Replicates | null {
  const made = parts.map((samples) =>
    samples.map((sample, g) => {
      const own = summed(sample)
      const of = draws[g]
      return own === null || of === undefined ? null : replicatesOf(own, of)
    }),
  )
  const [first] = made.flat()
  if (!first || made.some((groups) => groups.includes(null))) return null
  const gap = (of: (one: Replicates) => number) => gapOf(made.map((groups) => groups.map((one) => (one ? of(one) : null)))) ?? Number.NaN
  return {
    estimate: gap((one) => one.estimate),
    draws: first.draws.map((_, b) => gap((one) => one.draws[b] ?? Number.NaN)),
    leftOut: first.leftOut.map((_, b) => gap((one) => one.leftOut[b] ?? Number.NaN)),
    resampled: first.resampled,
  }
}

/** As a function of sums over rows. */
function summed(sample: Sample): Exclude<RowSample, RankSample> | null {
  const linear = (value: Sample['value'], influence: Float64Array) =>
    ({ kind: 'mean', value, rows: influence.map((x) => x + (value.value ?? 0)) }) as const
  switch (sample.kind) {
    case 'plain':
    case 'rank':
    case 'weighted':
      return null
    case 'auc':
      return linear(sample.value, weightedAuc(sample.ranks, sample.y, null).influence)
    case 'influence':
      return linear(sample.value, sample.influence)
    default:
      return sample
  }
}
