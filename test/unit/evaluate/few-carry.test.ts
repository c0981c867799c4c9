import { describe, expect, it } from 'vitest'
import { compare, spec } from '../../../bench/simulate-gate/blocks.ts'
import { populations, worsePopulations } from '../../../bench/simulate-gate/coverage.ts'
import { binary, draw, type Pair, truthOf } from '../../../bench/simulate-gate/populations.ts'
import { changeBetween } from '../../../src/core/evaluate/change.ts'
import type { Test } from '../../../src/core/evaluate/change-test.ts'
import { fewCellsDiffer } from '../../../src/core/evaluate/few-differ.ts'
import { resampling } from '../../../src/core/evaluate/resampling.ts'
import { isRowSample } from '../../../src/core/evaluate/statistic.ts'
import { metricNames, metrics, sampleOf } from '../../../src/core/metrics/table.ts'
import { viewOf } from '../../../src/core/metrics/view.ts'
import { aucDifference } from '../../../src/core/stats/delong.ts'
import { degreesOf } from '../../../src/core/stats/mean.ts'
import { normalQuantile } from '../../../src/core/stats/normal.ts'
import type { Bounds } from '../../../src/core/stats/proportion.ts'
import { random } from '../../../src/core/stats/random.ts'
import { studentQuantile } from '../../../src/core/stats/student-t.ts'

function missing(): never {
  throw new Error('there is none')
}
const pairOf = (name: string): Pair => populations[name] ?? worsePopulations[name] ?? missing()
const samplesOf = (name: string, { baseline, candidate }: Pair) => {
  const metric = metrics[name] ?? missing()
  return [sampleOf(metric, viewOf(baseline)), sampleOf(metric, viewOf(candidate))] as const
}
const share = (bounds: readonly Bounds[], truth: number) =>
  bounds.filter(([low, high]) => low <= truth && truth <= high).length / bounds.length

describe('degrees of freedom of a sum of squares', () => {
  it('are n − 1 of normal values and of values that spread less', () => {
    expect(degreesOf(200, 200, 600)).toBeCloseTo(199, 10)
    expect(degreesOf(200, 200, 200)).toBeCloseTo(199, 10)
    expect(degreesOf(200, 0, 0)).toBeCloseTo(199, 10)
  })

  it('say how much the sum varies, of a few effects among rows without any', () => {
    const rng = random(5)
    const [n, often, worlds] = [1000, 0.02, 4000]
    const sums = Array.from({ length: worlds }, () =>
      Array.from({ length: n }, () => Number(rng.next() < often)).reduce((a, b) => a + b, 0),
    )
    const mean = sums.reduce((a, b) => a + b, 0) / worlds
    const variance = sums.reduce((sum, s) => sum + (s - mean) ** 2, 0) / (worlds - 1)
    const df = degreesOf(n, often * n, often * n)
    expect(df).toBeGreaterThan(38)
    expect(df).toBeLessThan(42)
    expect(variance / mean ** 2 / (2 / df)).toBeCloseTo(1, 1)
  })
})

describe('a change of a table, which few rows carry', () => {
  it('is the same by the cells of both models as row by row', () => {
    for (const name of ['binary, 30 % positives', 'three classes']) {
      const world = draw(pairOf(name), 300, random(4))
      const tables = metricNames(world.candidate.task).filter((metric) => samplesOf(metric, world)[0].kind === 'cells')
      expect(tables.length, name).toBeGreaterThan(5)
      for (const metric of tables) {
        const [before, after] = samplesOf(metric, world)
        if (before.kind !== 'cells' || after.kind !== 'cells') throw new Error('these are tables')
        const unit = Int32Array.from({ length: 300 }, (_, i) => i)
        // what holds a share of rows is not of the table
        const [was, is] = [before, after].map((sample) => ({ ...sample, trials: null }))
        const byCell = was && is && changeBetween(was, is, resampling())?.test
        const byRow = changeBetween({ ...before, unit }, { ...after, unit }, resampling())?.test
        expect(byCell?.method, metric).toBe('influence-t')
        for (const at of [-0.02, 0, 0.01]) expect(byCell?.below(at), metric).toBeCloseTo(byRow?.below(at) ?? Number.NaN, 9)
        for (const end of [0, 1] as const) expect(byCell?.bounds(0.95, 0)[end]).toBeCloseTo(byRow?.bounds(0.95, 0)[end] ?? Number.NaN, 9)
      }
    }
  })

  it('is held by the t test, where BCa holds it in 90 % of worlds with twenty rows of a class', () => {
    const rng = random(7)
    const found = Array.from({ length: 160 }, () => {
      const [before, after] = samplesOf('balanced_accuracy', draw(pairOf('three classes'), 200, rng))
      if (before.kind !== 'cells' || after.kind !== 'cells') throw new Error('these are tables')
      const draws = resampling()
      return { test: changeBetween(before, after, draws)?.test ?? missing(), bca: draws.cells(after, before) ?? missing() }
    })
    expect(
      share(
        found.map(({ bca }) => bca.bounds(0.975)),
        0,
      ),
    ).toBeLessThan(0.93)
    expect(
      share(
        found.map(({ test }) => test.bounds(0.975, Number.NaN)),
        0,
      ),
    ).toBeGreaterThanOrEqual(0.94)
  })
})

