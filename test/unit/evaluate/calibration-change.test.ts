/** The change of a calibration error in bins, and of the KS statistic with few positives: worlds are drawn from the populations of bench/simulate-gate, of which each change is known. */
import { describe, expect, it } from 'vitest'
import { populations, worsePopulations } from '../../../bench/simulate-gate/coverage.ts'
import { draw, truthOf } from '../../../bench/simulate-gate/populations.ts'
import { changeBetween } from '../../../src/core/evaluate/change.ts'
import { levelOf } from '../../../src/core/evaluate/level.ts'
import { resampling } from '../../../src/core/evaluate/resampling.ts'
import { isRowSample } from '../../../src/core/evaluate/statistic.ts'
import type { BinaryScores, Scores } from '../../../src/core/metrics/scores.ts'
import { random } from '../../../src/core/stats/random.ts'
import { sampleFor } from './support.ts'

const testOf = (name: string, before: Scores, after: Scores) =>
  changeBetween(sampleFor(name, before), sampleFor(name, after), resampling())?.test ?? null

const holds = ([low, high]: readonly [number, number], truth: number) => Number(low <= truth && truth <= high)

/** How often the interval of 95 % of the change, and that of a bootstrap over rows, hold what is true of the population. */
function coverage(population: string, name: string, rows: number, worlds: number, byDraws: boolean) {
  const pair = populations[population] ?? worsePopulations[population]
  if (!pair) throw new Error(`no population ${population}`)
  const truth = (truthOf(pair.candidate, name) ?? Number.NaN) - (truthOf(pair.baseline, name) ?? Number.NaN)
  const rng = random(20261129)
  let [made, held, byBootstrap] = [0, 0, 0]
  for (let world = 0; world < worlds; world++) {
    const { baseline, candidate } = draw(pair, rows, rng)
    const test = testOf(name, baseline, candidate)
    if (!test) continue
    made += 1
    held += holds(test.bounds(0.975, Number.NaN), truth)
    const [was, is] = [sampleFor(name, baseline), sampleFor(name, candidate)]
    if (byDraws && isRowSample(was) && isRowSample(is)) byBootstrap += holds(resampling().rows(is, was)?.bounds(0.975) ?? [0, 0], truth)
  }
  return { made, held: held / made, byBootstrap: byBootstrap / made }
}

function worldOf(population: string, rows: number, seed: number) {
  const pair = populations[population] ?? worsePopulations[population]
  if (!pair) throw new Error(`no population ${population}`)
  return draw(pair, rows, random(seed))
}

const leastOf = (made: number) => 0.95 - 3 * Math.sqrt((0.95 * 0.05) / made)

