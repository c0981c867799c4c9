import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { metricViews, primarySentence } from '../../../src/core/report/metric-view.ts'
import { own, plain } from '../../../src/core/report/text.ts'
import { evaluateDetails } from '../../../src/core/schema/evaluate-details.ts'
import { floats, modelOf, node, tensorOf } from '../../support/onnx-models.ts'
import { type Bench, makeBench, outcome } from './support.ts'

let bench: Bench
beforeEach(() => {
  bench = makeBench()
})
afterEach(() => bench.close())

/** P(late) is the share itself: calibrated by construction */
const rows = (count: number): string => {
  const lines = ['share,profit,late']
  for (let i = 0; i < count; i += 1) {
    const share = (i % 20) / 20 + 0.025
    lines.push(`${share},${i % 2 === 0 ? 3 : -1},${((i * 7919) % 1000) / 1000 < share ? 1 : 0}`)
  }
  return `${lines.join('\n')}\n`
}

/** the share, raised by so much */
const model = (by: number): Uint8Array =>
  modelOf({
    node: [node('Add', ['share', 'by'], ['raw']), node('Clip', ['raw', 'zero', 'one'], ['score'])],
    initializer: [floats('by', [1], [by]), floats('zero', [], [0]), floats('one', [], [1])],
    input: [tensorOf('share', 'float', 'n', 1)],
    output: [tensorOf('score', 'float', 'n', 1)],
  })

const config = (evaluate: string, data = '') => `models:
  m:
    model: m.onnx
    data: {test: test.csv, target: late${data}}
    baseline: [base.onnx]
    evaluate: ${evaluate}
`

describe('value', () => {
  it('at a threshold where saying yes to all would earn more: the fix is the threshold', async () => {
    bench.write('m.onnx', model(0))
    bench.write('base.onnx', model(-0.2))
    bench.write('test.csv', rows(8000))
    const result = await bench.evaluate(config('{threshold: 0.7, metrics: [value], value: {tp: 40, fp: -10, currency: EUR}}'))
    const check = result.checks.find(({ id }) => id === 'evaluate.beats_trivial:value')
    expect(check).toMatchObject({ status: 'fail', fix: expect.stringContaining('threshold: {on: validation, maximize: value}') })
  })

  it('is money per 1,000 decisions, gated like any mean, with the threshold at which the model earns most', async () => {
    bench.write('m.onnx', model(0))
    bench.write('base.onnx', model(-0.2))
    bench.write('test.csv', rows(8000))
    const result = await bench.evaluate(config('{threshold: 0.2, metrics: {value: {min: 1000}}, value: {tp: 40, fp: -10, currency: EUR}}'))
    expect(outcome(result)).toBe('pass')
    const details = evaluateDetails.parse(result.details)
    const value = details.metrics.find(({ name }) => name === 'value')
    expect(value?.gated).toBe(true)
    expect(value?.change?.value).toBeGreaterThan(0)
    // by hand: 1000/n Σ V
    const table = rows(8000)
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(',').map(Number))
    const earned = table.reduce((sum, [share = 0, , late = 0]) => sum + (share >= 0.2 ? (late === 1 ? 40 : -10) : 0), 0)
    expect(value?.candidate.value).toBeCloseTo((1000 * earned) / 8000, 6)
    expect(details.decisions?.value).toMatchObject({ currency: 'EUR', calibrated: 0.2 })
    // the shares are 0.05 apart
    expect(Math.abs((details.decisions?.value?.best?.threshold ?? 0) - 0.2)).toBeLessThanOrEqual(0.05)
    expect(details.decisions?.value?.best?.value).toBeGreaterThanOrEqual(value?.candidate.value ?? 0)
    expect(details.decisions?.notes.join()).toContain('EUR per 1,000 decisions')
    expect(result.checks.find(({ id }) => id === 'evaluate.min:value')?.message).toContain('EUR per 1,000 decisions')
    // the table of every report, and the sentence it begins with
    expect(metricViews(details, result.checks).map(({ name }) => plain(name))).toContain('value (EUR per 1,000 decisions)')
    expect(plain(primarySentence(details, result.checks, own('it')))).toMatch(/^value [\d,.]+ → [\d,.]+ \(EUR per 1,000 decisions\) \(\+/)
  })

  it('a model that decides worse loses money, and fails', async () => {
    bench.write('m.onnx', model(-0.4))
    bench.write('base.onnx', model(0))
    bench.write('test.csv', rows(4000))
    const result = await bench.evaluate(config('{threshold: 0.2, metrics: [value], value: {tp: 40, fp: -10}}'))
    expect(result.checks.find(({ id }) => id === 'evaluate.max_drop:value')).toMatchObject({ status: 'fail' })
  })

  it('a column says what a yes is worth in each row', async () => {
    bench.write('m.onnx', model(1))
    bench.write('base.onnx', model(1))
    bench.write('test.csv', rows(1000))
    const result = await bench.evaluate(config('{metrics: [value], value: {column: profit}}'))
    // every answer is yes: half of them 3, half −1
    expect(evaluateDetails.parse(result.details).metrics[0]?.candidate.value).toBeCloseTo(1000, 9)
    bench.write('test.csv', rows(1000).replace(',3,', ',,'))
    expect(outcome(await bench.evaluate(config('{metrics: [value], value: {column: profit}}')))).toMatch(
      /VALUE_INVALID: 'profit' of test.csv.* in 1 of 1,000 rows/,
    )
  })
})

