import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { andersonDarling } from '../../../src/core/drift/anderson-darling.ts'
import { cauchyCombination } from '../../../src/core/drift/cauchy-combination.ts'
import { chiSquare } from '../../../src/core/drift/chi-square.ts'
import { columnCells } from '../../../src/core/drift/column-cells.ts'
import { homogeneity } from '../../../src/core/drift/homogeneity.ts'
import { jensenShannon } from '../../../src/core/drift/jensen-shannon.ts'
import { populationStability } from '../../../src/core/drift/population-stability.ts'
import type { ColumnProfile } from '../../../src/core/schema/profile.ts'
import { random } from '../../../src/core/stats/random.ts'
import { labels, numbers, rows } from './support.ts'

function cellsOf(before: readonly (number | null)[], now: readonly (number | null)[]) {
  const reference = numbers('x', before)
  return both(reference, numbers('x', now, reference.numeric?.edges))
}
function both(reference: ColumnProfile, current: ColumnProfile) {
  const cells = columnCells(reference, current)
  if (cells === null) throw new Error('no cells')
  return cells
}
const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0)
const ramp = (n: number, from = 0) => Array.from({ length: n }, (_, i) => from + i)

describe('cells of a number column', () => {
  it('are ten parts of the reference, each about a tenth', () => {
    const { coarse } = cellsOf(ramp(1000), ramp(1000, 100))
    expect(coarse.reference).toEqual(new Array(10).fill(100))
    expect(coarse.current).toEqual([0, 100, 100, 100, 100, 100, 100, 100, 100, 200])
  })

  it('are fewer where rows are few: ten rows of the smaller side each', () => {
    expect(cellsOf(ramp(1000), ramp(40)).coarse.reference).toHaveLength(4)
    expect(cellsOf(ramp(1000), ramp(5)).coarse.reference).toHaveLength(1)
  })

  it('give a frequent value its own cell, and missing and infinite ones theirs', () => {
    const zeros = new Array<number>(400).fill(0)
    const odd = [null, null, Number.NaN, Infinity]
    const { coarse, fine, spikes } = cellsOf([...zeros, ...ramp(596, 1), ...odd], [...zeros, ...ramp(596, 1), ...odd])
    expect(spikes).toMatchObject([{ a: 400, b: 400, value: 0 }])
    expect(coarse.reference.slice(-2)).toEqual([1, 3])
    expect(sum(coarse.reference)).toBe(1000)
    expect(fine?.places).toBeNull() // no distance can be measured to infinity
    expect(sum(fine?.reference ?? [])).toBe(997)
  })

  it('a spike that the other side does not list counts there as the most it can be, and never as negative rows', () => {
    const { spikes, coarse } = cellsOf(ramp(1000), [...ramp(900), ...new Array<number>(100).fill(500)])
    expect(spikes).toMatchObject([{ value: 500, b: 101, a: 4 }])
    expect(sum(coarse.reference)).toBe(1000)
    expect(sum(coarse.current)).toBe(1000)
  })

  it('keep every row, whatever the data (200 random columns)', () => {
    const value = fc.oneof(
      fc.constant(null),
      fc.constantFrom(0, -1, 999),
      fc.integer({ min: -50, max: 50 }),
      fc.constantFrom(Infinity, -Infinity),
    )
    fc.assert(
      fc.property(fc.array(value, { minLength: 20, maxLength: 300 }), fc.array(value, { minLength: 20, maxLength: 300 }), (before, now) => {
        const { coarse, fine } = cellsOf(before, now)
        expect([sum(coarse.reference), sum(coarse.current)]).toEqual([before.length, now.length])
        const present = (values: readonly (number | null)[]) => values.filter((one) => one !== null).length
        expect([sum(fine?.reference ?? []), sum(fine?.current ?? [])]).toEqual([present(before), present(now)])
      }),
      { numRuns: 200, seed: 1 },
    )
  })

  it('refuse profiles that were counted at different edges', () => {
    expect(() => columnCells(numbers('x', ramp(100)), numbers('x', ramp(100, 5)))).toThrow('different edges')
  })
})

