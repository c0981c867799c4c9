import { describe, expect, it } from 'vitest'
import { binary, draw, multiclass } from '../../../bench/simulate-gate/populations.ts'
import { changeAmongMany, levelAmongMany } from '../../../src/core/evaluate/among-many.ts'
import { changeBetween } from '../../../src/core/evaluate/change.ts'
import { influenceOf } from '../../../src/core/evaluate/influence.ts'
import { levelOf } from '../../../src/core/evaluate/level.ts'
import { resampling } from '../../../src/core/evaluate/resampling.ts'
import type { Sample } from '../../../src/core/metrics/sample.ts'
import type { BinaryScores, Scores } from '../../../src/core/metrics/scores.ts'
import { metrics, sampleOf } from '../../../src/core/metrics/table.ts'
import { takeRows } from '../../../src/core/metrics/take-rows.ts'
import { viewOf } from '../../../src/core/metrics/view.ts'
import { skewBelow, skewBounds } from '../../../src/core/stats/mean.ts'
import { random } from '../../../src/core/stats/random.ts'

function sample(name: string, scores: Scores): Sample {
  const metric = metrics[name]
  if (!metric) throw new Error(`there is no ${name}`)
  return sampleOf(metric, viewOf(scores), {})
}
const scoreOf = (name: string, scores: Scores): number => sample(name, scores).value.value ?? Number.NaN
const others = (n: number, out: number) => Uint32Array.from({ length: n }, (_, i) => i).filter((i) => i !== out)

const few = draw(binary({ positives: 0.3, apart: 1.6, seed: 41 })(1), 60, random(5))
const [baseline, candidate] = [few.baseline, few.candidate] as readonly BinaryScores[]
if (!baseline || !candidate) throw new Error('two models are compared')

describe('the influence of a row', () => {
  it('on a function of the confusion table is what the metric of all other rows misses', () => {
    const three = draw(multiclass(42)(1), 60, random(6)).candidate
    for (const [name, scores] of [
      ['f1', candidate],
      ['mcc', candidate],
      ['precision', candidate],
      ['balanced_accuracy', three],
      ['f1', three],
      ['kappa', three],
    ] as const) {
      const values = [...Array(60).keys()].map((out) => scoreOf(name, takeRows(scores, others(60, out))))
      const mean = values.reduce((a, b) => a + b, 0) / 60
      const own = influenceOf(sample(name, scores)) ?? new Float64Array()
      for (const [i, value] of values.entries()) expect(own[i], name).toBeCloseTo((59 / 60) * (mean - value), 12)
    }
  })

  it('on the average precision is its slope in the weight of the row, ties and weights included', () => {
    const score = candidate.score?.map((p) => Math.round(10 * p) / 10) ?? null
    const weight = Float64Array.from(candidate.y, (_, i) => 1 + (i % 3))
    for (const scores of [
      { ...candidate, score },
      { ...candidate, score, weight },
    ]) {
      const own = influenceOf(sample('pr_auc', scores)) ?? new Float64Array()
      expect(own.reduce((sum, x) => sum + x, 0)).toBeCloseTo(0, 12)
      for (let i = 0; i < 60; i++) {
        const moved = (by: number) => {
          const heavy = Float64Array.from(scores.y, (_, j) => (weight === scores.weight ? (weight[j] ?? 0) : 1) + (i === j ? by : 0))
          return scoreOf('pr_auc', { ...scores, weight: heavy })
        }
        const w = weight === scores.weight ? (weight[i] ?? 0) : 1
        expect(own[i]).toBeCloseTo((w * (moved(1e-5) - moved(-1e-5))) / 2e-5, 7)
      }
    }
  })

  it('adds up within its group, and a row that counts for two is two', () => {
    const group = Int32Array.from(candidate.y, (_, i) => i % 7)
    for (const name of ['f1', 'pr_auc']) {
      const rows = influenceOf(sample(name, candidate)) ?? new Float64Array()
      const groups = influenceOf(sample(name, { ...candidate, group })) ?? new Float64Array()
      expect(groups).toHaveLength(7)
      for (let g = 0; g < 7; g++)
        expect(groups[g]).toBeCloseTo(
          rows.reduce((sum, x, i) => sum + (i % 7 === g ? x : 0), 0),
          12,
        )
      const twice = influenceOf(sample(name, { ...candidate, weight: new Float64Array(60).fill(2) })) ?? new Float64Array()
      for (const [i, x] of rows.entries()) expect(twice[i]).toBeCloseTo(x, 12)
    }
  })
})