describe('a threshold that is chosen', () => {
  it('is chosen on validation rows for each model, recorded, and judged on the test', async () => {
    bench.write('m.onnx', model(0))
    bench.write('base.onnx', model(0.2))
    bench.write('test.csv', rows(4000))
    bench.write('validation.csv', rows(2000))
    const result = await bench.evaluate(
      config('{threshold: {on: validation, maximize: value}, metrics: [value], value: {tp: 40, fp: -10}}', ', validation: validation.csv'),
    )
    const details = evaluateDetails.parse(result.details)
    expect(details.decisions?.chosen).toMatchObject({ on: 'validation', maximize: 'value', rows: 2000 })
    expect(details.threshold).toBeGreaterThan(0.1)
    expect(details.threshold).toBeLessThan(0.3)
    // the same model, moved: by the same rule its threshold moves with it, and nothing is lost
    expect(details.decisions?.chosen?.baseline).toBeCloseTo((details.threshold ?? 0) + 0.2, 5)
    expect(details.metrics.find(({ name }) => name === 'value')?.change?.value).toBe(0)
  })

  it('f1 without a value needs nothing but rows to choose on', async () => {
    bench.write('m.onnx', model(0))
    bench.write('base.onnx', model(0.1))
    bench.write('test.csv', rows(2000))
    bench.write('validation.csv', rows(2000))
    const result = await bench.evaluate(
      config('{threshold: {on: validation, maximize: f1}, metrics: [f1]}', ', validation: validation.csv'),
    )
    expect(evaluateDetails.parse(result.details).decisions?.chosen?.value).toBeGreaterThan(0.6)
  })

  it('is chosen on rows that have their label by now, as the test is judged on such', async () => {
    const young = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10)
    const dated = (text: string, at: (row: number) => string) =>
      text
        .trim()
        .split('\n')
        .map((line, row) =>
          row === 0 ? `${line},at` : at(row) === young ? `${line.replace(/,[01]$/, ',')},${young}` : `${line},${at(row)}`,
        )
        .join('\n')
    bench.write('m.onnx', model(0))
    bench.write('base.onnx', model(0.1))
    bench.write(
      'test.csv',
      dated(rows(2000), () => '2020-01-01'),
    )
    bench.write(
      'validation.csv',
      dated(rows(2000), (row) => (row % 4 === 0 ? young : '2020-01-01')),
    )
    const text = config(
      '{threshold: {on: validation, maximize: f1}, metrics: [f1]}',
      ', validation: validation.csv, time: at, label_delay: 60d',
    )
    const details = evaluateDetails.parse((await bench.evaluate(text)).details)
    expect(details.decisions?.chosen?.rows).toBe(1500)
    expect(details.decisions?.notes[0]).toContain('on 1,500 rows of data.validation (500 younger than data.label_delay left out)')
    expect(await bench.explain(text)).toContain(
      'data.validation has 1,500 rows; 500 rows left out: younger than data.label_delay, so their labels are not final',
    )
  })

  it.each([
    ['-1', 'is negative in 2,000 of 2,000 rows'],
    ['0', 'is 0 in every row'],
    ['', 'is missing in'],
  ])('is chosen by no weight that no row of the test may have: %j', async (weight, why) => {
    const weighted = (text: string, w: string) =>
      text.replaceAll(/^(?!share)(.*)$/gm, (line) => (line === '' ? '' : `${line},${w}`)).replace('late', 'late,w')
    bench.write('m.onnx', model(0))
    bench.write('test.csv', weighted(rows(2000), '1'))
    bench.write('validation.csv', weighted(rows(2000), weight).replace(/,$/m, ',1'))
    const text = config('{threshold: {on: validation, maximize: f1}, metrics: [f1]}', ', validation: validation.csv, weight: w')
    expect(outcome(await bench.evaluate(text))).toContain(`WEIGHT_INVALID: 'w' of validation.csv, which is data.weight, ${why}`)
    expect((await bench.explain(text)).join('\n')).toContain(`in the way: data.validation: WEIGHT_INVALID: 'w' of validation.csv`)
  })

  it('is chosen on rows that count: of weight 0 there is none', async () => {
    const weighted = rows(2000)
      .trim()
      .split('\n')
      .map((line, row) => `${line},${row === 0 ? 'w' : row % 4 === 0 ? 0 : 1}`)
      .join('\n')
    bench.write('m.onnx', model(0))
    bench.write('base.onnx', model(0.1))
    bench.write('test.csv', weighted)
    bench.write('validation.csv', weighted)
    const text = config('{threshold: {on: validation, maximize: f1}, metrics: [f1]}', ', validation: validation.csv, weight: w')
    const details = evaluateDetails.parse((await bench.evaluate(text)).details)
    expect(details).toMatchObject({ rows: 1500, decisions: { chosen: { rows: 1500 } } })
    const lines = await bench.explain(text)
    for (const role of ['test', 'validation'])
      expect(lines).toContain(`data.${role} has 1,500 rows; 500 rows left out: of weight 0, which is no row`)
  })

  it('--explain says which file of it is missing', async () => {
    bench.write('m.onnx', model(0))
    bench.write('test.csv', rows(2000))
    const text = config('{threshold: {on: validation, maximize: f1}, metrics: [f1]}', ', validation: validation.csv')
    expect((await bench.explain(text)).join('\n')).toContain('missing: data.validation: DATA_MISSING: validation.csv')
  })
})
