import { describe, expect, it } from 'vitest'
import { bestCut, callInfluence } from '../../../src/core/stats/best-cut.ts'
import { random } from '../../../src/core/stats/random.ts'
import { ranking } from '../../../src/core/stats/ranking.ts'

interface Rows {
  readonly y: Uint8Array
  readonly score: Float64Array
  readonly weight: Float64Array | null
}

/** Few distinct scores, so that many tie; half of the worlds are turned round. */
function world(seed: number, weighted: boolean): Rows {
  const rng = random(seed)
  const n = 20 + rng.below(40)
  const y = Uint8Array.from({ length: n }, (_, i) => (i < 2 ? i : rng.below(2)))
  const side = seed % 2 === 0 ? 1 : -1
  return {
    y,
    score: Float64Array.from(y, (label) => side * label + rng.below(5)),
    weight: weighted ? Float64Array.from(y, (_, i) => (i < 2 ? 1 : rng.below(4))) : null,
  }
}

/** Share of positives at or above the threshold less that of negatives, over the rows that `holds` keeps. */
function distanceAt({ y, score, weight }: Rows, threshold: number, holds: (i: number) => boolean): number {
  const above = [0, 0]
  const all = [0, 0]
  for (let i = 0; i < y.length; i++) {
    if (!holds(i)) continue
    const [label, w] = [y[i] ?? 0, weight ? (weight[i] ?? 0) : 1]
    all[label] = (all[label] ?? 0) + w
    if ((score[i] ?? 0) >= threshold) above[label] = (above[label] ?? 0) + w
  }
  return (above[1] ?? 0) / (all[1] ?? 0) - (above[0] ?? 0) / (all[0] ?? 0)
}

const largest = (rows: Rows, holds: (i: number) => boolean) =>
  Math.max(...[...rows.score].map((threshold) => Math.abs(distanceAt(rows, threshold, holds))))

describe('bestCut', () => {
  it('is the largest distance over all thresholds, and its calls have that distance, with ties, weights and either side up', () => {
    for (let seed = 0; seed < 60; seed++) {
      const rows = world(seed, seed % 3 === 0)
      const found = bestCut(ranking(rows.score), rows.y, rows.weight, null)
      expect(found.largest).toBeCloseTo(
        largest(rows, () => true),
        12,
      )
      const called = { ...rows, score: Float64Array.from(found.calls) }
      expect(distanceAt(called, 1, () => true)).toBeCloseTo(found.largest, 12)
    }
  })

  it('calls each row by a threshold that is the best of the other folds', () => {
    for (let seed = 0; seed < 40; seed++) {
      const rows = world(seed, seed % 3 === 0)
      // groups of three rows: group g is in fold g modulo ten
      const unit = Int32Array.from(rows.y, (_, i) => Math.floor(i / 3))
      const { honestCalls } = bestCut(ranking(rows.score), rows.y, rows.weight, unit)
      for (let k = 0; k < 10; k++) {
        const [inside, others] = [(i: number) => (unit[i] ?? 0) % 10 === k, (i: number) => (unit[i] ?? 0) % 10 !== k]
        const best = largest(rows, others)
        // some threshold and side that is best for the others says of every row of the fold what was said
        const agrees = [Number.POSITIVE_INFINITY, ...rows.score].some((threshold) => {
          const distance = distanceAt(rows, threshold, others)
          if (Math.abs(Math.abs(distance) - best) > 1e-12) return false
          return rows.score.every((s, i) => !inside(i) || honestCalls[i] === Number(s >= threshold === distance > 0))
        })
        expect(agrees || best === 0 || Number.isNaN(best), `world ${seed}, fold ${k}`).toBe(true)
      }
    }
  })

  it('is too large where nothing is to be found, and the honest one is not', () => {
    const rng = random(9)
    let [flattered, honest] = [0, 0]
    const worlds = 400
    for (let i = 0; i < worlds; i++) {
      const y = Uint8Array.from({ length: 120 }, (_, row) => row % 2)
      const found = bestCut(ranking(Float64Array.from(y, () => rng.normal())), y, null, null)
      flattered += found.largest / worlds
      honest += found.honest / worlds
    }
    // the largest of a bridge of 30 pairs: 0.87/√30 on average
    expect(flattered).toBeGreaterThan(0.12)
    expect(Math.abs(honest)).toBeLessThan(0.02)
  })

  it('has an influence that is the change of the distance when a row weighs a little more', () => {
    const rows = world(3, true)
    const { calls } = bestCut(ranking(rows.score), rows.y, rows.weight, null)
    const influence = callInfluence(calls, rows.y, rows.weight)
    expect(influence.reduce((sum, x) => sum + x, 0)).toBeCloseTo(0, 12)
    const called = { ...rows, score: Float64Array.from(calls) }
    const before = distanceAt(called, 1, () => true)
    for (const i of [0, 1, 5, 11]) {
      const weight = Float64Array.from(rows.weight ?? [], (w, j) => (j === i ? w * (1 + 1e-6) : w))
      expect((distanceAt({ ...called, weight }, 1, () => true) - before) / 1e-6).toBeCloseTo(influence[i] ?? Number.NaN, 6)
    }
  })

  it('needs rows of both classes', () => {
    expect(() => bestCut(ranking(Float64Array.of(1, 2)), Uint8Array.of(1, 1), null, null)).toThrow('rows of both')
    expect(() => bestCut(ranking(Float64Array.of(1, 2)), Uint8Array.of(0, 1), Float64Array.of(1, 0), null)).toThrow('rows of both')
  })
})
