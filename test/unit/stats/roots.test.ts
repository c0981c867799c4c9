import { describe, expect, it } from 'vitest'
import { falseRoot, newtonRoot } from '../../../src/core/stats/roots.ts'

/** [name, function, its slope, low, high, root] */
const cases: readonly (readonly [string, (x: number) => number, (x: number) => number, number, number, number])[] = [
  ['a line', (x) => 3 - x, () => -1, -10, 10, 3],
  ['an exponential', (x) => 2 - Math.exp(x), (x) => -Math.exp(x), -50, 50, Math.LN2],
  ['flat but at one place', (x) => -Math.atan(1e6 * (x - 0.3)), (x) => -1e6 / (1 + (1e6 * (x - 0.3)) ** 2), -1, 1, 0.3],
  ['poles at both ends', (x) => 1 / (1 + x) - 3 / (1 - x), (x) => -1 / (1 + x) ** 2 - 3 / (1 - x) ** 2, -1, 1, -0.5],
  ['a step', (x) => (x < 0.7 ? 1 : -1), () => 0, 0, 1, 0.7],
  ['positive nowhere', (x) => -1 - x, () => -1, 0, 1, 0],
  ['negative nowhere', (x) => 2 - x, () => -1, 0, 1, 1],
]

describe('roots of functions that fall', () => {
  for (const [name, value, slope, low, high, root] of cases) {
    it(name, () => {
      const within = 4e-15 * (high - low)
      expect(Math.abs(falseRoot(value, low, high) - root)).toBeLessThanOrEqual(within)
      expect(Math.abs(newtonRoot((x) => [value(x), slope(x)], low, high, (low + high) / 2) - root)).toBeLessThanOrEqual(within)
    })
  }

  it('take few calls where the function is smooth', () => {
    let calls = 0
    falseRoot(
      (x) => {
        calls += 1
        return 2 - Math.exp(x)
      },
      -1,
      2,
    )
    expect(calls).toBeLessThan(25)
  })
})
