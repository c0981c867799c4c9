import { describe, expect, it } from 'vitest'
import { explainEvaluate } from '../../../src/core/evaluate/explain.ts'
import { taskChanged } from '../../../src/core/evaluate/task-change.ts'
import type { Task } from '../../../src/core/schema/config.ts'
import { apply } from './support.ts'

const labels = (list: string) => `data: {test: b.csv, target: ${list}}\n`
const forecast = (levels: string, data = '') =>
  `task: forecasting\ndata: {test: b.csv, target: y, time: t${data}}\nevaluate: {${levels === '' ? '' : `quantiles: ${levels}, `}season: 7}\n`

describe('several labels', () => {
  it('are wiring of the head, which cannot take them away', () => {
    const { model, sentences } = apply(labels('[a, b, c]'), labels('[a, b]'))
    expect(model.data).toMatchObject({ target: null, targets: ['a', 'b'] })
    expect(sentences).toHaveLength(1)
    expect(sentences[0]).toContain('data.target: a, b of the head is used, it was a, b, c')
    expect(apply(labels('[a, b]'), 'data: {test: b.csv}\n').model.data).toMatchObject({ target: null, targets: ['a', 'b'] })
    expect(apply(labels('[a, b]'), labels('y')).model.data).not.toHaveProperty('targets')
  })

  it('a column that is one of them has the stricter limits of a label', () => {
    const drift = (shift: string) => `${labels('[a, b]')}drift: {columns: {b: {shift: ${shift}}}}\n`
    expect(apply(labels('[a, b]'), drift('0.15')).model.drift.columns).toEqual({})
    expect(apply(labels('[a, b]'), drift('0.05')).model.drift.columns).toHaveProperty('b')
  })
})

describe('EVT-06 levels of quantiles come from the base', () => {
  it('a model may answer more of them: those of the base are judged', () => {
    const { model, sentences } = apply(forecast('[0.1, 0.5, 0.9]'), forecast('[0.05, 0.1, 0.5, 0.9, 0.95]'))
    expect(model.evaluate).toMatchObject({ quantiles: [0.05, 0.1, 0.5, 0.9, 0.95], judgedQuantiles: [0.1, 0.5, 0.9] })
    expect(sentences[0]).toContain('evaluate.quantiles: 0.1, 0.5, 0.9 of the base is used')
  })

  it('one that is taken away, or all of them, stay', () => {
    for (const head of ['[0.05, 0.5, 0.95]', ''])
      expect(apply(forecast('[0.1, 0.5, 0.9]'), forecast(head)).model.evaluate).toMatchObject({ quantiles: [0.1, 0.5, 0.9] })
  })

  it('of a regression too', () => {
    const of = (levels: string) => `task: regression\ndata: {test: b.csv, target: y}\nevaluate: {quantiles: ${levels}}\n`
    expect(apply(of('[0.1, 0.5, 0.9]'), of('[0.05, 0.1, 0.5, 0.9]')).model.evaluate).toMatchObject({ judgedQuantiles: [0.1, 0.5, 0.9] })
    expect(apply(of('[0.1, 0.5, 0.9]'), of('[0.4, 0.5, 0.6]')).model.evaluate).toMatchObject({ quantiles: [0.1, 0.5, 0.9] })
  })

  it('the first ones are those of the head; steps ahead are those of the base', () => {
    expect(apply(forecast(''), forecast('[0.1, 0.5, 0.9]')).model.evaluate).toMatchObject({ quantiles: [0.1, 0.5, 0.9] })
    expect(apply(forecast('', ', horizon: h'), forecast('', ', horizon: k')).model.data.horizon).toBe('h')
    expect(apply(forecast(''), forecast('', ', horizon: k')).model.data).not.toHaveProperty('horizon')
  })
})

describe('EVT-06 numbers of a team’s own evaluation', () => {
  const custom = (metrics: string) => `task: custom\nscore: {metrics_file: e.json}\nevaluate: {metrics: {${metrics}}}\n`

  it('keep the direction and the limits of the base', () => {
    const { model, sentences } = apply(
      custom('bleu: {direction: higher, min: 30}'),
      custom('bleu: {direction: lower, max: 90}, ter: {direction: lower}'),
    )
    expect(model.evaluate.metrics).toMatchObject([
      { name: 'bleu', direction: 'higher', min: { fail: 30 } },
      { name: 'ter', direction: 'lower', fresh: true },
    ])
    expect(model.evaluate.metrics[0]).not.toHaveProperty('max')
    expect(sentences[0]).toBe(
      'models.m.evaluate.metrics.bleu: bleu, higher is better of the base is used, bleu, lower is better of the head is not',
    )
  })

  it('that a head brings are shown to have replaced what answered rows', () => {
    const { model, sentences } = apply(
      'task: binary\ndata: {test: b.csv, target: y}\nevaluate: {metrics: {roc_auc: {min: 0.8}}}\n',
      custom('bleu: {direction: higher}'),
    )
    expect(model.evaluate.metrics.map(({ name }) => name)).toEqual(['roc_auc', 'bleu'])
    expect(sentences.join('\n')).toContain('task: custom of the head is used, it was binary')
    expect(sentences.join('\n')).toContain('score: metrics_file e.json is new')
  })
})

