import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { evaluateDetails } from '../../../src/core/schema/evaluate-details.ts'
import { attribute, floats, mlNode, modelOf, node, tensorOf } from '../../support/onnx-models.ts'
import { type Bench, makeBench, outcome } from './support.ts'

let bench: Bench
beforeEach(() => {
  bench = makeBench()
})
afterEach(() => bench.close())

const origins = ['ATL', 'JFK', 'LAS', 'ORD', 'SEA']

/** late when amount plus something of its own is above 0 */
const rows = (count: number): string => {
  const lines = ['amount,origin,carrier,late']
  for (let i = 0; i < count; i += 1) {
    const amount = ((i * 37) % 401) / 100 - 2
    const noise = ((i * 101) % 199) / 100 - 1
    lines.push(`${amount},${origins[i % 5]},${['AA', 'DL', ''][i % 3]},${amount + noise > 0 ? 1 : 0}`)
  }
  return `${lines.join('\n')}\n`
}

/** σ(amount · a factor of the origin) */
const model = (factors: readonly number[]): Uint8Array =>
  modelOf({
    node: [
      mlNode(
        'LabelEncoder',
        ['origin'],
        ['factor'],
        [
          attribute.strings('keys_strings', origins),
          attribute.floats('values_floats', [...factors]),
          { name: 'default_float', type: 1, f: 1 },
        ],
      ),
      node('Mul', ['amount', 'slope'], ['scaled']),
      node('Mul', ['scaled', 'factor'], ['z']),
      node('Sigmoid', ['z'], ['score']),
    ],
    initializer: [floats('slope', [1], [1])],
    input: [tensorOf('origin', 'string', 'n', 1), tensorOf('amount', 'float', 'n', 1)],
    output: [tensorOf('score', 'float', 'n', 1)],
  })

const config = (slices: string, data = '') => `models:
  m:
    model: m.onnx
    data: {test: test.csv, target: late${data}}
    baseline: [base.onnx]
    evaluate: {metrics: {roc_auc: {max_drop: 30pp}}, slices: ${slices}}
`

describe('slices', () => {
  it('a model that lost one airport is stopped by it while its overall AUC passes', async () => {
    bench.write('m.onnx', model([1, 1, -1, 1, 1]))
    bench.write('base.onnx', model([1, 1, 1, 1, 1]))
    bench.write('test.csv', rows(6000))
    const result = await bench.evaluate(
      config('{by: [origin, [origin, carrier]], auto: true, min_rows: 100, metrics: {roc_auc: {max_drop: 40pp}}}'),
    )
    expect(outcome(result)).toBe('fail')
    const failed = result.checks.filter(({ effect }) => effect === 'fail')
    // the third by name, and the three carriers there
    expect(failed.map(({ id }) => id)).toEqual([
      'evaluate.slice:roc_auc:origin#3',
      'evaluate.slice:roc_auc:origin+carrier#7',
      'evaluate.slice:roc_auc:origin+carrier#8',
      'evaluate.slice:roc_auc:origin+carrier#9',
    ])
    expect(failed[0]).toMatchObject({ slice: 'origin#3', column: 'origin', metric: 'roc_auc', n: 1200 })
    expect(result.checks.find(({ id }) => id === 'evaluate.max_drop:roc_auc')?.status).toBe('pass')
    expect(JSON.stringify(result.checks)).not.toContain('LAS')

    const { slices } = evaluateDetails.parse(result.details)
    expect(slices?.columns).toEqual(['origin', 'origin+carrier', 'amount', 'carrier'])
    expect(slices?.judged).toBe(5 + 15 + 4 + 3)
    const lost = slices?.list.find(({ slice }) => slice === 'origin#3')
    expect(lost).toMatchObject({ label: 'LAS', state: 'fail' })
    expect(lost?.effect).toBeGreaterThan(0.4)
    expect(slices?.list.map(({ slice, label }) => `${slice} ${label}`)).toEqual(
      expect.arrayContaining(['carrier#3 missing', 'origin+carrier#9 LAS, missing']),
    )
  })

  it('labels of a sensitive column are never shown', async () => {
    bench.write('m.onnx', model([1, 1, -1, 1, 1]))
    bench.write('base.onnx', model([1, 1, 1, 1, 1]))
    bench.write('test.csv', rows(3000))
    const result = await bench.evaluate(config('{by: [origin]}', ', sensitive: [origin]'))
    expect(result.checks.find(({ id }) => id === 'evaluate.slice:roc_auc:origin#3')?.status).toBe('fail')
    for (const origin of origins) expect(JSON.stringify(result)).not.toContain(origin)
  })

  it('a minimum holds in the worst slice', async () => {
    bench.write('m.onnx', model([1, 1, 1, 1, 0.0001]))
    bench.write('base.onnx', model([1, 1, 1, 1, 0.0001]))
    bench.write('test.csv', rows(3000))
    const result = await bench.evaluate(config('{by: [origin], metrics: {log_loss: {max: 0.6}}}'))
    expect(result.checks.filter(({ effect }) => effect === 'fail').map(({ id }) => id)).toEqual(['evaluate.slice_max:log_loss:origin#5'])
    expect(result.checks.find(({ id }) => id === 'evaluate.slices:log_loss')?.status).toBe('skipped')
  })

  it('quarters of a number are those of the rows that count: of weight 0 there may be any number, anywhere', async () => {
    bench.write('m.onnx', model([1, 1, 1, 1, 1]))
    bench.write('base.onnx', model([1, 1, 1, 1, 1]))
    const [header, ...lines] = rows(2000).trim().split('\n')
    const far = Array.from({ length: 6000 }, (_, i) => `${50 + (i % 90)},ATL,AA,1,0`)
    const labels = async (text: readonly string[]) => {
      bench.write('test.csv', `${text.join('\n')}\n`)
      const result = await bench.evaluate(config('{by: [amount], min_rows: 20}', ', weight: w'))
      return evaluateDetails.parse(result.details).slices?.list.map(({ label, n }) => `${label}: ${n}`)
    }
    const weighed = [`${header},w`, ...lines.map((line) => `${line},1`)]
    const alone = await labels(weighed)
    expect(alone).toHaveLength(4)
    expect(await labels([...weighed, ...far])).toEqual(alone)
  })

  it('a column that is not there is an error with the columns that are', async () => {
    bench.write('m.onnx', model([1, 1, 1, 1, 1]))
    bench.write('base.onnx', model([1, 1, 1, 1, 1]))
    bench.write('test.csv', rows(300))
    const result = await bench.evaluate(config('{by: [airport]}'))
    expect(outcome(result)).toMatch(/no column 'airport'/)
  })

  it('too few rows everywhere is said, and not a pass', async () => {
    bench.write('m.onnx', model([1, 1, -1, 1, 1]))
    bench.write('base.onnx', model([1, 1, 1, 1, 1]))
    bench.write('test.csv', rows(300))
    const result = await bench.evaluate(config('{by: [origin], min_rows: 200}'))
    expect(result.checks.find(({ id }) => id === 'evaluate.slices:roc_auc')).toMatchObject({ status: 'inconclusive' })
  })
})
