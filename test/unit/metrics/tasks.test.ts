import { describe, expect, it } from 'vitest'
import { naiveScale } from '../../../src/core/metrics/forecast.ts'
import type { ForecastingScores, MulticlassScores, MultilabelScores, RankingScores, Scores } from '../../../src/core/metrics/scores.ts'
import { isScoredTask, metrics, sampleOf, usualMetric, usualMetrics } from '../../../src/core/metrics/table.ts'
import { viewOf } from '../../../src/core/metrics/view.ts'

const sample = (name: string, scores: Scores, params: Record<string, string | number> = {}) => {
  const metric = metrics[name]
  if (!metric) throw new Error(`no metric ${name}`)
  return sampleOf(metric, viewOf(scores), params)
}
const value = (name: string, scores: Scores, params: Record<string, string | number> = {}) => sample(name, scores, params).value.value
const why = (name: string, scores: Scores, params: Record<string, string | number> = {}) => sample(name, scores, params).value.undefined

describe('a ranking', () => {
  const list: RankingScores = {
    task: 'ranking',
    y: Float64Array.of(1, 0, 0, 0, 3, 0),
    score: Float64Array.of(0.1, 0.9, 0.5, 0.5, 0.8, 0.9),
    query: Int32Array.of(0, 0, 1, 1, 2, 2),
    item: Int32Array.of(0, 1, 0, 1, 2, 3),
  }
  it('leaves out queries without a relevant item, and counts them', () => {
    const made = sample('mrr', list)
    expect(made.value).toEqual({ value: 0.5, undefined: null })
    expect(made.excluded).toEqual({ count: 1, because: 'queries have no relevant item' })
    expect(made.kind === 'mean' && [...made.rows]).toEqual([0.5, 0.5])
    expect(made.unit && [...made.unit]).toEqual([0, 2])
  })
  it('is undefined where no query has one', () => {
    expect(why('ndcg', { ...list, y: new Float64Array(6) })).toBe('no query has a relevant item')
  })
  it('rows of a query need not lie together', () => {
    const order = [4, 0, 2, 5, 3, 1]
    const shuffled: RankingScores = {
      task: 'ranking',
      y: Float64Array.from(order, (i) => list.y[i] ?? 0),
      score: Float64Array.from(order, (i) => list.score[i] ?? 0),
      query: Int32Array.from(order, (i) => list.query[i] ?? 0),
    }
    for (const name of ['ndcg', 'map', 'mrr', 'hit_rate']) expect(value(name, shuffled), name).toBe(value(name, list))
    expect(why('catalog_coverage', shuffled)).toBe('the items of the rows are not known')
  })
  it('weights and groups hold whole queries', () => {
    expect(why('ndcg', { ...list, weight: Float64Array.of(1, 2, 1, 1, 1, 1) })).toBe('rows of one query differ in weight')
    expect(why('ndcg', { ...list, group: Int32Array.of(0, 1, 2, 2, 3, 3) })).toBe('rows of one query are in different groups')
  })
  it('counts the items that are shown', () => {
    expect(value('catalog_coverage', list, { k: 1 })).toBe(0.75)
    expect(sample('catalog_coverage', list, { k: 'all' }).value).toEqual({ value: 1, undefined: null })
  })
})

describe('a forecast', () => {
  const forecast: ForecastingScores = {
    task: 'forecasting',
    y: Float64Array.of(10, 12, 100, 110),
    predicted: Float64Array.of(11, 11, 110, 110),
    series: Int32Array.of(0, 0, 1, 1),
    time: null,
    horizon: Int32Array.of(1, 2, 1, 2),
    quantiles: { levels: [0.1, 0.5, 0.9], values: Float64Array.of(9, 11, 13, 9, 11, 11.5, 90, 100, 120, 100, 110, 120) },
    scale: [naiveScale([1, 2, 3]), naiveScale([10, 20, 30])],
    naive: null,
  }
  it('is measured against the naive forecast of its own series', () => {
    expect(value('mase', forecast)).toBe((1 + 1 + 1 + 0) / 4)
    expect(value('rmsse', forecast)).toBeCloseTo(Math.sqrt(3 / 4), 12)
    expect(usualMetric(forecast)).toBe('mase')
  })
  it('has no scale where training rows are unknown or repeat themselves', () => {
    expect(why('mase', { ...forecast, scale: null })).toBe('the training rows of the series are not known')
    expect(why('mase', { ...forecast, scale: [naiveScale([1, 2]), naiveScale([3, 3])] })).toContain('repeats itself')
    expect(why('rmsse', { ...forecast, scale: [naiveScale([1, 2]), naiveScale([3])] })).toContain('no longer than a season')
    expect(usualMetric({ ...forecast, scale: null })).toBe('wape')
  })
  it('has one value a horizon', () => {
    expect(value('mae', forecast, { horizon: 1 })).toBe(5.5)
    expect(value('mae', forecast, { horizon: 2 })).toBe(0.5)
    expect(why('mae', forecast, { horizon: 3 })).toBe('there is no row 3 steps ahead')
    expect(why('mae', { ...forecast, horizon: null }, { horizon: 1 })).toContain('nothing says how many steps ahead a row is')
    expect(why('mae', { task: 'regression', y: forecast.y, predicted: forecast.predicted }, { horizon: 1 })).toBe(
      'a regression task has no horizon',
    )
  })
  it('has intervals from its quantiles, and none without', () => {
    expect(value('interval_coverage', forecast)).toBe(0.75)
    expect(value('coverage_gap', forecast)).toBeCloseTo(0.05, 12)
    expect(value('interval_width', forecast)).toBe((4 + 2.5 + 30 + 20) / 4)
    expect(why('interval_coverage', forecast, { level: 0.9 })).toContain('no quantiles at both ends')
    expect(why('crps', { ...forecast, quantiles: null })).toBe('the model gives no quantiles')
    const crossed = { levels: [0.1, 0.5, 0.9], values: forecast.quantiles?.values.toReversed() ?? new Float64Array(0) }
    expect(why('interval_width', { ...forecast, quantiles: crossed })).toBe('an interval ends before it begins')
  })
})

