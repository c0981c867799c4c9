import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { evaluateDetails } from '../../../src/core/schema/evaluate-details.ts'
import { identityModel } from '../../support/onnx-models.ts'
import { type Bench, makeBench, outcome } from './support.ts'

let bench: Bench
beforeEach(() => {
  bench = makeBench()
  bench.write('m.onnx', identityModel('good'))
  bench.write('base.onnx', identityModel('poor'))
  bench.write('train.csv', rows(0, 56))
  bench.write('test.csv', rows(56, 112))
})
afterEach(() => bench.close())

const config = (more = '', data = 'train: train.csv, ') => `models:
  m:
    task: forecasting
    model: m.onnx
    data: {${data}test: test.csv, target: sold, time: day, group: shop}
    baseline: [base.onnx]
${more}`

const sold = (shop: number, t: number): number => 100 * (shop + 1) + 10 * ([0, 1, 2, 3, 5, 8, 2][t % 7] ?? 0) + ((t * 37 + shop * 11) % 13)
/** Days of 12 shops with a season of a week; `good` is near the truth, `poor` is not. The order of rows is not that of time. */
function rows(from: number, to: number): string {
  const lines: string[] = []
  for (let t = to - 1; t >= from; t -= 1) {
    for (let shop = 0; shop < 12; shop += 1) {
      const day = new Date(Date.UTC(2020, 0, 1 + t)).toISOString().slice(0, 10)
      const y = sold(shop, t)
      const error = ((t * 53 + shop * 29) % 21) - 10
      lines.push(`${day},s${shop},${y},${y + error / 10},${y + 4 * error}`)
    }
  }
  return `day,shop,sold,good,poor\n${lines.join('\n')}\n`
}

