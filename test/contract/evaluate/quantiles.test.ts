import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { evaluateDetails } from '../../../src/core/schema/evaluate-details.ts'
import { identityModel, sideBySide } from '../../support/onnx-models.ts'
import { type Bench, makeBench, outcome } from './support.ts'

const quantiles = ['low', 'mid', 'high']
let bench: Bench
beforeEach(() => {
  bench = makeBench()
  bench.write('m.onnx', sideBySide(quantiles, { as: 'quantiles' }))
  bench.write('base.onnx', sideBySide(['low', 'mid', 'wide'], { as: 'quantiles' }))
  bench.write('train.csv', rows(0, 56))
  bench.write('test.csv', rows(56, 112))
})
afterEach(() => bench.close())

const config = (evaluate: string, data = '') => `models:
  m:
    task: forecasting
    model: m.onnx
    data: {train: train.csv, test: test.csv, target: sold, time: day, group: shop${data}}
    baseline: [base.onnx]
    evaluate: {season: 7, ${evaluate}}
`
const levels = 'quantiles: [0.1, 0.5, 0.9]'

/** An error of −10 to 10, the same for the truth of every horizon; the interval [mid − 8, mid + 8] holds 17 of 21 of them. */
const errorOf = (shop: number, t: number): number => ((t * 53 + shop * 29) % 21) - 10
const sold = (shop: number, t: number): number => 100 * (shop + 1) + 10 * (t % 7) + errorOf(shop, t)
const cellsOf = (shop: number, t: number): number[] => {
  const mid = sold(shop, t) - errorOf(shop, t)
  return [sold(shop, t), (t % 3) + 1, mid - 8, mid, mid + 8, mid + 40]
}
function rows(
  from: number,
  to: number,
  change: (cells: number[], shop: number, t: number) => (number | string)[] = (cells) => cells,
): string {
  const lines: string[] = []
  for (let t = from; t < to; t += 1)
    for (let shop = 0; shop < 12; shop += 1)
      lines.push(
        [new Date(Date.UTC(2020, 0, 1 + t)).toISOString().slice(0, 10), `s${shop}`, ...change(cellsOf(shop, t), shop, t)].join(','),
      )
  return `day,shop,sold,steps,low,mid,high,wide\n${lines.join('\n')}\n`
}

/** Over the test rows, written out. */
function average(of: (error: number, t: number) => number, keep: (t: number) => boolean = () => true): number {
  let [sum, n] = [0, 0]
  for (let t = 56; t < 112; t += 1)
    for (let shop = 0; shop < 12; shop += 1) {
      if (!keep(t)) continue
      sum += of(errorOf(shop, t), t)
      n += 1
    }
  return sum / n
}
const pinball = (level: number, error: number, quantile: number) =>
  error >= quantile ? level * (error - quantile) : (1 - level) * (quantile - error)
const crps = (error: number) => (2 / 3) * (pinball(0.1, error, -8) + pinball(0.5, error, 0) + pinball(0.9, error, 8))

