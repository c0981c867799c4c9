import { describe, expect, it } from 'vitest'
import { policy, spec } from '../../../bench/simulate-gate/blocks.ts'
import { answers, draw } from '../../../bench/simulate-gate/populations.ts'
import { changeAmongMany } from '../../../src/core/evaluate/among-many.ts'
import { changeBetween } from '../../../src/core/evaluate/change.ts'
import type { Test } from '../../../src/core/evaluate/change-test.ts'
import { judge } from '../../../src/core/evaluate/judge.ts'
import { resampling } from '../../../src/core/evaluate/resampling.ts'
import { defined, type Sample } from '../../../src/core/metrics/sample.ts'
import type { BinaryScores, Scores } from '../../../src/core/metrics/scores.ts'
import { metrics, sampleOf } from '../../../src/core/metrics/table.ts'
import { viewOf } from '../../../src/core/metrics/view.ts'
import { fewDifferBounds, fewDifferZ } from '../../../src/core/stats/few-differ.ts'
import { random } from '../../../src/core/stats/random.ts'
import { tangoBounds, tangoZ } from '../../../src/core/stats/tango.ts'

const sample = (name: string, scores: Scores): Sample => {
  const metric = metrics[name]
  if (!metric) throw new Error(`there is no ${name}`)
  return sampleOf(metric, viewOf(scores), {})
}

const worth = { kind: 'table', values: Float64Array.of(0, -1, -5, 4) } as const
const model = (y: Uint8Array, predicted: Uint8Array): BinaryScores => ({ task: 'binary', y, score: null, predicted, worth })

function testOf(name: string, baseline: Scores, candidate: Scores): Test | null {
  const [before, after] = [sample(name, baseline), sample(name, candidate)]
  if (before.value.undefined !== null || after.value.undefined !== null) return null
  return changeBetween(before, after, resampling())?.test ?? null
}

const ofTables = ['f1', 'mcc', 'balanced_accuracy', 'kappa', 'precision', 'value']

describe('few rows that differ, each by its effect', () => {
  it('are Tango’s score test where effects are one row won or lost', () => {
    for (const n of [5, 20, 200, 1000])
      for (let b = 0; b < 4; b++)
        for (let c = b === 0 ? 1 : 0; b + c <= Math.min(n, 5); c++) {
          const few = { effects: [...Array<number>(b).fill(-1), ...Array<number>(c).fill(1)], units: n, largest: 1 }
          for (const at of [-0.3, -0.01, 0.005, 0.2]) expect(fewDifferZ(few, at)).toBeCloseTo(tangoZ(b, c, n, at), 9)
          for (const [i, end] of fewDifferBounds(few, 0.95).entries())
            expect(end).toBeCloseTo(tangoBounds(b, c, n, 0.95)[i] ?? Number.NaN, 9)
        }
  })

  it('leave open what the largest effect could do in rows that nobody saw', () => {
    // of twenty rows none differs in 5 % of the worlds where a share 1 − 0.05^(1/20) of rows does
    expect(fewDifferBounds({ effects: [], units: 20, largest: 3 }, 0.95)[1]).toBeCloseTo(3 * (1 - 0.05 ** (1 / 20)), 9)
    expect(fewDifferZ({ effects: [], units: 20, largest: 3 }, -3 * (1 - 0.05 ** (1 / 20)))).toBeCloseTo(1.6448536269514722, 9)
    // one effect that was seen to be small says nothing of a large one
    const [low] = fewDifferBounds({ effects: [0.01], units: 20, largest: 1 }, 0.95)
    expect(low).toBeLessThan(-0.1)
    expect(() => fewDifferZ({ effects: [1, 1], units: 1, largest: 1 }, 0)).toThrow(RangeError)
  })
})