describe('a change of an area, of which a few rows of one class know', () => {
  it('is held more often than by the normal interval', () => {
    const pair = pairOf('binary, 5 % positives, one model worse')
    const truth = (truthOf(pair.candidate, 'roc_auc') ?? missing()) - (truthOf(pair.baseline, 'roc_auc') ?? missing())
    const rng = random(7)
    const found = Array.from({ length: 1000 }, () => {
      const world = draw(pair, 200, rng)
      const [before, after] = samplesOf('roc_auc', world)
      if (before.kind !== 'auc' || after.kind !== 'auc') throw new Error('these are areas')
      const { value, se } = aucDifference(before.area.components(), after.area.components(), after.y)
      const half = normalQuantile(0.975) * se
      const test = changeBetween(before, after, resampling())?.test ?? missing()
      return { test, normal: [value - half, value + half] as const }
    })
    expect(
      share(
        found.map(({ normal }) => normal),
        truth,
      ),
    ).toBeLessThan(0.93)
    expect(
      share(
        found.map(({ test }) => test.bounds(0.975, Number.NaN)),
        truth,
      ),
    ).toBeGreaterThan(0.935)
  })
})

describe('how far down an area may have gone', () => {
  it.each([
    ['ten positives', 'binary, 5 % positives, one model worse', 0.95],
    ['areas near 1', 'binary, nearly perfect, one model worse', 0.925],
    ['both', null, 0.85],
  ])('is held in 93 %% of worlds of 200 rows: %s', (_, name, most) => {
    const pair = name === null ? binary({ positives: 0.05, apart: 3.5, seed: 24 })(2) : pairOf(name)
    const truth = (truthOf(pair.candidate, 'roc_auc') ?? missing()) - (truthOf(pair.baseline, 'roc_auc') ?? missing())
    const rng = random(11)
    let [held, byT] = [0, 0]
    const worlds = 1000
    for (let world = 0; world < worlds; world++) {
      const [before, after] = samplesOf('roc_auc', draw(pair, 200, rng))
      if (before.kind !== 'auc' || after.kind !== 'auc') throw new Error('these are areas')
      const { value, se, df } = aucDifference(before.area.components(), after.area.components(), after.y)
      const [low, high] = changeBetween(before, after, resampling())?.test?.bounds(0.95, Number.NaN) ?? missing()
      held += Number(low <= truth)
      byT += Number(value - studentQuantile(0.95, df) * se <= truth)
      // the side that blocks is that of t, but of areas that are both 1
      if (se > 0) expect(high).toBeCloseTo(value + studentQuantile(0.95, df) * se, 9)
    }
    expect(byT / worlds).toBeLessThan(most)
    expect(held / worlds).toBeGreaterThan(0.93)
  })

  it('is so of a precision of few rows', () => {
    const pair = pairOf('binary, 5 % positives, one model worse')
    const truth = (truthOf(pair.candidate, 'precision') ?? missing()) - (truthOf(pair.baseline, 'precision') ?? missing())
    const rng = random(14)
    let [worlds, held, byScore] = [0, 0, 0]
    for (let world = 0; world < 400; world++) {
      const [before, after] = samplesOf('precision', draw(pair, 200, rng))
      if (before.kind !== 'cells' || after.kind !== 'cells' || before.value.undefined !== null || after.value.undefined !== null) continue
      const value = (after.value.value ?? Number.NaN) - (before.value.value ?? Number.NaN)
      const alone = fewCellsDiffer(before, after, value)
      if (!alone) continue
      worlds += 1
      const [low] = changeBetween(before, after, resampling())?.test?.bounds(0.95, Number.NaN) ?? missing()
      held += Number(low <= truth)
      byScore += Number((alone.bounds(0.95, Number.NaN)[0] ?? Number.NaN) <= truth)
    }
    expect(byScore / worlds).toBeLessThan(0.92)
    expect(held / worlds).toBeGreaterThan(0.93)
  })

  it.each([
    ['roc_auc', 'binary, 5 % positives, one model worse'],
    ['pr_auc', 'binary, nearly perfect, one model worse'],
  ])('has a p-value that says the same: %s', (name, population) => {
    const [before, after] = samplesOf(name, draw(pairOf(population), 200, random(14)))
    const test = changeBetween(before, after, resampling())?.test ?? missing()
    const [low] = test.bounds(0.95, Number.NaN)
    expect(test.above(low - 1e-6)).toBeLessThanOrEqual(0.05)
    expect(test.above(low + 1e-6)).toBeGreaterThanOrEqual(0.05)
  })

  it('is what t says where both areas have normal intervals', () => {
    const [before, after] = samplesOf('roc_auc', draw(pairOf('binary, 30 % positives, one model worse'), 1000, random(13)))
    if (before.kind !== 'auc' || after.kind !== 'auc') throw new Error('these are areas')
    const { value, se, df } = aucDifference(before.area.components(), after.area.components(), after.y)
    const [low] = changeBetween(before, after, resampling())?.test?.bounds(0.95, Number.NaN) ?? missing()
    expect(low).toBeCloseTo(value - studentQuantile(0.95, df) * se, 12)
  })
})

describe('a change of what is read off an order', () => {
  it('is no surer than the rarer class allows', () => {
    const world = draw(pairOf('binary, 5 % positives, one model worse'), 200, random(9))
    const positives = Array.from(world.candidate.y).filter((label) => label === 1).length
    for (const name of ['pr_auc', 'recall_at_fpr', 'recall_at_k']) {
      const [before, after] = samplesOf(name, world)
      if (!isRowSample(before) || !isRowSample(after)) throw new Error('rows are drawn')
      const draws = resampling()
      const se = draws.rows(after, before)?.se ?? missing()
      const [only] = compare(world, [spec(name)])
      const test: Test = only?.change.test ?? missing()
      const half = studentQuantile(0.95, positives - 1) * se
      const [low, high] = test.bounds(0.95, 0)
      const value = only?.change.value ?? Number.NaN
      expect(low, name).toBeLessThanOrEqual(value - half + 1e-12)
      expect(high, name).toBeGreaterThanOrEqual(value + half - 1e-12)
    }
  })
})
