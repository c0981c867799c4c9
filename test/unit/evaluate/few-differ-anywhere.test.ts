/**
 * Areas, orders, functions of sums, averages and shares by group of two models that differ on few rows: a mode that asks for proof must not have it more often than it says
 * where the candidate is worse by exactly the margin.
 */
import { describe, expect, it } from 'vitest'
import { policy, spec } from '../../../bench/simulate-gate/blocks.ts'
import { asTheWorst, differingIn, shuffled } from '../../../bench/simulate-gate/few.ts'
import { binary, draw, multiclass, type Pair, regression, truthOf } from '../../../bench/simulate-gate/populations.ts'
import { changeBetween } from '../../../src/core/evaluate/change.ts'
import { differenceChecks } from '../../../src/core/evaluate/difference.ts'
import { resampling } from '../../../src/core/evaluate/resampling.ts'
import { type Row, rowsOf } from '../../../src/core/evaluate/rows.ts'
import type { RegressionScores, Scores } from '../../../src/core/metrics/scores.ts'
import { metrics, sampleOf } from '../../../src/core/metrics/table.ts'
import { takeRows } from '../../../src/core/metrics/take-rows.ts'
import { viewOf } from '../../../src/core/metrics/view.ts'
import { random } from '../../../src/core/stats/random.ts'

const gated = (pair: Pair, names: readonly string[]): readonly Row[] =>
  rowsOf(
    names.map((name) => ({ spec: spec(name), gated: true, floor: false })),
    { candidate: viewOf(pair.candidate), baseline: viewOf(pair.baseline), trivial: [], draws: resampling() },
  )

/** Share of worlds in which non_inferior passes, of each metric, with its true change for the margin. */
function proved(pair: Pair, names: readonly string[], n: number, worlds: number): readonly number[] {
  const rng = random(100 + n)
  const lost = names.map((name) => Math.abs((truthOf(pair.candidate, name) ?? Number.NaN) - (truthOf(pair.baseline, name) ?? Number.NaN)))
  const passes = names.map(() => 0)
  for (let world = 0; world < worlds; world++) {
    const rows = gated(draw(pair, n, rng), names)
    for (const [m, { change, metric, candidate, baseline }] of rows.entries()) {
      if (change === null || candidate.undefined !== null || candidate.value === null || baseline?.value == null) continue
      const margin = { kind: 'absolute', value: lost[m] ?? Number.NaN } as const
      const limit = metric.direction === 'higher' ? { maxDrop: { fail: margin } } : { maxRise: { fail: margin } }
      const one = { spec: { ...spec(names[m] ?? ''), ...limit }, metric, change, candidate: candidate.value, baseline: baseline.value }
      const [check] = differenceChecks([{ ...one, rows: n }], 'non_inferior', policy)
      passes[m] = (passes[m] ?? 0) + Number(check?.status === 'pass')
    }
  }
  return passes.map((count) => count / worlds)
}

const labels = binary({ positives: 0.3, apart: 1.6, seed: 21 })(1).baseline
const rare = binary({ positives: 0.1, apart: 1.6, seed: 22 })(1).baseline
const classes = multiclass(24)(1).baseline
const { baseline: amounts } = regression({ tail: 0, seed: 25 })(1)
const numbers: RegressionScores | null = amounts.task === 'regression' ? { ...amounts, quantiles: null } : null

const ofOrders = ['roc_auc', 'pr_auc', 'ks_statistic', 'brier_skill', 'recall_at_fpr']