describe('EVT-06 a task that a head changes', () => {
  const rows = 'data: {test: b.csv, target: y, time: t, group: g}\n'
  const scored = (task: string | null, metrics = '') =>
    `${task === null ? '' : `task: ${task}\n`}${rows}${metrics === '' ? '' : `evaluate: {metrics: {${metrics}}}\n`}`
  const custom = (metrics = 'bleu: {direction: higher}') =>
    `task: custom\n${rows}score: {metrics_file: e.json}\nevaluate: {metrics: {${metrics}}}\n`

  it.each<readonly [says: string, base: string, head: string, now: Task, looks: Task | null, lost: string | null]>([
    ['to numbers of its own', scored('binary'), custom(), 'custom', null, 'binary at the base: its usual metric (roc_auc or accuracy)'],
    [
      'that the base infers, to numbers of its own',
      scored(null),
      custom(),
      'custom',
      null,
      'another one at the base: its usual metric (roc_auc or',
    ],
    [
      'of a base that lists its size alone',
      scored('binary', 'model_size: {max: 2MB}'),
      custom(),
      'custom',
      null,
      'its usual metric (roc_auc',
    ],
    [
      'of listed metrics, to numbers of its own',
      scored('binary', 'roc_auc: {min: 0.8}'),
      custom(),
      'custom',
      null,
      'answers of rows, which the base',
    ],
    ['to another kind of answer', scored('binary'), scored('regression'), 'regression', 'binary', 'regression here and binary at the base'],
    [
      'that the base infers, to one that the target does not look like',
      scored(null),
      scored('regression'),
      'regression',
      'binary',
      'and binary at',
    ],
    [
      'that the base infers, to one that nobody infers',
      scored(null),
      scored('ranking'),
      'ranking',
      'multiclass',
      'and multiclass at the base',
    ],
    [
      'that the base infers, to several labels',
      scored(null),
      'data: {test: b.csv, target: [a, b]}\n',
      'multilabel',
      null,
      'and another one at the base',
    ],
    [
      'that a head takes away, where the target looks like another',
      scored('forecasting'),
      scored(null),
      'regression',
      'regression',
      'forecasting at the base: its usual metric (wape or mase)',
    ],
    ['that a head takes away, where the target looks like it', scored('binary'), scored(null), 'binary', 'binary', null],
    ['that the base infers, to what it is', scored(null), scored('binary'), 'binary', 'binary', null],
    [
      'of listed metrics, to another kind of answer',
      scored('binary', 'log_loss: {}'),
      scored('multiclass', 'log_loss: {}'),
      'multiclass',
      'binary',
      null,
    ],
    ['of a base that evaluates nothing', 'data: {test: b.csv}\n', custom(), 'custom', null, null],
    ['of numbers of its own', custom(), scored('binary'), 'binary', 'binary', null],
    ['that stays', scored('binary'), scored('binary', 'roc_auc: {min: 0.8}'), 'binary', 'binary', null],
  ])('%s', (_, base, head, now, looks, lost) => {
    const checks = taskChanged(apply(base, head).model.evaluate.taskBefore ?? null, now, looks)
    expect(checks.map(({ id, status, effect }) => ({ id, status, effect }))).toEqual(
      lost === null ? [] : [{ id: 'evaluate.task_changed', status: 'warn', effect: 'warn' }],
    )
    if (lost !== null) expect(checks[0]?.message).toContain(lost)
  })

  it('is explained before any work, where it may take something away', () => {
    const lines = (base: string, head: string) => explainEvaluate(apply(base, head).model).filter((line) => line.includes('task_changed'))
    expect(lines(scored('binary'), custom())).toEqual([expect.stringContaining('a task other than the binary of the base warns')])
    expect(lines(scored(null), scored('binary'))).toEqual([expect.stringContaining('a task other than the one that the target looks like')])
    expect(lines(scored('binary'), scored('binary'))).toEqual([])
  })
})
