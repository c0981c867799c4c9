/** Bounds of what cannot be less than 0 where nothing is there: probabilities that are right, so that whatever bins show is chance, beside some that are off by a known amount; scores that know nothing. */
import { describe, expect, it } from 'vitest'
import { changeBetween } from '../../../src/core/evaluate/change.ts'
import { levelOf } from '../../../src/core/evaluate/level.ts'
import { resampling } from '../../../src/core/evaluate/resampling.ts'
import type { BinaryScores } from '../../../src/core/metrics/scores.ts'
import { type Random, random } from '../../../src/core/stats/random.ts'
import { sampleFor } from './support.ts'

/** Answers that come true as often as they say, and the same with twice `off` added to half of them: errors of 0 and, as none is too small, of `off`, in whatever bins. */
function world(rows: number, off: number, rng: Random): { right: BinaryScores; wrong: BinaryScores } {
  const told = Float64Array.from({ length: rows }, () => 0.1 + 0.4 * rng.next())
  const y = Uint8Array.from(told, (p) => Number(rng.next() < p))
  const scoresOf = (score: Float64Array): BinaryScores => ({
    task: 'binary',
    y,
    score,
    predicted: Uint8Array.from(score, (p) => Number(p > 0.5)),
  })
  return { right: scoresOf(told), wrong: scoresOf(told.map((p) => p + 2 * off * rng.below(2))) }
}

/** 5 %, and three standard errors of so many worlds. */
const mostOf = (worlds: number) => 0.05 + 3 * Math.sqrt((0.05 * 0.95) / worlds)

describe('of what is not there a lower bound says so, as often as it promises', () => {
  it.each([
    ['ece', 50],
    ['ece', 200],
    ['ece', 1000],
    ['ece_excess', 200],
    ['mce', 1000],
  ])('%s: of %i rows whose probabilities are right, a lower bound of 0.95 lies above 0 in a twentieth of worlds', (name, rows) => {
    const worlds = 1500
    const rng = random(20261201 + rows)
    let missed = 0
    for (let at = 0; at < worlds; at++) {
      const [low = 0] = levelOf(sampleFor(name, world(rows, 0, rng).right), resampling())?.bounds(0.95) ?? []
      missed += Number(low > 1e-12)
    }
    expect(missed / worlds).toBeGreaterThan(0.005)
    expect(missed / worlds).toBeLessThan(mostOf(worlds))
  })

  it.each([
    [50, 0.5],
    [200, 0.1],
    [200, 0.5],
    [1000, 0.3],
  ])(
    'of %i rows, a share of %d positive, whose scores know nothing, the KS statistic is above 0 in a twentieth of worlds',
    (rows, share) => {
      const worlds = 1000
      const rng = random(20261203 + rows)
      let missed = 0
      for (let at = 0; at < worlds; at++) {
        const score = Float64Array.from({ length: rows }, () => rng.next())
        const y = Uint8Array.from(score, () => Number(rng.next() < share))
        const sample = sampleFor('ks_statistic', { task: 'binary', y, score, predicted: y })
        missed += Number((levelOf(sample, resampling())?.bounds(0.95)[0] ?? 0) > 0)
      }
      expect(missed / worlds).toBeGreaterThan(0.005)
      expect(missed / worlds).toBeLessThan(mostOf(worlds))
    },
  )

  it.each([200, 1000])('of %i rows, how much an error rose from 0 is bounded from above, and how much it fell to 0 from below', (rows) => {
    const [worlds, off] = [600, 0.2]
    const rng = random(20261202 + rows)
    const missed = { rise: 0, fall: 0 }
    for (let at = 0; at < worlds; at++) {
      const { right, wrong } = world(rows, off, rng)
      const [good, bad] = [sampleFor('ece', right), sampleFor('ece', wrong)]
      const rise = changeBetween(good, bad, resampling())?.test?.bounds(0.95, 0)[1] ?? 0
      const fall = changeBetween(bad, good, resampling())?.test?.bounds(0.95, 0)[0] ?? 0
      missed.rise += Number(rise < off)
      missed.fall += Number(fall > -off)
    }
    expect(missed.rise / worlds).toBeLessThan(mostOf(worlds))
    expect(missed.fall / worlds).toBeLessThan(mostOf(worlds))
  })

  it('a rise from 0 to what is far off in every bin is held by its upper bound, where the answers of both models hang together by chance alone', () => {
    const [worlds, rows, off] = [1200, 1000, 0.1]
    const rng = random(20261212)
    let missed = 0
    for (let at = 0; at < worlds; at++) {
      const [one, other] = [0, 1].map(() => Float64Array.from({ length: rows }, () => 0.2 + 0.2 * rng.next()))
      if (!one || !other) throw new Error('two models')
      // each model knows one of two things on which the truth depends, and tells the mean over the other one
      const y = Uint8Array.from(one, (p, i) => Number(rng.next() < p + (other[i] ?? 0) - 0.3))
      const [right, wrong] = [one, other.map((p) => p + off)].map((score) => sampleFor('ece', { task: 'binary', y, score, predicted: y }))
      if (!right || !wrong) throw new Error('two models')
      missed += Number((changeBetween(right, wrong, resampling())?.test?.bounds(0.95, 0)[1] ?? 0) < off)
    }
    expect(missed / worlds).toBeLessThan(0.04)
  })

  it.each([0, 0.5, 1, 2, 3, 5])(
    'of 600 rows in six bins, each off by %d standard deviations, a lower bound is above the truth no more often',
    (by) => {
      const [worlds, rows] = [1500, 600]
      const off = by * Math.sqrt((0.21 * 6) / rows)
      const rng = random(20261204 + by)
      let missed = 0
      for (let at = 0; at < worlds; at++) {
        const told = Float64Array.from({ length: rows }, () => 0.1 + 0.4 * rng.next())
        const y = Uint8Array.from(told, (p) => Number(rng.next() < p + off))
        const sample = sampleFor('ece', { task: 'binary', y, score: told, predicted: y })
        missed += Number((levelOf(sample, resampling())?.bounds(0.95)[0] ?? 1) > off + 1e-12)
      }
      expect(missed / worlds).toBeLessThan(mostOf(worlds))
      // where no sign is in doubt nothing is left to chance but the rows
      if (by === 5) expect(missed / worlds).toBeGreaterThan(0.03)
    },
  )

  it('where nothing is there, all bins together are shown to be less off than each of them by itself, but not of groups, which may hang together', () => {
    const worlds = 100
    const rng = random(20261207)
    let [together, alone] = [0, 0]
    for (let at = 0; at < worlds; at++) {
      const { right } = world(1000, 0, rng)
      const upper = (scores: BinaryScores) => levelOf(sampleFor('ece', scores), resampling())?.bounds(0.975)[1] ?? Number.NaN
      together += upper(right)
      alone += upper({ ...right, group: Int32Array.from(right.y, (_, i) => i) })
    }
    expect(together / alone).toBeLessThan(0.92)
    expect(together / alone).toBeGreaterThan(0.6)
  })

  it('what is far off is found: of 1,000 rows off by 0.2, the lower bound is half of that at least', () => {
    const [low = 0, high = 0] = levelOf(sampleFor('ece', world(1000, 0.2, random(1)).wrong), resampling())?.bounds(0.95) ?? []
    expect(low).toBeGreaterThan(0.1)
    expect(high).toBeGreaterThan(0.2)
  })
})
