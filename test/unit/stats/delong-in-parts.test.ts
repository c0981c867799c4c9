import { describe, expect, it } from 'vitest'
import { aucDifference, aucError, aucParts } from '../../../src/core/stats/delong.ts'
import { areasInParts } from '../../../src/core/stats/delong-in-parts.ts'
import { random } from '../../../src/core/stats/random.ts'
import { ranking } from '../../../src/core/stats/ranking.ts'

const n = 4000
const source = random(20261128)

const draws: Readonly<Record<string, (i: number) => number>> = {
  'scores of their own': () => source.normal(),
  'pairs of equal scores': (i) => Math.floor(i / 2) + 0.5 * Math.floor(2 * source.next()),
  'a few scores': () => Math.round(10 * source.next()),
  'one score': () => 0.5,
}

/** Rows in no part are in part 5; part 2 has one class, part 3 one row of a class, part 4 no row. */
function world(draw: (i: number) => number) {
  const of = new Uint8Array(n)
  const y = new Uint8Array(n)
  let alone = false
  for (let i = 0; i < n; i++) {
    const part = [0, 1, 2, 3, 5][source.below(5)] ?? 0
    of[i] = part
    y[i] = part === 2 ? 0 : part === 3 ? 1 : source.next() < 0.3 ? 1 : 0
    if (part === 3 && !alone) {
      y[i] = 0
      alone = true
    }
  }
  const scores = () => Float64Array.from(y, (label, i) => draw(i) + label)
  return { of, y, before: scores(), after: scores() }
}

const rowsIn = (of: Uint8Array, part: number) => Uint32Array.from(of.keys()).filter((i) => of[i] === part)

describe('areas in parts of the rows', () => {
  for (const [name, draw] of Object.entries(draws)) {
    it(`are those of the rows of each part alone, to the last digit: ${name}`, () => {
      const { of, y, before, after } = world(draw)
      const found = areasInParts(y, ranking(before), ranking(after))(of, 5)
      expect(found.length).toBe(5)
      for (const [part, areas] of found.entries()) {
        const rows = rowsIn(of, part)
        const labels = Uint8Array.from(rows, (i) => y[i] ?? 0)
        if (part === 2 || part === 4) {
          expect(areas).toBe(null)
          continue
        }
        const [one, two] = [before, after].map((scores) => aucParts(ranking(Float64Array.from(rows, (i) => scores[i] ?? 0)), labels))
        if (!one || !two || !areas) throw new Error('both classes are there')
        expect(areas.first).toEqual(aucError(one, labels))
        expect(areas.second).toEqual(aucError(two, labels))
        expect(areas.change).toEqual(aucDifference(one, two, labels))
        expect([areas.positives, areas.negatives]).toEqual([one.positives, one.negatives])
      }
    })
  }

  it('are the same of rows that lie in the order of a model, of one model alone, and among more parts than 16 bits can tell', () => {
    const { of, y, before, after } = world((i) => draws['a few scores']?.(i) ?? 0)
    const both = areasInParts(y, ranking(before), ranking(after))(of, 5)
    const alone = areasInParts(y, ranking(before), null)(of, 5)
    expect(alone).toEqual(both.map((areas) => areas && { ...areas, second: null, change: null }))
    const many = areasInParts(
      y,
      ranking(before),
      ranking(after),
    )(
      Uint16Array.from(of, (part) => 8000 * part),
      40_000,
    )
    for (const part of [0, 1, 3]) expect(many[8000 * part]).toEqual(both[part])

    const { order, ends } = ranking(after)
    const labels = (values: Uint8Array) => Uint8Array.from(order, (row) => values[row] ?? 0)
    const sorted = areasInParts(labels(y), ranking(Float64Array.from(order, (row) => before[row] ?? 0)), { order: null, ends })(
      labels(of),
      5,
    )
    for (const [part, areas] of sorted.entries()) {
      expect(areas?.second?.auc).toBe(both[part]?.second?.auc)
      // sums of the same rows in another order
      expect(areas?.change?.se ?? -1).toBeCloseTo(both[part]?.change?.se ?? -1, 14)
    }
  })

  it('hold for one set of parts as they do after another', () => {
    const { of, y, before, after } = world((i) => draws['scores of their own']?.(i) ?? 0)
    const inParts = areasInParts(y, ranking(before), ranking(after))
    const first = inParts(of, 5)
    inParts(
      of.map((part) => 5 - part),
      5,
    )
    expect(inParts(of, 5)).toEqual(first)
  })
})