describe('the change of a calibration error', () => {
  it.each(['weight', 'group'] as const)('of the largest has a p of rows with a %s too, however many bins are looked at', (besides) => {
    const { baseline, candidate } = worldOf('binary, 5 % positives, one model worse', 2000, 7)
    const given = {
      weight: { weight: new Float64Array(2000).fill(2) },
      group: { group: Int32Array.from({ length: 2000 }, (_, i) => i % 400) },
    }
    const test = testOf('mce', { ...baseline, ...given[besides] }, { ...candidate, ...given[besides] })
    expect(test?.below(0)).toBeGreaterThan(0)
    expect(test?.above(0)).toBeLessThan(1)
  })

  it.each([
    ['binary, 5 % positives, one model worse', 'ece_excess'],
    ['binary, 5 % positives, one model worse', 'mce'],
    ['three classes, one model worse', 'ece_excess'],
    ['three classes, one model worse', 'mce'],
  ])('of 200 rows of "%s", %s holds the truth, which a bootstrap does too seldom', (population, name) => {
    const { made, held, byBootstrap } = coverage(population, name, 200, 60, true)
    expect(held).toBeGreaterThan(leastOf(made))
    expect(byBootstrap).toBeLessThan(0.85)
  })

  it.each([
    ['three classes, one model worse', 'classwise_ece'],
    ['binary, 30 % positives', 'ece'],
    ['binary, nearly perfect', 'mce'],
  ])('of 50 rows of "%s", %s holds the truth', (population, name) => {
    const { made, held } = coverage(population, name, 50, 80, false)
    expect(held).toBeGreaterThan(leastOf(made))
  })

  /** Probabilities of which every bin is off by `off`. */
  const offBy = (off: number, rows = 2000): BinaryScores => {
    const source = random(6)
    const y = Uint8Array.from({ length: rows }, () => source.below(2))
    const score = Float64Array.from(y, (_, i) => 0.5 + off + ((i * 7) % 10) / 1000)
    return { task: 'binary', y, score, predicted: y }
  }

  it.each(['ece', 'ece_excess', 'mce'])('%s: what is far worse is certainly worse, and far better is proven better', (name) => {
    const [good, bad] = [offBy(0.01), offBy(0.3)]
    const [rise, fall] = [testOf(name, good, bad), testOf(name, bad, good)]
    expect(rise?.above(0.1)).toBeLessThan(0.001)
    expect(fall?.below(-0.1)).toBeLessThan(0.001)
    const [low = 0, high = 0] = rise?.bounds(0.975, Number.NaN) ?? []
    expect(low).toBeGreaterThan(0.15)
    expect(high).toBeLessThan(0.4)
  })

  it.each(['ece', 'ece_excess', 'mce'])('%s: p-value and bound are of one test', (name) => {
    const { baseline, candidate } = worldOf('binary, 30 % positives, one model worse', 400, 3)
    const test = testOf(name, baseline, candidate)
    const [low = 0, high = 0] = test?.bounds(0.95, 0) ?? []
    expect(test?.above(low)).toBeCloseTo(0.05, 6)
    expect(test?.below(high)).toBeCloseTo(0.05, 6)
    expect(high).toBeGreaterThan(low)
  })

  it('where both models are far off, no sign is in doubt, and a rise is found in nine of ten worlds of 1,000 rows', () => {
    const rng = random(20261130)
    const worlds = 150
    const sharper = (p: number, by: number) => 1 / (1 + ((1 - p) / p) ** by)
    let found = 0
    for (let world = 0; world < worlds; world++) {
      const truth = Float64Array.from({ length: 1000 }, () => 0.02 + 0.96 * rng.next())
      const y = Uint8Array.from(truth, (p) => Number(rng.next() < p))
      const saying = (by: number): BinaryScores => ({ task: 'binary', y, score: truth.map((p) => sharper(p, by)), predicted: y })
      found += Number((testOf('ece', saying(2), saying(3))?.above(0) ?? 1) <= 0.05)
    }
    expect(found / worlds).toBeGreaterThan(0.89)
  })

  it('between equal models that are about calibrated, no rise is larger than the error of one of them may be', () => {
    const { baseline, candidate } = worldOf('three classes', 1000, 6)
    const level = levelOf(sampleFor('ece', candidate), resampling())?.bounds(0.975)[1] ?? Number.NaN
    expect(testOf('ece', baseline, candidate)?.bounds(0.975, Number.NaN)[1]).toBeCloseTo(level, 12)
  })

  it('models that answer nearly alike are as near to each other as their probabilities are', () => {
    const { baseline, candidate } = worldOf('binary, 30 % positives', 1000, 4)
    if (candidate.task !== 'binary' || !candidate.score) throw new Error('it has probabilities')
    const moved = { ...candidate, score: candidate.score.map((p) => p + (p < 0.5 ? 1e-4 : -1e-4)) }
    const [low = -1, high = 1] = testOf('ece', candidate, moved)?.bounds(0.975, Number.NaN) ?? []
    const [own = 0, others = 0] = testOf('ece', candidate, baseline)?.bounds(0.975, Number.NaN) ?? []
    expect(high - low).toBeLessThan((others - own) / 3)
  })

  it.each(['ece', 'mce'])('%s: five copies of each row, as groups, or a weight of five, are no more evidence', (name) => {
    const pair = worldOf('binary, 30 % positives, one model worse', 300, 5)
    const copied = (scores: Scores): BinaryScores => {
      if (scores.task !== 'binary' || !scores.score) throw new Error('it has probabilities')
      const at = Array.from({ length: 1500 }, (_, i) => Math.floor(i / 5))
      return {
        task: 'binary',
        y: Uint8Array.from(at, (i) => scores.y[i] ?? 0),
        score: Float64Array.from(at, (i) => scores.score?.[i] ?? 0),
        predicted: Uint8Array.from(at, (i) => scores.predicted[i] ?? 0),
        group: Int32Array.from(at),
      }
    }
    const width = (before: Scores, after: Scores) => {
      const [low = 0, high = 0] = testOf(name, before, after)?.bounds(0.975, Number.NaN) ?? []
      return high - low
    }
    const once = width(pair.baseline, pair.candidate)
    expect(width(copied(pair.baseline), copied(pair.candidate)) / once).toBeGreaterThan(0.93)
    const heavy = (scores: Scores): Scores => ({ ...scores, weight: new Float64Array(300).fill(5) })
    expect(width(heavy(pair.baseline), heavy(pair.candidate)) / once).toBeGreaterThan(0.93)
  })
})

describe('the change of the KS statistic', () => {
  it('of 50 rows with two or three positives holds the truth', () => {
    const { made, held } = coverage('binary, 5 % positives', 'ks_statistic', 50, 200, false)
    expect(made).toBeGreaterThan(150)
    expect(held).toBeGreaterThan(leastOf(made))
  })
})
