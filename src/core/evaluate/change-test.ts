/** The tests of a change: p-value and bounds of one come from the same formula, or the same draws. What is tested by which of them: `change.ts`. */
import type { Bca } from '../stats/bca.ts'
import { groupsOf } from '../stats/clusters.ts'
import { type Mean, skewBelow, skewBounds, tBelow, tBounds } from '../stats/mean.ts'
import { contrastAbove, contrastBelow, contrastBounds, type Estimate } from '../stats/mover.ts'
import { normalQuantile, normalSf } from '../stats/normal.ts'
import type { Bounds } from '../stats/proportion.ts'
import { rowsNeeded } from '../stats/rows-needed.ts'
import type { Resampling, RowSample } from './resampling.ts'

/** Of a change. */
export type Way = 'up' | 'down'

/** Which way a change is for the worse. */
export interface Harm {
  readonly way: Way
  /** one row can make the metric worse without end */
  readonly endless: boolean
}

export interface Test {
  readonly method: string
  /** groups of rows that were counted; null: rows */
  readonly groups: number | null
  /** of quantiles of draws: the p-values below which they know little (`bca.ts`) */
  readonly tails?: Bca['tails']
  /** units in which the models differ, where they are fewer than ten */
  readonly differ?: number
  /** the rows that are needed follow from the rows on which the two disagree, by Connor's formula */
  readonly connor?: true
  /** why it proves nothing on the side of the harm, whatever its p-value there (`open-end.ts`): of so many units that differ, none shows how bad the next one is */
  readonly unproven?: { readonly differ: number }
  /** p-value of "the true change is below `at`" */
  below(at: number): number
  above(at: number): number
  /** one-sided bounds at `level`, from the test of `at` */
  bounds(level: number, at: number): Bounds
  /** rows, or groups where these are counted, that would show a change of this size at `alpha` (one-sided, default 0.05), 80 % of the time */
  rowsNeeded(size: number, alpha?: number): number
}

export function student(mean: Mean, method: string, groups: number | null, counted = mean.n): Test {
  return {
    method,
    groups,
    below: (at) => tBelow(mean, at),
    above: (at) => tBelow({ ...mean, mean: -mean.mean }, -at),
    bounds: (level) => tBounds(mean, level),
    rowsNeeded: (size, alpha) => rowsNeeded(counted, mean.se, size, alpha),
  }
}

export function normal(value: number, se: number, counted: number, method: string): Test {
  const z = (at: number) => (se === 0 ? (value === at ? 0 : (value - at) * Number.POSITIVE_INFINITY) : (value - at) / se)
  return {
    method,
    groups: null,
    below: (at) => normalSf(-z(at)),
    above: (at) => normalSf(z(at)),
    bounds: (level) => [value - normalQuantile(level) * se, value + normalQuantile(level) * se],
    rowsNeeded: (size, alpha) => rowsNeeded(counted, se, size, alpha),
  }
}

export function resampled(bca: Bca | null, counted: number, groups: number | null, se = bca?.se ?? Number.NaN): Test | null {
  if (bca === null) return null
  return {
    method: bca.method,
    groups,
    tails: bca.tails,
    below: bca.below,
    above: (at) => 1 - bca.below(at),
    bounds: (level) => bca.bounds(level),
    rowsNeeded: (size, alpha) => rowsNeeded(counted, se, size, alpha),
  }
}

/** The difference of two numbers, from the own interval of each: `stats/mover.ts`. */
export function contrasted(before: Estimate, after: Estimate, method: string, groups: number | null, counted: number): Test {
  const bounds = (level: number) => contrastBounds(after, before, 1, level)
  return {
    method,
    groups,
    below: (at) => contrastBelow(after, before, 1, at),
    above: (at) => contrastAbove(after, before, 1, at),
    bounds,
    rowsNeeded: neededFor(after.value - before.value, bounds, counted),
  }
}

/** As many as make the longer half of the bounds as short as it has to be: what chance adds to a number, and its error, both fall with the root of the rows. */
export function neededFor(value: number, bounds: (level: number) => Bounds, counted: number): Test['rowsNeeded'] {
  return (size, alpha) => {
    const [low, high] = bounds(0.95)
    return rowsNeeded(counted, Math.max(value - low, high - value) / normalQuantile(0.95), size, alpha)
  }
}

/** Rows, or their groups, are drawn again. */
export function drawn<S extends RowSample>(baseline: S, candidate: S, entries: number, draws: Resampling): Test | null {
  const groups = candidate.unit ? groupsOf(candidate.unit) : null
  return resampled(draws.rows(candidate, baseline), groups ?? entries, groups)
}

/**
 * Where rows are few or their differences have long tails, neither alone will do: with tails on both sides (two models that are equally good) BCa of 95 % holds 83 % at
 * 20 rows and 76 % of the worlds that look skewed at 200, and t holds 95 %; with one long tail it is t that is too narrow on the one side. Both have to agree.
 */
export function wider(t: Test, drawn: Test): Test {
  return {
    ...drawn,
    method: `${drawn.method}+t`,
    below: (at) => Math.max(t.below(at), drawn.below(at)),
    above: (at) => Math.max(t.above(at), drawn.above(at)),
    bounds: (level, at) => {
      const [[low, high], [lower, higher]] = [t.bounds(level, at), drawn.bounds(level, at)]
      return [Math.min(low, lower), Math.max(high, higher)]
    },
  }
}

/**
 * The wider of Student's t and of t moved by the skewness. Where few rows carry a change they lean to the side to which it went, and where by chance fewer of them are seen, so is less of their
 * spread: 10 points that lie in 18 of 145 queries are "no loss of 10 points" by t alone in 7 to 8 % of worlds. Values that lean to no side: t.
 */
export function leaning(mean: Mean, method: string, groups: number | null): Test {
  const moved: Test = {
    ...student(mean, method, groups),
    below: (at) => skewBelow(mean, at),
    above: (at) => 1 - skewBelow(mean, at),
    bounds: (level) => skewBounds(mean, level),
  }
  return { ...wider(student(mean, method, groups), moved), method }
}
