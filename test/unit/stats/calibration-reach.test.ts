/** The bound of what all bins together may be off, in bins whose sums are normal: is it right wherever they lie, and could it be shorter? */
import { describe, expect, it } from 'vitest'
import { largestNoncentrality, type Reached, reach, reached } from '../../../src/core/stats/calibration-reach.ts'
import { noncentralChiSquareSf } from '../../../src/core/stats/noncentral-chi-square.ts'
import { normalQuantile } from '../../../src/core/stats/normal.ts'
import { type Random, random } from '../../../src/core/stats/random.ts'

const normal = (rng: Random): number => normalQuantile(Math.max(1e-12, rng.next()))
const bins = (off: readonly number[], rng: Random): readonly Reached[] =>
  off.map((m) => ({ sum: m + normal(rng), promised: 1, seen: 1, normal: true }))
const bound = (off: readonly number[], rng: Random): number => reach(bins(off, rng), 1000, 0.975, normalQuantile(0.975))
const all = (m: number, count = 15): number[] => new Array<number>(count).fill(m)

describe('what all bins together may be off', () => {
  it.each([
    { name: 'a little everywhere', off: all(1) },
    { name: 'more everywhere', off: all(2) },
    { name: 'three of five', off: [...all(3, 9), ...all(0, 6)] },
    { name: 'far everywhere', off: all(6) },
    { name: 'one bin', off: [1] },
  ])('is at least what it is, as often as said: $name', ({ off }) => {
    const worlds = 1500
    const rng = random(20261205)
    const truth = off.reduce((sum, m) => sum + m, 0)
    let missed = 0
    for (let world = 0; world < worlds; world++) missed += Number(bound(off, rng) < truth)
    expect(missed / worlds).toBeLessThan(0.025 + 3 * Math.sqrt((0.025 * 0.975) / worlds))
  })

  it('is as little as a bound that holds everywhere can be on average where nothing is there, and a quarter less than by each bin alone', () => {
    const rng = random(20261206)
    const worlds = 1000
    let mean = 0
    for (let world = 0; world < worlds; world++) mean += bound(all(0), rng) / worlds
    const alone = 15 * Math.sqrt(2 / Math.PI) + normalQuantile(0.975) * Math.sqrt(15)
    expect(mean).toBeLessThan(0.77 * alone)
    expect(mean).toBeLessThan(1.05 * leastMean(15, 0.025, rng))
  })

  it('is of rows that have a weight: others make no bin large enough', () => {
    // four rows of one half: one of yes is to be expected, as far as chance goes
    const of = (rows: number, weights: readonly number[]) =>
      reached(
        { gaps: new Float64Array(rows).fill(0.5), bin: new Uint16Array(rows), bins: 2 },
        new Float64Array(rows).fill(0.5),
        Float64Array.from(weights),
      )
    expect(of(4, [1, 1, 1, 1])).toEqual([{ sum: 0.5, promised: 1 / 16, seen: 0, normal: true }])
    expect(of(3, [1, 1, 1])[0]?.normal).toBe(false)
    expect(of(6, [1, 1, 1, 0, 0, 0])).toEqual(of(3, [1, 1, 1]))
  })

  it('counts a bin of too few rows, or far from 0, by itself', () => {
    const one = { sum: -2, promised: 1, seen: 4, normal: false }
    expect(reach([one], 1000, 0.975, 2)).toBeCloseTo(2 + 2 * 2, 12)
    expect(reach([{ ...one, sum: 9, normal: true }], 1000, 0.975, 2)).toBeCloseTo(9 + 2 * 2, 12)
  })

  it('is of the largest noncentrality that leaves so small a sum of squares its chance', () => {
    for (const [x, df] of [
      [3, 1],
      [15, 15],
      [80, 15],
    ] as const)
      expect(noncentralChiSquareSf(x, df, largestNoncentrality(x, df, 0.975))).toBeCloseTo(0.975, 9)
    expect(largestNoncentrality(0.1, 15, 0.975)).toBe(0)
  })
})

/**
 * What the mean of an upper bound cannot fall below where nothing is there, if it is right at 1 − α wherever truths lie. It lies below c no more often than the best test of level α of "each of the bins is off by c/k, with either sign"
 * rejects there, and that is the test of the likelihood ratio Π cosh(m z_b) (Neyman & Pearson 1933; Low 1997).
 */
function leastMean(count: number, alpha: number, rng: Random): number {
  const [worlds, step] = [1500, 0.1]
  let mean = 0
  for (let m = step / 2; m < 4; m += step) {
    const ratio = (off: number) => all(off, count).reduce((sum, one) => sum + Math.log(Math.cosh(m * (one + normal(rng)))), 0)
    const where = Float64Array.from({ length: worlds }, () => ratio(m)).sort()
    const least = where[Math.floor(alpha * worlds)] ?? 0
    let below = 0
    for (let world = 0; world < worlds; world++) below += Number(ratio(0) <= least) / worlds
    mean += (1 - below) * step * count
  }
  return mean
}