describe('a candidate that is worse by the margin in few rows is not shown to be no worse', { timeout: 180_000 }, () => {
  it.each([
    ['two classes', 20, labels, ofOrders, 60],
    ['two classes', 60, labels, ofOrders, 40],
    ['two classes', 500, labels, ['roc_auc', 'ks_statistic', 'brier_skill'], 40],
    ['a rare class', 200, rare, ['roc_auc', 'ks_statistic', 'brier_skill'], 40],
    ['three classes', 50, classes, ['roc_auc', 'pr_auc'], 40],
  ] as const)('%s, %i rows', (_, n, baseline, names, worlds) => {
    // two and a half rows that differ, on average
    const shares = proved(differingIn(baseline, shuffled(baseline), 2.5 / n), names, n, worlds)
    // two standard errors of so many worlds above 5 %
    for (const [m, share] of shares.entries()) expect(share, names[m]).toBeLessThanOrEqual(0.05 + 2 * Math.sqrt((0.05 * 0.95) / worlds))
  })

  it.each([
    [20, 40],
    [60, 40],
    [500, 20],
  ])('amounts, %i rows, errors as large as those of the worst tenth', (n, worlds) => {
    if (numbers === null) throw new Error('the population is not of numbers')
    const names = n < 100 ? ['mae', 'rmse', 'r2', 'wape', 'medae'] : ['mae', 'rmse', 'r2']
    const shares = proved(differingIn(numbers, asTheWorst(numbers), 3 / n), names, n, worlds)
    for (const [m, share] of shares.entries()) expect(share, names[m]).toBeLessThanOrEqual(0.05 + 2 * Math.sqrt((0.05 * 0.95) / worlds))
  })

  it('by group, too', () => {
    // five rows a group, which is right or wrong in all of them for one model in three groups of a hundred
    const groups = 60
    const rng = random(8)
    let passes = 0
    for (let world = 0; world < 200; world++) {
      const lost = Array.from({ length: groups }, () => rng.next() < 0.04)
      const group = Int32Array.from({ length: 5 * groups }, (_, i) => Math.floor(i / 5))
      const y = Uint8Array.from(group, (_, i) => i % 2)
      const one = (predicted: Uint8Array): Scores => ({ task: 'binary', y, score: null, predicted, group })
      const pair = { baseline: one(y), candidate: one(y.map((label, i) => (lost[group[i] ?? 0] ? 1 - label : label))) }
      const [row] = gated(pair, ['accuracy'])
      passes += Number((row?.change?.test?.above(-0.04) ?? 1) <= 0.05)
    }
    expect(passes / 200).toBeLessThanOrEqual(0.05 + 2 * Math.sqrt((0.05 * 0.95) / 200))
  })
})

it('a test of many rows has the proof in more than one world of ten', { timeout: 60_000 }, () => {
  const n = 200
  const rng = random(9)
  const pair = differingIn(labels, shuffled(labels), 2.5 / n)
  const lost = (truthOf(pair.baseline, 'roc_auc') ?? 0) - (truthOf(pair.candidate, 'roc_auc') ?? 0)
  const roc = metrics.roc_auc
  if (!roc) throw new Error('there is no roc_auc')
  let passes = 0
  for (let world = 0; world < 200; world++) {
    const { baseline, candidate } = draw(pair, n, rng)
    const [was, is] = [baseline, candidate].map((scores) => sampleOf(roc, viewOf(scores)))
    passes += Number(was && is && (changeBetween(was, is, resampling())?.test?.above(-lost) ?? 1) <= 0.05)
  }
  expect(passes / 200).toBeGreaterThan(0.1)
})

describe('rows that differ', () => {
  const pair = differingIn(labels, shuffled(labels), 3 / 12_000)

  it('are those whose answers a metric reads: scores that moved and labels that did not', () => {
    const [before] = [
      takeRows(
        labels,
        Uint32Array.from({ length: 300 }, (_, i) => i * 40),
      ),
    ]
    if (before.task !== 'binary' || !before.score) throw new Error('the population has no scores')
    // four scores move to the other end
    const score = before.score.map((p, i) => (i % 75 === 3 ? 1 - p : p))
    const [auc, f1] = gated({ baseline: before, candidate: { ...before, score } }, ['roc_auc', 'f1'])
    expect(auc?.change?.test?.method).toBe('tango-effects')
    expect(f1?.change?.value).toBe(0)
    const all = { ...before, score: before.score.map((p) => p / 2) }
    // every score is another one, and their order the same: nothing differs
    expect(gated({ baseline: before, candidate: all }, ['roc_auc'])[0]?.change?.test?.below(0)).toBe(0.5)
  })

  it('are a proof where there are rows enough', () => {
    for (const { change } of gated(pair, ['roc_auc', 'ks_statistic', 'brier_skill'])) {
      expect(change?.test?.method).toBe('tango-effects')
      expect(change?.test?.above(-0.005)).toBeLessThan(0.05)
    }
  })

  it('are shown to be worse where they are many', () => {
    const worse = differingIn(labels, shuffled(labels), 0.2)
    const [row] = gated(worse, ['roc_auc'])
    expect(row?.change?.test?.method).toBe('delong')
    expect(row?.change?.test?.below(0)).toBeLessThan(0.001)
  })

  it('of a group that is given back whole count as one unit', () => {
    const some = takeRows(
      labels,
      Uint32Array.from({ length: 400 }, (_, i) => i * 30),
    )
    const group = Int32Array.from({ length: 400 }, (_, i) => Math.floor(i / 10))
    if (some.task !== 'binary' || !some.score) throw new Error('the population has no scores')
    const score = some.score.map((p, i) => (i < 40 ? 1 - p : p))
    const [byGroup] = gated({ baseline: { ...some, group }, candidate: { ...some, score, group } }, ['roc_auc'])
    // forty rows differ, in four groups
    expect(byGroup?.change?.test).toMatchObject({ method: 'tango-effects-groups', groups: 40 })
    const [byRow] = gated({ baseline: some, candidate: { ...some, score } }, ['roc_auc'])
    expect(byRow?.change?.test?.method).toBe('delong')
  })
})
