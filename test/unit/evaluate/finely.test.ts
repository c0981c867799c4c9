import { describe, expect, it } from 'vitest'
import { changeBetween } from '../../../src/core/evaluate/change.ts'
import { wantsMore } from '../../../src/core/evaluate/finely.ts'
import { judge } from '../../../src/core/evaluate/judge.ts'
import { resampling } from '../../../src/core/evaluate/resampling.ts'
import type { BinaryScores } from '../../../src/core/metrics/scores.ts'
import { metrics, sampleOf } from '../../../src/core/metrics/table.ts'
import { viewOf } from '../../../src/core/metrics/view.ts'
import type { MetricSpec } from '../../../src/core/schema/config.ts'
import { levelOfUse } from '../../../src/core/stats/alpha-spending.ts'
import { random } from '../../../src/core/stats/random.ts'

const policy = { onInconclusive: 'pass', onMissing: 'warn' } as const
const found: MetricSpec = { name: 'found', metric: 'recall_at_fpr', params: { fpr: 0.05 }, certainty: 'literal' }
const others = (metric: string, param: string): readonly MetricSpec[] =>
  Array.from({ length: 59 }, (_, j) => ({ name: `other ${j}`, metric, params: { [param]: (j + 1) / 100 }, certainty: 'literal' }))

/** Scores of one model know the truth, those of the other nothing; what both say in the end is the same. */
function farWorse(rows: number, seed: number): readonly [baseline: BinaryScores, candidate: BinaryScores] {
  const source = random(seed)
  const columns = { y: new Uint8Array(rows), score: new Float64Array(rows), predicted: new Uint8Array(rows), lost: new Float64Array(rows) }
  const chance = (z: number) => 1 / (1 + Math.exp(1 - 3 * z))
  for (let i = 0; i < rows; i++) {
    const p = chance(source.normal())
    columns.y[i] = source.next() < p ? 1 : 0
    columns.score[i] = p
    columns.predicted[i] = p >= 0.5 ? 1 : 0
    columns.lost[i] = chance(source.normal())
  }
  const { y, score, predicted, lost } = columns
  return [
    { task: 'binary', y, score, predicted },
    { task: 'binary', y, score: lost, predicted },
  ]
}

/** Each model sees the truth through noise of its own. */
function asGood(rows: number, seed: number): readonly [baseline: BinaryScores, candidate: BinaryScores] {
  const source = random(seed)
  const y = Uint8Array.from({ length: rows }, () => (source.next() < 0.4 ? 1 : 0))
  const shared = Float64Array.from(y, (label) => label + source.normal())
  const model = (): BinaryScores => {
    const score = shared.map((x) => 1 / (1 + Math.exp(-x - 0.4 * source.normal())))
    return { task: 'binary', y, score, predicted: Uint8Array.from(score, (p) => (p >= 0.6 ? 1 : 0)) }
  }
  return [model(), model()]
}

const judged = ([baseline, candidate]: readonly [BinaryScores, BinaryScores], specs: readonly MetricSpec[]) =>
  judge({ candidate, baseline, missing: null, specs, mode: 'guard', policy })

describe('one of sixty gated metrics that is far worse, and read from draws', () => {
  // in world 2 not even 40,000 draws can: their bias correction moves p from 1/80,000 to 1/1,200, which is 0.050 among sixty
  for (const seed of [2, 3, 4]) {
    it(`fails, though 2,000 draws cannot say a p-value that Holm would take: world ${seed}`, () => {
      const [baseline, candidate] = farWorse(1000, seed)
      const metric = metrics[found.metric]
      if (!metric) throw new Error('there is such a metric')
      const [was, is] = [baseline, candidate].map((scores) => sampleOf(metric, viewOf(scores), found.params))
      const first = was && is && changeBetween(was, is, resampling())
      if (!first?.test) throw new Error('there is a test')
      expect(first.value).toBeLessThan(-0.5)
      expect(60 * first.test.below(0)).toBeGreaterThan(0.05)

      const { checks, metrics: shown } = judged([baseline, candidate], [...others('fbeta', 'beta'), found])
      const check = checks.find(({ id }) => id === 'evaluate.max_drop:found')
      expect(check?.status).toBe('fail')
      expect(check?.p_value).toBeLessThanOrEqual(0.05)
      expect(check?.interval?.[1]).toBeLessThan(0)
      // the details tell the same test
      const change = shown.find(({ name }) => name === 'found')?.change
      expect(60 * (change?.p_worse ?? 1)).toBeCloseTo(check?.p_value ?? 0, 12)
      expect(checks.filter(({ status }) => status === 'fail').length).toBe(1)
    })
  }
})

