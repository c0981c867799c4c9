import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { evaluateDetails } from '../../../src/core/schema/evaluate-details.ts'
import { logistic } from '../../support/onnx-models.ts'
import { type Bench, makeBench, outcome } from './support.ts'

let bench: Bench
beforeEach(() => {
  bench = makeBench()
})
afterEach(() => bench.close())

const test = `x,late\n${Array.from({ length: 300 }, (_, i) => `${(i % 41) / 10 - 2},${(i * 7) % 41 > 20 === i % 41 > 20 ? 1 : 0}`).join('\n')}\n`
const config = (metrics: string, baseline = 'base.onnx') => `models:
  m:
    task: binary
    model: m.onnx
    data: {test: test.csv, target: late, features: [x]}
    baseline: [${baseline}]
    evaluate: {metrics: ${metrics}}
`

describe('size and speed of a model in a real runtime', () => {
  it('are measured in turn with the baseline, judged, and kept', async () => {
    bench.write('m.onnx', logistic([2], 0))
    bench.write('base.onnx', logistic([2.5], 0))
    bench.write('test.csv', test)
    const result = await bench.evaluate(
      config('{latency_p95: {max: 60s, max_rise: 10000% relative, rows: 8}, model_size: {max: 1B, max_rise: 0.5% relative}}'),
    )
    expect(outcome(result)).toBe('fail')
    const of = (id: string) => result.checks.find((check) => check.id === id)
    expect(of('evaluate.max:latency_p95')).toMatchObject({ status: 'pass', unit: 'ms', limit: 60_000, n: 200 })
    expect(of('evaluate.max_rise:latency_p95')).toMatchObject({ status: 'pass', limit: 100 })
    expect(of('evaluate.max:model_size')).toMatchObject({ status: 'fail', limit: 1 })
    expect(of('evaluate.max_rise:model_size')).toMatchObject({ status: 'pass', delta: 0 })
    const { measured, metrics } = evaluateDetails.parse(result.details)
    expect(measured?.latency).toMatchObject([{ name: 'latency_p95', calls: 200, warm_ups: 50, rows: 8 }])
    expect(measured?.latency[0]?.repeats).toHaveLength(1)
    expect(measured?.latency[0]?.repeats[0]?.ratio?.value).toBeGreaterThan(0)
    expect(measured?.graph).toBe('')
    // what the task is usually judged by is judged besides
    expect(metrics.find((metric) => metric.gated)?.name).toBe('roc_auc')
  })

  it('without a baseline are measured alone; confirm repeats what would fail', async () => {
    bench.write('m.onnx', logistic([2], 0))
    bench.write('test.csv', test)
    const result = await bench.evaluate(config('{latency_p50: {max: 0.000001ms, confirm: 3}}', ''))
    expect(result.checks.find((check) => check.id === 'evaluate.max:latency_p50')?.status).toBe('fail')
    expect(result.checks.find((check) => check.id === 'evaluate.max_rise:latency_p50')).toMatchObject({
      status: 'no-baseline',
      effect: 'warn',
    })
    expect(evaluateDetails.parse(result.details).measured?.latency[0]?.repeats).toHaveLength(3)
  })

  it('of the same bytes are not compared', async () => {
    bench.write('m.onnx', logistic([2], 0))
    bench.write('base.onnx', logistic([2], 0))
    bench.write('test.csv', test)
    const result = await bench.evaluate(config('{latency_p50: {}, model_size: {max_rise: 1B}}'))
    const skipped = result.checks.filter((check) => check.id.startsWith('evaluate.max_rise:')).map((check) => [check.id, check.status])
    expect(skipped).toEqual([
      ['evaluate.max_rise:latency_p50', 'skipped'],
      ['evaluate.max_rise:model_size', 'skipped'],
    ])
  })
})
