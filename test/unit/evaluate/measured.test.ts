import { describe, expect, it } from 'vitest'
import { callsFor, isSlow, type LatencyRow, latencyChecks, latencyRow } from '../../../src/core/evaluate/latency.ts'
import { measureOf } from '../../../src/core/evaluate/measured.ts'
import { sizeChecks } from '../../../src/core/evaluate/model-size.ts'
import { graphDifference } from '../../../src/core/onnx/describe.ts'
import type { MetricSpec } from '../../../src/core/schema/config.ts'
import { hodgesLehmann } from '../../../src/core/stats/hodges-lehmann.ts'
import { quantileRanks } from '../../../src/core/stats/quantile-interval.ts'
import { random } from '../../../src/core/stats/random.ts'
import { model, problems, whole } from '../config/support.ts'
import { apply } from '../policy/support.ts'

const policy = { onInconclusive: 'pass', onMissing: 'warn' } as const
const spec = (change: Partial<MetricSpec> = {}): MetricSpec => ({
  name: 'latency_p95',
  metric: 'latency_p95',
  params: {},
  certainty: 'literal',
  ...change,
})
const noise = random(7)
const calls = (ms: number, n = 200) => Array.from({ length: n }, () => ms * Math.exp(0.1 * noise.normal()))
const row = (candidate: number, baseline: number | null = null): LatencyRow =>
  latencyRow({ candidate: calls(candidate), baseline: baseline === null ? null : calls(baseline) }, 0.95)
const judged = (repeats: readonly LatencyRow[], change: Partial<MetricSpec> = {}) =>
  latencyChecks({ spec: spec(change), quantile: 0.95, repeats, calls: 200, missing: null, policy })

describe('Hodges–Lehmann', () => {
  it('is the median of the Walsh averages, as in Hollander, Wolfe & Chicken, example 3.1', () => {
    // Hamilton depression scale: second minus first
    const z = [-0.952, 0.147, -1.022, -0.43, -0.62, -0.59, -0.49, 0.08, -0.01]
    expect(hodgesLehmann(z).centre).toBeCloseTo(-0.46, 6)
  })

  it('covers the centre of a symmetric distribution as often as it says', () => {
    const draw = random(11)
    let inside = 0
    for (let i = 0; i < 1000; i += 1) {
      const [low, high] = hodgesLehmann(Array.from({ length: 40 }, () => draw.normal())).bounds(0.975)
      if (low <= 0 && high >= 0) inside += 1
    }
    expect(inside / 1000).toBeGreaterThan(0.93)
    expect(inside / 1000).toBeLessThan(0.97)
  })
})

describe('latency', () => {
  it.each([0.5, 0.95, 0.99, 0.999])('has so many calls that quantile %s has an upper bound', (q) => {
    const n = callsFor(q)
    expect(n).toBeGreaterThanOrEqual(200)
    expect(quantileRanks(n, q, 0.95).upper).not.toBeNull()
  })

  it('holds a budget by its upper bound', () => {
    const slow = row(4.5)
    expect(slow.most).toBeGreaterThan(slow.value)
    const between = (slow.value + (slow.most ?? 0)) / 2
    expect(judged([slow], { max: { fail: between } })[0]).toMatchObject({ id: 'evaluate.max:latency_p95', status: 'fail', tail: 'upper' })
    expect(judged([slow], { max: { fail: 50 } })[0]).toMatchObject({ status: 'pass', limit: 50 })
    expect(judged([slow], { max: { warn: 1, fail: 50 } })[0]).toMatchObject({ status: 'warn', limit: 1 })
  })

  it('fails on a ratio that is surely above the margin, 10 % by default', () => {
    expect(judged([row(1.3, 1)])[0]).toMatchObject({ id: 'evaluate.max_rise:latency_p95', status: 'fail', limit: 0.1 })
    expect(judged([row(1.08, 1)])[0]?.status).toBe('pass')
    expect(judged([row(1.3, 1)], { maxRise: { fail: { kind: 'relative', value: 0.5 } } })[0]?.status).toBe('pass')
    expect(judged([row(2, 1)], { maxRise: { fail: { kind: 'absolute', value: 0.5 } } })[0]?.status).toBe('fail')
  })

  it('measured again shows of level and ratio a measurement that says what was decided, though it is not the same one', () => {
    // the machine was slow twice; the candidate was slower than the baseline in one of these alone
    const repeats = [row(10, 10), row(10, 5), row(1.2, 1)]
    const [level, rise] = judged(repeats, { max: { fail: 5 }, maxRise: { fail: { kind: 'relative', value: 0.5 } } })
    expect(level?.status).toBe('fail')
    expect(level?.observed).toBeGreaterThan(5)
    expect(rise?.status).toBe('pass')
    expect(rise?.interval?.[0]).toBeLessThan(0.5)
  })

  it('reads the lower 95 % bound of the ratio, not the ratio itself', () => {
    const slow = row(1.3, 1)
    const { value, least } = slow.ratio ?? { value: 0, least: 0 }
    expect(least).toBeLessThan(value - 0.005)
    const at = (ratio: number) => judged([slow], { maxRise: { fail: { kind: 'relative', value: ratio - 1 } } })[0]?.status
    expect([at((value + least) / 2), at(least + 1e-6), at(least - 1e-6)]).toEqual(['pass', 'pass', 'fail'])
  })

  it('of equal models fails in few runs', () => {
    const failed = Array.from({ length: 200 }, () => judged([row(1, 1)])[0]?.status).filter((status) => status !== 'pass')
    expect(failed.length).toBe(0)
  })

  it('confirm: one slow minute of three is no verdict, two are', () => {
    const [slow, fine] = [row(1.5, 1), row(1, 1)]
    expect(isSlow(spec(), slow)).toBe(true)
    expect(isSlow(spec(), fine)).toBe(false)
    expect(judged([slow, fine, fine])[0]?.status).toBe('pass')
    expect(judged([slow, slow, fine])[0]).toMatchObject({ status: 'fail' })
    expect(judged([slow, slow, fine])[0]?.message).toContain('Measured 3 times')
  })

  it('without a baseline is said, and counts as on_missing', () => {
    const missing = { kind: 'no-baseline', because: 'there is no baseline yet' } as const
    const [check] = latencyChecks({ spec: spec(), quantile: 0.95, repeats: [row(1)], calls: 200, missing, policy })
    expect(check).toMatchObject({ status: 'no-baseline', effect: 'warn' })
  })
})

