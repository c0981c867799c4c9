/** Rows that are drawn at once are drawn as one by one, as far as expectation, covariance and what is read from them go. */
import { describe, expect, it } from 'vitest'
import { populations } from '../../../bench/simulate-gate/coverage.ts'
import { draw } from '../../../bench/simulate-gate/populations.ts'
import { metrics, sampleOf } from '../../../src/core/metrics/table.ts'
import { ofClasses, ofErrors } from '../../../src/core/metrics/unseen.ts'
import { viewOf } from '../../../src/core/metrics/view.ts'
import { gamma } from '../../../src/core/stats/dirichlet.ts'
import { lumpedRows } from '../../../src/core/stats/lumped-rows.ts'
import { random } from '../../../src/core/stats/random.ts'
import { unseenBounds } from '../../../src/core/stats/unseen.ts'

const rng = random(7)
const rows = 3000
const columns = [
  Float64Array.from({ length: rows }, () => rng.normal() ** 2),
  Float64Array.from({ length: rows }, () => rng.normal() - 3),
  new Float64Array(rows).fill(1),
]

describe('a lump of rows', () => {
  it('keeps the largest, whatever their order', () => {
    const by = Float64Array.from({ length: rows }, (_, i) => (i * 7919) % rows)
    const { kept } = lumpedRows([by], by, 10)
    expect([...(kept[0] ?? [])]).toEqual([2999, 2998, 2997, 2996, 2995, 2994, 2993, 2992, 2991, 2990])
  })

  it('is nothing where all rows are kept', () => {
    const few = [Float64Array.of(3, 1, 2)]
    const { kept, addRest } = lumpedRows(few, Float64Array.of(3, 1, 2), 10)
    const sums = new Float64Array(1)
    addRest(() => Number.NaN, sums)
    expect([[...(kept[0] ?? [])].sort(), sums[0]]).toEqual([[1, 2, 3], 0])
  })

  it('has the expectation and the covariance of rows that are drawn one by one', () => {
    const { kept, addRest } = lumpedRows(columns, columns[0] ?? new Float64Array(), 0)
    expect(kept[0]?.length).toBe(0)
    const source = random(8)
    const size = 4000
    const drawn = Array.from({ length: size }, () => {
      const sums = new Float64Array(3)
      addRest((shape) => gamma(source, shape), sums)
      return sums
    })
    const mean = (j: number) => drawn.reduce((sum, one) => sum + (one[j] ?? 0), 0) / size
    const total = (of: (i: number) => number) => Array.from({ length: rows }, (_, i) => of(i)).reduce((sum, x) => sum + x, 0)
    const at = (j: number, i: number) => columns[j]?.[i] ?? 0
    const means = [0, 1, 2].map(mean)
    for (let j = 0; j < 3; j++) {
      const spread = Math.sqrt(total((i) => at(j, i) ** 2))
      expect(Math.abs((means[j] ?? 0) - total((i) => at(j, i))) / spread).toBeLessThan(4 / Math.sqrt(size))
      for (let k = 0; k <= j; k++) {
        const covariance = drawn.reduce((sum, one) => sum + ((one[j] ?? 0) - (means[j] ?? 0)) * ((one[k] ?? 0) - (means[k] ?? 0)), 0) / size
        const other = Math.sqrt(total((i) => at(k, i) ** 2))
        // of a correlation of such draws the error is below √(2/size)
        expect(Math.abs(covariance - total((i) => at(j, i) * at(k, i))) / (spread * other)).toBeLessThan(4 * Math.sqrt(2 / size))
      }
    }
  })
})

describe('bounds of squared errors among 1,500 rows', () => {
  const pair = populations['amounts, some far off']
  if (!pair) throw new Error('there is such a population')
  const view = viewOf(draw(pair, 1500, random(5)).candidate)

  it.each(['r2', 'explained_variance', 'rmse'])('of %s are those of rows that are drawn one by one', (name) => {
    const metric = metrics[name]
    const sample = metric && sampleOf(metric, view)
    if (sample?.kind !== 'moments') throw new Error('it is a function of sums')
    const bounds = [Number.POSITIVE_INFINITY, 0].map((alone) => {
      const made = ofErrors(sample.columns, sample.of, null, alone)
      if (!made) throw new Error('there are draws')
      return unseenBounds(made, sample.value.value ?? 0)
    })
    for (const level of [0.95, 0.975]) {
      const [exact, lumped] = bounds.map((of) => of(level))
      const width = (exact?.[1] ?? 0) - (exact?.[0] ?? 0)
      // draws differ, and quantiles of 2,000 of them are known to a tenth of the width
      for (const end of [0, 1] as const) expect(Math.abs((lumped?.[end] ?? 0) - (exact?.[end] ?? 9)) / width).toBeLessThan(0.1)
    }
  })
})

it('bounds of a metric of twenty positives among 3,000 rows are those of rows that are drawn one by one', () => {
  const source = random(6)
  const y = Uint8Array.from({ length: rows }, (_, i) => Number(i % 150 === 0))
  const score = Float64Array.from(y, (label) => 1 / (1 + Math.exp(3.5 - 2 * label - source.normal())))
  const metric = metrics.brier_skill
  const sample = metric && sampleOf(metric, viewOf({ task: 'binary', y, score, predicted: new Uint8Array(rows) }))
  if (sample?.kind !== 'moments') throw new Error('it is a function of sums')
  const surely = (squared: number) => [[squared, 0, 1] as const, [squared, 1, 0] as const] as const
  const [exact, lumped] = [Number.POSITIVE_INFINITY, 0].map((alone) => {
    const made = ofClasses(y, sample.columns, sample.of, surely(1), surely(0), alone)
    if (!made) throw new Error('there are draws')
    return unseenBounds(made, sample.value.value ?? 0)(0.95)
  })
  const width = (exact?.[1] ?? 0) - (exact?.[0] ?? 0)
  expect(width).toBeGreaterThan(0.05)
  for (const end of [0, 1] as const) expect(Math.abs((lumped?.[end] ?? 0) - (exact?.[end] ?? 9)) / width).toBeLessThan(0.1)
})