describe('cells of a category column', () => {
  it('are its levels, with the rare ones of both sides pooled and nothing lost', () => {
    const { coarse, fine } = both(
      labels('c', [...rows({ a: 500, b: 300, c: 18, d: 3 }), null]),
      labels('c', rows({ a: 480, b: 320, c: 16, e: 4 })),
    )
    expect(fine).toBeNull()
    expect(coarse.reference).toEqual([500, 300, 18, 3, 1])
    expect(coarse.current).toEqual([480, 320, 16, 4, 0])
  })

  it('a level that the other side does not list counts there as the most it can be', () => {
    const { coarse } = both(labels('c', rows({ a: 500, x: 2, y: 2, z: 2 })), labels('c', rows({ a: 400, b: 100 })))
    expect(coarse.reference).toEqual([500, 4, 2])
    expect(coarse.current).toEqual([400, 100, 0])
  })

  it('labels that there was no room for have what was left out between them', () => {
    // of many columns only the most frequent labels of each side are kept
    const kept = (counts: Readonly<Record<string, number>>, room: number): ColumnProfile => {
      const column = labels('c', rows(counts))
      const { top = [] } = column.categories ?? {}
      const [listed, left] = [top.slice(0, room), top.slice(room)]
      const categories = { top: listed, other_count: left.reduce((sum, { count }) => sum + count, 0), distinct: top.length }
      return { ...column, categories: { ...categories, most_unlisted: left[0]?.count ?? 0 } }
    }
    const { coarse } = both(kept({ a: 300, b: 130, d: 120, e: 110 }, 4), kept({ a: 300, b: 120, d: 90, e: 90 }, 1))
    // 300 rows are left out, none of more than 120: not 120 of two, and 60 of the third
    expect(coarse.reference).toEqual([300, 130, 120, 110])
    expect(coarse.current).toEqual([300, 108, 100, 92])
  })

  it('cannot be laid over numbers', () => {
    expect(columnCells(labels('c', rows({ a: 500 })), numbers('c', ramp(100)))).toBeNull()
    expect(columnCells(numbers('c', ramp(100)), labels('c', rows({ a: 500 })))).toBeNull()
  })
})

describe('edges of the statistics', () => {
  it('one cell: no shift, p = 1', () => {
    expect(chiSquare([500], [300])).toMatchObject({ statistic: 0, df: 0, p: 1, v: 0, sparse: false })
    expect(jensenShannon([500], [300]).corrected).toBe(0)
    expect(andersonDarling([500], [300])).toEqual({ statistic: 0, p: 1 })
    expect(homogeneity([500, 0], [300, 0]).p).toBe(1)
    expect(cauchyCombination([1, 1])).toBe(1)
  })

  it('disjoint support: JS* is 1 at every size', () => {
    expect(jensenShannon([1000, 0], [0, 1000])).toEqual({ distance: 1, corrected: 1 })
    expect(jensenShannon([3, 0, 2], [0, 4, 0]).corrected).toBe(1)
    expect(chiSquare([1000, 0], [0, 1000])).toMatchObject({ statistic: 2000, df: 1, p: 0 })
  })

  it('an empty side is refused, so are cells that differ and counts that are none', () => {
    expect(() => chiSquare([0, 0], [1, 2])).toThrow('no shares')
    expect(() => jensenShannon([1, 2], [1])).toThrow('cells differ: 2 and 1')
    expect(() => populationStability([1, Number.NaN], [1, 1])).toThrow('a cell holds a count')
    expect(() => cauchyCombination([])).toThrow('nothing to combine')
    expect(() => cauchyCombination([1.2])).toThrow('[0, 1]')
  })

  it('a p of 1 does not veto a certain one', () => {
    expect(cauchyCombination([1e-12, 1])).toBeLessThan(1e-11)
    expect(cauchyCombination([0, 1])).toBe(0)
  })

  it('a sparse table gets an exact or permuted p, a full one χ²', () => {
    expect(homogeneity([100, 2], [98, 4]).method).toBe('fisher')
    expect(homogeneity([100, 2, 3], [98, 4, 1]).method).toBe('permutation')
    expect(homogeneity([100, 50], [98, 40]).method).toBe('chi-square')
  })

  it('JS* of equal distributions is near zero at many cells, where the plain distance is not', () => {
    const rng = random(5)
    const draw = () => {
      const counts = new Array<number>(200).fill(0)
      for (let i = 0; i < 2000; i++) {
        const j = rng.below(200)
        counts[j] = (counts[j] ?? 0) + 1
      }
      return counts
    }
    const { distance, corrected } = jensenShannon(draw(), draw())
    expect(distance).toBeGreaterThan(0.17)
    expect(corrected).toBeLessThan(0.08)
  })

  it('symmetric in its sides (random tables)', () => {
    const counts = fc.array(fc.tuple(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 1, max: 400 })), { minLength: 2, maxLength: 12 })
    fc.assert(
      fc.property(counts, (pairs) => {
        const a = pairs.map(([x]) => x)
        const b = pairs.map(([, y]) => y)
        expect(jensenShannon(a, b).corrected).toBeCloseTo(jensenShannon(b, a).corrected, 9)
        expect(chiSquare(a, b).statistic).toBeCloseTo(chiSquare(b, a).statistic, 6)
        expect(andersonDarling(a, b).statistic).toBeCloseTo(andersonDarling(b, a).statistic, 6)
      }),
      { numRuns: 100, seed: 2 },
    )
  })
})
