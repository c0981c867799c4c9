import { describe, expect, it } from 'vitest'
import { random } from '../../../src/core/stats/random.ts'
import { ranking, rankingInParts } from '../../../src/core/stats/ranking.ts'

const source = random(7)
const draws = {
  'doubles of either sign': () => source.normal(),
  'single-precision numbers': () => Math.fround(source.normal()),
  'a few values': () => source.below(7) - 3,
  'doubles that single precision cannot tell from zero': () => (source.below(5) - 2) * 1e-300,
  'doubles beyond single precision': () => source.normal() * 1e200,
  'doubles a last digit apart': () => 1 + source.below(50) * Number.EPSILON,
  'one number': () => 0.2,
  'zeros of either sign': () => (source.next() < 0.5 ? 0 : -0),
}

describe('ranking', () => {
  for (const [name, draw] of Object.entries(draws)) {
    it(`orders ${name} as a sort by comparison does, ties in the order of the rows`, () => {
      for (const n of [0, 1, 2, 3000]) {
        const scores = Float64Array.from({ length: n }, draw)
        const order = [...scores.keys()].sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b)
        const ends = order.flatMap((row, at) => (at + 1 < n && scores[order[at + 1] ?? 0] === scores[row] ? [] : [at + 1]))
        const found = ranking(scores)
        expect([...found.order]).toEqual(order)
        expect([...found.ends]).toEqual(ends)
      }
    })
  }

  for (const [name, draw] of Object.entries(draws)) {
    it(`ranks parts of ${name} by the order of all as by their own scores`, () => {
      const scores = Float64Array.from({ length: 3000 }, draw)
      // a part has no row
      const of = Uint8Array.from(scores, (_, i) => [0, 1, 3, 1, 0][i % 5] ?? 0)
      const lists = [0, 1, 2, 3].map((part) => Uint32Array.from(of.keys()).filter((i) => of[i] === part))
      const rows = Uint32Array.from(lists.flatMap((own) => [...own]))
      const starts = Uint32Array.from([0, 1200, 2400, 2400, 3000])
      const at = new Uint32Array(3000)
      for (const own of lists) for (const [j, row] of own.entries()) at[row] = j
      const found = rankingInParts(ranking(scores))({ starts, rows, of, at })
      for (const [part, own] of lists.entries()) {
        const { order, ends } = ranking(Float64Array.from(own, (i) => scores[i] ?? 0))
        expect([...(found[part]?.order ?? [])]).toEqual([...order])
        expect([...(found[part]?.ends ?? [])]).toEqual([...ends])
      }
    })
  }
})