describe('a forecast of quantiles', () => {
  it('has its loss, its intervals and the errors of its median, against the baseline', async () => {
    const metrics =
      'metrics: {crps: {}, quantile_loss: {}, interval_coverage: {max_drop: 20pp}, coverage_gap: {max: 0.1}, interval_width: {}, mae: {}}'
    const result = await bench.evaluate(config(`${levels}, ${metrics}`))
    const details = evaluateDetails.parse(result.details)
    const values = new Map(details.metrics.map(({ name, candidate }) => [name, candidate.value]))
    const covered = average((error) => (Math.abs(error) <= 8 ? 1 : 0))
    expect(values.get('crps')).toBeCloseTo(average(crps), 4)
    expect(values.get('quantile_loss')).toBeCloseTo(average(crps) / 2, 4)
    expect(values.get('interval_coverage')).toBeCloseTo(covered, 12)
    expect(values.get('coverage_gap')).toBeCloseTo(Math.abs(covered - 0.8), 12)
    expect(values.get('interval_width')).toBeCloseTo(16, 4)
    expect(values.get('mae')).toBeCloseTo(average(Math.abs), 4)
    const status = (id: string) => result.checks.find((check) => check.id === id)?.status
    expect(status('evaluate.max:coverage_gap')).toBe('pass')
    expect(status('evaluate.max_rise:crps')).toBe('pass')
    expect(status('evaluate.max_rise:interval_width')).toBe('pass')
    expect(status('evaluate.beats_trivial:crps')).toBe('pass')
    expect(outcome(result)).toBe('pass')
    expect(Object.keys((await bench.rows('.modelgate/m/predictions.parquet'))[0] ?? {})).toEqual([
      'y',
      'predicted',
      'quantile_0.1',
      'quantile_0.5',
      'quantile_0.9',
    ])
  })

  it('that is worse is stopped', async () => {
    bench.write('m.onnx', sideBySide(['low', 'mid', 'wide'], { as: 'quantiles' }))
    bench.write('base.onnx', sideBySide(quantiles, { as: 'quantiles' }))
    const result = await bench.evaluate(config(`${levels}, metrics: {crps: {}}`))
    expect(result.checks.find(({ id }) => id === 'evaluate.max_rise:crps')?.effect).toBe('fail')
  })

  it('is compared by its errors alone with a baseline of one number, and not at all with one of other levels', async () => {
    bench.write('base.onnx', identityModel('mid'))
    const one = await bench.evaluate(config(`${levels}, metrics: {mae: {}, crps: {}}`))
    const status = (result: typeof one, id: string) => result.checks.find((check) => check.id === id)
    expect(status(one, 'evaluate.max_rise:mae')?.status).toBe('pass')
    expect(status(one, 'evaluate.max_rise:crps')).toMatchObject({
      status: 'not-comparable',
      message: expect.stringContaining('the model gives no quantiles'),
    })
    bench.write('base.onnx', sideBySide(['low', 'high'], { as: 'quantiles' }))
    const two = await bench.evaluate(config(`${levels}, metrics: {mae: {}}`))
    expect(status(two, 'evaluate.max_rise:mae')).toMatchObject({
      status: 'not-comparable',
      message: expect.stringContaining('outputs differ'),
    })
  })

  it('one horizon is judged by the rows so many steps ahead', async () => {
    const result = await bench.evaluate(config(`${levels}, metrics: {far: {metric: mae, horizon: 3}, wape: {}}`, ', horizon: steps'))
    const details = evaluateDetails.parse(result.details)
    const far = details.metrics.find(({ name }) => name === 'far')
    expect(far?.candidate.value).toBeCloseTo(
      average(Math.abs, (t) => t % 3 === 2),
      4,
    )
  })
})

describe('the rows of one horizon, of few series', () => {
  it.each([1, 3])('are judged as if they were all there is: %i', async (shops) => {
    bench.write('base.onnx', identityModel('wide'))
    const [head = '', ...lines] = rows(56, 112).trimEnd().split('\n')
    const kept = lines.filter((line) => Number(/,s(\d+),/.exec(line)?.[1]) < shops)
    const ahead = (steps: number) => kept.map((line) => line.split(',').with(3, String(steps)).join(','))
    const far = async (...steps: number[]) => {
      bench.write('test.csv', `${[head, ...steps.flatMap(ahead)].join('\n')}\n`)
      const asked = '{far: {metric: mae, horizon: 2}, spread: {metric: rmse, horizon: 2}}'
      const result = await bench.evaluate(config(`${levels}, metrics: ${asked}`, ', horizon: steps'))
      const { metrics } = evaluateDetails.parse(result.details)
      return metrics.filter(({ name }) => name === 'far' || name === 'spread').map(({ candidate, change }) => ({ candidate, change }))
    }
    const alone = await far(2)
    expect(alone[0]?.change?.method).toContain('diebold-mariano')
    expect(await far(1, 2, 3)).toEqual(alone)
  })
})

