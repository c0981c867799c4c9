/** A ROC area of 1 (or 0) shows no spread, and is no proof: with weights, several classes or several labels as little as without. */
import { describe, expect, it } from 'vitest'
import { changeBetween } from '../../../src/core/evaluate/change.ts'
import { levelOf } from '../../../src/core/evaluate/level.ts'
import { resampling } from '../../../src/core/evaluate/resampling.ts'
import type { Scores } from '../../../src/core/metrics/scores.ts'
import { metrics, sampleOf } from '../../../src/core/metrics/table.ts'
import { viewOf } from '../../../src/core/metrics/view.ts'

const roc = metrics.roc_auc
const of = (scores: Scores, params = {}) => {
  if (roc === undefined) throw new Error('there is no roc_auc')
  return sampleOf(roc, viewOf(scores), params)
}
const bounds = (scores: Scores, params = {}) => levelOf(of(scores, params), resampling())?.bounds(0.95)
const none = { weight: null, group: null }
const yes = (n: number, of: number) => Uint8Array.from({ length: n }, (_, i) => (i < of ? 1 : 0))
const binary = (y: Uint8Array, score: Float64Array, weight: Float64Array | null): Scores => ({
  task: 'binary',
  y,
  score,
  predicted: Uint8Array.from(score, (p) => (p >= 0.5 ? 1 : 0)),
  ...none,
  weight,
})
const ordered = (n: number, up: boolean) => Float64Array.from({ length: n }, (_, i) => (up ? n - i : i + 1) / (n + 1))

describe('a ROC area without a wrong pair', () => {
  const y = yes(40, 10)
  it.each([
    ['1', true],
    ['0', false],
  ])('of %s, with weights that are all alike, has the interval of one without weights', (_, up) => {
    const plain = bounds(binary(y, ordered(40, up), null))
    const weighted = bounds(binary(y, ordered(40, up), new Float64Array(40).fill(2)))
    expect(weighted?.[0]).toBeCloseTo(plain?.[0] ?? 9, 12)
    expect(weighted?.[1]).toBeCloseTo(plain?.[1] ?? 9, 12)
    expect((plain?.[1] ?? 0) - (plain?.[0] ?? 0)).toBeCloseTo(1 - 0.05 ** (1 / 10), 12)
  })

  it('is less certain where one row of the rarer class has most of its weight', () => {
    const heavy = Float64Array.from(y, (_, i) => (i === 0 ? 100 : 1))
    expect(bounds(binary(y, ordered(40, true), heavy))?.[0]).toBeLessThan(0.1)
  })

  it('counts groups, where rows come in some', () => {
    const group = Int32Array.from(y, (_, i) => (i < 10 ? 100 - (i >> 1) : i))
    const perfect = { ...binary(y, ordered(40, true), new Float64Array(40).fill(2)), group }
    expect(bounds(perfect)?.[0]).toBeCloseTo(0.05 ** (1 / 5), 9)
  })

  it('of several classes is as certain as the rows of the rarest', () => {
    const [classes, codes] = [['a', 'b', 'c'], Int32Array.from({ length: 43 }, (_, i) => (i < 3 ? 2 : i % 2))]
    const proba = Float64Array.from({ length: 43 * 3 }, (_, at) => (codes[Math.floor(at / 3)] === at % 3 ? 1 : 0))
    const scores: Scores = { task: 'multiclass', classes, y: codes, proba, predicted: codes, ...none }
    for (const params of [
      { multi: 'ovr', average: 'macro' },
      { multi: 'ovr', average: 'weighted' },
      { multi: 'ovo', average: 'macro' },
    ])
      expect(bounds(scores, params)?.[0], JSON.stringify(params)).toBeCloseTo(0.05 ** (1 / 3), 9)
  })

  it('of several labels is as certain as the rows of the rarest', () => {
    const marks = Uint8Array.from({ length: 60 }, (_, at) => (at % 2 === 0 ? Number(at < 30) : Number(at < 8)))
    const scores: Scores = { task: 'multilabel', labels: ['a', 'b'], y: marks, score: Float64Array.from(marks), predicted: marks, ...none }
    expect(bounds(scores)?.[0]).toBeCloseTo(0.05 ** (1 / 4), 9)
  })

  it.each([2, 4, 16])('of %i weighted rows is not surely another than that of a constant score', (n) => {
    const [truth, weight] = [yes(n, n / 2), new Float64Array(n).fill(1)]
    for (const up of [true, false]) {
      const [constant, perfect] = [binary(truth, new Float64Array(n).fill(0.5), weight), binary(truth, ordered(n, up), weight)]
      const change = changeBetween(of(constant), of(perfect), resampling())
      const [low, high] = change?.test?.bounds(0.95, 0) ?? [1, 1]
      expect(low < 0 && high > 0, `${n} ${up}: ${low} ${high}`).toBe(n < 16)
    }
  })
})
