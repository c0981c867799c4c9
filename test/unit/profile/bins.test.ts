import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { binsOf, fromBins } from '../../../src/core/profile/bins.ts'

const value = fc
  .oneof(
    fc.integer({ min: -5, max: 5 }),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constantFrom(Number.MAX_VALUE, -Number.MAX_VALUE, Number.MIN_VALUE, -Number.MIN_VALUE, 0.1 + 0.2, 0.3, 2 ** 53),
  )
  .map((x) => x + 0)
const ascending = fc.array(value, { maxLength: 20 }).map((xs) => [...new Set(xs)].sort((a, b) => a - b))

/** As the engine counts: right-closed, the last bin left out when nothing lies there. */
function histogram(values: readonly number[], bins: readonly number[]): readonly number[] {
  const counts = Array.from({ length: bins.length + 1 }, () => 0)
  for (const x of values) {
    const at = bins.findIndex((bin) => x <= bin)
    const place = at === -1 ? bins.length : at
    counts[place] = (counts[place] ?? 0) + 1
  }
  return counts.at(-1) === 0 ? counts.slice(0, -1) : counts
}

describe('cells and frequent values come from one histogram', () => {
  it('as counted one by one', () => {
    fc.assert(
      fc.property(ascending, ascending, fc.array(value, { maxLength: 200 }), (edges, frequent, others) => {
        const values = [...others, ...edges, ...frequent, ...frequent]
        const { cells, often } = fromBins(histogram(values, binsOf(edges, frequent)), edges, frequent)
        const whole = histogram(values, edges)
        expect(cells).toEqual([...whole, ...Array.from({ length: edges.length + 1 - whole.length }, () => 0)])
        expect(often).toEqual(frequent.map((one) => values.filter((x) => x === one).length))
      }),
    )
  })

  it('nothing was counted: all are zero', () => {
    expect(fromBins([], [1, 2], [2])).toEqual({ cells: [0, 0, 0], often: [0] })
    expect(binsOf([], [])).toEqual([])
  })

  it('zero is told from the smallest numbers beside it', () => {
    const bins = binsOf([], [0])
    expect(bins).toEqual([-Number.MIN_VALUE, 0])
    expect(fromBins(histogram([-Number.MIN_VALUE, -0, 0, Number.MIN_VALUE], bins), [], [0]).often).toEqual([2])
  })
})
