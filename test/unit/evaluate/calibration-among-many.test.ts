/** The change of a calibration error in one slice of many: how often a rise is called, and whether the interval holds it. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { changeAmongMany } from '../../../src/core/evaluate/among-many.ts'
import { calibrationChange } from '../../../src/core/evaluate/calibration-change.ts'
import type { Test } from '../../../src/core/evaluate/change-test.ts'
import { resampling } from '../../../src/core/evaluate/resampling.ts'
import type { BinaryScores } from '../../../src/core/metrics/scores.ts'
import { normalCdf } from '../../../src/core/stats/normal.ts'
import { clopperPearson } from '../../../src/core/stats/proportion.ts'
import { type Random, random } from '../../../src/core/stats/random.ts'
import { sampleFor } from './support.ts'

interface World {
  readonly y: Uint8Array
  readonly before: Float64Array
  readonly after: Float64Array
}

/** Two models, calibrated both: each knows what is shared and a part of its own. @param own how much of it */
function calibrated(rows: number, rng: Random, own: readonly [number, number] = [0.4, 0.4], [centre, apart] = [-0.8, 1.2]): World {
  const world = { y: new Uint8Array(rows), before: new Float64Array(rows), after: new Float64Array(rows) }
  const [first, second] = own
  for (let i = 0; i < rows; i++) {
    const shared = apart * rng.normal() + centre
    const [a, b] = [first * rng.normal(), second * rng.normal()]
    world.y[i] = shared + a + b + rng.normal() > 0 ? 1 : 0
    world.before[i] = normalCdf((shared + a) / Math.hypot(1, second))
    world.after[i] = normalCdf((shared + b) / Math.hypot(1, first))
  }
  return world
}

const moved = (by: (logit: number) => number) => (p: number) => 1 / (1 + Math.exp(-by(Math.log(p / (1 - p)))))
const overconfident = moved((logit) => 2 * logit)

/** Of a tenth of all rows that were right, the answer is turned round. */
const turned = ({ y, before, after }: World, rng: Random): World => ({
  y,
  before,
  after: after.map((p, i) => (p >= 0.5 === (y[i] === 1) && rng.next() < 0.125 ? 1 - p : p)),
})

const worlds: Readonly<Record<string, (rows: number, rng: Random) => World>> = {
  'calibrated both': calibrated,
  'calibrated both, one of which knows less': (rows, rng) => calibrated(rows, rng, [1.3, 0.3]),
  'too certain both': (rows, rng) => {
    const { y, before, after } = calibrated(rows, rng)
    return { y, before: before.map(overconfident), after: after.map(overconfident) }
  },
  'of which the candidate is better': (rows, rng) => {
    const { before, ...rest } = calibrated(rows, rng)
    return { ...rest, before: before.map(overconfident) }
  },
  'of which the candidate is too certain': (rows, rng) => {
    const { after, ...rest } = calibrated(rows, rng)
    return { ...rest, after: after.map(overconfident) }
  },
  'of which the candidate has a tenth turned round': (rows, rng) => turned(calibrated(rows, rng), rng),
}

/** As far off on average, four points: the baseline a little everywhere, the candidate in the rows of one end alone. */
const differently =
  (baseline: (p: number) => number, candidate: (p: number) => number, law?: [number, number]) =>
  (rows: number, rng: Random): World => {
    const { y, before, after } = calibrated(rows, rng, undefined, law)
    return { y, before: before.map(baseline), after: after.map(candidate) }
  }
const among = (low: number, by: number) => (p: number) => (p < low ? p + by : p)
const above = (high: number, by: number) => (p: number) => (p > high ? p + by * (1 - p) : p)
const rare: [number, number] = [-2.6, 1]

const spread: Readonly<Record<string, (rows: number, rng: Random) => World>> = {
  'too high, and off below a fifteenth': differently(
    moved((logit) => logit + 0.294),
    among(1 / 15, 0.153),
  ),
  'too low, and off below a fifteenth': differently(
    moved((logit) => logit - 0.307),
    among(1 / 15, 0.153),
  ),
  'too low, and off above a half': differently(
    moved((logit) => logit - 0.307),
    above(0.5, 0.555),
  ),
  'too low, and off below a fifteenth, of rare positives': differently(
    moved((logit) => logit - 2.81),
    among(1 / 15, 0.0486),
    rare,
  ),
}

const scoresOf = (y: Uint8Array, score: Float64Array, more: Partial<BinaryScores> = {}): BinaryScores => ({
  task: 'binary',
  y,
  score,
  predicted: Uint8Array.from(score, (p) => (p >= 0.5 ? 1 : 0)),
  ...more,
})

function samplesOf({ y, before, after }: World, name = 'ece', more: Partial<BinaryScores> = {}) {
  const [was, is] = [before, after].map((score) => sampleFor(name, scoresOf(y, score, more)))
  if (was?.kind !== 'weighted' || is?.kind !== 'weighted') throw new Error('a calibration error')
  return { was, is, value: (is.value.value ?? 0) - (was.value.value ?? 0) }
}

function testOf(world: World, name = 'ece', more: Partial<BinaryScores> = {}): Test {
  const { was, is } = samplesOf(world, name, more)
  const test = changeAmongMany(was, is, resampling(null, 200))?.test
  if (!test) throw new Error('a test')
  return test
}

const drawnWorld = (name: string, rows: number, seed: number): World => {
  const make = worlds[name]
  if (!make) throw new Error(name)
  return make(rows, random(seed))
}

function truthOf(name: string): number {
  return samplesOf(drawnWorld(name, 200_000, 1)).value
}

