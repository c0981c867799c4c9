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
    const query = scanQuery(three.wanted, table([]))
    expect(query).toEqual({
      sql: 'SELECT count_if(x = ?) AS answer0, count_if(x = ?) AS answer1, count_if(x = ?) AS answer2 FROM t',
      values: [0, 1, 2],
    })
    expect(answersOf(three.wanted, { answer2: 7, answer0: 5, other: 1 })).toEqual([5, null, 7])
  })

  it('is no query where nothing is wanted', () => {
    expect(scanQuery([], table([]))).toBeNull()
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

  it('ask for themselves for what there was no room for, and for everything when nobody took them along', () => {
    const [first, second, third, empty] = [scan(mostRiders - 1, 'a'), scan(3, 'b'), scan(2, 'c'), scan(0)]
    const { wanted, valuesOf } = ridersOf([empty, first, second, third])
    expect(wanted).toEqual([...first.wanted, ...second.wanted.slice(0, 1)])
    const answers = wanted.map((_, i) => i)
    expect(valuesOf(first, answers)).toHaveLength(mostRiders - 1)
    expect(valuesOf(second, answers)).toEqual([mostRiders - 1])
    for (const none of [third, empty]) expect(valuesOf(none, answers)).toEqual([])
    expect(valuesOf(first, null)).toEqual([])
  })
})
