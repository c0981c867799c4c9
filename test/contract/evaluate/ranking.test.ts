import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { evaluateDetails } from '../../../src/core/schema/evaluate-details.ts'
import { floats, identityModel, modelOf, node, tensorOf } from '../../support/onnx-models.ts'
import { type Bench, makeBench, outcome } from './support.ts'

let bench: Bench
beforeEach(() => {
  bench = makeBench()
})
afterEach(() => bench.close())

const config = (data = '', more = '') => `models:
  m:
    task: ranking
    model: m.onnx
    data: {test: test.csv, target: clicked, group: query${data}}
    baseline: [base.onnx]
${more}`

/** 300 questions of five items each, their rows apart; `good` points at the item that was wanted, `poor` hardly does */
const rows = (change: (line: string, i: number) => string = (line) => line): string => {
  const lines = Array.from({ length: 1500 }, (_, i) => {
    const query = i % 300
    const item = Math.floor(i / 300)
    const wanted = item === (query * 7) % 5 ? 2 : item === (query * 3 + 1) % 5 ? 1 : 0
    const noise = ((i * 101) % 199) / 199
    return `q${query},i${item},${wanted},${(wanted + noise * 1.5).toFixed(4)},${(wanted * 0.2 + noise).toFixed(4)}`
  })
  return `query,item,clicked,good,poor\n${lines.map(change).join('\n')}\n`
}

describe('a ranking', () => {
  it('is judged by query: the better order of items wins, whatever the scale of its scores', async () => {
    bench.write('test.csv', rows())
    // the worse one says larger numbers
    bench.write('base.onnx', scaled('poor', 1000))
    bench.write('m.onnx', identityModel('good'))
    const result = await bench.evaluate(config(', id: item', '    evaluate: {metrics: {ndcg: {min: 0.8}, mrr: {}}}\n'))
    expect(outcome(result)).toBe('pass')
    const details = evaluateDetails.parse(result.details)
    expect(details).toMatchObject({ task: 'ranking', primary: 'ndcg', rows: 1500, labels: null })
    const ndcg = details.metrics.find(({ metric }) => metric === 'ndcg')
    expect(ndcg?.candidate.value).toBeGreaterThan(ndcg?.baseline?.value ?? 1)
    expect(ndcg?.candidate.interval).not.toBeNull()
    expect(result.checks.find(({ id }) => id === 'evaluate.beats_trivial:ndcg')?.status).toBe('pass')
    const written = await bench.rows('.modelgate/m/predictions.parquet')
    expect(written).toHaveLength(1500)
    expect(written[0]).toMatchObject({ id: 'i0' })
    expect(Object.keys(written[0] ?? {})).toEqual(['id', 'y', 'score'])
  })

  it('a worse one is stopped', async () => {
    bench.write('test.csv', rows())
    bench.write('base.onnx', identityModel('good'))
    bench.write('m.onnx', identityModel('poor'))
    const result = await bench.evaluate(config())
    expect(result.checks.find(({ id }) => id === 'evaluate.max_drop:ndcg')?.effect).toBe('fail')
    expect(outcome(result)).toBe('fail')
  })

  it('an order that is always right has an NDCG of 1', async () => {
    bench.write('test.csv', rows())
    bench.write('base.onnx', identityModel('poor'))
    bench.write('m.onnx', identityModel('good'))
    const sure = rows((line) => line.replace(/,(\d),[^,]+,/, ',$1,$1,'))
    bench.write('test.csv', sure)
    const details = evaluateDetails.parse((await bench.evaluate(config())).details)
    expect(details.metrics.find(({ metric }) => metric === 'ndcg')?.candidate.value).toBeCloseTo(1, 12)
  })

  it('knows its items by data.id: how much of the catalogue is shown, and how often each was wanted in training', async () => {
    bench.write('test.csv', rows())
    bench.write('train.csv', rows())
    bench.write('base.onnx', identityModel('poor'))
    bench.write('m.onnx', identityModel('good'))
    const covered = '    evaluate: {metrics: {ndcg: {}, catalog_coverage: {min: 0.9, k: 1}}}\n'
    const result = await bench.evaluate(config(', id: item, train: train.csv', covered))
    expect(outcome(result)).toBe('pass')
    expect(result.checks.find(({ id }) => id === 'evaluate.beats_trivial:ndcg')?.message).toContain('how often it was relevant in training')
    const details = evaluateDetails.parse(result.details)
    expect(details.metrics.find(({ metric }) => metric === 'catalog_coverage')?.candidate.value).toBe(1)
  })

  it('without queries, with a relevance below 0 or an item twice in one query, is one sentence', async () => {
    bench.write('base.onnx', identityModel('poor'))
    bench.write('m.onnx', identityModel('good'))
    bench.write('test.csv', rows())
    expect(outcome(await bench.evaluate(config().replace('group: query', 'group: question')))).toContain(
      "COLUMNS_MISSING: test.csv has no column 'question', which is data.group",
    )
    bench.write(
      'test.csv',
      rows((line, i) => (i < 2 ? line.replace(/,\d,/, ',-1,') : line)),
    )
    expect(outcome(await bench.evaluate(config()))).toContain("RELEVANCE_NEGATIVE: 'clicked' of test.csv is negative in 2 of 1,500 rows")
    bench.write(
      'test.csv',
      rows((line, i) => (i === 300 ? line.replace(',i1,', ',i0,') : line)),
    )
    expect(outcome(await bench.evaluate(config(', id: item')))).toContain("IDS_REPEATED: 'item' of test.csv")
  })
})

const scaled = (column: string, by: number): Uint8Array =>
  modelOf({
    node: [node('Mul', [column, 'by'], ['score'])],
    initializer: [floats('by', [1], [by])],
    input: [tensorOf(column, 'float', 'n', 1)],
    output: [tensorOf('score', 'float', 'n', 1)],
  })
