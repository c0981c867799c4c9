import { describe, expect, it } from 'vitest'
import { blocks, compare, policy, spec } from '../../../bench/simulate-gate/blocks.ts'
import { countCoverage, parts, populations } from '../../../bench/simulate-gate/coverage.ts'
import { answers, binary, draw, truthOf, worseBy } from '../../../bench/simulate-gate/populations.ts'
import { shareCoverage } from '../../../bench/simulate-gate/shares.ts'
import { changeBetween } from '../../../src/core/evaluate/change.ts'
import type { Test } from '../../../src/core/evaluate/change-test.ts'
import { judge } from '../../../src/core/evaluate/judge.ts'
import { resampling } from '../../../src/core/evaluate/resampling.ts'
import { isRowSample } from '../../../src/core/evaluate/statistic.ts'
import type { RegressionScores, Scores } from '../../../src/core/metrics/scores.ts'
import { metricNames, metrics, sampleOf, scoredTasks } from '../../../src/core/metrics/table.ts'
import { takeRows } from '../../../src/core/metrics/take-rows.ts'
import { viewOf } from '../../../src/core/metrics/view.ts'
import { meanOf, tBounds } from '../../../src/core/stats/mean.ts'
import { type Bounds, clopperPearson } from '../../../src/core/stats/proportion.ts'
import { random } from '../../../src/core/stats/random.ts'

describe('the simulation of the evaluation gate', () => {
  it('decides as judge does, whatever the mode', () => {
    const rng = random(3)
    const seen = new Set<boolean>()
    for (let run = 0; run < 4; run++) {
      const pair = draw(answers(0.05), 120, rng)
      for (const mode of ['guard', 'confident_worse', 'non_inferior', 'superior'] as const) {
        const { checks } = judge({ ...pair, missing: null, specs: [spec('accuracy')], mode, policy })
        const judged = checks.some(({ id, effect }) => id === 'evaluate.max_drop:accuracy' && effect === 'fail')
        expect(blocks(compare(pair, [spec('accuracy')]), mode)).toBe(judged)
        seen.add(judged)
      }
    }
    expect(seen.size).toBe(2)
  })

  it('draws from models that are equal in every metric, or worse by what was asked', () => {
    const population = binary({ positives: 0.3, apart: 1.6, seed: 1 })
    const equal = population(1)
    for (const metric of ['roc_auc', 'log_loss', 'f1', 'accuracy', 'pr_auc'])
      expect(truthOf(equal.candidate, metric)).toBeCloseTo(truthOf(equal.baseline, metric) ?? Number.NaN, 12)
    const worse = worseBy(population, 'roc_auc', 0.02)
    expect((truthOf(worse.baseline, 'roc_auc') ?? 0) - (truthOf(worse.candidate, 'roc_auc') ?? 0)).toBeCloseTo(0.02, 5)
    const { baseline, candidate } = answers(0.02)
    expect(truthOf(baseline, 'accuracy')).toBeCloseTo(0.85, 12)
    expect(truthOf(candidate, 'accuracy')).toBeCloseTo(0.83, 12)
  })

  it('sums the coverage of a share over its outcomes', () => {
    // below 30 rows Clopper–Pearson: of 5 rows at one half, none and five lie outside only if the interval says so
    const [one] = shareCoverage(5, [0.5])
    const inside = [0, 1, 2, 3, 4, 5].filter((k) => {
      const [low, high] = clopperPearson(k, 5, 0.975)
      return low <= 0.5 && 0.5 <= high
    })
    const ways = [1, 5, 10, 10, 5, 1]
    expect(one?.two).toBeCloseTo(inside.reduce((sum, k) => sum + (ways[k] ?? 0), 0) / 32, 12)
  })
})

describe('the simulation of intervals', () => {
  it('takes for the truth of an error beyond chance what worlds of ever more rows come near to', () => {
    const population = populations['binary, 30 % positives']?.candidate
    if (population?.task !== 'binary') throw new Error('there is such a population')
    const off = (times: number) => {
      const rows = Uint32Array.from({ length: times * population.y.length }, (_, i) => i % population.y.length)
      return Math.abs(valueIn(takeRows(population, rows)) - (truthOf(population, 'ece_excess') ?? Number.NaN))
    }
    const metric = metrics.ece_excess
    if (!metric) throw new Error('there is such a metric')
    const valueIn = (scores: Scores) => sampleOf(metric, viewOf(scores)).value.value ?? Number.NaN
    // what chance is thought to leave falls with the root of the rows
    expect(off(16) / off(1)).toBeCloseTo(1 / 4, 6)
  })

  it('forgets no metric of any task that has an interval', { timeout: 90_000 }, () => {
    const counted = new Set(
      Object.entries(populations).flatMap(([name, { candidate }]) =>
        countCoverage(name, 100, 1, 4).map(({ metric, part }) => `${candidate.task} ${metric} ${part}`),
      ),
    )
    const all = scoredTasks.flatMap((task) => metricNames(task).flatMap((metric) => parts.map((part) => `${task} ${metric} ${part}`)))
    // no sample shows the largest error, or which items are never shown: neither has an interval
    const without = ['regression max_error', 'ranking catalog_coverage', 'forecasting max_error']
    expect(all.filter((one) => !counted.has(one)).sort()).toEqual(without.flatMap((one) => parts.map((part) => `${one} ${part}`)).sort())
  })

  it('draws from models of every task that are equal in every metric', () => {
    for (const [name, { baseline, candidate }] of Object.entries(populations)) {
      for (const metric of metricNames(candidate.task)) {
        const [was, is] = [truthOf(baseline, metric), truthOf(candidate, metric)]
        if (was === null || is === null) throw new Error(`${metric} has no truth among ${name}`)
        expect(is, `${name}: ${metric}`).toBeCloseTo(was, 9)
      }
    }
  })

  it('draws a series or a query as a whole, each draw as one of its own', () => {
    const series = draw(populations['many series'] ?? missing(), 40, random(6)).candidate
    if (series.task !== 'forecasting' || !series.series || !series.scale) throw new Error('these are forecasts')
    expect(new Set(series.series).size).toBe(40)
    expect(series.scale).toHaveLength(40)
    const lists = draw(populations['lists of queries'] ?? missing(), 40, random(6))
    if (lists.candidate.task !== 'ranking' || lists.baseline.task !== 'ranking') throw new Error('these are lists')
    expect(new Set(lists.candidate.query).size).toBe(40)
    expect([...lists.candidate.query]).toEqual([...lists.baseline.query])
  })
})

