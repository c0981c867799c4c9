/** How far the farthest of several shares certainly lies from what was promised: is it right wherever they lie, and is it nearer than Bonferroni's? */
import { describe, expect, it } from 'vitest'
import { binomialAtLeast } from '../../../src/core/stats/beta.ts'
import { farthestAtLeast, type PromisedShare } from '../../../src/core/stats/farthest-share.ts'
import { clopperPearson } from '../../../src/core/stats/proportion.ts'
import { type Random, random } from '../../../src/core/stats/random.ts'

interface Bin {
  readonly rows: number
  readonly promised: number
  readonly off: number
}

const drawn = (bins: readonly Bin[], rng: Random): readonly PromisedShare[] =>
  bins.map(({ rows, promised, off }) => ({
    rows,
    promised,
    hits: Array.from({ length: rows }, () => Number(rng.next() < promised + off)).reduce((sum, x) => sum + x, 0),
  }))

const alike = (count: number, bin: Bin): readonly Bin[] => Array.from({ length: count }, () => bin)

/** By Bonferroni's inequality, either side of each bin. */
const bonferroni = (shares: readonly PromisedShare[], level: number): number =>
  Math.max(
    0,
    ...shares.map(({ hits, rows, promised }) => {
      const [low, high] = clopperPearson(hits, rows, 1 - (1 - level) / (2 * shares.length))
      return Math.max(low - promised, promised - high)
    }),
  )

describe('how far the farthest of shares certainly lies from its promise', () => {
  it.each([
    { name: 'nothing is there, few rows', bins: alike(10, { rows: 5, promised: 0.3, off: 0 }), least: 0 },
    { name: 'nothing is there, many rows', bins: alike(10, { rows: 200, promised: 0.3, off: 0 }), least: 0.01 },
    { name: 'all are as far', bins: alike(10, { rows: 200, promised: 0.3, off: 0.1 }), least: 0.01 },
    { name: 'all are as far, few rows', bins: alike(10, { rows: 6, promised: 0.5, off: -0.2 }), least: 0 },
    {
      name: 'one is far, beside rows by ones and twos',
      bins: [{ rows: 40, promised: 0.2, off: 0.15 }, ...alike(9, { rows: 2, promised: 0.5, off: 0 })],
      least: 0.005,
    },
    {
      name: 'of very different sizes',
      bins: [10, 30, 100, 300].map((rows, i) => ({ rows, promised: 0.1 + 0.2 * i, off: i % 2 ? -0.1 : 0.1 })),
      least: 0.01,
    },
  ])('is no farther than it lies, as often as said: $name', ({ bins, least }) => {
    const worlds = 1000
    const truth = Math.max(...bins.map(({ off }) => Math.abs(off)))
    for (const level of [0.95, 0.975]) {
      const rng = random(20261210)
      let missed = 0
      for (let world = 0; world < worlds; world++) missed += Number(farthestAtLeast(drawn(bins, rng))(level) > truth + 1e-9)
      const most = 1 - level
      expect(missed / worlds).toBeLessThan(most + 3 * Math.sqrt((most * level) / worlds))
      expect(missed / worlds).toBeGreaterThanOrEqual(least)
    }
  })

  it('of one share is its exact bound, at its promise on either side', () => {
    // a bin that lies at no end: what is as surprising on the other side is next to nothing
    for (const [hits, side] of [
      [80, 0],
      [10, 1],
    ] as const) {
      const ends = clopperPearson(hits, 100, 0.975)
      const bound = farthestAtLeast([{ hits, rows: 100, promised: 0.45 }])(0.975)
      expect(bound).toBeCloseTo(side === 0 ? ends[0] - 0.45 : 0.45 - ends[1], 6)
    }
    // all of three rows, where half were promised: one in eight, or as much on the other side
    expect(farthestAtLeast([{ hits: 3, rows: 3, promised: 0.5 }])(0.74)).toBeGreaterThan(0)
    expect(farthestAtLeast([{ hits: 3, rows: 3, promised: 0.5 }])(0.76)).toBe(0)
  })

  it('is as if bins of a row or two were not there, and never farther off than by the inequality of Bonferroni', () => {
    const far = { hits: 16, rows: 40, promised: 0.2 }
    const ones = Array.from({ length: 9 }, () => ({ hits: 1, rows: 1, promised: 0.6 }))
    expect(farthestAtLeast([far, ...ones])(0.975)).toBeCloseTo(farthestAtLeast([far])(0.975), 9)
    const rng = random(20261211)
    for (let world = 0; world < 200; world++) {
      const shares = drawn(
        Array.from({ length: 1 + rng.below(12) }, () => ({ rows: 1 + rng.below(60), promised: 0.1 + 0.8 * rng.next(), off: 0 })).map(
          (bin) => ({
            ...bin,
            off: (rng.next() - 0.5) * 0.2,
          }),
        ),
        rng,
      )
      expect(farthestAtLeast(shares)(0.975)).toBeGreaterThanOrEqual(bonferroni(shares, 0.975) - 1e-9)
    }
  })

  it('falls as the level rises, and comes to an end where a share is beyond all rounding', () => {
    const sure = [
      { hits: 2_900_000, rows: 3_000_000, promised: 0.2 },
      { hits: 0, rows: 1, promised: 0.999 },
    ]
    expect(binomialAtLeast(2_900_000, 3_000_000, 0.2)).toBe(0)
    const bounds = [0.5, 0.9, 0.975, 1 - 1e-6, 1 - 1e-15].map((level) => farthestAtLeast(sure)(level))
    expect(bounds).toEqual(bounds.toSorted((a, b) => b - a))
    expect(bounds.at(-1)).toBeGreaterThan(0.76)
    expect(farthestAtLeast([])(0.975)).toBe(0)
  })
})
