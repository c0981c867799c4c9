import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bca } from '../../../src/core/stats/bca.ts'
import { cellDraws } from '../../../src/core/stats/cell-bootstrap.ts'
import { aucBounds, aucDifference, aucError, aucParts } from '../../../src/core/stats/delong.ts'
import { changeBounds, mcnemarBounds, mcnemarWorse } from '../../../src/core/stats/mcnemar.ts'
import { meanOf, tBelow, tBounds } from '../../../src/core/stats/mean.ts'
import { benjaminiHochberg, holm } from '../../../src/core/stats/multiplicity.ts'
import { proportionInterval, wilson } from '../../../src/core/stats/proportion.ts'
import { random } from '../../../src/core/stats/random.ts'
import { ranking } from '../../../src/core/stats/ranking.ts'
import { areaRows, areaSpread, connor, rowsNeeded } from '../../../src/core/stats/rows-needed.ts'
import { tangoBounds, tangoZ } from '../../../src/core/stats/tango.ts'
import { newcombe } from '../../reference/newcombe.ts'

const pairs = fc.tuple(fc.nat(40), fc.nat(40), fc.nat(400)).map(([b, c, rest]) => ({ b, c, n: b + c + rest + 1 }))

describe('a p-value and its bounds never contradict each other', () => {
  it('McNemar mid-p', () => {
    fc.assert(
      fc.property(pairs, fc.constantFrom(0.05, 0.025, 0.01), ({ b, c, n }, alpha) => {
        const p = mcnemarWorse(b, c)
        if (Math.abs(p - alpha) < 1e-9) return
        expect(mcnemarBounds(b, c, n, 1 - alpha)[1] < 0).toBe(p < alpha)
        expect(changeBounds(b, c, n, 1 - alpha)[1] < 0).toBe(p < alpha)
        expect(changeBounds(c, b, n, 1 - alpha)[0] > 0).toBe(p < alpha)
      }),
    )
  })

  it('and bounds of a change of shares hold it wherever it lies, which those of the mid-p alone do not', () => {
    /** chance that the two-sided 95 % interval holds Δ = won − lost, over every outcome of n rows */
    const coverage = (n: number, lost: number, won: number, bounds: typeof changeBounds) => {
      const logs = [0]
      for (let i = 1; i <= n; i++) logs.push((logs[i - 1] ?? 0) + Math.log(i))
      const log = (k: number) => logs[k] ?? Number.NaN
      let held = 0
      for (let b = 0; b <= n; b++) {
        for (let c = 0; b + c <= n; c++) {
          const rest = n - b - c
          const chance = Math.exp(
            log(n) - log(b) - log(c) - log(rest) + b * Math.log(lost) + c * Math.log(won) + rest * Math.log(1 - lost - won),
          )
          if (chance < 1e-9) continue
          const [low, high] = bounds(b, c, n, 0.975)
          if (low <= won - lost && won - lost <= high) held += chance
        }
      }
      return held
    }
    for (const [n, lost, won] of [
      [100, 0.3, 0.01],
      [100, 0.15, 0.05],
      [150, 0.1, 0.1],
      [60, 0.2, 0.1],
    ] as const) {
      const held = coverage(n, lost, won, changeBounds)
      expect(held, `${n} rows, ${lost} lost, ${won} won`).toBeGreaterThan(0.935)
      expect(held, `${n} rows, ${lost} lost, ${won} won`).toBeLessThan(0.97)
    }
    expect(coverage(100, 0.3, 0.01, mcnemarBounds)).toBeLessThan(0.6)
    expect(changeBounds(100, 0, 285, 0.975)).toEqual(tangoBounds(100, 0, 285, 0.975))
  })

  it('Tango: the bound is where z reaches its quantile', () => {
    fc.assert(
      fc.property(pairs, ({ b, c, n }) => {
        const [low, high] = tangoBounds(b, c, n, 0.95)
        if (low > -1) expect(tangoZ(b, c, n, low)).toBeCloseTo(1.6448536269514722, 5)
        if (high < 1) expect(tangoZ(b, c, n, high)).toBeCloseTo(-1.6448536269514722, 5)
        expect(low).toBeLessThanOrEqual((c - b) / n)
        expect(high).toBeGreaterThanOrEqual((c - b) / n)
      }),
    )
  })

  it("Student's t", () => {
    const values = Float64Array.of(0.2, -0.1, 0.4, 0.3, 0.1, 0.25)
    const mean = meanOf(values)
    const [low, high] = tBounds(mean, 0.9)
    expect(tBelow(mean, high)).toBeCloseTo(0.1, 9)
    expect(tBelow(mean, low)).toBeCloseTo(0.9, 9)
  })

  it('BCa', () => {
    const source = random(5)
    const draws = Float64Array.from({ length: 3000 }, () => Math.exp(0.3 * source.normal()))
    const read = bca(1.02, draws, { values: [1, 1.1, 0.8, 1.4, 0.9], counts: [1, 2, 1, 1, 3] })
    for (const level of [0.7, 0.9, 0.95, 0.99]) {
      const [low, high] = read.bounds(level)
      expect(read.below(high)).toBeCloseTo(1 - level, 2)
      expect(read.below(low)).toBeCloseTo(level, 2)
    }
  })
})

