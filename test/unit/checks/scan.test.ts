import { describe, expect, it } from 'vitest'
import { sql } from '../../../src/core/checks/facts.ts'
import { answersOf, mostRiders, ridersOf, type Scan, scanQuery } from '../../../src/core/checks/scan.ts'
import { table } from './support.ts'

const scan = (count: number, name = 'x'): Scan => ({
  wanted: Array.from({ length: count }, (_, i) => sql(`count_if(${name} = ?)`, [i])),
  finish: (values) => values,
})

describe('a scan by itself', () => {
  it('is one query whose values stand in the order of its question marks, answered in the order of what was wanted', () => {
    const three = scan(3)
    const query = scanQuery(three, table([]))
    expect(query).toEqual({
      sql: 'SELECT count_if(x = ?) AS answer0, count_if(x = ?) AS answer1, count_if(x = ?) AS answer2 FROM t',
      values: [0, 1, 2],
    })
    expect(answersOf(three.wanted, { answer2: 7, answer0: 5, other: 1 })).toEqual([5, null, 7])
  })

  it('is no query where nothing is wanted', () => {
    expect(scanQuery(scan(0), table([]))).toBeNull()
  })
})

describe('scans that ride', () => {
  it('are each told their own values, whoever sits before them', () => {
    const [one, two] = [scan(2, 'a'), scan(3, 'b')]
    const { wanted, valuesOf } = ridersOf([one, two])
    expect(wanted).toEqual([...one.wanted, ...two.wanted])
    expect(valuesOf(one, [1, 2, 3, 4, 5])).toEqual([1, 2])
    expect(valuesOf(two, [1, 2, 3, 4, 5])).toEqual([3, 4, 5])
  })

  it('ask for themselves when nobody took them along, when there was no room, and when they want nothing', () => {
    const [large, small, empty] = [scan(mostRiders + 1), scan(mostRiders), scan(0)]
    const { wanted, valuesOf } = ridersOf([large, small, empty])
    expect(wanted).toEqual(small.wanted)
    expect(valuesOf(small, null)).toBeNull()
    expect(valuesOf(large, wanted)).toBeNull()
    expect(valuesOf(empty, wanted)).toBeNull()
  })
})
