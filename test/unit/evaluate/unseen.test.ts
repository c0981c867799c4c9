/** Intervals of levels where rows of a kind are few, and of calibration errors: worlds are drawn from the populations of bench/simulate-gate, of which each metric is known. */
import { describe, expect, it } from 'vitest'
import { populations } from '../../../bench/simulate-gate/coverage.ts'
import { draw, truthOf } from '../../../bench/simulate-gate/populations.ts'
import { levelOf } from '../../../src/core/evaluate/level.ts'
import { resampling } from '../../../src/core/evaluate/resampling.ts'
import { isRowSample } from '../../../src/core/evaluate/statistic.ts'
import type { Sample } from '../../../src/core/metrics/sample.ts'
import type { BinaryScores } from '../../../src/core/metrics/scores.ts'
import { areaUnder } from '../../../src/core/metrics/unseen-scores.ts'
import { betaQuantile } from '../../../src/core/stats/beta.ts'
import { random } from '../../../src/core/stats/random.ts'
import { unseenBounds } from '../../../src/core/stats/unseen.ts'
import { sampleFor } from './support.ts'

const boundsOf = (sample: Sample) => levelOf(sample, resampling())?.bounds(0.975) ?? null

/** How often the interval of 95 %, and that of a bootstrap over rows, hold what is true of the population. */
function coverage(population: string, name: string, rows: number, worlds: number) {
  const pair = populations[population]
  if (!pair) throw new Error(`no population ${population}`)
  const truth = truthOf(pair.candidate, name) ?? Number.NaN
  const rng = random(20261128)
  let [made, held, byBootstrap] = [0, 0, 0]
  for (let world = 0; world < worlds; world++) {
    const sample = sampleFor(name, draw(pair, rows, rng).candidate)
    const bounds = sample.value.undefined === null ? boundsOf(sample) : null
    if (!bounds) continue
    made += 1
    held += Number(bounds[0] <= truth && truth <= bounds[1])
    const drawn = isRowSample(sample) ? resampling().rows(sample, null)?.bounds(0.975) : null
    byBootstrap += Number(drawn ? drawn[0] <= truth && truth <= drawn[1] : false)
  }
  return { made, held: held / made, byBootstrap: byBootstrap / made }
}

const leastOf = (made: number) => 0.95 - 3 * Math.sqrt((0.95 * 0.05) / made)

describe('bounds with half a row that nobody saw', () => {
  it.each([
    [1, 9],
    [3, 40],
    [17, 5],
  ])('of one share, %i hits and %i others, are those of two Beta distributions', (hits, others) => {
    const bounds = unseenBounds(
      (weight) => {
        const [yes, no, other] = [weight(hits), weight(others), weight(0.5)]
        return [yes / (yes + no + other), (yes + other) / (yes + no + other)]
      },
      hits / (hits + others),
    )
    for (const level of [0.9, 0.975]) {
      const [low, high] = bounds(level)
      // four standard errors of a quantile of 2,000 draws, on the scale of p
      const [least, most] = [-4, 4].map((z) => level + z * Math.sqrt((level * (1 - level)) / 2000))
      const at = (p = 0) => Math.min(1 - 1e-9, p)
      expect(low).toBeGreaterThanOrEqual(betaQuantile(1 - at(most), hits, others + 0.5))
      expect(low).toBeLessThanOrEqual(betaQuantile(1 - at(least), hits, others + 0.5))
      expect(high).toBeGreaterThanOrEqual(betaQuantile(at(least), hits + 0.5, others))
      expect(high).toBeLessThanOrEqual(betaQuantile(at(most), hits + 0.5, others))
    }
  })

  it('are the same for the same draws, and hold what was seen', () => {
    const make = () => unseenBounds((weight) => [weight(3) + 10, weight(3) + 10], 1)
    expect(make()(0.9)).toEqual(make()(0.9))
    expect(make()(0.9)[0]).toBe(1)
  })

  it('the area under a curve is that of pairs in order', () => {
    // a positive, a negative and a positive tied with one, a negative
    expect(areaUnder({ tp: Float64Array.of(1, 2, 2), fp: Float64Array.of(0, 1, 2) })).toBeCloseTo((2 + 1 + 0.5) / 4, 15)
  })
})

/** Three positives among forty rows, ranked first. */
const perfect: BinaryScores = {
  task: 'binary',
  y: Uint8Array.from({ length: 40 }, (_, i) => (i < 3 ? 1 : 0)),
  score: Float64Array.from({ length: 40 }, (_, i) => 0.9 - i / 50),
  predicted: Uint8Array.from({ length: 40 }, (_, i) => (i < 3 ? 1 : 0)),
}

