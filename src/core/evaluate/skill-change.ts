/**
 * The change of a skill, 1 − m/c: m a mean over rows, c what chance alone gives, which the labels say. Of two or three positives c knows next to nothing, and t and BCa of the whole, which draw it
 * again with the rest, held the truth in 84 to 89 % of worlds of 50 rows. With c as it was seen the change is that of m, in other units: with fewer than ten rows (groups) of the rarer class it is the wider of both.
 */
import type { Sample } from '../metrics/sample.ts'
import { rarerOf, weightedMean } from '../stats/clusters.ts'
import { type Test, wider } from './change-test.ts'
import { FEWEST_DISCORDANT } from './discordant.ts'

type Moments = Extract<Sample, { kind: 'moments' }>
type Mean = Extract<Sample, { kind: 'mean' }>

/** @param test of the whole; @param ofMeans that of the change of m */
export function skillsDiffer(
  test: Test | null,
  baseline: Moments,
  candidate: Moments,
  ofMeans: (before: Mean, after: Mean) => Test | null,
): Test | null {
  const { skillOver: y, unit = null } = candidate
  if (test === null || y === undefined || rarerOf(y, unit) >= FEWEST_DISCORDANT) return test
  const [before, after] = [meanOfFirst(baseline), meanOfFirst(candidate)]
  const chance = chanceOf(baseline, before) ?? chanceOf(candidate, after)
  const found = chance === null ? null : ofMeans(before, after)
  return found && chance !== null ? { ...wider(inUnits(found, -1 / chance), test), method: test.method } : test
}

/** Of a model that is never wrong, m/c says nothing of c. */
const chanceOf = ({ value }: Moments, { value: mean }: Mean): number | null =>
  value.value !== null && mean.value !== null && mean.value > 0 ? mean.value / (1 - value.value) : null

function meanOfFirst({ columns, unit = null, weight = null }: Moments): Mean {
  const rows = columns[0] ?? new Float64Array()
  return { kind: 'mean', value: { value: weightedMean(rows, weight, null).mean, undefined: null }, rows, unit, weight }
}

/** @param by below 0: what is less there is more here */
const inUnits = (test: Test, by: number): Test => ({
  ...test,
  below: (at) => test.above(at / by),
  above: (at) => test.below(at / by),
  bounds: (level, at) => {
    const [low, high] = test.bounds(level, at / by)
    return [by * high, by * low]
  },
})
