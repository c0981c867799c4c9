import { describe, expect, it } from 'vitest'
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