describe('several labels a row', () => {
  const labels: MultilabelScores = {
    task: 'multilabel',
    labels: ['a', 'b'],
    y: Uint8Array.of(1, 0, 0, 0, 1, 1),
    score: null,
    predicted: Uint8Array.of(1, 0, 0, 0, 0, 1),
  }
  it('an average over rows is flagged where a row has no label, true or predicted', () => {
    expect(sample('f1', labels, { average: 'samples' }).value).toEqual({
      value: (1 + 0 + 2 / 3) / 3,
      undefined: '1 of 3 rows have no label, true or predicted: 0/0',
    })
    expect(value('subset_accuracy', labels)).toBeCloseTo(2 / 3, 12)
    expect(value('hamming_loss', labels)).toBeCloseTo(1 / 6, 12)
  })
  it('one of them is a task of its own', () => {
    expect(value('recall', labels, { class: 'a' })).toBe(0.5)
    expect(value('recall', labels, { class: 'b' })).toBe(1)
    expect(why('recall', labels, { class: 'c' })).toBe('the class that is named does not occur')
  })
  it('has no ranking without scores', () => {
    for (const name of ['lrap', 'coverage_error', 'ranking_loss', 'roc_auc', 'pr_auc'])
      expect(why(name, labels)).toBe('the model gives no probabilities')
  })
  it('a label that is always or never there has no AUC', () => {
    const score = Float64Array.of(0.9, 0.1, 0.2, 0.3, 0.8, 0.7)
    expect(value('roc_auc', { ...labels, score })).toBe(1)
    expect(why('roc_auc', { ...labels, score, y: Uint8Array.of(1, 0, 0, 0, 1, 0) })).toBe('a label occurs in every row, or in none')
    expect(why('pr_auc', { ...labels, score, y: Uint8Array.of(1, 0, 0, 0, 1, 0) })).toBe('a label occurs in every row, or in none')
  })
})

describe('one class against the rest', () => {
  const scores: MulticlassScores = {
    task: 'multiclass',
    classes: ['cat', 'dog', '7'],
    y: Int32Array.of(0, 0, 1, 2),
    proba: Float64Array.of(0.8, 0.1, 0.1, 0.2, 0.5, 0.3, 0.1, 0.8, 0.1, 0.1, 0.3, 0.6),
    predicted: Int32Array.of(0, 1, 1, 2),
  }
  it('is the metric of the two-class task', () => {
    expect(value('recall', scores, { class: 'cat' })).toBe(0.5)
    expect(value('precision', scores, { class: 'dog' })).toBe(0.5)
    expect(value('specificity', scores, { class: 'dog' })).toBeCloseTo(2 / 3, 12)
    expect(value('roc_auc', scores, { class: 'cat' })).toBe(1)
    // a label that YAML reads as a number
    expect(value('recall', scores, { class: 7 })).toBe(1)
  })
  it('is undefined where there is no such class, or only two', () => {
    expect(why('recall', scores, { class: 'cow' })).toBe('the class that is named does not occur')
    const two: Scores = { task: 'binary', y: Uint8Array.of(1, 0), score: null, predicted: Uint8Array.of(1, 0) }
    expect(why('recall', two, { class: 'cat' })).toBe('a binary task has no class to name')
  })
  it('labels: all counts classes that never occur', () => {
    const fewer = { ...scores, y: Int32Array.of(0, 0, 1, 1) as Int32Array, predicted: Int32Array.of(0, 0, 1, 1) as Int32Array }
    expect(value('f1', fewer)).toBe(1)
    expect(value('f1', fewer, { labels: 'all' })).toBeCloseTo(2 / 3, 12)
  })
})

describe('deviances far from zero', () => {
  it('keep their digits: close to (y − μ)²/μ^p, to second order', () => {
    const scores: Scores = { task: 'regression', y: Float64Array.of(1e6), predicted: Float64Array.of(1e6 + 5) }
    // 2 ∫ (t − y)/t dt = d²/y − 2d³/(3y²) + d⁴/(2y³) − …
    expect(value('poisson_deviance', scores)).toBeCloseTo(25e-6 - (2 * 125e-12) / 3 + 625e-18 / 2, 18)
    expect(Math.abs((value('tweedie_deviance', scores, { power: 1.5 }) ?? 0) / (25 / 1e9) - 1)).toBeLessThan(1e-5)
  })
  it('are the same on both sides of where the formula changes', () => {
    for (const power of [-1, 1, 1.5, 2, 3])
      for (const y of [0.949999, 0.950001, 1.049999, 1.050001]) {
        const of = (p: number) =>
          value('tweedie_deviance', { task: 'regression', y: Float64Array.of(y), predicted: Float64Array.of(p) }, { power })
        const [low, high] = [of(1), of(1.0000001)]
        expect(Math.abs((high ?? 0) - (low ?? 1)), `${power} ${y}`).toBeLessThan(2e-8)
      }
  })
})

describe('the usual metric', () => {
  it('is named for every task, and policy knows each that it may be', () => {
    for (const task of ['binary', 'multiclass', 'regression', 'multilabel', 'ranking', 'forecasting'] as const) {
      expect(isScoredTask(task)).toBe(true)
      for (const name of usualMetrics(task)) expect(metrics[name]?.of[task], name).toBeDefined()
    }
    expect(usualMetrics('custom')).toEqual([])
    expect(usualMetrics(null)).toContain('roc_auc')
  })
})