describe('a rise of a calibration error', () => {
  it.each(['calibrated both', 'calibrated both, one of which knows less', 'too certain both', 'of which the candidate is better'])(
    'is called in no more worlds than said: models %s',
    (name) => {
      for (const [rows, runs] of [
        [400, 200],
        [60, 200],
      ] as const) {
        const p = Array.from({ length: runs }, (_, seed) => testOf(drawnWorld(name, rows, seed + 1)).above(0))
        for (const level of [0.05, 0.001, 0.00025]) {
          const [least] = clopperPearson(p.filter((one) => one <= level).length, runs, 0.995)
          expect(least, `${rows} rows at ${level}`).toBeLessThanOrEqual(level)
        }
      }
    },
  )

  it.each(Object.keys(spread))(
    'is called in no more worlds than said where both errors are as large, and differently spread: models %s',
    (name) => {
      const make = spread[name]
      if (!make) throw new Error(name)
      expect(Math.abs(samplesOf(make(200_000, random(1))).value)).toBeLessThan(0.003)
      for (const [rows, runs] of [
        [100, 200],
        [1000, 100],
      ] as const) {
        const rng = random(rows)
        const p = Array.from({ length: runs }, () => testOf(make(rows, rng)).above(0))
        for (const level of [0.05, 0.001, 0.00025]) {
          const [least] = clopperPearson(p.filter((one) => one <= level).length, runs, 0.995)
          expect(least, `${rows} rows at ${level}`).toBeLessThanOrEqual(level)
        }
      }
    },
  )

  it('of a tenth of the answers is called in a quarter of slices of 1,000 rows at one in 4,000, by bounds that hold it wherever it lies in fewer', () => {
    const name = 'of which the candidate has a tenth turned round'
    const found = { own: 0, bounds: 0 }
    const runs = 100
    for (let seed = 1; seed <= runs; seed++) {
      const world = drawnWorld(name, 1000, seed)
      const { was, is, value } = samplesOf(world)
      found.own += Number(testOf(world).above(0) <= 0.00025)
      found.bounds += Number((calibrationChange(was, is, value)?.above(0) ?? 1) <= 0.00025)
    }
    expect(found.own).toBeGreaterThan(25)
    expect(found.bounds).toBeLessThan(found.own)
  })

  it.each([...Object.keys(worlds)])('is held by its interval to either side, in 95 of 100 worlds: models %s', (name) => {
    const truth = truthOf(name)
    const runs = 100
    let [below, above, seen] = [0, 0, 0]
    for (let seed = 1; seed <= runs; seed++) {
      const world = drawnWorld(name, 400, seed)
      const [low, high] = testOf(world).bounds(0.95, 0)
      below += Number(low <= truth)
      above += Number(truth <= high)
      seen += Number(truth <= samplesOf(world).value)
    }
    expect(below / runs).toBeGreaterThan(0.95 - 3 * 0.022)
    expect(above / runs).toBeGreaterThan(0.95 - 3 * 0.022)
    // the number that was seen lies below a rise nearly always: that is what the interval has to make up for
    if (truth > 0.05) expect(seen / runs).toBeLessThan(0.1)
  })

  it('has a p-value that falls as more is asked, and says what the bounds say', () => {
    const names = Object.keys(worlds)
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
        fc.integer({ min: 1, max: 1000 }),
        fc.constantFrom('ece', 'ece_excess'),
        fc.double({ min: 0.0001, max: 0.4, noNaN: true }),
        (name, seed, metric, alpha) => {
          const test = testOf(drawnWorld(name, 200, seed), metric)
          const [low, high] = test.bounds(1 - alpha, 0)
          const step = 1e-9
          expect(test.above(low + step)).toBeGreaterThanOrEqual(alpha * 0.999)
          expect(test.above(low - step)).toBeLessThanOrEqual(alpha * 1.001)
          expect(test.below(high - step)).toBeGreaterThanOrEqual(alpha * 0.999)
          expect(test.below(high + step)).toBeLessThanOrEqual(alpha * 1.001)
          let before = 0
          for (let at = -0.3; at <= 0.3; at += 0.02) {
            const p = test.above(at)
            expect(p).toBeGreaterThanOrEqual(before - 1e-12)
            before = p
          }
        },
      ),
      { numRuns: 60 },
    )
  })

  it('of rows that come three times is that of the rows, where they are groups, and of weights that are all 2', () => {
    const world = drawnWorld('of which the candidate has a tenth turned round', 1000, 5)
    const thrice = (values: Float64Array) => Float64Array.from({ length: 3 * values.length }, (_, i) => values[Math.floor(i / 3)] ?? 0)
    const many = { y: Uint8Array.from(thrice(Float64Array.from(world.y))), before: thrice(world.before), after: thrice(world.after) }
    const group = Int32Array.from(many.y, (_, i) => Math.floor(i / 3))
    const [alone, groups, rows] = [testOf(world), testOf(many, 'ece', { group }), testOf(many)]
    expect(groups.groups).toBe(1000)
    expect(Math.log(groups.above(0)) / Math.log(alone.above(0))).toBeGreaterThan(0.7)
    expect(Math.log(groups.above(0)) / Math.log(alone.above(0))).toBeLessThan(1.4)
    // taken for rows they would be far more certain
    expect(rows.above(0)).toBeLessThan(alone.above(0) ** 1.5)
    expect(testOf(world, 'ece', { weight: new Float64Array(1000).fill(2) }).above(0)).toBeCloseTo(alone.above(0), 12)
  })

  it('of models that answer alike is none', () => {
    const { y, before } = drawnWorld('calibrated both', 200, 3)
    const { was, is } = samplesOf({ y, before, after: before })
    const change = changeAmongMany(was, is, resampling(null, 200))
    expect(change?.value).toBe(0)
    expect(change?.test?.above(0) ?? 0.5).toBeGreaterThanOrEqual(0.5)
  })
})