describe('a change among many', () => {
  it('keeps its level far out, where the quantiles of draws end', () => {
    const population = binary({ positives: 0.3, apart: 1.6, seed: 43 })(1)
    for (const name of ['f1', 'pr_auc', 'log_loss']) {
      const rng = random(9)
      const runs = 4000
      let [hundredth, thousandth] = [0, 0]
      for (let run = 0; run < runs; run++) {
        const drawn = draw(population, 250, rng)
        const change = changeAmongMany(sample(name, drawn.baseline), sample(name, drawn.candidate), resampling())
        const p = change?.test?.[metrics[name]?.direction === 'higher' ? 'below' : 'above'](0) ?? Number.NaN
        hundredth += Number(p <= 0.01)
        thousandth += Number(p <= 0.001)
      }
      // 40 and 4 are expected: at most two standard errors more
      expect(hundredth, name).toBeLessThanOrEqual(52)
      expect(thousandth, name).toBeLessThanOrEqual(8)
      expect(hundredth, name).toBeGreaterThanOrEqual(15)
    }
  })

  it('has about the bounds of the bootstrap where these can be read', () => {
    const drawn = draw(binary({ positives: 0.3, apart: 1.6, seed: 44 })(1.2), 2000, random(3))
    for (const name of ['f1', 'mcc', 'pr_auc', 'brier_skill', 'value', 'ks_statistic']) {
      const [was, is] = [sample(name, drawn.baseline), sample(name, drawn.candidate)]
      const [low, high] = changeBetween(was, is, resampling())?.test?.bounds(0.975, 0) ?? [Number.NaN, Number.NaN]
      const [lower, higher] = changeAmongMany(was, is, resampling(null, 200))?.test?.bounds(0.975, 0) ?? [Number.NaN, Number.NaN]
      expect((higher - lower) / (high - low), name).toBeGreaterThan(0.8)
      expect((higher - lower) / (high - low), name).toBeLessThan(1.25)
    }
  })

  it('has no draws above 5,000 rows where the influence is known, and says what they would', () => {
    const drawn = draw(binary({ positives: 0.3, apart: 1.6, seed: 45 })(1), 6000, random(3)).candidate
    const is = sample('pr_auc', drawn)
    const never = {
      ...resampling(),
      rows: () => {
        throw new Error('drawn')
      },
    }
    const [low, high] = levelAmongMany(is, never)?.bounds(0.975) ?? [0, 0]
    const [lower, higher] = levelOf(is, resampling())?.bounds(0.975) ?? [0, 0]
    expect((high - low) / (higher - lower)).toBeGreaterThan(0.93)
    expect((high - low) / (higher - lower)).toBeLessThan(1.07)
  })

  it('of models that answer alike is none, and of grouped rows counts the groups', () => {
    const same = changeAmongMany(sample('f1', candidate), sample('f1', candidate), resampling())
    expect(same?.test?.below(0)).toBe(0.5)
    const group = Int32Array.from(candidate.y, (_, i) => i % 12)
    for (const name of ['f1', 'accuracy', 'log_loss', 'pr_auc']) {
      const grouped = changeAmongMany(sample(name, { ...baseline, group }), sample(name, { ...candidate, group }), resampling())
      expect(grouped?.test?.groups, name).toBe(12)
    }
  })
})

describe('t moved by the skewness', () => {
  it('says the same as a p-value and as a bound', () => {
    for (const skewness of [-4, -0.5, 0, 0.5, 4]) {
      const mean = { n: 40, mean: 0.3, se: 0.1, skewness }
      for (const level of [0.95, 0.975, 0.9999]) {
        const [low, high] = skewBounds(mean, level)
        expect(skewBelow(mean, high)).toBeCloseTo(1 - level, 10)
        expect(1 - skewBelow(mean, low)).toBeCloseTo(1 - level, 10)
      }
    }
  })
})
