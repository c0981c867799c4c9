import { describe, expect, it } from 'vitest'
import { chiSquare } from '../../../src/core/drift/chi-square.ts'
import { columnCells } from '../../../src/core/drift/column-cells.ts'
import { homogeneity } from '../../../src/core/drift/homogeneity.ts'
import { jensenShannon } from '../../../src/core/drift/jensen-shannon.ts'
import { measureShift } from '../../../src/core/drift/shift.ts'
import type { ColumnProfile } from '../../../src/core/schema/profile.ts'
import { chiSquareSf } from '../../../src/core/stats/gamma.ts'
import { random } from '../../../src/core/stats/random.ts'
import { gaussian, judge, judgeOne, labels, numbers, pair, rows, table } from './support.ts'

describe('a goodness-of-fit test is not used for two samples', () => {
  it('two samples of ten levels: ours is wrong in 5 % of 400 runs, the other, which takes the reference for the truth, in half of them', () => {
    const draw = (seed: number) => {
      const rng = random(seed)
      const counts = new Array<number>(10).fill(0)
      for (let i = 0; i < 1000; i++) {
        const level = rng.below(10)
        counts[level] = (counts[level] ?? 0) + 1
      }
      return counts
    }
    let ours = 0
    let fit = 0
    for (let run = 0; run < 400; run++) {
      const [a, b] = [draw(2 * run), draw(2 * run + 1)]
      if (homogeneity(a, b).p <= 0.05) ours += 1
      const x2 = b.reduce((sum, count, j) => sum + (count - (a[j] ?? 1)) ** 2 / (a[j] ?? 1), 0)
      if (chiSquareSf(x2, 9) <= 0.05) fit += 1
    }
    expect(ours).toBeGreaterThanOrEqual(8)
    expect(ours).toBeLessThanOrEqual(34)
    expect(fit).toBeGreaterThan(150)
  })
})

describe('values that are no numbers', () => {
  const spoilt = (part: number, by: number) => gaussian(2, 2000).map((value, i) => (i < 2000 * part ? by : value))

  it('NaN is missing mass: in no cell of numbers, and found by its share', () => {
    const [before, now] = pair(gaussian(1, 2000), spoilt(0.1, Number.NaN))
    const cells = columnCells(before, now)
    expect(cells?.coarse.current.reduce((sum, count) => sum + count, 0)).toBe(2000)
    expect(cells?.fine?.current.reduce((sum, count) => sum + count, 0)).toBe(1800)
    const { row, checks } = judgeOne(before, now)
    expect(row.summary).toContain('missing 0 % → 10 %')
    expect(checks.get('drift.nulls:x')).toMatchObject({ status: 'fail', observed: 0.1 })
  })

  it('±∞ has a cell of its own, and its ends in the order of values', () => {
    const [before, now] = pair(gaussian(1, 2000), [
      ...spoilt(0.1, Infinity).slice(0, 1000),
      ...spoilt(0.1, -Infinity).slice(0, 200),
      ...gaussian(3, 800),
    ])
    const { coarse, fine } = columnCells(before, now) ?? {}
    expect(coarse?.current.at(-1)).toBe(400)
    expect([fine?.current[0], fine?.current.at(-1)]).toEqual([200, 200])
    expect(judgeOne(before, now).row.state).toBe('fail')
  })

  it('−0 is 0', () => {
    const zeros = (zero: number) => Array.from({ length: 1000 }, (_, i) => (i % 2 === 0 ? zero : i))
    expect(judgeOne(...pair(zeros(0), zeros(-0))).row).toMatchObject({ state: 'ok', js: 0 })
  })
})

describe('shapes that collapse a histogram', () => {
  it('ties: half of the rows one value, and the other half moved', () => {
    const tied = (seed: number, mean: number) => gaussian(seed, 3000, mean).map((value, i) => (i % 2 === 0 ? 7 : value))
    expect(judgeOne(...pair(tied(1, 0), tied(2, 0))).row.state).toBe('ok')
    expect(judgeOne(...pair(tied(1, 0), tied(2, 1))).row.state).toBe('fail')
  })

  it('one outlier of 1e300 at training hides no shift, as cells of equal width would', () => {
    const before = [...gaussian(1, 1999), 1e300]
    expect(judgeOne(...pair(before, gaussian(2, 2000, 0.6))).row.state).toBe('fail')
    expect(judgeOne(...pair(before, gaussian(2, 2000))).row.state).toBe('ok')
  })

  it('whole numbers beyond 2^53 that come as text are labels to the last digit', () => {
    const big = (last: number) => rows({ [`900719925474099${last}`]: 500, '9007199254740993': 500 })
    expect(judgeOne(labels('n', big(1)), labels('n', big(1).toReversed())).row.js).toBe(0)
    expect(judgeOne(labels('n', big(1)), labels('n', big(2))).row.state).toBe('fail')
  })
})

