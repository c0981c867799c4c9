/** An item comes back in other queries, and in training: of a ranking `data.id` names a row only together with its query. */
import { execFileSync } from 'node:child_process'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { evaluateDetails } from '../../../src/core/schema/evaluate-details.ts'
import { identityModel } from '../../support/onnx-models.ts'
import { makeRuns, type Runs } from './pipeline.ts'
import { type Bench, makeBench, outcome } from './support.ts'

interface Row {
  readonly query: string
  readonly item: string
  readonly wanted: number
  readonly x: number
}
const rows: readonly Row[] = Array.from({ length: 400 }, (_, i) => {
  const [query, item] = [i % 80, Math.floor(i / 80)]
  const wanted = item === (query * 7) % 5 ? 2 : item === (query * 3 + 1) % 5 ? 1 : 0
  return { query: `q${query}`, item: `i${item}`, wanted, x: wanted + (((i * 101) % 199) / 199) * 1.5 }
})
const csv = (of: readonly Row[]) =>
  `query,item,wanted,x,z\n${of.map(({ query, item, wanted, x }) => `${query},${item},${wanted},${x.toFixed(4)},${(2 * x).toFixed(4)}`).join('\n')}\n`
const data = 'test: test.csv, target: wanted, group: query, id: item'

describe('stored answers to the items of a ranking', () => {
  let bench: Bench
  beforeEach(() => {
    bench = makeBench()
    bench.write('m.bin', 'trees of some kind')
    bench.write('test.csv', csv(rows))
  })
  afterEach(() => bench.close())
  const config = `models:
  m:
    task: ranking
    model: m.bin
    format: opaque
    data: {${data}}
    score: {predictions: answers.csv}
    evaluate: {metrics: {ndcg: {min: 0.5}, mrr: {}}}
    baseline: {from: [], on_missing: pass}
`
  const answers = (of: readonly Row[], columns = 'query,item,score') =>
    `${columns}\n${of.map((row) => [...(columns.includes('query') ? [row.query] : []), row.item, row.x].join(',')).join('\n')}\n`
  const measured = async () => {
    const result = await bench.evaluate(config)
    expect(result.verdict, outcome(result)).toBe('pass')
    return evaluateDetails.parse(result.details).metrics
  }

  it('are found by query and item, whatever their order', async () => {
    bench.write('answers.csv', answers(rows))
    const ordered = await measured()
    bench.write('answers.csv', answers([...rows].reverse()))
    expect(await measured()).toEqual(ordered)
  })

  it('that do not say the query, or answer an item of it twice, are told so', async () => {
    bench.write('answers.csv', answers(rows, 'item,score'))
    expect(outcome(await bench.evaluate(config))).toContain(
      "PREDICTIONS_ROWS: answers.csv has no column 'query', which is data.group: 'item' names the item of several rows of data, one in each query",
    )
    bench.write('answers.csv', answers([...rows.slice(1), ...rows.slice(1, 2)]))
    expect(outcome(await bench.evaluate(config))).toContain("IDS_REPEATED: 'item' of answers.csv names a row again in 1 of 400 rows")
  })
})

describe('a ranking whose items are those of training', () => {
  let runs: Runs | null = null
  afterEach(() => runs?.remove())
  it('is no leak, and rows of its test data that changed are told by query and item', async () => {
    const config = `models:
  m:
    task: ranking
    model: m.onnx
    data: {train: train.csv, ${data}}
    baseline: {from: [production]}
    promote: {to: production}
ledger: {remote: ./ledger.git}
`
    const then = rows.slice(0, 390)
    const train = csv(rows.map((row) => ({ ...row, query: `t${row.query}`, x: row.x + 0.01 })))
    runs = makeRuns({ 'modelgate.yml': config, 'm.onnx': identityModel('x'), 'train.csv': train, 'test.csv': csv(then) })
    for (const args of [
      ['init', '-q'],
      ['add', 'test.csv'],
      ['-c', 'user.name=t', '-c', 'user.email=t@localhost', 'commit', '-qm', 'first'],
    ])
      execFileSync('git', args, { cwd: runs.folder, stdio: 'pipe' })
    const first = await runs.run({}, true)
    expect(first.stage('validate').checks.filter(({ status }) => status !== 'pass')).toEqual([])
    expect(first.stage('promote').verdict).toBe('pass')
    const now = rows.slice(3).map((row) => (row.query === 'q50' && row.item === 'i1' ? { ...row, x: 9 } : row))
    const changed = await runs.run({ 'm.onnx': identityModel('z'), 'test.csv': csv(now) })
    expect(evaluateDetails.parse(changed.stage('evaluate').details).holdout?.note).toContain('+10 −3 rows, 1 of the others altered')
  }, 60_000)
})