describe('a forecast', () => {
  it('is held against the last season of the training series, by series', async () => {
    const result = await bench.evaluate(config('    evaluate: {metrics: {mase: {max: 0.5}, wape: {}}, season: 7}\n'))
    expect(outcome(result)).toBe('pass')
    const details = evaluateDetails.parse(result.details)
    expect(details).toMatchObject({ task: 'forecasting', primary: 'mase', rows: 672, labels: null })
    const mase = details.metrics.find(({ metric }) => metric === 'mase')?.candidate.value
    expect(mase).toBeCloseTo(maseByHand(7), 5)
    const trivial = result.checks.find(({ id }) => id.startsWith('evaluate.beats_trivial'))
    expect(trivial?.status).toBe('pass')
    expect(trivial?.message).toContain('last season of training')
    expect((await bench.rows('.modelgate/m/predictions.parquet'))[0]).toMatchObject({ y: sold(0, 111) })
  })

  it('has the scale of a series whose training rows come once for each step ahead, and of which some values are missing', async () => {
    const measured = async (data: string) => {
      const result = await bench.evaluate(config('    evaluate: {metrics: {mase: {}, rmsse: {}}, season: 7}\n', data))
      const of = (name: string) => evaluateDetails.parse(result.details).metrics.find((metric) => metric.name === name)
      return {
        mase: of('mase')?.candidate.value ?? Number.NaN,
        rmsse: of('rmsse')?.candidate.value ?? Number.NaN,
        trivial: of('mase')?.trivial,
      }
    }
    const [once, ahead] = [await measured('train: train.csv, '), (name: string) => bench.read(name).trimEnd().split('\n')]
    for (const name of ['train.csv', 'test.csv']) {
      const [head = '', ...lines] = ahead(name)
      const steps = name === 'train.csv' ? [1, 2, 3] : [1]
      bench.write(name, `${head},steps\n${steps.flatMap((step) => lines.map((line) => `${line},${step}`)).join('\n')}\n`)
    }
    const thrice = await measured('train: train.csv, horizon: steps, ')
    expect(thrice.mase).toBeCloseTo(once.mase, 12)
    expect(thrice.rmsse).toBeCloseTo(once.rmsse, 12)
    expect(thrice.trivial).toBeCloseTo(once.trivial ?? Number.NaN, 12)

    // the last day of shop 4 is not known: a pair less, and its place has what the week before knows
    const gap = (line: string) => (line.startsWith('2020-02-25,s4,') ? line.replace(/^([^,]*,[^,]*),[^,]*/, '$1,') : line)
    bench.write('train.csv', `${ahead('train.csv').map(gap).join('\n')}\n`)
    const missing = await measured('train: train.csv, horizon: steps, ')
    expect(missing.mase).toBeCloseTo(maseByHand(7, { shop: 4, t: 55 }), 5)
    expect(missing.trivial).toBeCloseTo(once.trivial ?? Number.NaN, 1)
  })

  it('rows of one time are one place of training without data.horizon too, unless they are several series that nobody told apart', async () => {
    const measured = async (data: string) => {
      bench.write('modelgate.yml', config('    evaluate: {metrics: {wape: {}}}\n', data))
      const result = await bench.evaluate(bench.read('modelgate.yml'))
      return evaluateDetails.parse(result.details).metrics.find(({ name }) => name === 'mase')?.candidate
    }
    const train = bench.read('train.csv').trimEnd().split('\n')
    const [head = '', ...lines] = train
    const once = await measured('train: train.csv, ')
    bench.write('train.csv', `${[head, ...lines, ...lines].join('\n')}\n`)
    expect(await measured('train: train.csv, ')).toEqual(once)

    // the clock of one shop is set back once
    bench.write('train.csv', `${[...train, '2020-01-20,s3,500,1,1'].join('\n')}\n`)
    expect((await measured('train: train.csv, '))?.undefined).toBeNull()

    // two shops under one name, each time
    const others = lines.map((line) => line.replace(/^([^,]+,s\d+),([^,]+)/, (_, key: string, y: string) => `${key},${Number(y) + 7}`))
    bench.write('train.csv', `${[...train, ...others].join('\n')}\n`)
    expect(await measured('train: train.csv, ')).toMatchObject({
      value: null,
      undefined: expect.stringContaining('several values of one time in one series: name the series under data.group'),
    })
    const gated = await bench.evaluate(config('    evaluate: {metrics: {mase: {}}}\n'))
    expect(gated.verdict).toBe('error')
  })

  it('a worse one is stopped, and without training data it is judged without its scale', async () => {
    bench.write('m.onnx', identityModel('poor'))
    bench.write('base.onnx', identityModel('good'))
    const result = await bench.evaluate(config('', ''))
    expect(evaluateDetails.parse(result.details).primary).toBe('wape')
    expect(result.checks.find(({ id }) => id === 'evaluate.max_rise:wape')?.effect).toBe('fail')
  })

  it('a moment that is none is one sentence', async () => {
    bench.write('test.csv', rows(56, 112).replace('2020-02-28', ''))
    expect(outcome(await bench.evaluate(config()))).toContain(
      "TIME_INVALID: 'day' of test.csv, which is data.time, is no moment in 1 of 672 rows",
    )
  })
})

/** The mean over the series of mean |e| ÷ mean |y_t − y_(t−m)|, written out. @param unknown a training value that is missing */
function maseByHand(season: number, unknown: { readonly shop: number; readonly t: number } | null = null): number {
  let sum = 0
  for (let shop = 0; shop < 12; shop += 1) {
    let error = 0
    const steps: number[] = []
    for (let t = 56; t < 112; t += 1) error += Math.abs(((t * 53 + shop * 29) % 21) - 10) / 10 / 56
    for (let t = season; t < 56; t += 1)
      if (shop !== unknown?.shop || (t !== unknown.t && t - season !== unknown.t))
        steps.push(Math.abs(sold(shop, t) - sold(shop, t - season)))
    sum += (error * steps.length) / steps.reduce((all, step) => all + step, 0) / 12
  }
  return sum
}