describe('equal models', () => {
  it('with no discordant row have p = ½ and no width under McNemar', () => {
    expect(mcnemarWorse(0, 0)).toBe(0.5)
    expect(mcnemarBounds(0, 0, 100, 0.95)).toEqual([0, 0])
  })

  it('with equal values have p = ½ under t, and constant losses no spread from rounding', () => {
    expect(tBelow(meanOf(new Float64Array(40)), 0)).toBe(0.5)
    expect(meanOf(new Float64Array(1000).fill(0.1)).se).toBe(0)
  })

  it('with draws that are all equal keep that value', () => {
    const read = bca(0, new Float64Array(100), { values: [0, 0], counts: [1, 1] })
    expect(read.bounds(0.95)).toEqual([0, 0])
    expect(read.below(0)).toBeCloseTo(0.5, 12)
  })
})

describe('proportions', () => {
  it('cover their estimate, inside [0, 1], narrower at lower levels', () => {
    fc.assert(
      fc.property(fc.nat(500), fc.nat(500), (k, more) => {
        const n = k + more + 1
        const { bounds, method } = proportionInterval(k, n, 0.975)
        expect(bounds[0]).toBeGreaterThanOrEqual(0)
        expect(bounds[1]).toBeLessThanOrEqual(1)
        expect(bounds[0]).toBeLessThanOrEqual(k / n)
        expect(bounds[1]).toBeGreaterThanOrEqual(k / n)
        expect(wilson(k, n, 0.8)[0]).toBeGreaterThanOrEqual(wilson(k, n, 0.975)[0])
        expect(method).toBe(n < 30 || k === 0 ? 'clopper-pearson' : 'wilson')
      }),
    )
  })

  it('keep the bound towards the edge where fewer than ten rows lie there, which Wilson alone does not', () => {
    const n = 190
    // P(the upper bound lies below the share), the share being 1 − q
    const missed = (q: number, upper: (k: number) => number) => {
      let [mass, total] = [(1 - q) ** n, 0]
      for (let m = 0; m <= 40; m++) {
        if (upper(n - m) < 1 - q) total += mass
        mass *= ((n - m) / (m + 1)) * (q / (1 - q))
      }
      return total
    }
    const own = (k: number) => proportionInterval(k, n, 0.95).bounds[1]
    expect(missed(0.006, (k) => wilson(k, n, 0.95)[1])).toBeGreaterThan(0.1)
    for (const q of [0.0005, 0.001, 0.006, 0.01, 0.02]) expect(missed(q, own), `${q}`).toBeLessThanOrEqual(0.05)
    // the mirror, and no step back where Wilson begins
    for (let k = 1; k < n; k++) {
      expect(proportionInterval(n - k, n, 0.95).bounds[0]).toBeCloseTo(1 - own(k), 10)
      expect(own(k)).toBeGreaterThan(own(k - 1))
    }
    expect(proportionInterval(10, n, 0.95).bounds).toEqual(wilson(10, n, 0.95))
  })

  it('of two samples differ by Newcombe the other way round when they are exchanged', () => {
    const [low, high] = newcombe(20, 100, 30, 120, 0.95)
    const [otherLow, otherHigh] = newcombe(30, 120, 20, 100, 0.95)
    expect(otherLow).toBeCloseTo(-high, 12)
    expect(otherHigh).toBeCloseTo(-low, 12)
  })

  it('refuse counts that do not fit', () => {
    expect(() => wilson(5, 4, 0.95)).toThrow('5 of 4')
    expect(() => wilson(0, 0, 0.95)).toThrow(RangeError)
    expect(() => tangoZ(3, 3, 5, 0)).toThrow('3 and 3 do not fit in 5')
  })
})

