/** What the statistics of evaluation do at their ends: nothing to divide by, no spread, certainty, and input that is none. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fBeta } from '../../../src/core/metrics/confusion.ts'
import { combinedScale, crpsPerRow, intervalForecast, mase, naiveScale } from '../../../src/core/metrics/forecast.ts'
import { averagedLabels, labelTotals, perRow, undefinedRows } from '../../../src/core/metrics/multilabel.ts'
import { overQueries, queryMetrics } from '../../../src/core/metrics/query-ranking.ts'
import { expectedHits, expectedMetrics, expectedOutcomes } from '../../../src/core/no-labels/expected-outcomes.ts'
import { priorShift } from '../../../src/core/no-labels/prior-shift.ts'
import { levelOfUse } from '../../../src/core/stats/alpha-spending.ts'
import { dieboldMariano } from '../../../src/core/stats/diebold-mariano.ts'
import { excessCalibrationError, expectedCalibrationError } from '../../../src/core/stats/expected-calibration-error.ts'
import { groupGap } from '../../../src/core/stats/group-gaps.ts'
import { quantileInterval, quantileRanks } from '../../../src/core/stats/quantile-interval.ts'
import { random } from '../../../src/core/stats/random.ts'
import { shrunk, sliceEffect } from '../../../src/core/stats/slice-effect.ts'
import { spiegelhalter } from '../../../src/core/stats/spiegelhalter.ts'

describe('calibration', () => {
  it('a certain probability that is wrong has no chance behind it', () => {
    expect(spiegelhalter([0, 1], [1, 1])).toEqual({ z: Number.POSITIVE_INFINITY, p: 0 })
    expect(spiegelhalter([1, 1], [1, 1])).toEqual({ z: 0, p: 1 })
    expect(spiegelhalter([1, 0], [0.5, 0.5])).toEqual({ z: 0, p: 1 })
  })

  it('rejects at its level when the probabilities are right', () => {
    const rng = random(11)
    const runs = 600
    let rejected = 0
    for (let run = 0; run < runs; run++) {
      const p = Float64Array.from({ length: 300 }, () => rng.next())
      const y = Uint8Array.from(p, (chance) => (rng.next() < chance ? 1 : 0))
      if (spiegelhalter(y, p).p <= 0.05) rejected += 1
    }
    expect(rejected / runs).toBeGreaterThan(0.03)
    expect(rejected / runs).toBeLessThan(0.07)
  })

  it('refuses what is no truth and no probability', () => {
    expect(() => spiegelhalter([2], [0.5])).toThrow('neither 0 nor 1')
    expect(() => spiegelhalter([1], [1.2])).toThrow('outside [0, 1]')
    expect(() => spiegelhalter([1, 0], [0.2])).toThrow('1 probabilities for 2 rows')
    expect(() => expectedCalibrationError([{ weight: 0, squares: 0, mean: 0.5 }])).toThrow('no rows')
  })

  it('an error that chance explains has no excess', () => {
    const bins = Array.from({ length: 15 }, (_, j) => ({ weight: 10, squares: 10, mean: (j + 0.5) / 15 }))
    expect(excessCalibrationError(expectedCalibrationError(bins) * 0.9, bins)).toBe(0)
    expect(excessCalibrationError(0.5, bins)).toBeCloseTo(0.5 - expectedCalibrationError(bins), 12)
  })
})

describe('forecasts', () => {
  it('equal losses, and a constant difference that is only rounding off', () => {
    expect(dieboldMariano([0, 0, 0, 0], 2)).toMatchObject({ statistic: 0, p: 1 })
    const constant = dieboldMariano(
      Array.from({ length: 30 }, () => 0.9 - 0.8),
      3,
    )
    expect(constant).toMatchObject({ statistic: Number.POSITIVE_INFINITY, p: 0, se: 0 })
  })

  it('a swap of the models turns the sign and nothing else', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.integer({ min: -50, max: 50 }).map((x) => x / 8),
          { minLength: 8, maxLength: 40 },
        ),
        fc.integer({ min: 1, max: 6 }),
        (d, horizon) => {
          const one = dieboldMariano(d, horizon)
          const other = dieboldMariano(
            d.map((x) => -x),
            horizon,
          )
          expect(other.statistic + one.statistic || 0).toBe(0)
          expect(other.p).toBe(one.p)
          expect(one.se).toBeGreaterThanOrEqual(0)
        },
      ),
      { seed: 6 },
    )
  })

  it('needs more losses than steps', () => {
    expect(() => dieboldMariano([1, 2], 2)).toThrow('a horizon of 2 needs more losses than 2')
    expect(() => dieboldMariano([1, Number.NaN, 3], 1)).toThrow('not finite')
  })

  it('a training series without change, or shorter than a season, has no scale', () => {
    expect(mase(1, naiveScale([3, 3, 3]))).toMatchObject({ value: null })
    expect(mase(1, naiveScale([3, 4, 5], 7)).undefined).toContain('no longer than a season')
    expect(mase(1, combinedScale([naiveScale([3], 7), naiveScale([1, 3])])).value).toBe(0.5)
  })

  it('refuses intervals that are turned around, and levels that are none', () => {
    expect(() => intervalForecast([1], [2], [0])).toThrow('ends before it begins')
    expect(() => crpsPerRow([1], [1], [1])).toThrow('a level lies between 0 and 1')
    expect(() => crpsPerRow([1, 2], [1], [0.5])).toThrow('1 quantiles for 2 rows of 1 levels')
  })
})

describe('rankings', () => {
  it('a model that does not tell items apart earns the least that order could give, and row order never matters', () => {
    const relevance = [0, 1, 0, 0, 1]
    const same = relevance.map(() => 1)
    expect(queryMetrics.reciprocal_rank(relevance, same, null)).toBe(1 / 4)
    expect(queryMetrics.precision(relevance, same, 3)).toBe(0)
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(3), fc.nat(3)), { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 12 }),
        (items, k) => {
          const read = (order: readonly (readonly [number, number])[]) =>
            Object.values(queryMetrics).map((of) =>
              of(
                order.map(([r]) => r),
                order.map(([, s]) => s),
                k,
              ),
            )
          const turned = read(items.toReversed())
          for (const [i, value] of read(items).entries()) {
            if (value === null) expect(turned[i]).toBeNull()
            else {
              expect(turned[i]).toBeCloseTo(value, 12)
              expect(value).toBeGreaterThanOrEqual(0)
              expect(value).toBeLessThanOrEqual(1 + 1e-12)
            }
          }
        },
      ),
      { seed: 7 },
    )
  })

  it('queries without a relevant item are left out and counted', () => {
    expect(overQueries([null, 0.5, null, 1])).toEqual({ mean: 0.75, judged: 2, without: 2 })
    expect(overQueries([null])).toEqual({ mean: null, judged: 0, without: 1 })
    expect(queryMetrics.ndcg([0, 0], [1, 2], null)).toBeNull()
  })

  it('refuses a negative relevance and a score that is none', () => {
    expect(() => queryMetrics.ndcg([-1], [1], null)).toThrow('negative')
    expect(() => queryMetrics.hit([1], [Number.NaN], 1)).toThrow('not finite')
    expect(() => queryMetrics.hit([1, 0], [1], 1)).toThrow('1 scores for 2 items')
  })
})

describe('several labels', () => {
  it('a row without any label counts as 0 and is counted', () => {
    const given = { labels: 2, y: Uint8Array.of(0, 0, 1, 0), predicted: Uint8Array.of(0, 0, 1, 0) }
    expect([...perRow(given, 'f1')]).toEqual([0, 1])
    expect([...perRow(given, 'subset_accuracy')]).toEqual([1, 1])
    expect(undefinedRows(given)).toBe(1)
  })

  it('a label that never occurs flags the macro average', () => {
    const totals = labelTotals({ labels: 2, y: Uint8Array.of(1, 0, 1, 0), predicted: Uint8Array.of(1, 0, 1, 0) })
    expect(averagedLabels(totals, fBeta(1), 'macro')).toMatchObject({ value: 0.5 })
    expect(averagedLabels(totals, fBeta(1), 'macro').undefined).toContain('of a label')
    expect(averagedLabels(totals, fBeta(1), 'weighted')).toEqual({ value: 1, undefined: null })
    expect(averagedLabels([], fBeta(1), 'micro').value).toBeNull()
  })

  it('refuses tables that are no rows', () => {
    expect(() => perRow({ labels: 2, y: Uint8Array.of(1, 0, 1), predicted: Uint8Array.of(1, 0, 1) }, 'f1')).toThrow('no rows of 2 labels')
    expect(() => perRow({ labels: 1, y: Uint8Array.of(1), predicted: Uint8Array.of(1, 0) }, 'f1')).toThrow('2 predictions for 1 labels')
  })
})

describe('groups', () => {
  it('a group without a value is left out, and one group has no gap', () => {
    expect(groupGap([null, 0.8, 0.4])).toEqual({ difference: 0.4, ratio: 0.5, pair: [2, 1] })
    expect(groupGap([0.8, null, Number.NaN])).toBeNull()
    expect(groupGap([])).toBeNull()
  })

  it('nothing anywhere is equal', () => {
    expect(groupGap([0, 0])).toMatchObject({ difference: 0, ratio: 1 })
  })
})

describe('slices', () => {
  it('no spread on both sides', () => {
    const flat = { n: 5, mean: 0.2, sd: 0 }
    expect(sliceEffect(flat, flat)).toMatchObject({ phi: 0, t: 0, p: 0.5 })
    expect(sliceEffect({ ...flat, mean: 0.3 }, flat)).toMatchObject({ t: Number.POSITIVE_INFINITY, p: 0 })
    expect(() => sliceEffect({ ...flat, n: 1 }, flat)).toThrow('1 and 5 rows')
  })

  it('a shrunk slice lies between itself and the whole, the smaller the closer to the whole', () => {
    const slices = [
      { n: 20, value: 0.5, variance: 0.2 },
      { n: 2000, value: 0.5, variance: 0.2 },
      { n: 5000, value: 0.9, variance: 0.1 },
    ]
    const [small = 0, large = 0] = shrunk(slices, 0.8)
    expect(small).toBeGreaterThan(large)
    expect(large).toBeGreaterThan(0.5)
    expect(small).toBeLessThan(0.8)
    expect(shrunk([{ n: 3, value: 0.4, variance: 0 }], 0.8)).toEqual([0.4])
    expect(shrunk([], 0.8)).toEqual([])
  })

  it('slices without spread within keep their values', () => {
    expect(
      shrunk(
        [
          { n: 10, value: 1, variance: 0 },
          { n: 10, value: 0.5, variance: 0 },
        ],
        0.75,
      ),
    ).toEqual([1, 0.5])
  })
})

describe('quantiles of few rows', () => {
  it('have no end where no value bounds them', () => {
    expect(quantileRanks(10, 0.95, 0.975).upper).toBeNull()
    expect(quantileInterval([1, 2, 3], 0.5, 0.975)).toEqual([null, null])
    expect(() => quantileRanks(0, 0.5, 0.95)).toThrow('needs rows')
  })

  it('cover the true quantile as often as they say', () => {
    const rng = random(12)
    const runs = 1000
    let covered = 0
    for (let run = 0; run < runs; run++) {
      const sorted = Float64Array.from({ length: 200 }, () => rng.next()).sort()
      const [low, high] = quantileInterval(sorted, 0.95, 0.975)
      if (low !== null && high !== null && low <= 0.95 && 0.95 <= high) covered += 1
    }
    expect(covered / runs).toBeGreaterThan(0.945)
    expect(covered / runs).toBeLessThan(0.985)
  })
})

describe('levels and rows', () => {
  it('all uses for ever spend the level and no more', () => {
    let spent = 0
    for (let use = 1; use <= 20_000; use++) spent += levelOfUse(0.05, use)
    expect(spent).toBeLessThan(0.05)
    expect(spent).toBeGreaterThan(0.0499)
    expect(() => levelOfUse(0.05, 0)).toThrow('counted from 1')
    expect(() => levelOfUse(1, 1)).toThrow('between 0 and 1')
  })
})

describe('without labels', () => {
  it('an unchanged share of predictions leaves the prior as it was', () => {
    const joint = [
      [0.5, 0.1],
      [0.1, 0.3],
    ]
    const { weights, prior } = priorShift(joint, [0.6, 0.4])
    for (const weight of weights) expect(weight).toBeCloseTo(1, 12)
    expect(prior?.[0]).toBeCloseTo(0.6, 12)
  })

  it('a model that cannot tell classes apart says nothing of them, and negative weights are noise', () => {
    expect(
      priorShift(
        [
          [0.3, 0.2],
          [0.3, 0.2],
        ],
        [0.5, 0.5],
      ).prior,
    ).toBeNull()
    const far = priorShift(
      [
        [0.4, 0.15],
        [0.1, 0.35],
      ],
      [0.1, 0.9],
    )
    expect(Math.min(...far.weights)).toBeLessThan(0)
    expect(far.prior).toEqual([0, 1])
  })

  it('refuses shares that do not add up', () => {
    expect(() => priorShift([[1]], [1])).toThrow('a table of 1 × 1')
    expect(() =>
      priorShift(
        [
          [0.5, 0.5],
          [0.5, 0.5],
        ],
        [0.5, 0.5],
      ),
    ).toThrow('add up to 1, not 2')
  })

  it('no rows have no expected metrics; a logit is no probability', () => {
    expect(expectedMetrics(expectedOutcomes([], 0.5))).toEqual({ accuracy: null, se: null, precision: null, recall: null, f1: null })
    expect(() => expectedOutcomes([2.3], 0.5)).toThrow('outside [0, 1]')
    expect(() => expectedHits([0.5, 0.5, 0.1], 2)).toThrow('no rows of 2 classes')
  })
})
