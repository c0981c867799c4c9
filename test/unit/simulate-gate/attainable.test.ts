import { describe, expect, it } from 'vitest'
import { judgeTarget } from '../../../bench/simulate/tally.ts'
import { type Coverage, populations } from '../../../bench/simulate-gate/coverage.ts'
import { changesOf } from '../../../bench/simulate-gate/exchange.ts'
import { countedOf, missable } from '../../../bench/simulate-gate/outcomes.ts'
import { binary, draw, type Pair } from '../../../bench/simulate-gate/populations.ts'
import { targetsOf, whyTooOften } from '../../../bench/simulate-gate/targets.ts'
import { bothEnds, farthest, type Way } from '../../../bench/simulate-gate/ways.ts'
import { withAnswers } from '../../../src/core/metrics/answers.ts'
import type { BinaryScores } from '../../../src/core/metrics/scores.ts'
import { metrics, sampleOf } from '../../../src/core/metrics/table.ts'
import { viewOf } from '../../../src/core/metrics/view.ts'
import { binomialPmf } from '../../../src/core/stats/beta.ts'
import { clopperPearson } from '../../../src/core/stats/proportion.ts'
import { random } from '../../../src/core/stats/random.ts'
import { mcnemarExact } from '../../reference/mcnemar.ts'

/** Twelve rows, of which the models differ in six: three kinds of row, some won and some lost. */
function sixDiffer(): Pair {
  const model = (predicted: readonly number[]): BinaryScores => ({
    task: 'binary',
    y: Uint8Array.from([1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0]),
    score: null,
    predicted: Uint8Array.from(predicted),
  })
  return { baseline: model([1, 1, 0, 1, 1, 0, 0, 1, 0, 0, 0, 1]), candidate: model([0, 1, 1, 0, 1, 0, 1, 0, 1, 0, 0, 1]) }
}

const metricOf = (name: string, scores: BinaryScores): number => {
  const metric = metrics[name]
  if (!metric) throw new Error('there is such a metric')
  return sampleOf(metric, viewOf(scores)).value.value ?? Number.NaN
}

/** How likely each value is: sums in another order end in other digits. */
const chances = (ways: readonly Way[]): readonly number[] => {
  const sums = new Map<string, number>()
  for (const { value, chance } of ways) sums.set(value.toFixed(9), (sums.get(value.toFixed(9)) ?? 0) + chance)
  return [...sums.values()].map((chance) => Number(chance.toFixed(9))).sort()
}

function missing(): never {
  throw new Error('there is such a population')
}

describe('what a test of equal models could reject', () => {
  it('is what McNemar’s exact test rejects, whose level none of so many rows could pass', () => {
    for (let d = 0; d <= 40; d++) {
      const counts = [...Array(d + 1).keys()]
      const ways = counts.map((won) => ({ value: 2 * won - d, chance: binomialPmf(won, d, 0.5) }))
      const exact = counts.reduce((sum, won) => sum + (mcnemarExact(won, d - won) <= 0.05 ? binomialPmf(won, d, 0.5) : 0), 0)
      expect(farthest(ways, 0.05), `${d} rows`).toBeCloseTo(exact, 12)
    }
  })

  it('counts the ways to exchange answers as exchanging them one by one does', () => {
    const { baseline, candidate } = sixDiffer()
    if (baseline.task !== 'binary' || candidate.task !== 'binary') throw new Error('two classes')
    const differing = [0, 2, 3, 6, 7, 8]
    for (const name of ['f1', 'accuracy', 'recall', 'npv', 'mcc']) {
      const all = Array.from({ length: 64 }, (_, way) => {
        const rows = differing.filter((_, i) => (way >> i) & 1)
        const [after, before] = [withAnswers(candidate, baseline, rows), withAnswers(baseline, candidate, rows)]
        if (after.task !== 'binary' || before.task !== 'binary') throw new Error('two classes')
        return { value: metricOf(name, after) - metricOf(name, before), chance: 1 / 64 }
      })
      const ways = changesOf({ baseline, candidate }, name, random(1))
      if (!ways) throw new Error('the metric is defined')
      // a mean is told as the sum of its rows: the same but for how many there are
      expect(farthest(ways, 0.05), name).toBeCloseTo(farthest(all, 0.05), 12)
      expect(chances(ways), name).toEqual(chances(all))
    }
  })

  it('exchanges a series as a whole, and no step of forecasts that overlap', () => {
    const world = draw(populations['many series'] ?? missing(), 3, random(5))
    // three series: one way to have all, and the other one
    const ways = changesOf(world, 'mae', random(1)) ?? []
    expect(ways).toHaveLength(8)
    expect(farthest(ways, 0.3)).toBeCloseTo(2 / 8, 12)
    const ahead = draw(populations['three series, three steps ahead'] ?? missing(), 20, random(5))
    expect(changesOf(ahead, 'mae', random(1))).toBeNull()
  })

  it('draws the ways where an order is read, and finds that half of them turn the change around', () => {
    const pair = draw(binary({ positives: 0.3, apart: 1.6, seed: 4 })(1), 60, random(2))
    const ways = changesOf(pair, 'roc_auc', random(3)) ?? []
    const above = ways.reduce((sum, { value, chance }) => sum + (value > 0 ? chance : 0), 0)
    expect(above).toBeGreaterThan(0.4)
    expect(above).toBeLessThan(0.6)
    // of so many rows few changes are alike
    expect(farthest(ways, 0.05)).toBeGreaterThan(0.03)
    expect(farthest(ways, 0.05)).toBeLessThanOrEqual(0.05 + 1e-9)
  })
})

