/** Traps of statistics that look right on easy data: each is walked into on purpose. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { andersonDarling, andersonDarlingSf } from '../../../src/core/drift/anderson-darling.ts'
import { cauchyCombination } from '../../../src/core/drift/cauchy-combination.ts'
import { chiSquare } from '../../../src/core/drift/chi-square.ts'
import { homogeneity } from '../../../src/core/drift/homogeneity.ts'
import { chooseEdges, frequentValues } from '../../../src/core/profile/edges.ts'
import { mergeProfiles } from '../../../src/core/profile/merge.ts'
import { chiSquareSf } from '../../../src/core/stats/gamma.ts'
import { meanOf } from '../../../src/core/stats/mean.ts'
import { benjaminiHochberg, benjaminiYekutieli, holm } from '../../../src/core/stats/multiplicity.ts'
import { random } from '../../../src/core/stats/random.ts'
import { ranking } from '../../../src/core/stats/ranking.ts'
import { numbers, table } from '../drift/support.ts'

/** Counts of n rows over the shares. */
function counts(n: number, shares: readonly number[], rng: ReturnType<typeof random>): number[] {
  let rows = n
  let rest = 1
  return shares.map((share) => {
    const drawn = rng.binomial(rows, Math.min(1, share / rest))
    rows -= drawn
    rest -= share
    return drawn
  })
}

/** A reference taken as if it were the truth: what peers compute. */
function goodnessOfFit(reference: readonly number[], current: readonly number[]): number {
  const n = reference.reduce((sum, count) => sum + count, 0)
  const m = current.reduce((sum, count) => sum + count, 0)
  const cell = (expected: number, b: number) => (expected === 0 ? (b === 0 ? 0 : Number.POSITIVE_INFINITY) : (b - expected) ** 2 / expected)
  const statistic = reference.reduce((sum, a, j) => sum + cell((m * a) / n, current[j] ?? 0), 0)
  return chiSquareSf(statistic, reference.length - 1)
}

describe('goodness of fit is not used as a two-sample test', () => {
  const shares = [0.25, 0.2, 0.15, 0.1, 0.08, 0.07, 0.05, 0.04, 0.03, 0.03]
  const runs = 1500
  const rate = (n: number, m: number, p: (a: number[], b: number[]) => number) => {
    const rng = random(20010203)
    let alarms = 0
    for (let run = 0; run < runs; run++) if (p(counts(n, shares, rng), counts(m, shares, rng)) <= 0.05) alarms += 1
    return alarms / runs
  }

  it('ten levels, 200 rows on both sides: 5 % false alarms, where goodness of fit has about half', () => {
    const ours = rate(200, 200, (a, b) => homogeneity(a, b).p)
    expect(ours).toBeGreaterThan(0.03)
    expect(ours).toBeLessThan(0.07)
    expect(rate(200, 200, goodnessOfFit)).toBeGreaterThan(0.4)
  })

  it('unequal sizes, too', () => {
    for (const [n, m] of [
      [200, 1000],
      [1000, 200],
    ] as const) {
      const ours = rate(n, m, (a, b) => homogeneity(a, b).p)
      expect(ours).toBeGreaterThan(0.03)
      expect(ours).toBeLessThan(0.07)
    }
  })

  it('the ordered test and the combined one keep their level on ties', () => {
    const rng = random(20010204)
    let ordered = 0
    let combined = 0
    for (let run = 0; run < runs; run++) {
      const [a, b] = [counts(300, shares, rng), counts(300, shares, rng)]
      const p = andersonDarling(a, b).p
      if (p <= 0.05) ordered += 1
      if (cauchyCombination([p, homogeneity(a, b).p]) <= 0.05) combined += 1
    }
    // coarse cells make the ordered test cautious, never hasty
    expect(ordered / runs).toBeLessThan(0.065)
    expect(combined / runs).toBeGreaterThan(0.025)
    expect(combined / runs).toBeLessThan(0.065)
  })
})

