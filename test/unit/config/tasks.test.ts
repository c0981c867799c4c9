import { describe, expect, it } from 'vitest'
import { targetColumns } from '../../../src/core/schema/target-columns.ts'
import { model, problems, whole } from './support.ts'

const found = (keys: string) => problems(whole(keys)).map((line) => line.replace(/^\S+ /, ''))

describe('a list of label columns', () => {
  it('is a multilabel task, whether that is written or not', () => {
    for (const task of ['', 'task: multilabel\n']) {
      const read = model(`${task}data: {test: a.csv, target: [a, b]}\n`)
      expect(read).toMatchObject({ task: 'multilabel', data: { target: null, targets: ['a', 'b'] } })
      expect(targetColumns(read.data)).toEqual(['a', 'b'])
    }
    expect(model('data: {target: y}\n').data).not.toHaveProperty('targets')
  })

  it('is refused where it is none, and where the task has another target', () => {
    expect(found('data: {target: [a]}\n')).toEqual(['INVALID_VALUE data.target. one label is no list: write its column as text.'])
    expect(found('data: {target: [a, a]}\n')).toEqual(['INVALID_VALUE data.target[1]. a is written twice.'])
    expect(found('task: binary\ndata: {target: [a, b]}\n')[0]).toContain('A list of labels is of task: multilabel')
    expect(found('task: multilabel\ndata: {target: y}\n')[0]).toContain(
      'A multilabel task needs a list: one column of 0 and 1 for each label.',
    )
    expect(found('data: {target: [a, b], positive: 1}\n')[0]).toContain('there is nothing to choose')
    expect(found('data: {target: [a, b], features: [x, b]}\n')[0]).toContain('The target cannot be a feature.')
    expect(found('data: {target: [a, b]}\nevaluate: {slices: {by: [b]}}\n')[0]).toContain('the target cannot be one')
    expect(found('data: {target: [a, b]}\nevaluate: {metrics: {accuracy: {}}}\n')[0]).toContain('not of a multilabel task')
  })
})

describe('what a forecast says of its outputs and rows', () => {
  const forecast = (evaluate: string, data = '') =>
    `task: forecasting\ndata: {test: a.csv, target: y, time: t${data}}\nevaluate: {${evaluate}}\n`

  it('is read', () => {
    const read = model(
      forecast('quantiles: [0.1, 0.5, 0.9], metrics: {coverage_gap: {level: 80%}, far: {metric: mae, horizon: 3}}', ', horizon: h'),
    )
    expect(read).toMatchObject({ data: { horizon: 'h' }, evaluate: { quantiles: [0.1, 0.5, 0.9] } })
  })

  it('levels lie between 0 and 1, rise, and have the median', () => {
    for (const level of [0, 1, -0.1, 1.5, '"a"'])
      expect(found(forecast(`quantiles: [${level}, 0.5]`)).join()).toMatch('level lies between 0 and 1, such as 0.1')
    expect(found(forecast('quantiles: [0.5, 0.1]'))[0]).toContain('levels rise, in the order of the outputs of the model')
    expect(found(forecast('quantiles: [0.1, 0.9]'))[0]).toContain('one level is 0.5')
  })

  it('a metric that needs it says so, and another task has no use for it', () => {
    expect(found(forecast('metrics: {crps: {}}'))[0]).toContain('This needs evaluate.quantiles')
    expect(found(forecast('quantiles: [0.1, 0.5, 0.9], metrics: {interval_width: {level: 90%}}'))[0]).toContain(
      'An interval of level 0.9 needs the quantiles 0.05 and 0.95 in evaluate.quantiles.',
    )
    expect(found(forecast('metrics: {far: {metric: mae, horizon: 3}}'))[0]).toContain('Its horizon needs data.horizon')
    expect(found(forecast('slices: {by: [s], metrics: {crps: {}}}'))[0]).toContain('This needs evaluate.quantiles')
    const of = (task: string, evaluate: string) => found(`${task}data: {target: y}\nevaluate: {${evaluate}}\n`)
    for (const task of ['task: binary\n', ''])
      expect(of(task, 'quantiles: [0.5]')[0]).toContain('Only numbers have quantiles: write task: regression')
    expect(of('task: regression\n', 'metrics: {crps: {}}')[0]).toContain('This needs evaluate.quantiles')
    expect(of('task: regression\n', 'quantiles: [0.1, 0.5, 0.9], metrics: {interval_width: {level: 90%}}')[0]).toContain('0.05 and 0.95')
    const read = model(
      'task: regression\ndata: {target: y}\nevaluate: {quantiles: [0.1, 0.5, 0.9], metrics: {coverage_gap: {max: 0.05}}}\n',
    )
    expect(read.evaluate.quantiles).toEqual([0.1, 0.5, 0.9])
    expect(found('data: {target: y, horizon: h}\n')[0]).toContain('Only a forecast has steps ahead')
  })
})

describe('what slices cannot be judged by', () => {
  const slices = (evaluate: string) => found(`data: {test: a.csv, target: y}\nevaluate: {${evaluate}}\n`)

  it('is refused, as their own metric and as the primary one they would take', () => {
    const says = 'Slices cannot be judged by mce: among many, some would be called worse by chance. Write ece_excess.'
    expect(slices('slices: {by: [a], metrics: [mce]}')).toEqual([`INVALID_VALUE evaluate.slices.metrics.mce. ${says}`])
    expect(slices('slices: {by: [a], metrics: {worst: {metric: mce}}}')).toEqual([`INVALID_VALUE evaluate.slices.metrics.worst. ${says}`])
    expect(slices('metrics: [mce], slices: {by: [a]}')).toEqual([`INVALID_VALUE evaluate.slices. ${says}`])
    const read = model('data: {test: a.csv, target: y}\nevaluate: {metrics: [mce], slices: {by: [a], metrics: [ece_excess]}}\n')
    expect(read.evaluate.slices?.metrics.map(({ name }) => name)).toEqual(['ece_excess'])
  })
})
