import { describe, expect, it } from 'vitest'
import { differsFor, judgedAs, sameQuestion } from '../../../src/core/evaluate/basis.ts'
import type { ForecastingScores, ScoredTask, Scores } from '../../../src/core/metrics/scores.ts'
import { metricNames, metrics, sampleOf } from '../../../src/core/metrics/table.ts'
import { viewOf } from '../../../src/core/metrics/view.ts'
import { random } from '../../../src/core/stats/random.ts'
import { readConfig } from '../../support/local-run.ts'

const source = random(7)
const n = 120
const numbers = (draw: (i: number) => number) => Float64Array.from({ length: n }, (_, i) => draw(i))
const cut = (score: Float64Array, threshold: number) => Uint8Array.from(score, (p) => (p >= threshold ? 1 : 0))

const y = Uint8Array.from({ length: n }, () => (source.next() < 0.4 ? 1 : 0))
const score = numbers((i) => 1 / (1 + Math.exp(1 - 2 * (y[i] ?? 0) - source.normal())))
const worth = (tp: number) => ({ kind: 'table', values: Float64Array.of(0, -5, -1, tp) }) as const
const binary = (threshold: number, tp: number): Scores => ({ task: 'binary', y, score, predicted: cut(score, threshold), worth: worth(tp) })

const labels = ['a', 'b']
const truths = Uint8Array.from({ length: 2 * n }, () => (source.next() < 0.4 ? 1 : 0))
const both = Float64Array.from(truths, (truth) => 1 / (1 + Math.exp(1 - 2 * truth - source.normal())))
const multilabel = (threshold: number): Scores => ({ task: 'multilabel', labels, y: truths, score: both, predicted: cut(both, threshold) })

const target = numbers(() => Math.exp(source.normal()))
const said = target.map((value) => value * Math.exp(0.3 * source.normal()))
const quantiles = (levels: readonly number[]) => ({
  levels,
  values: Float64Array.from({ length: n * levels.length }, (_, at) => {
    const level = levels[at % levels.length] ?? 0.5
    return (said[Math.floor(at / levels.length)] ?? 0) * Math.exp(level - 0.5)
  }),
})
const regression = (levels: readonly number[]): Scores => ({ task: 'regression', y: target, predicted: said, quantiles: quantiles(levels) })
const forecasting = (scale: number, levels: readonly number[]): ForecastingScores => ({
  task: 'forecasting',
  y: target,
  predicted: said,
  series: Int32Array.from({ length: n }, (_, i) => i % 3),
  time: numbers((i) => Math.floor(i / 3)),
  horizon: null,
  scale: [1, 2, 3].map((of) => ({ absolute: of * scale, squared: of * scale ** 2, pairs: 10 })),
  naive: null,
  quantiles: quantiles(levels),
})

const model = readConfig('models:\n  m: {model: m.onnx, data: {test: t.csv, target: y}}\n').model
const basisOf = (task: ScoredTask) => judgedAs(model, { holdout: 'h', task, rows: n })
const [five, three] = [
  [0.1, 0.25, 0.5, 0.75, 0.9],
  [0.1, 0.5, 0.9],
]

describe('which metrics a part of the basis touches', () => {
  // what each part makes of the scores, and metrics that it cannot touch: those must stay comparable, and no other may be forgotten
  it.each([
    ['threshold', '0.4', binary(0.5, 10), binary(0.4, 10), ['roc_auc', 'pr_auc', 'log_loss', 'brier', 'ks_statistic']],
    ['threshold', '0.4', multilabel(0.5), multilabel(0.4), ['roc_auc', 'pr_auc']],
    ['value', '{"tp":12}', binary(0.5, 10), binary(0.5, 12), ['roc_auc', 'accuracy', 'f1', 'mcc', 'log_loss']],
    ['season', 7, forecasting(1, three), forecasting(2, three), ['rmse', 'wape', 'crps', 'pinball']],
    ['quantiles', '0.1, 0.25, 0.5, 0.75, 0.9', forecasting(1, three), forecasting(1, five), ['rmse', 'mase', 'wape']],
    ['quantiles', '0.1, 0.25, 0.5, 0.75, 0.9', regression(three), regression(five), ['rmse', 'mae', 'r2']],
  ] as const)('%s: every metric whose number it moves, and no other of these', (key, changed, then, now, untouched) => {
    const basis = basisOf(then.task)
    const touched = (metric: string) => differsFor({ metric }, basis, { ...basis, [key]: changed }) !== null
    const [before, after] = [viewOf(then), viewOf(now)]
    const names = metricNames(then.task)
    const moved = names.filter((name) => {
      const metric = metrics[name]
      if (metric === undefined) throw new Error(name)
      return sampleOf(metric, before).value.value !== sampleOf(metric, after).value.value
    })
    expect(moved).not.toHaveLength(0)
    expect(moved.filter((name) => !touched(name))).toEqual([])
    expect(names).toEqual(expect.arrayContaining([...untouched]))
    expect(untouched.filter(touched)).toEqual([])
  })

  it('a threshold chosen for the value rests on what that is worth', () => {
    const basis = { ...basisOf('binary'), threshold: 'for value on validation' }
    const now = { ...basis, value: '{"tp":12}' }
    expect(differsFor({ metric: 'f1' }, basis, now)).toBe('evaluate.value is not what it was then')
    expect(differsFor({ metric: 'roc_auc' }, basis, now)).toBeNull()
  })

  it('a part of which that is not known touches all, and a number of the team rests on everything', () => {
    const basis = basisOf('binary')
    for (const changed of [{ positive: 'no' }, { weight: 'w' }, { group: 'g' }, { horizon: 'h' }, { target: 'z' }, { metrics_version: 2 }])
      for (const metric of metricNames('binary')) expect(differsFor({ metric }, basis, { ...basis, ...changed })).not.toBeNull()
    expect(differsFor({ metric: 'roc_auc', direction: 'higher' }, basis, { ...basis, season: 7 })).not.toBeNull()
    expect(differsFor({ metric: 'of_a_later_version' }, basis, { ...basis, season: 7 })).not.toBeNull()
  })

  it('the history of a metric goes on where what changed does not touch it', () => {
    const basis = basisOf('binary')
    const now = { ...basis, value: '{"tp":12}', holdout: 'other', rows: 5 }
    expect(sameQuestion({ metric: 'roc_auc' }, basis, now)).toBe(true)
    expect(sameQuestion({ metric: 'value' }, basis, now)).toBe(false)
  })
})