describe('two models that answer alike', () => {
  const y = Uint8Array.from({ length: 20 }, (_, i) => Number(i % 3 === 0))
  const predicted = y.map((label, i) => (i % 7 === 0 ? 1 - label : label))
  const score = Float64Array.from(predicted, (label, i) => 0.1 + 0.7 * label + i / 200)
  const one: BinaryScores = { ...model(y, predicted), score }

  it.each([...ofTables, 'accuracy', 'log_loss', 'brier', 'roc_auc', 'pr_auc', 'ks_statistic', 'brier_skill'])(
    'in twenty rows are not shown to be alike: %s',
    (name) => {
      const test = testOf(name, one, one)
      const [low, high] = test?.bounds(0.95, Number.NaN) ?? []
      expect(low).toBeLessThan(0)
      expect(high).toBeGreaterThan(0)
      expect([test?.below(0), test?.above(0)]).toEqual([0.5, 0.5])
      // the p-value and the bound are of the same test
      expect(test?.above((low ?? Number.NaN) * 1.001)).toBeLessThanOrEqual(0.05)
      expect(test?.above((low ?? Number.NaN) * 0.999)).toBeGreaterThanOrEqual(0.05)
    },
  )

  it('do not pass as non_inferior until rows would show it', () => {
    const of = (n: number) => {
      const [all, said] = [y, predicted].map((codes) => Uint8Array.from({ length: n }, (_, i) => codes[i % 20] ?? 0))
      const scores = model(all ?? y, said ?? y)
      const { checks } = judge({
        baseline: scores,
        candidate: scores,
        missing: null,
        specs: ofTables.map((name) => spec(name)),
        mode: 'non_inferior',
        policy,
      })
      return checks.filter(({ limit_kind: kind }) => kind === 'max_drop').map(({ status }) => status)
    }
    expect(of(20)).toEqual(ofTables.map(() => 'inconclusive'))
    expect(new Set(of(20_000))).toEqual(new Set(['pass']))
  })

  it('in all rows alike leave open what the range of a row leaves, and without one they prove nothing', () => {
    const n = 145
    const one = (length: number) => new Float64Array(length).fill(1)
    // every query has one relevant item, and both models show it first
    const relevant = Float64Array.from({ length: 4 * n }, (_, i) => Number(i % 4 === 0))
    const ranking: Scores = {
      task: 'ranking',
      y: relevant,
      score: relevant,
      query: Int32Array.from(relevant, (_, i) => i >> 2),
      item: null,
    }
    const right: BinaryScores = {
      ...model(
        Uint8Array.from(one(n), (_, i) => i % 2),
        Uint8Array.from(one(n), (_, i) => i % 2),
      ),
    }
    const sure: BinaryScores = { ...right, score: Float64Array.from(right.y, (label) => 0.3 + 0.4 * label) }
    const perfect: Scores = { task: 'regression', y: one(n).map((_, i) => i), predicted: one(n).map((_, i) => i) }
    const off: Scores = { ...perfect, predicted: one(n).map((_, i) => i + 1) }
    // not one of 145 shows less than a share 1 − 0.05^(1/145) of them, whatever a share of yes, or a place in a list, is the mean of
    const bounded: readonly (readonly [string, Scores])[] = [
      ...['hit_rate', 'query_precision', 'ndcg', 'mrr'].map((name) => [name, ranking] as const),
      ['accuracy', { ...right, weight: one(n) }],
      ['brier', sure],
      ['smape', perfect],
    ]
    for (const [name, scores] of bounded) {
      const [low, high] = testOf(name, scores, scores)?.bounds(0.95, 0) ?? []
      const [least = 0, most = 1] = metrics[name]?.range ?? []
      expect(high, name).toBeCloseTo((name === 'brier' ? 1 : most - least) * (1 - 0.05 ** (1 / n)), 9)
      expect(low, name).toBeCloseTo(-(high ?? Number.NaN), 12)
    }
    // where an order is perfect a row of the rarer class has as far to fall as any
    for (const name of ['roc_auc', 'pr_auc', 'ks_statistic', 'recall_at_fpr'])
      expect(testOf(name, sure, sure)?.bounds(0.95, 0)[0], name).toBeLessThanOrEqual(-(1 - 0.05 ** (1 / 72)) + 1e-9)
    const weighted = { ...sure, weight: one(n) }
    expect(testOf('roc_auc', weighted, weighted)?.bounds(0.95, 0)[0]).toBeLessThanOrEqual(-(1 - 0.05 ** (1 / n)) + 1e-9)
    for (const [name, scores] of [
      ['mae', perfect],
      ['mae', off],
      ['rmse', perfect],
      ['r2', perfect],
      ['medae', off],
      ['ece', { ...right, score: Float64Array.from(right.y) }],
    ] as const) {
      const { checks } = judge({
        baseline: scores,
        candidate: scores,
        missing: null,
        specs: [spec(name)],
        mode: 'non_inferior',
        policy,
      })
      expect(checks[0], name).toMatchObject({ status: 'inconclusive', interval: null, p_value: null })
      expect(checks[0]?.message, name).toContain('the models differ in none of 145 rows')
    }
  })

  it('in groups, or with weights, count groups and what weights are worth', () => {
    const group = Int32Array.from(y, (_, i) => Math.floor(i / 2))
    const [, byRow] = testOf('f1', one, one)?.bounds(0.95, 0) ?? []
    const grouped = { ...one, group }
    expect(testOf('f1', grouped, grouped)?.groups).toBe(10)
    expect(testOf('f1', grouped, grouped)?.bounds(0.95, 0)[1]).toBeGreaterThan(byRow ?? Number.NaN)
    const heavy = { ...one, weight: Float64Array.from(y, (_, i) => (i === 0 ? 10 : 1)) }
    expect(testOf('f1', heavy, heavy)?.bounds(0.95, 0)[1]).toBeGreaterThan(byRow ?? Number.NaN)
  })

  it('of which the next could fall to the worst there is leave that open towards the harm, and what was seen the other way', () => {
    const rows = Float64Array.from({ length: 20 }, (_, i) => 0.7 + 0.01 * (i % 10))
    const near: Sample = { kind: 'mean', value: defined(0.745), rows, within: [0, 1] }
    // of twenty none differs in 5 % of the worlds where so many do
    const share = 1 - 0.05 ** (1 / 20)
    const open = (way: 'up' | 'down') => changeBetween(near, near, resampling(), null, { way, endless: false })?.test ?? null
    const lost = open('down')?.bounds(0.95, 0) ?? []
    expect(lost[0]).toBeCloseTo(-0.79 * share, 9)
    expect(lost[1]).toBeCloseTo(0.09 * share, 9)
    expect(open('down')?.above(-0.79 * share)).toBeCloseTo(0.05, 6)
    expect(open('down')?.below(0.09 * share)).toBeCloseTo(0.05, 6)
    const risen = open('up')?.bounds(0.95, 0) ?? []
    expect(risen[0]).toBeCloseTo(-0.09 * share, 9)
    expect(risen[1]).toBeCloseTo(0.3 * share, 9)
    // where nobody says which way the harm lies
    expect(changeBetween(near, near, resampling())?.test?.bounds(0.95, 0)[0]).toBeCloseTo(-0.09 * share, 9)
  })

  it('and are as bad as can be in every row leave open what rows that are alike do, whichever way the harm lies', () => {
    const all = (row: number): Sample => ({ kind: 'mean', value: defined(row), rows: new Float64Array(50).fill(row), within: [0, 1] })
    const open = 1 - 0.05 ** (1 / 50)
    for (const row of [0, 0.5, 1])
      for (const way of ['up', 'down'] as const) {
        const [low, high] = changeBetween(all(row), all(row), resampling(), null, { way, endless: false })?.test?.bounds(0.95, 0) ?? []
        expect(low, `${row} ${way}`).toBeCloseTo(-open, 9)
        expect(high, `${row} ${way}`).toBeCloseTo(open, 9)
      }
  })

  it('are not called alike in a slice either', () => {
    const [before, after] = [sample('f1', one), sample('f1', one)]
    const test = changeAmongMany(before, after, resampling())?.test
    expect(test?.bounds(0.95, 0)).toEqual(testOf('f1', one, one)?.bounds(0.95, 0))
  })
})