describe('a regression of quantiles', () => {
  const regression = (evaluate: string) => `models:
  m:
    task: regression
    model: m.onnx
    data: {train: train.csv, test: test.csv, target: sold}
    baseline: [base.onnx]
    evaluate: {${levels}, ${evaluate}}
`

  it('has the same metrics as a forecast, a model without features that knows the quantiles of training, and is shown', async () => {
    const text = regression(
      'metrics: {crps: {}, rmse: {}, "low": {metric: pinball, alpha: 0.1}, coverage_gap: {max: 0.1}, interval_width: {}}',
    )
    await bench.validate(text)
    const result = await bench.evaluate(text)
    const details = evaluateDetails.parse(result.details)
    const of = (name: string) => details.metrics.find((metric) => metric.name === name)
    expect(of('crps')?.candidate.value).toBeCloseTo(average(crps), 4)
    expect(of('low')?.candidate.value).toBeCloseTo(
      average((error) => pinball(0.1, error, -8)),
      4,
    )
    expect(of('interval_width')?.candidate.value).toBeCloseTo(16, 4)
    const status = (id: string) => result.checks.find((check) => check.id === id)
    expect(status('evaluate.max:coverage_gap')?.status).toBe('pass')
    // the baseline has wider intervals
    expect(status('evaluate.max_rise:crps')).toMatchObject({ status: 'pass', n: 672 })
    expect(status('evaluate.beats_trivial:crps')).toMatchObject({
      status: 'pass',
      message: expect.stringContaining('only the mean and quantiles of training'),
    })
    expect(outcome(result)).toBe('pass')
    expect(Object.keys((await bench.rows('.modelgate/m/predictions.parquet'))[0] ?? {})).toContain('quantile_0.9')
    bench.write('m.onnx', sideBySide(['low', 'mid', 'wide'], { as: 'quantiles' }))
    bench.write('base.onnx', sideBySide(quantiles, { as: 'quantiles' }))
    const worse = await bench.evaluate(text)
    expect(worse.checks.find(({ id }) => id === 'evaluate.max_rise:crps')?.effect).toBe('fail')
  })

  it('may be answered by others, in a column of each level', async () => {
    const lines = rows(56, 112).trimEnd().split('\n')
    const answers = lines.slice(1).map((line) => line.split(',').slice(4, 7).join(','))
    bench.write('answers.csv', `quantile_0.1,quantile_0.5,quantile_0.9\n${answers.join('\n')}\n`)
    const text = regression('metrics: {crps: {}}').replace('baseline: [base.onnx]', 'score: {predictions: answers.csv}\n    baseline: []')
    const { metrics } = evaluateDetails.parse((await bench.evaluate(text)).details)
    expect(metrics.find(({ name }) => name === 'crps')?.candidate.value).toBeCloseTo(average(crps), 9)
  })

  it('that cross, or are one number, are one sentence', async () => {
    bench.write('m.onnx', sideBySide(['high', 'mid', 'low'], { as: 'quantiles' }))
    expect(outcome(await bench.evaluate(regression('mode: guard')))).toContain('QUANTILES_CROSS')
    bench.write('m.onnx', identityModel('mid'))
    expect(outcome(await bench.evaluate(regression('mode: guard')))).toContain('OUTPUT_WIDTH: m.onnx gives one number per row')
  })
})

describe('a trivial forecast', () => {
  it('repeats the last season by time, however many horizons a time was predicted at', async () => {
    const trivial = async (text: string) => {
      const { metrics } = evaluateDetails.parse((await bench.evaluate(text)).details)
      return metrics.find(({ name }) => name === 'mae')?.trivial
    }
    const once = await trivial(config(`${levels}, metrics: {mae: {}}`))
    const [head = '', ...lines] = rows(56, 112).trimEnd().split('\n')
    const ahead = (steps: number) => lines.map((line) => line.split(',').with(3, String(steps)).join(','))
    bench.write('test.csv', `${[head, ...ahead(1), ...ahead(2)].join('\n')}\n`)
    const twice = await trivial(config(`${levels}, metrics: {mae: {}}`, ', horizon: steps'))
    expect(once).toBeGreaterThan(0)
    expect(twice).toBeCloseTo(once ?? 0, 9)
  })
})

describe('quantiles that cannot be read are one sentence', () => {
  const refused = async (evaluate = levels, data = '') => outcome(await bench.evaluate(config(evaluate, data)))

  it('quantiles that cross, other numbers of outputs, a horizon that is none', async () => {
    bench.write(
      'test.csv',
      rows(56, 112, (cells, shop, t) => (shop === 0 && t < 60 ? cells.with(2, (cells[3] ?? 0) + 1) : cells)),
    )
    expect(await refused()).toBe(
      'QUANTILES_CROSS: the quantiles of m.onnx cross in 4 of 672 rows: a higher level has a smaller value there',
    )
    bench.write('test.csv', rows(56, 112))
    expect(await refused('quantiles: [0.1, 0.25, 0.5, 0.9]')).toBe(
      'OUTPUT_WIDTH: m.onnx gives 3 numbers per row, and evaluate.quantiles lists 4 levels',
    )
    bench.write('m.onnx', identityModel('mid'))
    expect(await refused()).toBe('OUTPUT_WIDTH: m.onnx gives one number per row, and evaluate.quantiles lists 3 levels')
    bench.write('m.onnx', sideBySide(quantiles))
    bench.write(
      'test.csv',
      rows(56, 112, (cells, shop) => (shop === 0 ? cells.with(1, 0) : cells)),
    )
    expect(await refused(levels, ', horizon: steps')).toBe(
      "HORIZON_INVALID: 'steps' of test.csv, which is data.horizon, is no whole number of steps in 56 of 672 rows",
    )
  })

  it('several numbers a row where the config knows of one', async () => {
    expect(await refused('mode: guard')).toContain('OUTPUT_')
  })
})