describe('what is not tested', () => {
  it.each(['identifier', 'datetime', 'text'] as const)('%s: listed with the reason, never a pass', (kind) => {
    const at = (start: number): ColumnProfile => ({
      ...numbers(
        'x',
        Array.from({ length: 500 }, (_, i) => start + i),
        [100, 200],
      ),
      kind,
    })
    const { row, checks } = judgeOne(at(0), at(10_000))
    expect(row.state).toBe('skipped')
    expect([...checks.values()].map(({ id, effect }) => [id, effect])).toEqual([
      ['drift.nothing_tested', 'warn'],
      ['drift.shift:x', 'skipped'],
    ])
  })

  it('one row, no value at training, a column that never varied', () => {
    expect(judgeOne(...pair(gaussian(1, 500), [1])).row.state).toBe('skipped')
    expect(judgeOne(...pair(new Array<null>(500).fill(null), gaussian(1, 500))).row).toMatchObject({
      state: 'skipped',
      summary: 'it had no value at training',
    })
    const one = labels('c', rows({ a: 500 }), 'constant')
    expect(judgeOne(one, labels('c', rows({ a: 700 }), 'constant')).row).toMatchObject({ state: 'ok', js: 0, p: 1 })
    expect([...judgeOne(one, labels('c', rows({ a: 400, b: 300 }))).checks.keys()]).toContain('drift.unseen:c')
  })

  it('all missing now is found by the share of missing values', () => {
    const { row, checks } = judgeOne(...pair(gaussian(1, 500), new Array<null>(500).fill(null)))
    expect(row).toMatchObject({ state: 'fail', js: 1 })
    expect(checks.get('drift.nulls:x')?.status).toBe('fail')
  })
})

describe('labels', () => {
  it('that share nothing are at distance 1, with a p that is never printed as 0', () => {
    const { row, checks } = judgeOne(labels('c', rows({ a: 5000 })), labels('c', rows({ b: 5000 })))
    expect(row).toMatchObject({ js: 1, state: 'fail' })
    expect(checks.get('drift.shift:c')?.message).toContain('q < 1e−16')
    expect(jensenShannon([10, 0], [0, 10]).corrected).toBe(1)
  })

  it('in another order are the same', () => {
    const column = labels('c', rows({ a: 300, b: 300, c: 400 }))
    const turned = { ...column, categories: column.categories && { ...column.categories, top: column.categories.top.toReversed() } }
    const { row } = judgeOne(column, { ...turned, n_empty: 1 })
    expect(row).toMatchObject({ js: 0, p: 1, state: 'ok' })
  })

  it('in another case are others: unseen and vanished say so', () => {
    const { checks } = judgeOne(labels('c', rows({ Yes: 500, No: 500 })), labels('c', rows({ yes: 500, no: 500 })))
    expect([...checks.keys()]).toEqual(['drift.shift:c', 'drift.unseen:c', 'drift.vanished:c'])
  })

  it('of very many levels: the hundred most frequent of both sides are cells, and nothing alarms that did not move', () => {
    let alarms = 0
    let cells = 0
    for (let run = 0; run < 60; run++) {
      const rng = random(run)
      // all as frequent: those that are frequent in the reference alone are so by luck, and would shrink
      const draw = () =>
        labels(
          'city',
          Array.from({ length: 8000 }, () => `c${rng.below(600)}`),
          'categorical-high',
        )
      const [before, now] = [draw(), draw()]
      const laid = columnCells(before, now)
      cells = laid?.coarse.reference.length ?? 0
      if (laid !== null && measureShift(before, now, laid).p <= 0.05) alarms += 1
    }
    expect(cells).toBe(101)
    expect(alarms).toBeLessThanOrEqual(8)
  })

  it('values that a profile of many columns has no room for are no spikes: those of the reference are the luckiest of many', () => {
    let alarms = 0
    for (let run = 0; run < 200; run++) {
      const rng = random(run)
      const draw = () => Array.from({ length: 1500 }, () => rng.below(40))
      const [one, two] = pair(draw(), draw())
      const most = (column: ColumnProfile) => column.numeric?.spikes.toSorted((a, b) => b.count - a.count) ?? []
      const listed = most(one)
        .slice(0, 12)
        .map(({ value }) => value)
      const [before, now] = [one, two].map((column) => {
        const { numeric } = column
        if (numeric === null) throw new Error('no numbers')
        const [spikes, left] = [true, false].map((kept) => most(column).filter(({ value }) => listed.includes(value) === kept))
        return { ...column, numeric: { ...numeric, spikes: spikes ?? [], most_unlisted: left?.[0]?.count ?? 0 } }
      })
      const laid = before && now && columnCells(before, now)
      if (laid && measureShift(before, now, laid).p <= 0.05) alarms += 1
    }
    expect(alarms).toBeLessThanOrEqual(16)
  })

  it('of very many levels that are all as frequent, halves of one table are alike: shops with a row a day', () => {
    let alarms = 0
    for (let run = 0; run < 60; run++) {
      const rng = random(run)
      const sides: [string[], string[]] = [[], []]
      for (let row = 0; row < 255 * 30; row++) sides[rng.below(2) === 0 ? 0 : 1].push(`s${row % 255}`)
      const [before, now] = sides.map((side) => labels('shop', side, 'categorical-high'))
      const laid = before === undefined || now === undefined ? null : columnCells(before, now)
      if (before === undefined || now === undefined || laid === null) throw new Error('no cells')
      expect(laid.coarse.reference).toHaveLength(101)
      if (measureShift(before, now, laid).p <= 0.05) alarms += 1
    }
    expect(alarms).toBeLessThanOrEqual(8)
  })
})