describe('model_size', () => {
  const size = (candidate: number, baseline: number | null, change: Partial<MetricSpec>) =>
    sizeChecks({
      spec: spec({ name: 'model_size', metric: 'model_size', ...change }),
      candidate,
      baseline,
      missing: baseline === null ? { kind: 'no-baseline', because: 'none' } : null,
      policy,
    })

  it('is exact: equal to the limit passes, a byte more does not', () => {
    expect(size(1000, null, { max: { fail: 1000 } })[0]).toMatchObject({ status: 'pass', unit: 'bytes' })
    expect(size(1001, null, { max: { fail: 1000 } })[0]).toMatchObject({ status: 'fail', observed: 1001 })
  })

  it('grows relatively or by bytes', () => {
    const relative = { maxRise: { fail: { kind: 'relative', value: 0.1 } } } as const
    expect(size(1100, 1000, relative)[0]?.status).toBe('pass')
    expect(size(1101, 1000, relative)[0]).toMatchObject({ status: 'fail', delta: 101 })
    expect(size(1101, 1000, { maxRise: { warn: { kind: 'absolute', value: 100 } } })[0]).toMatchObject({ status: 'warn', effect: 'warn' })
    expect(size(1101, null, relative)[0]).toMatchObject({ status: 'no-baseline', effect: 'warn' })
  })

  it('says what differs between the graphs', () => {
    const before = { opset: 17, operators: { Gemm: 3, Relu: 2 }, int8: false }
    expect(graphDifference(before, { opset: 18, operators: { Gemm: 2, QLinearMatMul: 1, Relu: 2 }, int8: true })).toBe(
      'opset 17 → 18, Gemm 3 → 2, QLinearMatMul 0 → 1, now with 8-bit integers',
    )
    expect(graphDifference(before, before)).toBe('')
  })
})

const metrics = (text: string) => `evaluate:\n  metrics: ${text}\n`
describe('size and speed in the config', () => {
  it('have units', () => {
    expect(
      model(metrics('{latency_p95: {max: 5ms, max_rise: 20% relative, confirm: 3, rows: 16}, model_size: {max: 20MB, max_rise: 1MB}}'))
        .evaluate.metrics,
    ).toEqual([
      {
        name: 'latency_p95',
        metric: 'latency_p95',
        params: { rows: 16 },
        certainty: 'literal',
        confirm: 3,
        max: { fail: 5 },
        maxRise: { fail: { kind: 'relative', value: 0.2 } },
      },
      {
        name: 'model_size',
        metric: 'model_size',
        params: {},
        certainty: 'literal',
        max: { fail: 2e7 },
        maxRise: { fail: { kind: 'absolute', value: 1e6 } },
      },
    ])
  })

  it.each(['latency_p50', 'latency_p95', 'latency_p99', 'latency_p99.9', 'model_size'])('%s is known', (name) => {
    expect(measureOf(name)).not.toBeNull()
  })

  it.each([
    ['{latency_p95: {max: 5}}', 'with its unit, such as 5ms'],
    ['{model_size: {max: 20}}', 'with its unit, such as 20MB'],
    ['{latency_p95: {min: 5ms}}', 'lower is better, write max'],
    ['{latency_p95: {max_rise: 10%}}', 'could mean two things'],
    ['{latency_p95: {max_rise: auto}}', 'auto is for metrics that are computed from rows'],
    ['{latency_p95: {certainty: strict}}', 'judged in one way only'],
    ['{latency_p95: {rows: 0}}', 'whole number from 1 to 4096'],
    ['{latency_p00: {max: 5ms}}', 'There is no metric'],
    ['{accuracy: {confirm: 3}}', 'confirm repeats a noisy measurement'],
    ['{latency_p95: {confirm: 30}}', 'whole number from 1 to 9'],
  ])('%s is refused', (text, says) => {
    expect(problems(whole(metrics(text))).join('\n')).toContain(says)
  })

  it('EVT-06 come from the base', () => {
    const { model: used } = apply(metrics('{latency_p95: {max: 5ms}}'), metrics('{latency_p95: {max: 500ms, confirm: 9}}'))
    expect(used.evaluate.metrics[0]).toMatchObject({ max: { fail: 5 } })
    expect(used.evaluate.metrics[0]?.confirm).toBeUndefined()
  })
})