describe('sums do not cancel under a large offset', () => {
  const at = (offset: number, xs: readonly number[]) => Float64Array.from(xs, (x) => x + offset)

  it('a variance is the same at any offset that the numbers can hold', () => {
    const whole = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 3, maxLength: 60 })
    fc.assert(
      fc.property(whole, fc.constantFrom(0, 1e6, -1e9, 1e12), (xs, offset) => {
        const plain = meanOf(at(0, xs))
        // to 14 digits of the offset equal values are equal: spreads below that are none
        if (plain.se === 0 || plain.se * Math.sqrt(xs.length) < 1e-12 * Math.abs(offset)) return
        const moved = meanOf(at(offset, xs))
        expect(Math.abs(moved.se / plain.se - 1)).toBeLessThan(1e-9)
      }),
      { seed: 3, numRuns: 300 },
    )
  })

  it('merged parts have the variance of the whole (Chan), where a sum of squares would have none', () => {
    const xs = [4, 7, 13, 16, 9, 2, 11].map((x) => x + 1e9)
    const edges = [1e9 + 8]
    const part = (values: readonly number[]) => ({
      ...table('train', [numbers('x', values, edges)]),
      fingerprint: `${values.length}:0:0:x`,
    })
    const merged = mergeProfiles(part(xs.slice(0, 3)), part(xs.slice(3)))
    const numeric = merged.columns[0]?.numeric
    const exact = meanOf(Float64Array.from(xs))
    const variance = exact.se ** 2 * xs.length
    expect((numeric?.m2 ?? Number.NaN) / (xs.length - 1)).toBeCloseTo(variance, 6)
    expect(numeric?.mean).toBeCloseTo(exact.mean, 2)
    const naive = (xs.reduce((sum, x) => sum + x * x, 0) - xs.reduce((sum, x) => sum + x, 0) ** 2 / xs.length) / (xs.length - 1)
    expect(Math.abs(naive - variance)).toBeGreaterThan(1)
  })

  it('a χ² of a billion rows is exact to the last row', () => {
    expect(chiSquare([1e9, 1e9], [1e9, 1e9]).statistic).toBe(0)
    expect(chiSquare([1e9, 1e9], [1e9 + 1, 1e9 - 1]).statistic).toBeCloseTo(1e-9, 15)
  })
})

describe('−0 is 0, and ties are ties', () => {
  it('in rankings', () => {
    const { ends } = ranking(Float64Array.of(-0, 0, -0, 1))
    expect([...ends]).toEqual([1, 4])
  })

  it('in edges and frequent values', () => {
    const grid = Array.from({ length: 999 }, (_, i) => (i < 400 ? -0 : i < 700 ? 0 : i))
    expect(frequentValues(grid).filter((value) => value === 0)).toEqual([0])
    expect(Object.is(frequentValues(grid)[0], 0)).toBe(true)
    expect(chooseEdges(grid, 10_000).filter((edge) => edge === 0).length).toBeLessThanOrEqual(1)
  })

  it('adjusted p-values of ties are equal, whatever their order', () => {
    const p = fc.array(fc.constantFrom(0, 1e-12, 0.01, 0.02, 0.05, 0.5, 1), { maxLength: 40 })
    for (const adjust of [holm, benjaminiHochberg, benjaminiYekutieli]) {
      fc.assert(
        fc.property(p, (ps) => {
          const adjusted = adjust(ps)
          const byValue = new Map<number, number>()
          for (const [i, value] of ps.entries()) {
            expect(adjusted[i]).toBeGreaterThanOrEqual(value)
            expect(byValue.get(value) ?? adjusted[i]).toBe(adjusted[i])
            byValue.set(value, adjusted[i] ?? Number.NaN)
          }
        }),
        { seed: 4, numRuns: 200 },
      )
    }
  })
})

describe('tails do not break where one formula ends and the next begins', () => {
  it('Anderson–Darling falls throughout, across 2 and 4 too, down to nothing', () => {
    let before = 1
    for (let z = 0.02; z < 740; z += z < 10 ? 0.01 : 1) {
      const p = andersonDarlingSf(z)
      expect(p, `at ${z}`).toBeLessThanOrEqual(before)
      expect(p).toBeGreaterThanOrEqual(0)
      before = p
    }
    expect(andersonDarlingSf(3.9999) / andersonDarlingSf(4)).toBeLessThan(1.005)
    expect(andersonDarlingSf(15)).toBeGreaterThan(7e-8)
  })

  it('the Cauchy combination of one p is that p, from 1e-300 to 0.99', () => {
    for (const p of [1e-300, 1e-40, 1e-17, 1.1e-15, 9e-16, 1e-9, 0.2, 0.5, 0.99]) expect(cauchyCombination([p]) / p).toBeCloseTo(1, 9)
  })
})