describe('AUC', () => {
  const y = [1, 1, 1, 0, 0, 0]
  const parts = (score: readonly number[], labels = y) => aucParts(ranking(Float64Array.from(score)), labels)

  it('of perfect separation has the lower bound α^(1/min)', () => {
    const perfect = parts([6, 5, 4, 3, 2, 1])
    expect(perfect.auc).toBe(1)
    const { bounds, method } = aucBounds(aucError(perfect, y), 0.95)
    expect(method).toBe('delong-boundary')
    expect(bounds[0]).toBeCloseTo(0.05 ** (1 / 3), 12)
    expect(bounds[1]).toBe(1)
  })

  it('of a perfect model is not better than chance on six rows beyond what six rows can show', () => {
    const change = aucDifference(parts([1, 1, 1, 1, 1, 1]), parts([6, 5, 4, 3, 2, 1]), y)
    expect(change.value).toBe(0.5)
    expect(change.value / change.se).toBeLessThan(1.645)
  })

  it('takes the logit scale near 1, so that the interval stays inside', () => {
    const labels = Array.from({ length: 200 }, (_, i) => (i < 100 ? 1 : 0))
    const own = parts(
      labels.map((label, i) => label * 3 + ((i * 7919) % 100) / 30),
      labels,
    )
    const found = aucBounds(aucError(own, labels), 0.975)
    expect(found.method).toBe('delong-logit')
    expect(found.bounds[1]).toBeLessThan(1)
  })

  it('is refused with one class only', () => {
    expect(() => parts([1, 2, 3], [1, 1, 1])).toThrow('undefined')
  })
})

describe('ranking', () => {
  it('orders every row once, by falling score, ties in one group', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -5, max: 5 }), { maxLength: 60 }), (scores) => {
        const { order, ends } = ranking(Float64Array.from(scores))
        expect([...order].sort((a, b) => a - b)).toEqual(scores.map((_, i) => i))
        const inOrder = [...order].map((row) => scores[row] ?? 0)
        expect(inOrder).toEqual(scores.toSorted((a, b) => b - a))
        expect(ends.length).toBe(new Set(scores).size)
      }),
    )
  })

  it('takes −0 and 0 as equal and refuses NaN', () => {
    expect(ranking(Float64Array.of(0, -0)).ends).toEqual(Uint32Array.of(2))
    expect(() => ranking(Float64Array.of(1, Number.NaN))).toThrow('not finite')
  })
})

describe('multiplicity', () => {
  it('Holm multiplies the smallest by all, the next by one less, and never falls', () => {
    expect(holm([0.01, 0.04, 0.03, 0.005])).toEqual([0.03, 0.06, 0.06, 0.02])
    expect(holm([])).toEqual([])
    expect(holm([0.9, 0.8])).toEqual([1, 1])
  })

  it('is never smaller than the p-value, and Benjamini–Hochberg never larger than Holm', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 }), (p) => {
        const strict = holm(p)
        const loose = benjaminiHochberg(p)
        for (const [i, value] of p.entries()) {
          expect(loose[i]).toBeGreaterThanOrEqual(value * (1 - 1e-12))
          expect(strict[i]).toBeGreaterThanOrEqual((loose[i] ?? 1) * (1 - 1e-12))
        }
      }),
    )
    expect(() => holm([Number.NaN])).toThrow(RangeError)
  })
})

