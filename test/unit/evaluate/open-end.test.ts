/** Losses that one row can make as large as it likes: what proves nothing, what widens, and which side stays as it was. */
import { describe, expect, it } from 'vitest'
import { compare, policy, spec } from '../../../bench/simulate-gate/blocks.ts'
import { countFew, differingIn, fewWorlds } from '../../../bench/simulate-gate/few.ts'
import { draw, truthOf } from '../../../bench/simulate-gate/populations.ts'
import { changeBetween } from '../../../src/core/evaluate/change.ts'
import { differenceChecks } from '../../../src/core/evaluate/difference.ts'
import { resampling } from '../../../src/core/evaluate/resampling.ts'
import { metrics, sampleOf } from '../../../src/core/metrics/table.ts'
import { viewOf } from '../../../src/core/metrics/view.ts'
import type { Mode } from '../../../src/core/schema/config.ts'
import type { Check } from '../../../src/core/schema/result.ts'
import { type FewDiffer, fewDifferBounds, fewDifferUpper, fewDifferZ } from '../../../src/core/stats/few-differ.ts'
import { random } from '../../../src/core/stats/random.ts'

/** Numbers of which the baseline is off by a normal error, and the candidate by `worse` times that in the first `differ` rows. */
function pairOf(n: number, differ: number, worse: number) {
  const rng = random(3)
  const y = Float64Array.from({ length: n }, () => 50 + 10 * rng.normal())
  const off = Float64Array.from(y, () => rng.normal())
  const model = (times: (i: number) => number) =>
    ({ task: 'regression', y, predicted: y.map((x, i) => x + times(i) * (off[i] ?? 0)) }) as const
  return { baseline: model(() => 1), candidate: model((i) => (i < differ ? worse : 1)) }
}

const large = { maxRise: { fail: { kind: 'absolute', value: 1000 } } } as const

function checkOf(pair: ReturnType<typeof pairOf>, metric: string, mode: Mode): Check {
  const compared = compare(pair, [spec(metric)]).map((one) => ({ ...one, spec: { ...one.spec, ...large } }))
  const [check] = differenceChecks(compared, mode, policy)
  if (!check) throw new Error(`${metric} has no check`)
  return check
}

describe('a loss without an end', () => {
  it.each(['mae', 'mse', 'rmse', 'mape'])(
    'of models that differ on fewer than ten rows is not shown to be no worse, whatever the margin: %s',
    (metric) => {
      const check = checkOf(pairOf(2000, 4, 2), metric, 'non_inferior')
      expect(check).toMatchObject({ status: 'inconclusive', effect: 'fail', p_value: null })
      expect(check.message).toContain('the models differ in 4 of 2,000 rows')
      expect(check.message).toContain('(about 5,000 rows would have as many)')
      expect(check.fix).toContain('gate a metric that one row cannot move without end')
      expect(checkOf(pairOf(2000, 4, 2), metric, 'superior').message).toContain('the models differ in 4 of 2,000 rows')
      // nor is one that answers alike
      expect(checkOf(pairOf(2000, 0, 2), metric, 'non_inferior').message).toContain('the models differ in none of 2,000 rows')
      expect(checkOf(pairOf(2000, 12, 2), metric, 'non_inferior').status).toBe('pass')
    },
  )

  it.each(['medae', 'smape'])('is another thing than a metric that one row cannot move far: %s', (metric) => {
    expect(checkOf(pairOf(2000, 4, 2), metric, 'non_inferior').status).toBe('pass')
  })

  it.each(['mse', 'rmse', 'mae', 'r2', 'explained_variance', 'bias'])(
    'may be as large as a number of float32 in twenty rows: %s',
    (metric) => {
      const { baseline, candidate } = pairOf(300, 0, 1)
      const astray = { ...candidate, predicted: candidate.predicted.map((x, i) => (i < 20 ? 3e38 : x)) }
      for (const [one, status] of [
        [{ baseline, candidate: astray }, 'fail'],
        [{ baseline: astray, candidate }, 'pass'],
      ] as const) {
        const checks = differenceChecks(compare(one, [spec(metric)]), 'guard', policy)
        expect(checks[0]?.status).toBe(status)
      }
    },
  )

  it('does not change what blocks', () => {
    for (const differ of [0, 4]) expect(checkOf(pairOf(2000, differ, 2), 'mse', 'guard').status).toBe('pass')
    const [one] = compare(pairOf(200, 60, 3), [spec('mse')])
    expect(differenceChecks(one ? [one] : [], 'guard', policy)[0]?.status).toBe('fail')
  })

  it('leaves alone what many rows carry, and widens the side of the harm alone where few do', () => {
    const boundsOf = (worse: number, differ: number) => {
      const [compared] = compare(pairOf(5000, differ, worse), [spec('mae')])
      const { change } = compared ?? {}
      const [low = 0, high = 0] = change?.test?.bounds(0.95, Number.NaN) ?? []
      return { below: (change?.value ?? 0) - low, above: high - (change?.value ?? 0) }
    }
    const many = boundsOf(1.1, 5000)
    // errors lean a little
    expect(many.above / many.below).toBeCloseTo(1, 1)
    const few = boundsOf(3, 12)
    expect(few.above / few.below).toBeGreaterThan(1.5)
  })

  it('holds p-value and bound together', () => {
    const [compared] = compare(pairOf(400, 15, 3), [spec('mse')])
    const test = compared?.change.test
    const [, high = Number.NaN] = test?.bounds(0.95, Number.NaN) ?? []
    expect(test?.below(high * 1.001)).toBeLessThanOrEqual(0.05)
    expect(test?.below(high * 0.999)).toBeGreaterThanOrEqual(0.05)
  })
})

