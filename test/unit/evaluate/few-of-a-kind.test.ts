/** Intervals of a confusion table in which a kind of answer is rare, or not there at all. */
import { describe, expect, it } from 'vitest'
import { levelOf } from '../../../src/core/evaluate/level.ts'
import { resampling } from '../../../src/core/evaluate/resampling.ts'
import { classCounts, fBeta } from '../../../src/core/metrics/confusion.ts'
import type { BinaryScores } from '../../../src/core/metrics/scores.ts'
import { metrics, sampleOf } from '../../../src/core/metrics/table.ts'
import { viewOf } from '../../../src/core/metrics/view.ts'
import { betaQuantile } from '../../../src/core/stats/beta.ts'
import { cellBootstrap } from '../../../src/core/stats/cell-bootstrap.ts'
import { dirichletQuantiles } from '../../../src/core/stats/dirichlet.ts'
import { type Random, random } from '../../../src/core/stats/random.ts'

/** tn, fp, fn, tp */
type Counts = readonly [number, number, number, number]

function scores([tn, fp, fn, tp]: Counts): BinaryScores {
  const rows = [...Array(tn).fill([0, 0]), ...Array(fp).fill([0, 1]), ...Array(fn).fill([1, 0]), ...Array(tp).fill([1, 1])]
  return { task: 'binary', y: Uint8Array.from(rows, ([y]) => y), predicted: Uint8Array.from(rows, ([, said]) => said), score: null }
}

function levelAt(name: 'f1' | 'fbeta' | 'jaccard' | 'mcc' | 'kappa' | 'balanced_accuracy', counts: Counts) {
  const metric = metrics[name]
  if (metric === undefined) throw new Error(`no metric ${name}`)
  const sample = sampleOf(metric, viewOf(scores(counts)))
  const level = levelOf(sample, resampling())
  if (level === null) throw new Error('there is no interval')
  return { value: sample.value.value ?? Number.NaN, method: level.method, bounds: level.bounds(0.975) }
}

const f1 = (table: Float64Array): number => fBeta(1)(classCounts(table, 2, 1)).value ?? Number.NaN

describe('quantiles over the Dirichlet distribution of counts', () => {
  it.each([
    [0, 20],
    [1, 9],
    [3, 40],
    [17, 5],
  ])('of one share, %i and %i, are those of Jeffreys’ interval', (hits, others) => {
    const quantile = dirichletQuantiles([hits, others], ([share = 0]) => share)
    for (const p of [0.025, 0.25, 0.5, 0.9, 0.975]) {
      const exact = betaQuantile(p, hits + 0.5, others + 0.5)
      // four standard errors of a quantile of 4,000 draws, on the scale of p
      const [low, high] = [p - 4 * Math.sqrt((p * (1 - p)) / 4000), p + 4 * Math.sqrt((p * (1 - p)) / 4000)]
      expect(quantile(p), `${p}: ${exact}`).toBeGreaterThanOrEqual(betaQuantile(Math.max(1e-9, low), hits + 0.5, others + 0.5))
      expect(quantile(p), `${p}: ${exact}`).toBeLessThanOrEqual(betaQuantile(Math.min(1 - 1e-9, high), hits + 0.5, others + 0.5))
    }
  })

  it('are the same for the same counts', () => {
    const [one, two] = [1, 2].map(() => dirichletQuantiles([3, 0, 5, 40], f1))
    expect(one?.(0.9)).toBe(two?.(0.9))
  })
})

describe('a level of a table in which a kind is rare', () => {
  it('is no certainty where no positive row was found: the bootstrap knows of none', () => {
    const table = Float64Array.of(47, 1, 2, 0)
    expect(cellBootstrap(table, f1).bounds(0.975)).toEqual([0, 0])
    const { value, method, bounds } = levelAt('f1', [47, 1, 2, 0])
    expect({ value, method, low: bounds[0] }).toEqual({ value: 0, method: 'dirichlet', low: 0 })
    // two of three rows would do for an F1 of 0.5
    expect(bounds[1]).toBeGreaterThan(0.3)
    expect(bounds[1]).toBeLessThan(0.9)
  })

  it.each(['f1', 'fbeta', 'jaccard', 'mcc', 'kappa', 'balanced_accuracy'] as const)(
    '%s without an error ends at 1, and begins below it',
    (name) => {
      const { value, bounds } = levelAt(name, [30, 0, 0, 10])
      expect(value).toBe(1)
      expect(bounds[1]).toBe(1)
      expect(bounds[0]).toBeGreaterThan(0.5)
      expect(bounds[0]).toBeLessThan(0.99)
    },
  )

  it('of which every kind has thirty rows is BCa', () => {
    expect(levelAt('f1', [300, 30, 30, 100]).method).toBe('bca')
    expect(levelAt('f1', [300, 29, 30, 100]).method).toBe('dirichlet')
  })

  it.each([
    { rows: 50, worlds: 300, bootstrap: 0.6 },
    { rows: 200, worlds: 300, bootstrap: 0.88 },
  ])(
    'F1 of $rows rows with 5 % positives holds the truth, which the bootstrap does in less than $bootstrap of worlds',
    ({ rows, worlds, bootstrap }) => {
      // a sixth of the positive rows are found
      const shares: Counts = [0.94, 0.01, 0.042, 0.008]
      const truth = f1(Float64Array.from(shares))
      const rng = random(20260101)
      let [held, byBootstrap, made] = [0, 0, 0]
      for (let world = 0; world < worlds; world++) {
        const counts = drawn(shares, rows, rng)
        // undefined: neither a positive row nor a positive answer
        if (counts[1] + counts[2] + counts[3] === 0) continue
        made += 1
        const { bounds } = levelAt('f1', counts)
        const [low, high] = cellBootstrap(Float64Array.from(counts), f1).bounds(0.975)
        held += Number(bounds[0] <= truth && truth <= bounds[1])
        byBootstrap += Number(low <= truth && truth <= high)
      }
      // three standard errors below 95 %
      expect(held / made).toBeGreaterThan(0.95 - 3 * Math.sqrt((0.95 * 0.05) / made))
      expect(byBootstrap / made).toBeLessThan(bootstrap)
    },
  )
})

function drawn(shares: Counts, rows: number, rng: Random): Counts {
  const counts: [number, number, number, number] = [0, 0, 0, 0]
  for (let i = 0; i < rows; i++) {
    const u = rng.next()
    const cell = u < shares[0] ? 0 : u < shares[0] + shares[1] ? 1 : u < shares[0] + shares[1] + shares[2] ? 2 : 3
    counts[cell] += 1
  }
  return counts
}