describe('a proof on a holdout that fifty candidates were held against', () => {
  const proof = levelOfUse(0.05, 50)
  const specs = [found]
  const passes = (models: readonly [BinaryScores, BinaryScores], mode: 'superior' | 'non_inferior') => {
    const [baseline, candidate] = models
    const { checks } = judge({ candidate, baseline, missing: null, specs, mode, policy, proof })
    const check = checks.find(({ id }) => id === 'evaluate.max_drop:found')
    if (check?.status === 'pass') expect(check.p_value).toBeLessThanOrEqual(proof)
    return check?.status === 'pass'
  }

  it('is given by a model that is far better, though that asks for less than one in 40,000 draws', () => {
    expect(proof).toBeLessThan(1 / 80_000)
    const [worse, better] = farWorse(1000, 3).toReversed()
    if (!worse || !better) throw new Error('there are two models')
    expect(passes([worse, better], 'superior')).toBe(true)
    expect(passes([worse, better], 'non_inferior')).toBe(true)
    expect(passes([better, worse], 'superior')).toBe(false)
  })

  it('is given by none of five that are as good', () => {
    for (let seed = 1; seed <= 5; seed++) expect(passes(asGood(300, seed), 'superior')).toBe(false)
  })
})

describe('sixty gated metrics of models that are equally good', () => {
  it('fail in no more than one of six worlds', { timeout: 90_000 }, () => {
    const specs = [...others('recall_at_fpr', 'fpr'), { ...found, name: 'error', metric: 'ece', params: {} }]
    const worlds = Array.from({ length: 6 }, (_, seed) => judged(asGood(300, seed + 1), specs))
    const failed = worlds.filter(({ checks }) => checks.some(({ id, effect }) => id.startsWith('evaluate.max') && effect === 'fail'))
    expect(failed.length).toBeLessThanOrEqual(1)
  })
})

describe('more draws', () => {
  const [baseline, candidate] = farWorse(1000, 3)
  const metric = metrics[found.metric]
  if (!metric) throw new Error('there is such a metric')
  const [was, is] = [baseline, candidate].map((scores) => sampleOf(metric, viewOf(scores), found.params))
  const change = was && is ? changeBetween(was, is, resampling()) : null
  if (!change || !was) throw new Error('there is a change')
  const told = { spec: found, metric, change, baseline: was.value.value ?? 0 }
  const wants = (among: number, mode: 'guard' | 'point' | 'superior' | 'non_inferior', proof = 0.05, one = told) =>
    wantsMore(one, { among, mode, proof })

  it('are asked for where more metrics are gated than the first draws can tell apart', () => {
    expect(wants(10, 'guard')).toBe(false)
    expect(wants(60, 'guard')).toBe(true)
    expect(wants(60, 'point')).toBe(false)
  })

  it('are asked for by a proof on a holdout that was used often, of a model that is far better', () => {
    const better = was && is && changeBetween(is, was, resampling())
    if (!better) throw new Error('there is a change')
    const other = { ...told, change: better, baseline: is.value.value ?? 0 }
    const used = (times: number) => (0.05 * 6) / (Math.PI * times) ** 2
    expect(wants(1, 'superior', used(1), other)).toBe(false)
    expect(wants(1, 'superior', used(50), other)).toBe(true)
    expect(wants(1, 'superior', used(50))).toBe(false)
    expect(wants(1, 'non_inferior', used(50), other)).toBe(true)
  })

  it('are the same each time, five times as many, and say a smaller p-value', () => {
    const p = () => (was && is && changeBetween(was, is, resampling().finer({ times: 5, beyond: false }))?.test?.below(0)) ?? Number.NaN
    expect(p()).toBe(p())
    expect(p()).toBeLessThan(change.test?.below(0) ?? 0)
  })

  it('are not asked for where only their standard error is read', () => {
    const few = was && is && changeBetween(was, is, resampling(null, 200))
    if (!few) throw new Error('there is a change')
    expect(wants(1_000_000_000, 'guard', 0.05, { ...told, change: few })).toBe(false)
  })
})