describe('worse by the margin in few rows', { timeout: 120_000 }, () => {
  it.each([
    ['amounts: the answer of another row', 2.5],
    ['amounts: ten times the answer', 2.5],
    ['amounts, some far off: as bad as the worst tenth', 40],
    ['two classes: certain', 2.5],
    ['lists, nearly perfect: turned round', 2.5, 200],
  ])('does not pass more often than it may: %s, %d of 200', (world, differ, runs = 60) => {
    // two standard errors of so many worlds above 5.5 %
    for (const { metric, wrong } of countFew(world, 200, differ, runs, 1))
      expect((wrong.non_inferior ?? runs) / runs, metric).toBeLessThanOrEqual(0.055 + 2 * Math.sqrt((0.055 * 0.945) / runs))
  })

  it('passes in more than 15 % of worlds by a test of what was seen', () => {
    const { baseline, other } = fewWorlds['amounts: the answer of another row'] ?? {}
    const { mse } = metrics
    if (!baseline || !other || !mse) throw new Error('there is no such world')
    const pair = differingIn(baseline, other, 2.5 / 200)
    const worse = (truthOf(pair.candidate, 'mse') ?? Number.NaN) - (truthOf(pair.baseline, 'mse') ?? Number.NaN)
    const rng = random(4)
    let passes = 0
    for (let world = 0; world < 200; world++) {
      const drawn = draw(pair, 200, rng)
      const [was, is] = [drawn.baseline, drawn.candidate].map((scores) => sampleOf(mse, viewOf(scores)))
      passes += Number(was && is && (changeBetween(was, is, resampling())?.test?.below(worse) ?? 1) <= 0.05)
    }
    expect(passes / 200).toBeGreaterThan(0.15)
  })

  it('as good, is not blocked, nor called better', () => {
    const runs = 100
    for (const { metric, wrong } of countFew('amounts, some far off: as good', 200, 12, runs, 2))
      for (const mode of ['guard', 'confident_worse', 'superior'] as const)
        expect((wrong[mode] ?? runs) / runs, `${mode} ${metric}`).toBeLessThanOrEqual(0.055 + 2 * Math.sqrt((0.055 * 0.945) / runs))
  })
})

it('rows that are alike count as so many rows of their effect', () => {
  const effects = [5, -3, ...Array<number>(20).fill(1)]
  const apart: FewDiffer = { effects, units: 200, largest: 6 }
  const together: FewDiffer = { effects: [5, -3], units: 200, largest: 6, rest: [{ effect: 1, rows: 20 }] }
  for (const at of [-0.2, 0, 0.1, 0.4]) expect(fewDifferZ(together, at)).toBeCloseTo(fewDifferZ(apart, at), 9)
  expect(fewDifferUpper(together, 0.95)).toBeCloseTo(fewDifferBounds(apart, 0.95)[1], 9)
  expect(() => fewDifferZ({ ...together, units: 21 }, 0)).toThrow(RangeError)
})