function missing(): never {
  throw new Error('there is no such population')
}

describe('a change of a mean with long tails', () => {
  it('is never surer than Student’s t, which holds where tails lie on both sides', () => {
    const rng = random(8)
    for (let run = 0; run < 5; run++) {
      const y = new Float64Array(20)
      const model = (): RegressionScores => ({ task: 'regression', y, predicted: Float64Array.from(y, () => rng.normal() ** 3) })
      const [baseline, candidate] = [model(), model()]
      const losses = y.map((_, i) => Math.abs(candidate.predicted[i] ?? 0) - Math.abs(baseline.predicted[i] ?? 0))
      const [low, high] = tBounds(meanOf(losses), 0.95)
      const test = compare({ baseline, candidate }, [spec('mae')])[0]?.change.test
      const [lower, higher] = test?.bounds(0.95, 0) ?? [Number.NaN, Number.NaN]
      expect(lower).toBeLessThanOrEqual(low)
      expect(higher).toBeGreaterThanOrEqual(high)
      // the p-value and the bound are of the same two tests
      expect((test?.above(0) ?? Number.NaN) <= 0.05).toBe(lower > 0)
    }
  })
})

describe('a change of what is read off an order', () => {
  it('holds the truth of equal models, where BCa alone holds it in less than 91 % of worlds of 50 rows', () => {
    const metric = metrics.pr_auc ?? missing()
    for (const name of ['binary, 30 % positives', 'three labels']) {
      const population = populations[name] ?? missing()
      const rng = random(12)
      const worlds = Array.from({ length: 220 }, () => draw(population, 50, rng))
      const found = worlds.flatMap(({ baseline, candidate }) => {
        const draws = resampling()
        const [before, after] = [sampleOf(metric, viewOf(baseline)), sampleOf(metric, viewOf(candidate))]
        const test = changeBetween(before, after, draws)?.test
        const alone = isRowSample(before) && isRowSample(after) ? draws.rows(after, before) : null
        return test && alone ? [{ test, alone }] : []
      })
      expect(found.length, name).toBeGreaterThan(210)
      const held = (bounds: (one: (typeof found)[number]) => Bounds) =>
        found.map(bounds).filter(([low, high]) => low <= 0 && high >= 0).length / found.length
      expect(
        held(({ alone }) => alone.bounds(0.975)),
        name,
      ).toBeLessThan(0.91)
      expect(
        held(({ test }) => test.bounds(0.975, Number.NaN)),
        name,
      ).toBeGreaterThanOrEqual(0.93)
      for (const { test, alone } of found) {
        expect(test.method).toBe(`${alone.method}+t`)
      }
    }
  })
})

describe('a change of Brier skill with two or three positives', () => {
  it('holds the truth of equal models, where it held it in 89 % of worlds before the Brier score had a say', () => {
    const metric = metrics.brier_skill ?? missing()
    const population = populations['binary, 5 % positives'] ?? missing()
    const rng = random(12)
    const found = Array.from({ length: 220 }, () => draw(population, 50, rng)).flatMap(({ baseline, candidate }) => {
      const [before, after] = [baseline, candidate].map((world) => sampleOf(metric, viewOf(world)))
      if (!before || !after) throw new Error('two models have two samples')
      const test = changeBetween(before, after, resampling())?.test
      const { skillOver: _, ...whole } = after.kind === 'moments' ? after : missing()
      const alone = changeBetween(before, whole, resampling())?.test
      return test && alone ? [{ test, alone }] : []
    })
    const held = (of: (one: (typeof found)[number]) => Test) =>
      found.filter((one) => {
        const [low, high] = of(one).bounds(0.975, Number.NaN)
        return low <= 0 && high >= 0
      }).length / found.length
    expect(found.length).toBeGreaterThan(190)
    expect(held(({ alone }) => alone)).toBeLessThan(0.91)
    expect(held(({ test }) => test)).toBeGreaterThan(0.95)
  })
})