describe('a level of which a kind has few rows', () => {
  it.each(['pr_auc', 'recall_at_k', 'precision_at_recall', 'recall_at_fpr'])(
    '%s of three positives ranked first is no certainty',
    (name) => {
      const sample = sampleFor(name, perfect)
      expect(sample.value.value).toBe(1)
      const [low, high] = boundsOf(sample) ?? []
      expect(high).toBe(1)
      expect(low).toBeLessThan(0.9)
    },
  )

  it('is BCa where rows count differently, come in groups, or are many', () => {
    const method = (scores: BinaryScores) => levelOf(sampleFor('pr_auc', scores), resampling())?.method
    expect(method(perfect)).toBe('dirichlet-unseen')
    expect(method({ ...perfect, weight: Float64Array.from(perfect.y, (_, i) => 1 + (i % 2)) })).toBe('bca')
    expect(method({ ...perfect, group: Int32Array.from(perfect.y, (_, i) => i >> 1) })).toBe('bca')
    const times = (values: ArrayLike<number>) => Array.from({ length: 600 }, (_, i) => values[i % 40] ?? 0)
    const many = { task: 'binary', y: Uint8Array.from(times(perfect.y)), predicted: Uint8Array.from(times(perfect.predicted)) } as const
    expect(method({ ...many, score: Float64Array.from(times(perfect.score ?? [])) })).toBe('bca')
  })

  it.each([
    { population: 'binary, 5 % positives', name: 'recall_at_fpr', rows: 50, bootstrap: 0.8 },
    { population: 'binary, 5 % positives', name: 'pr_auc', rows: 50, bootstrap: 0.9 },
    { population: 'binary, nearly perfect', name: 'precision_at_recall', rows: 200, bootstrap: 0.9 },
    { population: 'binary, 5 % positives', name: 'brier_skill', rows: 50, bootstrap: 0.85 },
    { population: 'three labels', name: 'f1', rows: 50, bootstrap: 0.9 },
    { population: 'amounts, some far off', name: 'r2', rows: 200, bootstrap: 0.92 },
  ])('$name of $rows rows of "$population" holds the truth, which the bootstrap does in less than $bootstrap', (one) => {
    const { made, held, byBootstrap } = coverage(one.population, one.name, one.rows, 80)
    expect(held).toBeGreaterThan(leastOf(made))
    expect(byBootstrap).toBeLessThan(one.bootstrap)
  })

  it.each([
    ['binary, 5 % positives', 'roc_auc'],
    ['binary, 5 % positives', 'value'],
    ['three labels', 'roc_auc'],
    ['three classes', 'roc_auc'],
    ['three classes', 'fnr'],
    ['amounts, some far off', 'mse'],
    ['binary, 5 % positives', 'log_loss'],
    ['many series', 'r2'],
  ])('of 50 rows of "%s" %s holds the truth', (population, name) => {
    const { made, held } = coverage(population, name, 50, 50)
    expect(made).toBeGreaterThan(35)
    expect(held).toBeGreaterThan(leastOf(made))
  })
})

describe('a calibration error', () => {
  it.each([
    ['binary, 30 % positives', 'ece'],
    ['binary, 5 % positives', 'ece_excess'],
    ['binary, nearly perfect', 'mce'],
    ['three classes', 'classwise_ece'],
    ['three classes', 'ece'],
  ])('of 200 rows of "%s", %s holds the truth, of which a bootstrap holds little', (population, name) => {
    const { made, held, byBootstrap } = coverage(population, name, 200, 45)
    expect(held).toBeGreaterThan(leastOf(made))
    expect(byBootstrap).toBeLessThan(0.8)
  })

  it('is certainly above 0 where the probabilities are far off', () => {
    const y = Uint8Array.from({ length: 400 }, (_, i) => (i % 10 < 7 ? 1 : 0))
    const score = Float64Array.from({ length: 400 }, (_, i) => 0.2 + ((i * 7) % 10) / 100)
    for (const name of ['ece', 'ece_excess', 'mce']) {
      const [low = 0, high = 0] = boundsOf(sampleFor(name, { task: 'binary', y, score, predicted: y })) ?? []
      expect(low, name).toBeGreaterThan(0.3)
      expect(high, name).toBeLessThan(0.9)
    }
  })
})
