import { describe, expect, it } from 'vitest'
import { contrastAbove, contrastBelow, contrastBounds, type Estimate, ratioBounds } from '../../../src/core/stats/mover.ts'
import { normalQuantile, normalSf } from '../../../src/core/stats/normal.ts'
import { wilson } from '../../../src/core/stats/proportion.ts'
import { random } from '../../../src/core/stats/random.ts'

const share = (k: number, n: number): Estimate => ({ value: k / n, bounds: (level) => wilson(k, n, level) })
const normal = (value: number, se: number): Estimate => ({
  value,
  bounds: (level) => [value - normalQuantile(level) * se, value + normalQuantile(level) * se],
})

describe('two independent estimates', () => {
  it('of normal ones the p-value is that of z', () => {
    const [a, b] = [normal(0.5, 0.03), normal(0.4, 0.04)]
    for (const at of [-0.1, 0, 0.05, 0.1, 0.2, 0.4]) {
      expect(contrastAbove(a, b, 1, at)).toBeCloseTo(normalSf((0.1 - at) / 0.05), 9)
      expect(contrastBelow(a, b, 1, at)).toBeCloseTo(normalSf((at - 0.1) / 0.05), 9)
    }
    expect(contrastAbove(a, b, 2, 0)).toBeCloseTo(normalSf(-0.3 / Math.hypot(0.03, 0.08)), 9)
  })

  it('p-value and bound of shares never contradict each other', () => {
    const rng = random(20260102)
    for (let i = 0; i < 300; i++) {
      const [n, m] = [1 + rng.below(400), 1 + rng.below(400)]
      const [a, b] = [share(rng.below(n + 1), n), share(rng.below(m + 1), m)]
      const [at, level] = [rng.next() - 0.5, 0.6 + 0.39 * rng.next()]
      const [low, high] = contrastBounds(a, b, 1, level)
      if (Math.abs(low - at) > 1e-9) expect(contrastAbove(a, b, 1, at) < 1 - level).toBe(low > at)
      if (Math.abs(high - at) > 1e-9) expect(contrastBelow(a, b, 1, at) < 1 - level).toBe(high < at)
    }
  })

  it('the bounds of a ratio are where the bound of the difference is 0', () => {
    const rng = random(20260103)
    for (let i = 0; i < 200; i++) {
      const [n, m] = [20 + rng.below(400), 20 + rng.below(400)]
      const [a, b] = [share(1 + rng.below(n - 1), n), share(1 + rng.below(m - 1), m)]
      const [low, high] = ratioBounds(a, b, 0.95)
      expect(contrastBounds(a, b, low, 0.95)[0]).toBeCloseTo(0, 9)
      if (Number.isFinite(high)) expect(contrastBounds(a, b, high, 0.95)[1]).toBeCloseTo(0, 9)
    }
  })

  it('a ratio over what may be nothing is open above', () => {
    expect(ratioBounds(share(5, 50), share(0, 50), 0.95)[1]).toBe(Number.POSITIVE_INFINITY)
    expect(ratioBounds(share(0, 50), share(5, 50), 0.95)[0]).toBe(0)
  })

  it('equal shares are no evidence, and far apart ones end at 1e-15', () => {
    expect(contrastAbove(share(10, 50), share(20, 100), 1, 0)).toBe(0.5)
    expect(contrastAbove(share(900, 1000), share(100, 1000), 1, 0)).toBe(1e-15)
  })
})
