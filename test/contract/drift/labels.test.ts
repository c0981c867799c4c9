import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { driftDetails } from '../../../src/core/schema/drift-details.ts'
import type { StageResult } from '../../../src/core/schema/result.ts'
import { attribute, floats, modelOf, node, sideBySide, tensorOf } from '../../support/onnx-models.ts'
import { numbers } from '../../support/project.ts'
import { type Desk, makeDesk } from './support.ts'

const rowsOf = (result: StageResult) => driftDetails.parse(result.details).columns
const states = (result: StageResult) => Object.fromEntries(rowsOf(result).map(({ column, state }) => [column, state]))
const all = ['validate', 'evaluate', 'drift'] as const

let desk: Desk
beforeEach(() => {
  desk = makeDesk()
})
afterEach(() => desk.close())

describe('several labels a row', () => {
  /** both: σ(3ab), what the two features make only together; one: σ(3a) */
  const model = modelOf({
    node: [
      node('Mul', ['a', 'b'], ['ab']),
      node('Concat', ['ab', 'a'], ['z'], [attribute.int('axis', 1)]),
      node('Mul', ['z', 'slope'], ['steep']),
      node('Sigmoid', ['steep'], ['probabilities']),
    ],
    initializer: [floats('slope', [1], [3])],
    input: [tensorOf('a', 'float', 'n', 1), tensorOf('b', 'float', 'n', 1)],
    output: [tensorOf('probabilities', 'float', 'n', 2)],
  })

  /** `alike` of the rows have the same sign in both features: neither column alone shows it */
  function rows(seed: number, alike: number, labelled = true): string {
    const next = numbers(seed)
    const lines = Array.from({ length: 1200 }, () => {
      const a = next() * 2 - 1
      const b = (next() < alike ? Math.sign(a) : -Math.sign(a)) * next()
      const drawn = (z: number) => (next() < 1 / (1 + Math.exp(-3 * z)) ? 1 : 0)
      const truth = [drawn(a * b), drawn(a)]
      return [a.toFixed(4), b.toFixed(4), ...(labelled ? truth : [])].join(',')
    })
    return `a,b${labelled ? ',both,one' : ''}\n${lines.join('\n')}\n`
  }

  const config = (data = '') => `models:
  m:
    model: m.onnx
    data: {train: train.csv, test: test.csv, current: current.csv, target: [both, one], features: [a, b]${data}}
    baseline: []
    drift: {correlations: false}
`

  it('the predictions of each are compared, and the one that moved is named', async () => {
    desk.write('m.onnx', model)
    desk.write('train.csv', rows(1, 0.5))
    desk.write('test.csv', rows(2, 0.5))
    desk.write('current.csv', rows(3, 0.9, false))
    const result = await desk.run(config(), all)
    expect(states(result)).toMatchObject({
      a: 'ok',
      b: 'ok',
      'predictions.probability.both': 'fail',
      'predictions.class.both': 'fail',
      'predictions.probability.one': 'ok',
      'predictions.class.one': 'ok',
    })
    expect(rowsOf(result).filter(({ family }) => family === 'labels')).toEqual([])
    expect(driftDetails.parse(result.details).predictions).toMatchObject({
      from: 'its own on data.test',
      because: null,
      expected_accuracy: null,
    })
    const own = await desk.run(
      config().replace(
        'drift: {',
        'drift: {columns: {predictions.class.both: {ignore: true}, predictions.probability.both: {ignore: true}}, ',
      ),
      all,
    )
    expect(own.verdict).toBe('pass')
  })

  it('each label is compared where both sides have it, and is no feature', async () => {
    desk.write('m.onnx', model)
    desk.write('train.csv', rows(1, 0.5))
    desk.write('test.csv', rows(2, 0.5))
    desk.write('current.csv', rows(3, 0.95))
    const result = await desk.run(config(), all)
    const families = Object.fromEntries(rowsOf(result).map(({ column, family }) => [column, family]))
    expect(families).toMatchObject({ a: 'features', b: 'features', both: 'labels', one: 'labels' })
    expect(states(result)).toMatchObject({ both: 'fail', one: 'ok' })
  })
})

describe('quantiles of a forecast', () => {
  it('the median of today is held against the median on the holdout', async () => {
    const rows = (from: number, days: number, rise: number) => {
      const next = numbers(from)
      const lines = Array.from({ length: days }, (_, t) => {
        const mid = 100 + 10 * next() + rise
        const day = new Date(Date.UTC(2020, 0, 1 + from + t)).toISOString().slice(0, 10)
        return [day, (mid + next()).toFixed(3), (mid - 1).toFixed(3), mid.toFixed(3), (mid + 2).toFixed(3)].join(',')
      })
      return `day,sold,low,mid,high\n${lines.join('\n')}\n`
    }
    desk.write('m.onnx', sideBySide(['low', 'mid', 'high'], { as: 'quantiles' }))
    desk.write('train.csv', rows(0, 400, 0))
    desk.write('test.csv', rows(400, 300, 0))
    desk.write('current.csv', rows(700, 300, 9))
    const text = `models:
  m:
    task: forecasting
    model: m.onnx
    data: {train: train.csv, test: test.csv, current: current.csv, target: sold, time: day}
    evaluate: {quantiles: [0.1, 0.5, 0.9], metrics: {crps: {}}}
    baseline: []
    drift: {correlations: false}
`
    const result = await desk.run(text, all)
    expect(states(result)).toMatchObject({ 'predictions.value': 'fail' })
  })
})
