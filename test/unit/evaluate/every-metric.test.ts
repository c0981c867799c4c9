import { describe, expect, it } from 'vitest'
import { judge } from '../../../src/core/evaluate/judge.ts'
import type { Scores } from '../../../src/core/metrics/scores.ts'
import { metricNames, metrics } from '../../../src/core/metrics/table.ts'
import type { MetricSpec } from '../../../src/core/schema/config.ts'
import { checkSchema } from '../../../src/core/schema/result.ts'
import { random } from '../../../src/core/stats/random.ts'

const source = random(99)
const n = 250
const numbers = (draw: (i: number) => number) => Float64Array.from({ length: n }, (_, i) => draw(i))

const binary = ((): Scores[] => {
  const y = Uint8Array.from({ length: n }, () => (source.next() < 0.4 ? 1 : 0))
  return [0, 0.4].map((noise) => {
    const score = numbers((i) => 1 / (1 + Math.exp(-((y[i] ?? 0) * 2 - 1 + (1 + noise) * source.normal()))))
    return { task: 'binary', y, score, predicted: Uint8Array.from(score, (p) => (p >= 0.5 ? 1 : 0)) }
  })
})()

const multiclass = ((): Scores[] => {
  const classes = ['a', 'b', 'c']
  const y = Int32Array.from({ length: n }, () => source.below(3))
  return [0, 0.4].map((noise) => {
    const proba = new Float64Array(n * 3)
    const predicted = new Int32Array(n)
    for (let i = 0; i < n; i++) {
      const raw = classes.map((_, c) => Math.exp((c === y[i] ? 1.2 : 0) + (1 + noise) * source.normal()))
      const sum = raw.reduce((a, b) => a + b, 0)
      for (const [c, value] of raw.entries()) proba[i * 3 + c] = value / sum
      predicted[i] = raw.indexOf(Math.max(...raw))
    }
    return { task: 'multiclass', classes, y, proba, predicted }
  })
})()

const regression = ((): Scores[] => {
  const y = numbers(() => Math.exp(source.normal()))
  const levels = [0.1, 0.5, 0.9]
  return [0.2, 0.3].map((noise) => {
    const predicted = y.map((value) => value * Math.exp(noise * source.normal()))
    const values = Float64Array.from({ length: n * 3 }, (_, at) => (predicted[Math.floor(at / 3)] ?? 0) * Math.exp(((at % 3) - 1) * noise))
    return { task: 'regression', y, predicted, quantiles: { levels, values } }
  })
})()

const spec = (name: string): MetricSpec => {
  const higher = metrics[name]?.direction === 'higher'
  return {
    name,
    metric: name,
    params: name === 'value' ? { tp: 50, fp: -5 } : {},
    certainty: 'literal',
    ...(higher ? { min: { fail: -1000 } } : { max: { fail: 1000 } }),
  }
}

describe('every metric of every task can be gated', () => {
  for (const [baseline, candidate] of [binary, multiclass, regression]) {
    if (!baseline || !candidate) throw new Error('two models are compared')
    const names = metricNames(candidate.task)
    for (const mode of ['guard', 'non_inferior'] as const) {
      it(`${candidate.task} under ${mode}: a level, a change, a p-value, an interval that holds the estimate`, () => {
        const judged = judge({
          candidate,
          baseline,
          missing: null,
          specs: names.map(spec),
          mode,
          policy: { onInconclusive: 'pass', onMissing: 'warn' },
        })
        for (const check of judged.checks) {
          checkSchema.parse(check)
          expect(check.message).not.toMatch(/NaN|Infinity|undefined|null/)
          expect(check.status, check.message).not.toBe('error')
        }
        for (const name of names) {
          const row = judged.metrics.find((entry) => entry.name === name)
          const change = judged.checks.find(
            (check) => check.metric === name && check.limit_kind?.startsWith('max_') && check.id !== `evaluate.max:${name}`,
          )
          expect(row?.candidate.value, name).not.toBeNull()
          if (metrics[name]?.tested === false) {
            expect([row?.candidate.interval, row?.change?.interval], name).toEqual([null, null])
            continue
          }
          const { interval, value } = row?.candidate ?? {}
          expect(value ?? Number.NaN, name).toBeGreaterThanOrEqual(interval?.[0] ?? Number.NaN)
          expect(value ?? Number.NaN, name).toBeLessThanOrEqual(interval?.[1] ?? Number.NaN)
          expect(change?.p_value, name).toBeGreaterThanOrEqual(0)
          expect(change?.p_value, name).toBeLessThanOrEqual(1)
          expect(change?.interval?.[0] ?? Number.NaN, name).toBeLessThanOrEqual(change?.interval?.[1] ?? Number.NaN)
          expect(row?.change?.method, name).toMatch(
            /^(bca\+t|percentile\+t|paired-t|delong|influence|influence-t|cross-fit|farthest-bin|mcnemar-mid-p)(\+tail)?$/,
          )
        }
      })
    }
  }

  it('multiclass and regression have a trivial model too', () => {
    for (const [candidate] of [multiclass, regression]) {
      if (!candidate) throw new Error('a model is judged')
      const missing = { kind: 'no-baseline', because: 'first run' } as const
      const { checks, primary } = judge({
        candidate,
        baseline: null,
        missing,
        specs: [],
        mode: 'guard',
        policy: { onInconclusive: 'pass', onMissing: 'warn' },
      })
      expect(checks.find((check) => check.id === `evaluate.beats_trivial:${primary}`)?.status).toBe('pass')
    }
  })

  it('training statistics are the trivial model where they are known', () => {
    const [candidate] = regression
    if (!candidate) throw new Error('a model is judged')
    const { metrics: rows } = judge({
      candidate,
      baseline: null,
      missing: { kind: 'no-baseline', because: 'first run' },
      specs: [spec('mae')],
      mode: 'guard',
      policy: { onInconclusive: 'pass', onMissing: 'warn' },
      training: { task: 'regression', mean: 100, median: 50 },
    })
    const mean = Array.from(candidate.y).reduce((sum, value) => sum + Math.abs(value - 50), 0) / n
    expect(rows[0]?.trivial).toBeCloseTo(mean, 9)
  })
})
