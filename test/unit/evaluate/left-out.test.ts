import { describe, expect, it } from 'vitest'
import { regression } from '../../../bench/simulate-gate/populations.ts'
import { changeBetween } from '../../../src/core/evaluate/change.ts'
import { leftOut } from '../../../src/core/evaluate/left-out.ts'
import { resampling } from '../../../src/core/evaluate/resampling.ts'
import { serialOf } from '../../../src/core/evaluate/serial.ts'
import type { Sample } from '../../../src/core/metrics/sample.ts'
import type { ForecastingScores, RegressionScores, Scores } from '../../../src/core/metrics/scores.ts'
import { metrics, sampleOf } from '../../../src/core/metrics/table.ts'
import { takeRows } from '../../../src/core/metrics/take-rows.ts'
import { viewOf } from '../../../src/core/metrics/view.ts'
import { clustered } from '../../../src/core/stats/clusters.ts'
import { tBelow, tBounds } from '../../../src/core/stats/mean.ts'
import { random } from '../../../src/core/stats/random.ts'

type Moments = Extract<Sample, { kind: 'moments' }>

function sample(name: string, scores: Scores): Moments {
  const metric = metrics[name]
  const found = metric && sampleOf(metric, viewOf(scores), {})
  if (found?.kind !== 'moments') throw new Error(`${name} is a function of sums`)
  return found
}

const { baseline, candidate } = regression({ tail: 0.6, seed: 5 })(1.1)
if (baseline.task !== 'regression' || candidate.task !== 'regression') throw new Error('these are numbers')
const rows = Uint32Array.from({ length: 50 }, (_, i) => 2 * i)
const [first, second] = [takeRows(baseline, rows), takeRows(candidate, rows)]
const bySum = ['rmse', 'rmsle', 'r2', 'explained_variance', 'd2_tweedie', 'wape', 'bias']

describe('the influence of a row on a function of sums', () => {
  it('is what the metric of all other rows misses', () => {
    for (const name of ['rmse', 'r2', 'explained_variance']) {
      const own = leftOut(sample(name, first), null) ?? new Float64Array()
      const without = rows.map((_, i) => i).filter((i) => i < 50)
      const values = [...without].map(
        (out) =>
          sample(
            name,
            takeRows(
              first,
              without.filter((i) => i !== out),
            ),
          ).value.value ?? Number.NaN,
      )
      const mean = values.reduce((a, b) => a + b, 0) / 50
      for (const [i, value] of values.entries()) expect(own[i], name).toBeCloseTo((49 / 50) * (mean - value), 10)
    }
  })

  it('of a mean is (x − x̄)/n, of groups that of all their rows, of a row that counts for two that of two', () => {
    const of: Moments['of'] = ([sum = 0], n) => ({ value: sum / n, undefined: null })
    const mean = (values: readonly number[], weight?: Float64Array): Moments => ({
      kind: 'moments',
      value: { value: 0, undefined: null },
      columns: [Float64Array.from(values)],
      of,
      ...(weight ? { weight } : {}),
    })
    const near = (found: Float64Array | null, wanted: readonly number[]) => {
      expect(found).toHaveLength(wanted.length)
      for (const [i, x] of wanted.entries()) expect(found?.[i]).toBeCloseTo(x, 12)
    }
    near(leftOut(mean([1, 2, 6]), null), [-2 / 3, -1 / 3, 1])
    near(leftOut(mean([1, 1, 2, 2, 6, 6]), Int32Array.of(7, 7, 3, 3, 0, 0)), [-2 / 3, -1 / 3, 1])
    near(leftOut(mean([1, 2, 6], Float64Array.of(2, 2, 2)), null), [-2 / 3, -1 / 3, 1])
  })

  it('is not known where there is no value without one of them, or only one', () => {
    const y = Float64Array.of(1, 1, 1, 4)
    const one: RegressionScores = { task: 'regression', y, predicted: Float64Array.of(1, 2, 1, 3) }
    expect(leftOut(sample('r2', one), null)).toBeNull()
    expect(leftOut(sample('rmse', one), new Int32Array(4))).toBeNull()
  })
})

describe('a change of a function of sums', () => {
  const difference = (name: string, codes: Int32Array | null) => {
    const [before, after] = [leftOut(sample(name, first), codes), leftOut(sample(name, second), codes)]
    const value = (sample(name, second).value.value ?? 0) - (sample(name, first).value.value ?? 0)
    return clustered(
      value,
      (after ?? new Float64Array()).map((x, i) => x - (before?.[i] ?? 0)),
      null,
    )
  }

  it('is never surer than t of the influences or BCa, and its p-value and its bounds are of the same test', () => {
    const groups = Int32Array.from(rows, (_, i) => i % 17)
    for (const name of bySum) {
      for (const group of [null, groups]) {
        const [was, is] = [sample(name, { ...first, group }), sample(name, { ...second, group })]
        const draws = resampling()
        const [test, bca, t] = [changeBetween(was, is, draws)?.test, draws.rows(is, was), difference(name, group)]
        if (!test || !bca) throw new Error('both are defined')
        expect(test.below(0), name).toBe(Math.max(bca.below(0), tBelow(t, 0)))
        for (const level of [0.6, 0.8, 0.9, 0.95]) {
          const [low, high] = test.bounds(level, 0)
          expect([low, high], name).toEqual([
            Math.min(bca.bounds(level)[0], tBounds(t, level)[0]),
            Math.max(bca.bounds(level)[1], tBounds(t, level)[1]),
          ])
          if (group) continue // of 17 units BCa's quantiles end where its draws do
          // quantiles of 2,000 draws and their ranks are a draw apart
          expect(test.below(high), name).toBeCloseTo(1 - level, 2)
          expect(test.above(low), name).toBeCloseTo(1 - level, 2)
        }
      }
    }
  })

  it('of equal models is as likely up as down', () => {
    const test = changeBetween(sample('rmse', first), sample('rmse', first), resampling())?.test
    expect([test?.below(0), test?.above(0)]).toEqual([0.5, 0.5])
    // not one row differs, which is no proof for others
    const [low, high] = test?.bounds(0.95, 0) ?? []
    expect(low).toBeLessThan(0)
    expect(high).toBeCloseTo(-(low ?? Number.NaN), 12)
  })

  it('in time counts steps, and that errors of three steps ahead overlap', () => {
    const n = 60
    const source = random(9)
    const y = Float64Array.from({ length: n }, () => source.normal())
    // errors that drift
    const model = (size: number): ForecastingScores => {
      let error = 0
      const predicted = y.map((truth) => {
        error = 0.8 * error + size * source.normal()
        return truth + error
      })
      return {
        task: 'forecasting',
        y,
        predicted,
        series: null,
        time: Float64Array.from(y.keys()),
        horizon: new Int32Array(n).fill(3),
        scale: null,
        quantiles: null,
        naive: null,
      }
    }
    const [was, is] = [sample('rmse', model(1)), sample('rmse', model(1.2))]
    const draws = resampling(
      serialOf({ task: 'forecasting', time: Float64Array.from(y.keys()), horizon: new Int32Array(n).fill(3) }, n, false),
    )
    const wide = ([low, high]: readonly [number, number] = [0, 0]) => high - low
    const timed = changeBetween(was, is, draws)?.test?.bounds(0.95, 0)
    expect(wide(timed)).toBeGreaterThanOrEqual(wide(draws.rows(is, was)?.bounds(0.95)))
    expect(wide(timed)).toBeGreaterThan(1.2 * wide(changeBetween(was, is, resampling())?.test?.bounds(0.95, 0)))
  })
})
