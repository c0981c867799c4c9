/**
 * The change of a calibration error where hundreds are judged at once. The bounds of `calibration-change.ts` hold the true change wherever it lies, and are so wide that they find fewer slices in which answers are
 * turned round. So a rise, or a fall, is called by what chance may have added to models that are as badly calibrated (`stats/calibration-rise.ts`): p at 0 is that of this test. How large it may be is another question: what
 * chance adds to a small error it adds less to a large one, and a difference of the two understates a rise. So the bounds are the wider of both, but for the side of 0, which is the test's.
 */
import type { Sample } from '../metrics/sample.ts'
import { binnedChange } from '../stats/calibration-rise.ts'
import { groupsOf } from '../stats/clusters.ts'
import { tBelow, tBounds } from '../stats/mean.ts'
import type { Bounds } from '../stats/proportion.ts'
import { calibrationChange } from './calibration-change.ts'
import { neededFor, type Test } from './change-test.ts'

type Weighted = Extract<Sample, { kind: 'weighted' }>

/** null: it is no calibration error, or nothing scatters */
export function calibrationAmongMany(baseline: Weighted, candidate: Weighted, value: number, units: Int32Array | null): Test | null {
  if (!candidate.signed || !baseline.signed) return null
  const own = bySigns(baseline.signed(), candidate.signed(), value, units)
  const holding = own && calibrationChange(baseline, candidate, value)
  return own && holding && bothOf(own, holding, value)
}

type Signed = ReturnType<NonNullable<Weighted['signed']>>

/** null: nothing scatters */
function bySigns(before: Signed, after: Signed, value: number, units: Int32Array | null): Test | null {
  const { n, ...found } = binnedChange(before, after, after.heavy, units)
  if (n < 2 || !(found.rise.se > 0 && found.fall.se > 0)) return null
  const rise = { n, ...found.rise, skewness: 0 }
  const fall = { n, ...found.fall, skewness: 0 }
  const groups = units && groupsOf(units)
  const bounds = (level: number): Bounds => [Math.min(value, tBounds(rise, level)[0]), Math.max(value, tBounds(fall, level)[1])]
  return {
    method: 'binned-t',
    groups,
    below: (at) => tBelow(fall, at),
    above: (at) => tBelow({ ...rise, mean: -rise.mean }, -at),
    bounds,
    rowsNeeded: neededFor(value, bounds, groups ?? after.flattered.length),
  }
}

/** A change in either direction is called by `own`; how large it is at least or at most, by both. */
function bothOf(own: Test, holding: Test, value: number): Test {
  // what was seen is never outside
  const seen = (far: boolean, p: number) => (far ? Math.max(0.5, p) : p)
  const bounds = (level: number, at: number): Bounds => {
    const [[low, high], [least, most]] = [own.bounds(level, at), holding.bounds(level, at)]
    return [Math.min(value, low > 0 ? low : Math.min(low, least)), Math.max(value, high < 0 ? high : Math.max(high, most))]
  }
  return {
    ...own,
    below: (at) => seen(at <= value, at <= 0 ? own.below(at) : Math.min(own.below(0), Math.max(own.below(at), holding.below(at)))),
    above: (at) => seen(at >= value, at >= 0 ? own.above(at) : Math.min(own.above(0), Math.max(own.above(at), holding.above(at)))),
    bounds,
  }
}
