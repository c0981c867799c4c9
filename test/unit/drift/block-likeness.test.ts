import { describe, expect, it } from 'vitest'
import { blockLikeness, pairEffect } from '../../../src/core/drift/block-likeness.ts'
import { random } from '../../../src/core/stats/random.ts'

const cuts = [-1.28, -0.84, -0.52, -0.25, 0, 0.25, 0.52, 0.84, 1.28]

/** Blocks of normal values with this part of their variance between blocks, and the sums of the products of two such columns. */
function days(seed: number, count: number, rows: number, between: number) {
  const rng = random(seed)
  const value = (effect: number) => Math.sqrt(between) * effect + Math.sqrt(1 - between) * rng.normal()
  return Array.from({ length: count }, () => {
    const [a, b] = [rng.normal(), rng.normal()]
    const cells = [cuts, cuts].map(() => new Array<number>(cuts.length + 1).fill(0))
    let products = 0
    for (let row = 0; row < rows; row++) {
      const pair = [value(a), value(b)]
      products += (pair[0] ?? 0) * (pair[1] ?? 0)
      for (const [i, x] of pair.entries()) {
        const cell = cuts.filter((cut) => x > cut).length
        const counts = cells[i] ?? []
        counts[cell] = (counts[cell] ?? 0) + 1
      }
    }
    return { cells, products }
  })
}
const column = (blocks: ReturnType<typeof days>, i: number) => blocks.map(({ cells }) => cells[i] ?? [])

describe('rows of one block are alike', () => {
  it('as much as was drawn: 0, 10 and 30 % of the variance between blocks', () => {
    for (const between of [0, 0.1, 0.3]) {
      const { rho, rows } = blockLikeness([column(days(1, 100, 200, between), 0), column(days(2, 30, 200, between), 0)])
      expect(rows).toBe(200)
      expect(Math.abs(rho - between)).toBeLessThan(0.08)
    }
  })

  it('and a product of two columns varies as much more as is said: independent columns, 30 blocks of 200 rows drawn 200 times', () => {
    const drawn = Array.from({ length: 200 }, (_, seed) => days(seed, 30, 200, 0.3))
    const means = drawn.map((blocks) => blocks.reduce((sum, { products }) => sum + products, 0) / 6000)
    // of independent rows the mean product has variance 1/n
    const effect = (means.reduce((sum, mean) => sum + mean * mean, 0) / means.length) * 6000
    const said = drawn.slice(0, 20).map((blocks) => pairEffect(blockLikeness([column(blocks, 0)]), blockLikeness([column(blocks, 1)])))
    const mean = said.reduce((sum, one) => sum + one, 0) / said.length
    expect(effect).toBeGreaterThan(12)
    expect(mean / effect).toBeGreaterThan(0.8)
    expect(mean / effect).toBeLessThan(1.6)
  })

  it('of one row each, and of one block, nothing is known', () => {
    expect(
      blockLikeness([
        [
          [1, 0],
          [0, 1],
          [1, 0],
        ],
      ]),
    ).toEqual({ rho: 0, rows: 1 })
    expect(blockLikeness([[[5, 5]], [[2, 8]]]).rho).toBe(0)
    expect(blockLikeness([[], []])).toEqual({ rho: 0, rows: 1 })
  })
})