describe('how many different values there are', () => {
  it('is said of columns with very many levels, as a ratio and in words, and of no sensitive one', () => {
    const of = (levels: number) =>
      labels(
        'city',
        Array.from({ length: 4000 }, (_, i) => `c${i % levels}`),
        'categorical-high',
      )
    const { row } = judgeOne(of(100), of(400))
    expect(row.companions.distinct_ratio).toBe(4)
    expect(row.summary).toContain('different values 100 → 400')
    const hidden = (levels: number) => ({ ...of(levels), sensitive: true, categories: { top: [], other_count: 4000, distinct: null } })
    expect(judgeOne(hidden(100), hidden(400)).row.companions).not.toHaveProperty('distinct_ratio')
  })
})

describe('few rows in many cells', () => {
  it('a table too sparse for the χ² law is permuted, seeded: 5 % of 300 runs without drift', () => {
    let alarms = 0
    let permuted = 0
    for (let run = 0; run < 300; run++) {
      const rng = random(5000 + run)
      const draw = (n: number) => {
        const counts = new Array<number>(12).fill(0)
        for (let i = 0; i < n; i++) {
          const level = Math.min(11, Math.floor(-2 * Math.log1p(-rng.next())))
          counts[level] = (counts[level] ?? 0) + 1
        }
        return counts
      }
      const [a, b] = [draw(60), draw(25)]
      const test = homogeneity(a, b)
      if (test.method === 'permutation') permuted += 1
      if (test.p <= 0.05) alarms += 1
      expect(homogeneity(a, b).p).toBe(test.p)
    }
    expect(permuted).toBeGreaterThan(250)
    expect(alarms).toBeLessThanOrEqual(28)
    expect(alarms).toBeGreaterThanOrEqual(4)
  })

  it('two by two goes to Fisher, one cell to p = 1', () => {
    expect(homogeneity([3, 9], [7, 2]).method).toBe('fisher')
    expect(chiSquare([10], [20])).toMatchObject({ df: 0, p: 1, v: 0 })
    expect(jensenShannon([10], [20]).corrected).toBe(0)
  })
})

describe('numbers that are all missing now, of which a text file cannot say that they are numbers', () => {
  const sparse = (filled: number) => numbers('x', [...gaussian(5, filled), ...new Array<null>(4000 - filled).fill(null)])
  const empty = labels('x', new Array<null>(300).fill(null))

  it('where training had few, none is no other type, and nothing moved', () => {
    const { row, checks } = judgeOne(sparse(16), empty)
    expect([row.state, [...checks.keys()]]).toEqual(['ok', ['drift.shift:x']])
  })

  it('where training had all, they moved and are missing, in those words', () => {
    const { row, checks } = judgeOne(sparse(4000), empty)
    expect([row.state, checks.get('drift.nulls:x')?.status, checks.has('drift.type:x')]).toEqual(['fail', 'fail', false])
  })

  it('text where numbers were is another type still', () => {
    expect(judgeOne(sparse(4000), labels('x', rows({ a: 299, b: 1 }))).checks.get('drift.type:x')?.status).toBe('fail')
  })
})

describe('two hundred columns', () => {
  it('the same profiles give the same judgement to the last digit, whatever the order of the columns', () => {
    const columns = Array.from({ length: 40 }, (_, i) =>
      i % 2 === 0
        ? pair(gaussian(i, 400), gaussian(900 + i, 400, i === 6 ? 1 : 0), `n${i}`)
        : ([labels(`c${i}`, rows({ a: 200, b: 150, c: 50 })), labels(`c${i}`, rows({ a: 190, b: 160, c: 50 }))] as const),
    )
    const one = judge(
      columns.map(([a]) => a),
      columns.map(([, b]) => b),
    )
    const again = judge(
      columns.map(([a]) => a),
      columns.map(([, b]) => b),
    )
    const turned = judge(
      columns.toReversed().map(([a]) => a),
      columns.toReversed().map(([, b]) => b),
    )
    expect(again).toEqual(one)
    const byName = (list: typeof one.columns) => list.toSorted((a, b) => (a.column < b.column ? -1 : 1))
    expect(byName(turned.columns)).toEqual(byName(one.columns))
    expect(one.columns.filter(({ state }) => state === 'fail').map(({ column }) => column)).toEqual(['n6'])
  })

  it('without a value in either profile no line names one', () => {
    const { checks } = judge([], [], { reference: table('train', []), current: { ...table('current', []), fingerprint: 'other' } })
    expect(checks.map(({ id }) => id)).toEqual(['drift.nothing_tested'])
  })
})
