import { describe, expect, it } from 'vitest'
import { distanceBounds } from '../../../src/core/stats/distance.ts'
import { meanOf, tBounds } from '../../../src/core/stats/mean.ts'
import { normalQuantile, normalSf } from '../../../src/core/stats/normal.ts'
import type { Bounds } from '../../../src/core/stats/proportion.ts'
import { random } from '../../../src/core/stats/random.ts'

const normalAt =
  (x: number) =>
  (level: number): Bounds => [x - normalQuantile(level), x + normalQuantile(level)]

describe('how far a mean lies from a number', () => {
  it('is at least m where a mean at m, or at −m, lies as far away as seldom as the level says', () => {
    for (const level of [0.95, 0.975, 0.995]) {
      for (const x of [2.9, 3, 3.5, 5, 9, -2.9, -5]) {
        const [m] = distanceBounds(normalAt(x), level)
        const chance = normalSf(Math.abs(x) - m) + normalSf(Math.abs(x) + m)
        expect(chance / (1 - level), `${x} at ${level}`).toBeCloseTo(1, 6)
      }
    }
  })

  it('is not known to be any where either side could be the right one, and ends where the bounds of the mean do', () => {
    // two-sided: 2.24 of 97.5 %
    expect(distanceBounds(normalAt(2.23), 0.975)[0]).toBe(0)
    expect(distanceBounds(normalAt(2.26), 0.975)[0]).toBeGreaterThan(0)
    expect(distanceBounds(normalAt(-1), 0.975)[1]).toBeCloseTo(1 + normalQuantile(0.975), 12)
    // far away the other side does not count
    expect(distanceBounds(normalAt(20), 0.975)[0]).toBeCloseTo(20 - normalQuantile(0.975), 9)
  })

  it('holds the truth in 95 % of worlds of 20 rows wherever the mean lies, and is longer than the bound of half the error nowhere', () => {
    const rng = random(5)
    for (const mean of [0, 0.1, 0.3, 1, 3]) {
      let [held, shorter] = [0, 0]
      for (let run = 0; run < 600; run++) {
        const found = meanOf(Float64Array.from({ length: 20 }, () => mean + rng.normal()))
        const bounds = (level: number) => tBounds(found, level)
        const [low] = distanceBounds(bounds, 0.95)
        const [left, right] = bounds(0.975)
        const half = Math.max(0, left, -right)
        expect(low).toBeGreaterThanOrEqual(half)
        shorter += Number(low > half)
        held += Number(low <= mean)
      }
      // three standard errors of 600 worlds
      expect(held / 600, `${mean}`).toBeGreaterThan(0.923)
      if (mean >= 1) expect(shorter).toBeGreaterThan(570)
    }
  })
})
