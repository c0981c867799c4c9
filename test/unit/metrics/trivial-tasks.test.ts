import { describe, expect, it } from 'vitest'
import { bestTrivial, trivialOf } from '../../../src/core/evaluate/trivial.ts'
import type {
  BinaryScores,
  ForecastingScores,
  MulticlassScores,
  MultilabelScores,
  RankingScores,
  RegressionScores,
} from '../../../src/core/metrics/scores.ts'
import { metrics } from '../../../src/core/metrics/table.ts'

const value = (scores: Parameters<typeof trivialOf>[0], name: string, training: Parameters<typeof trivialOf>[1] = null) => {
  const metric = metrics[name]
  if (!metric) throw new Error(`no metric ${name}`)
  return bestTrivial(trivialOf(scores, training).views, metric, {})?.value.value
}

describe('a model that knows no features', () => {
  it('of two classes says always yes, always no or a draw, whichever the metric likes best', () => {
    const y = Uint8Array.from({ length: 1000 }, (_, i) => (i % 10 < 3 ? 1 : 0))
    const scores: BinaryScores = { task: 'binary', y, score: null, predicted: y }
    expect(value(scores, 'accuracy')).toBe(0.7)
    expect(value(scores, 'f1')).toBeCloseTo(0.6 / 1.3, 12)
    expect(value(scores, 'roc_auc')).toBe(0.5)
    expect(value(scores, 'brier')).toBeCloseTo(0.21, 12)
    expect(Math.abs(value(scores, 'kappa') ?? 1)).toBeLessThan(0.1)
  })

  it('of several classes draws them by their shares, which averages over classes like better than the majority alone', () => {
    const y = Int32Array.from({ length: 3000 }, (_, i) => i % 3)
    const scores: MulticlassScores = { task: 'multiclass', classes: ['a', 'b', 'c'], y, proba: null, predicted: y }
    expect(value(scores, 'f1')).toBeGreaterThan(0.3)
    expect(value(scores, 'f1')).toBeLessThan(0.37)
    expect(value(scores, 'f1')).toBe(value(scores, 'f1'))
  })

  it('of a regression has the quantiles of all rows in each, those of training where they are known', () => {
    const y = Float64Array.from({ length: 100 }, (_, i) => i + 1)
    const quantiles = { levels: [0.1, 0.5, 0.9], values: new Float64Array(300).fill(50) }
    const scores: RegressionScores = { task: 'regression', y, predicted: y, quantiles }
    expect(trivialOf(scores, null).knows).toBe('only the mean and quantiles of the test rows, as those of training are not known')
    // 10, 50 and 90
    expect(value(scores, 'interval_width')).toBe(80)
    expect(value(scores, 'interval_coverage')).toBe(0.81)
    const training = { task: 'regression', mean: 40, median: 40, quantiles: [20, 40, 60] } as const
    expect(trivialOf(scores, training).knows).toBe('only the mean and quantiles of training')
    expect(value(scores, 'interval_width', training)).toBe(40)
    expect(value({ ...scores, quantiles: null }, 'crps')).toBeUndefined()
  })

  it('of a ranking gives every item the same score', () => {
    const scores: RankingScores = {
      task: 'ranking',
      y: Float64Array.of(1, 0, 0, 1),
      score: Float64Array.of(4, 3, 2, 1),
      query: Int32Array.of(0, 0, 1, 1),
    }
    expect(trivialOf(scores, null).knows).toBe('with the same score for every item')
    // the gain of ties is averaged over their ranks
    expect(value(scores, 'ndcg')).toBeCloseTo((1 + 1 / Math.log2(3)) / 2, 12)
  })

  it('of a ranking may order items by how often they were relevant in training', () => {
    const scores: RankingScores = {
      task: 'ranking',
      y: Float64Array.of(0, 1, 0, 1),
      score: Float64Array.of(4, 3, 2, 1),
      query: Int32Array.of(0, 0, 1, 1),
      item: Int32Array.of(0, 1, 0, 1),
      popularity: Float64Array.of(2, 30, 2, 30),
    }
    expect(trivialOf(scores, null).knows).toContain('how often it was relevant in training')
    expect(value(scores, 'ndcg')).toBe(1)
  })

  it('of a forecast says the last season where it is known, else the mean of the test rows', () => {
    const scores: ForecastingScores = {
      task: 'forecasting',
      y: Float64Array.of(1, 2, 6),
      predicted: Float64Array.of(1, 2, 6),
      series: null,
      time: null,
      horizon: null,
      quantiles: null,
      scale: null,
      naive: Float64Array.of(1, 1, 1),
    }
    expect(value(scores, 'mae')).toBe(2)
    expect(trivialOf(scores, null).knows).toBe('only the last season of training')
    expect(value({ ...scores, naive: null }, 'mae')).toBe(2)
    expect(trivialOf({ ...scores, naive: null }, null).knows).toContain('the mean of the test rows')
  })

  it('of several labels says how often each is there', () => {
    const scores: MultilabelScores = {
      task: 'multilabel',
      labels: ['a', 'b'],
      y: Uint8Array.of(1, 0, 1, 0, 1, 1),
      score: null,
      predicted: Uint8Array.of(1, 0, 1, 0, 1, 1),
    }
    expect(value(scores, 'subset_accuracy')).toBeCloseTo(2 / 3, 12)
    expect(value(scores, 'lrap')).toBe(1)
  })
})
