/**
 * How far down a change may be, of metrics that end at 1 and whose own intervals lean: an area or an average precision near 1, a share of few rows. Student's t of the difference, or a score of the rows that differ, does
 * not know that such a number has farther to fall than to rise. So on the side on which a worse model would pass, the bound is the wider of the test's and of the one that both numbers' own
 * intervals leave open (`pairedLower` of `stats/mover.ts`); the other side, by which a model is blocked, is the test's. Every metric with such an interval is one of which more is better.
 */
import type { Sample } from '../metrics/sample.ts'
import { rarerOf } from '../stats/clusters.ts'
import { type AucChange, type AucError, atEnd, changeLower } from '../stats/delong.ts'
import { pairedLower, tail } from '../stats/mover.ts'
import { proportionInterval } from '../stats/proportion.ts'
import type { Test } from './change-test.ts'
import { cellInfluences } from './influence.ts'
import { errorOfAuc, tableOf } from './level.ts'
import type { Resampling } from './resampling.ts'

type Kind<K extends Sample['kind']> = Extract<Sample, { kind: K }>

/** @param lower bound of the change at a level */
function heldBelow(test: Test, value: number, lower: (level: number) => number): Test {
  return {
    ...test,
    above: (at) => Math.max(test.above(at), at < value ? tail((level) => lower(level) > at) : 0),
    bounds: (level, at) => {
      const [low, high] = test.bounds(level, at)
      return [Math.min(low, lower(level)), high]
    },
  }
}

export function areasHeld(test: Test, baseline: Kind<'auc'>, candidate: Kind<'auc'>, change: AucChange): Test {
  // equal areas of equal curves: that not one row differs is for `few-differ.ts` to say
  if (change.se === 0) return test
  const [before, after] = [errorOfAuc(baseline), errorOfAuc(candidate)]
  return heldBelow(test, change.value, (level) => changeLower(before, after, change, level))
}

/**
 * Of an order with a gradient, average precision: an area as well, of which the standard errors are those of the draws. Its level's own interval, which counts rows that nobody saw, is
 * not read: of both models at once it is so wide that hardly a change is ever proven. What jumps from place to place (recall at a rate) is not held: even the logit interval of it finds little.
 */
export function orderHeld(
  test: Test | null,
  baseline: Kind<'rank'>,
  candidate: Kind<'rank'>,
  value: number,
  df: number,
  draws: Resampling,
): Test | null {
  if (test === null || !candidate.influence || df < 1) return test
  const change = draws.rows(candidate, baseline)
  const [before, after] = [baseline, candidate].map((one): AucError | null => {
    const own = draws.rows(one, null)
    return own && { auc: atEnd(one.value.value ?? Number.NaN), se: own.se, fewest: rarerOf(one.y, one.unit ?? null), df }
  })
  if (!change || !before || !after || change.se === 0) return test
  return heldBelow(test, value, (level) => changeLower(before, after, { se: change.se, df }, level))
}

/** Of shares whose rows the model chooses itself (precision, npv), which correlate as their influences do; rows that both chose make them alike, never opposite. */
export function sharesHeld(
  test: Test | null,
  baseline: Kind<'cells'>,
  candidate: Kind<'cells'>,
  value: number,
  draws: Resampling,
): Test | null {
  if (test === null || candidate.unit || candidate.weight) return test
  const [before, after] = [shareOf(baseline), shareOf(candidate)]
  if (!before || !after) return test
  const correlation = correlationOf(baseline, candidate, draws)
  return correlation === null ? test : heldBelow(test, value, (level) => pairedLower(after, before, correlation, level))
}

/** Of the influences of rows, 0 to 1; null: none is known. */
function correlationOf(baseline: Kind<'cells'>, candidate: Kind<'cells'>, draws: Resampling): number | null {
  const { counts, first, second } = draws.joint(candidate, baseline)
  const [after, before] = [cellInfluences(candidate, counts, first), cellInfluences(baseline, counts, second)]
  if (!after || !before) return null
  let [own, others, both] = [0, 0, 0]
  for (const [j, count] of counts.entries()) {
    const [a, b] = [after[first[j] ?? 0] ?? 0, before[second[j] ?? 0] ?? 0]
    own += count * a * a
    others += count * b * b
    both += count * a * b
  }
  return own * others > 0 ? Math.max(0, Math.min(1, both / Math.sqrt(own * others))) : 0
}

function shareOf(sample: Kind<'cells'>) {
  if (sample.trials === null) return null
  const [hits, trials] = sample.trials(tableOf(sample))
  return trials === 0 ? null : { value: hits / trials, bounds: (level: number) => proportionInterval(hits, trials, level).bounds }
}