describe('sample sizes', () => {
  it("are those of Connor's table in the design: 6,181 rows for one point at 10 % disagreement", () => {
    expect([connor(0.05, 0.01), connor(0.05, 0.02), connor(0.1, 0.01), connor(0.1, 0.02), connor(0.1, 0.05), connor(0.2, 0.02)]).toEqual([
      3090, 771, 6181, 1544, 246, 3090,
    ])
  })

  it('of an area are those of Hanley & McNeil, with 10 % positives', () => {
    const half = (area: number, n: number) => Number(((1.96 * areaSpread({ area, positives: 0.1 })) / Math.sqrt(n)).toFixed(3))
    expect([0.7, 0.8, 0.9].map((area) => half(area, 2000))).toEqual([0.042, 0.038, 0.029])
    expect([0.7, 0.8, 0.9].map((area) => half(area, 10_000))).toEqual([0.019, 0.017, 0.013])
    // the same error twice, correlated: two areas that never differ take no row
    expect(areaRows(0.01, { area: 0.8, positives: 0.1, correlation: 1 })).toBe(0)
    expect(areaRows(0.01, { area: 0.8, positives: 0.1, correlation: 0.5 })).toBe(
      rowsNeeded(1, areaSpread({ area: 0.8, positives: 0.1 }), 0.01),
    )
    expect(() => areaSpread({ area: 0.8, positives: 0 })).toThrow('not 0.8 and 0')
  })

  it('are infinite for no change, and scale with the square of the error', () => {
    expect(connor(0.1, 0)).toBe(Number.POSITIVE_INFINITY)
    expect(rowsNeeded(1000, 0.02, 0.01) / rowsNeeded(1000, 0.01, 0.01)).toBeCloseTo(4, 2)
  })
})

describe('seeded random numbers', () => {
  it('repeat with the seed and differ without', () => {
    const take = (seed: number) => {
      const source = random(seed)
      return Array.from({ length: 5 }, () => source.next())
    }
    expect(take(3)).toEqual(take(3))
    expect(take(3)).not.toEqual(take(4))
  })

  it('have the moments of their distributions', () => {
    const source = random(42)
    const n = 40_000
    const moments = (draw: () => number) => {
      const xs = Array.from({ length: n }, draw)
      const mean = xs.reduce((a, b) => a + b, 0) / n
      return { mean, variance: xs.reduce((a, b) => a + (b - mean) ** 2, 0) / n }
    }
    for (const [draw, mean, variance] of [
      [() => source.next(), 0.5, 1 / 12],
      [() => source.poisson1(), 1, 1],
      [() => source.normal(), 0, 1],
      [() => source.below(10), 4.5, 8.25],
      [() => source.binomial(20, 0.3), 6, 4.2],
      [() => source.binomial(1000, 0.9), 900, 90],
      [() => source.binomial(1_000_000, 0.001), 1000, 999],
    ] as const) {
      const found = moments(draw)
      // four standard errors
      expect(Math.abs(found.mean - mean)).toBeLessThan(4 * Math.sqrt(variance / n))
      expect(Math.abs(found.variance / variance - 1)).toBeLessThan(0.05)
    }
  })

  it('draw tables of the same total', () => {
    const counts = Float64Array.of(5, 0, 90, 905)
    const { size, filled, samples } = cellDraws(counts)
    expect(filled).toEqual(Uint32Array.of(0, 2, 3))
    let first = 0
    for (let b = 0; b < size; b++) {
      const [x = 0, y = 0, z = 0] = samples.subarray(b * 3, b * 3 + 3)
      expect(x + y + z).toBe(1000)
      first += x
    }
    expect(first / size).toBeGreaterThan(4.85)
    expect(first / size).toBeLessThan(5.15)
  })
})