describe('what an interval of a share could miss', () => {
  it('is what Clopper–Pearson’s misses', () => {
    for (const rows of [1, 4, 10, 50, 200]) {
      for (const share of [0.01, 0.16, 0.5, 0.84, 0.998]) {
        const ways = [...Array(rows + 1).keys()].map((hits) => ({ value: hits, chance: binomialPmf(hits, rows, share) }))
        const missed = ways.reduce((sum, { value, chance }) => {
          const [low, high] = clopperPearson(value, rows, 0.975)
          return sum + (share < low || share > high ? chance : 0)
        }, 0)
        expect(bothEnds(ways, 0.025), `${rows} rows, ${share}`).toBeCloseTo(missed, 9)
      }
    }
  })

  it('knows how many rows a share is of, and those beyond the threshold of a population', () => {
    const population = binary({ positives: 0.3, apart: 1.6, seed: 4 })(1).candidate
    if (population.task !== 'binary') throw new Error('two classes')
    const positives = population.y.reduce((sum, label) => sum + label, 0)
    expect(countedOf(population, population, 'recall')).toEqual({ rows: positives, share: metricOf('recall', population) })
    expect(countedOf(population, population, 'recall_at_k')).toEqual({ rows: positives, share: metricOf('recall_at_k', population) })
    // precision is a share of the rows that are called positive
    const called = population.predicted.reduce((sum, label) => sum + label, 0)
    expect(countedOf(population, population, 'precision')).toEqual({ rows: called, share: metricOf('precision', population) })
    // at least four of five positives lie beyond it, and that precision is the share of positives there
    const beyond = countedOf(population, population, 'precision_at_recall')
    if (!beyond || !('share' in beyond)) throw new Error('it is a share')
    const hits = beyond.rows * beyond.share
    expect(hits).toBeCloseTo(Math.round(hits), 6)
    expect(hits).toBeGreaterThanOrEqual(0.8 * positives)
    expect(missable(population, population, 'pr_auc', random(1))).toBeNull()
  })
})

describe('what an interval of the largest error of a bin could miss', () => {
  it('is nothing from above while a bin is left open, and everything where all bins are known to be better', () => {
    const pair = populations['binary, 30 % positives'] ?? missing()
    const { candidate } = draw(pair, 50, random(3))
    expect(missable(candidate, pair.candidate, 'mce', random(1))).toBe(0.025)
    if (candidate.task !== 'binary' || pair.candidate.task !== 'binary') throw new Error('two classes')
    // a population of probabilities that are all wrong, beside a world in which they are all right
    const sure = { ...candidate, y: new Uint8Array(5000), score: new Float64Array(5000).fill(0.001), predicted: new Uint8Array(5000) }
    const wrong = { ...sure, y: sure.y.map(() => 1) }
    expect(missable(sure, wrong, 'mce', random(1))).toBe(1)
  })
})

describe('an interval that holds more than 97 %', () => {
  const cell = (over: Partial<Coverage>): Coverage => ({
    population: 'binary, nearly perfect',
    rows: 200,
    metric: 'roc_auc',
    part: 'change',
    truth: 0,
    runs: 220,
    without: 0,
    held: 220,
    heldBelow: 220,
    heldAbove: 220,
    method: 'delong',
    ...over,
  })
  const missed = (one: Coverage, refused: number | null): readonly string[] => {
    const { population, rows, metric, part } = one
    const attainable = refused === null ? [] : [{ population, rows, metric, part, runs: 220, refused, never: 0 }]
    const counted = { blocked: [], shares: [], shareTable: [], covered: [one], attainable, reused: [], sliced: [], grouped: [] }
    return targetsOf(counted)
      .map(judgeTarget)
      .filter(({ met }) => !met)
      .map(({ what }) => what)
  }

  it('is a miss unless it could hold no less', () => {
    const one = cell({ population: 'three classes', metric: 'f1', method: 'tango-effects' })
    expect(missed(one, null)).toHaveLength(1)
    expect(missed(one, 0.046)).toHaveLength(1)
    expect(missed(one, 0.01)).toEqual([])
    // six of 220 are not certainly more than 97 %
    expect(missed({ ...one, held: 214 }, null)).toEqual([])
  })

  it('is held to what is attainable by no departure that is of something else', () => {
    expect(whyTooOften(cell({ metric: 'mce', method: 'farthest-bin' }), null)).toMatchObject({ excuses: 'wide' })
    expect(whyTooOften(cell({ metric: 'accuracy', method: 'mcnemar-mid-p' }), null)).toBeNull()
    // too seldom is excused by nothing, whatever the reason to hold too often
    expect(missed(cell({ metric: 'mce', method: 'farthest-bin', held: 190 }), null)).toHaveLength(1)
  })
})
