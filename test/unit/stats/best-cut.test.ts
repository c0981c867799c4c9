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

interface Place {
  /** the scores between which a threshold lies */
  readonly from: number
  readonly to: number
  readonly distance: number
}

/** The distance at every place between two scores of the rows that `holds` keeps. */
function places({ y, score, weight }: Rows, holds: (i: number) => boolean): readonly Place[] {
  const rows = [...y.keys()].filter(holds).sort((a, b) => (score[b] ?? 0) - (score[a] ?? 0))
  const w = (i: number) => weight?.[i] ?? 1
  const all = [0, 1].map((label) => rows.reduce((sum, i) => sum + (y[i] === label ? w(i) : 0), 0))
  const passed = [0, 0]
  return rows.flatMap((i, at) => {
    const [from, to] = [score[i] ?? 0, score[rows[at + 1] ?? -1] ?? Number.NEGATIVE_INFINITY]
    const label = y[i] ?? 0
    passed[label] = (passed[label] ?? 0) + w(i)
    return from === to ? [] : [{ from, to, distance: (passed[1] ?? 0) / (all[1] ?? 0) - (passed[0] ?? 0) / (all[0] ?? 0) }]
  })
}

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
      // groups of three rows: group g is in fold g modulo four
      const unit = Int32Array.from(rows.y, (_, i) => Math.floor(i / 3))
      const { honestCalls } = bestCut(ranking(rows.score), rows.y, rows.weight, unit)
      for (let k = 0; k < 4; k++) {
        const [inside, others] = [(i: number) => (unit[i] ?? 0) % 4 === k, (i: number) => (unit[i] ?? 0) % 4 !== k]
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

  it('finds in thousands of rows, of which few are looked at, what a look at each finds', () => {
    for (let seed = 0; seed < 24; seed++) {
      const rng = random(seed)
      const [share, effect, levels] = [seed % 2 ? 0.02 : 0.4, [0, 0.3, -2][seed % 3] ?? 0, seed % 4 ? 1e6 : 20]
      const y = Uint8Array.from({ length: 6000 }, () => Number(rng.next() < share))
      const score = Float64Array.from(y, (label) => Math.round((effect * label + rng.normal()) * levels) / levels)
      const weight = seed % 5 === 0 ? Float64Array.from(y, () => rng.next()) : null
      const unit = Int32Array.from(y, (_, i) => Math.floor(i / 3))
      const found = bestCut(ranking(score), y, weight, unit)
      const largestOf = (found: readonly Place[]) => found.reduce((most, { distance }) => Math.max(most, Math.abs(distance)), 0)
      expect(found.largest).toBeCloseTo(largestOf(places({ y, score, weight }, () => true)), 12)
      for (let k = 0; k < 4; k++) {
        const other = (i: number) => (unit[i] ?? 0) % 4 !== k
        const others = places({ y, score, weight }, other)
        const most = largestOf(others) - 1e-12
        const best = others.filter(({ distance }) => Math.abs(distance) >= most)
        // rows of the fold may lie beyond the threshold, before it, or where it does
        const agrees = best.some(({ from, to, distance }) =>
          score.every((s, i) => other(i) || (s < from && s > to) || found.honestCalls[i] === Number(s >= from === distance > 0)),
        )
        expect(agrees, `world ${seed}, fold ${k}`).toBe(true)
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