describe('where a row in a hundred differs', () => {
  /** rows of truth and both answers: nine in ten are right, `lost` of all rows by the baseline alone, `won` by the candidate alone */
  const world = (n: number, lost: number, won: number, rng: ReturnType<typeof random>) => {
    const y = new Uint8Array(n)
    const [before, after] = [new Uint8Array(n), new Uint8Array(n)]
    for (let i = 0; i < n; i++) {
      const label = Number(rng.below(10) < 3)
      const right = rng.below(10) < 9
      const flips = rng.below(100_000) < 100_000 * (right ? lost / 0.9 : won / 0.1)
      y[i] = label
      before[i] = right ? label : 1 - label
      after[i] = right === flips ? 1 - label : label
    }
    return [model(y, before), model(y, after)] as const
  }

  it.each([
    ['lost', 50, 0.02, 0],
    ['lost', 200, 0.01, 0],
    ['lost', 1000, 0.005, 0],
    ['won', 200, 0, 0.01],
    ['both ways', 50, 0.01, 0.01],
    ['both ways', 200, 0.01, 0.005],
  ] as const)('%s, %i rows: bounds hold the change in 93 %% of worlds', (_, n, lost, won) => {
    const rng = random(n)
    const [before, after] = world(400_000, lost, won, random(9))
    const truths = ofTables.map((name) => (sample(name, after).value.value ?? 0) - (sample(name, before).value.value ?? 0))
    const held = ofTables.map(() => [0, 0, 0])
    for (let run = 0; run < 500; run++) {
      const [baseline, candidate] = world(n, lost, won, rng)
      for (const [m, name] of ofTables.entries()) {
        const test = testOf(name, baseline, candidate)
        const truth = truths[m] ?? Number.NaN
        const [low, high] = test?.bounds(0.95, Number.NaN) ?? [Number.NaN, Number.NaN]
        const own = held[m] ?? []
        own[0] = (own[0] ?? 0) + Number(test !== null)
        own[1] = (own[1] ?? 0) + Number(low <= truth)
        own[2] = (own[2] ?? 0) + Number(truth <= high)
      }
    }
    // two standard errors of 500 worlds below 93 %
    for (const [m, [worlds = 0, above = 0, below = 0]] of held.entries()) {
      expect(worlds, ofTables[m]).toBeGreaterThan(490)
      expect(above / worlds, ofTables[m]).toBeGreaterThan(0.93 - 0.023)
      expect(below / worlds, ofTables[m]).toBeGreaterThan(0.93 - 0.023)
    }
  })

  it('ten rows that differ are judged by their influences', () => {
    const pair = draw(answers(0.05), 400, random(3))
    expect(testOf('f1', pair.baseline, pair.candidate)?.method).toBe('influence-t')
  })
})
