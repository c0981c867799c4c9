import { describe, expect, it } from 'vitest'
import { random } from '../../../src/core/stats/random.ts'
import { placesOf, ranking, rankingOfPart } from '../../../src/core/stats/ranking.ts'

const source = random(7)
const draws = {
  'doubles of either sign': () => source.normal(),
  'single-precision numbers': () => Math.fround(source.normal()),
  'a few values': () => source.below(7) - 3,
  'doubles that single precision cannot tell from zero': () => (source.below(5) - 2) * 1e-300,
  'doubles beyond single precision': () => source.normal() * 1e200,
  'doubles a last digit apart': () => 1 + source.below(50) * Number.EPSILON,
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
    it(`ranks a part of ${name} by the places of all as by its own scores`, () => {
      const scores = Float64Array.from({ length: 3000 }, draw)
      const whole = ranking(scores)
      const places = placesOf(whole)
      // in the order of the rows; in that of the scores, which need not be sorted; none
      for (const rows of [
        Uint32Array.from(scores.keys()).filter((i) => i % 3 === 1),
        whole.order.filter((_, at) => at % 2 === 0),
        new Uint32Array(),
      ]) {
        const { order, ends } = ranking(Float64Array.from(rows, (i) => scores[i] ?? 0))
        const found = rankingOfPart(places, rows)
        expect([...found.order]).toEqual([...order])
        expect([...found.ends]).toEqual([...ends])
      }
    })
  }
})
