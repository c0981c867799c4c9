import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { blockLimit, planTime } from '../../../src/core/profile/blocks.ts'
import { chooseEdges, coarseEdges, edgesId, fnv64, frequentValues, gridPoints, topTwentyShare } from '../../../src/core/profile/edges.ts'
import { canBe, decideKind, type KindFacts } from '../../../src/core/profile/kind.ts'
import { mergeProfiles } from '../../../src/core/profile/merge.ts'
import { mergeBlocks } from '../../../src/core/profile/merge-blocks.ts'
import { type ColumnProfile, profileKinds, type TableProfile } from '../../../src/core/schema/profile.ts'

/** Inverse CDF of values at 0.1 %, 0.2 %, … */
const gridOf = (values: readonly number[]): readonly number[] => {
  const sorted = values.toSorted((a, b) => a - b)
  return Array.from({ length: gridPoints }, (_, i) => sorted[Math.ceil(((i + 1) * sorted.length) / (gridPoints + 1)) - 1] ?? 0)
}

describe('edges', () => {
  it('are the 99 percentiles of many distinct values', () => {
    const edges = chooseEdges(gridOf(Array.from({ length: 1000 }, (_, i) => i + 1)), 1000)
    expect(edges).toEqual(Array.from({ length: 99 }, (_, i) => (i + 1) * 10))
  })

  it('ascend strictly, lie between a value of the data and the next, and are at most 99, whatever the data', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 300 }), (values) => {
        const edges = chooseEdges(gridOf(values), values.length)
        expect(edges.length).toBeLessThanOrEqual(Math.min(99, Math.max(0, values.length / 5 - 1)))
        const known = new Set(values.map((value) => value + 0))
        const sorted = [...known].sort((a, b) => a - b)
        for (const [i, edge] of edges.entries()) {
          // nothing of the data lies between the percentile and its edge: the same rows are below it
          const below = sorted.findLast((value) => value <= edge)
          expect(gridOf(values).some((value) => value === below)).toBe(true)
          expect(edge).toBeGreaterThan(edges[i - 1] ?? -Infinity)
        }
      }),
    )
  })

  it('of many digits are the shortest numbers that part the same rows; short ones are values of the data', () => {
    const values = Array.from({ length: 5000 }, (_, i) => Math.sin(i) * 1000)
    const edges = chooseEdges(gridOf(values), 5000)
    const grid = new Set(gridOf(values).filter((value) => value !== 0))
    expect(edges.filter((edge) => grid.has(edge))).toEqual([])
    expect(Math.max(...edges.map((edge) => String(edge).length))).toBeLessThanOrEqual(8)
    for (const [j, edge] of edges.entries()) {
      const share = values.filter((value) => value <= edge).length / 5000
      expect(Math.abs(share - (j + 1) / 100)).toBeLessThan(0.001)
    }
    const tenths = Array.from({ length: 3000 }, (_, i) => i / 10)
    expect(chooseEdges(gridOf(tenths), 3000).every((edge) => tenths.includes(edge))).toBe(true)
  })

  it('a frequent value is an edge as it is: ties lie in the cell that ends with it', () => {
    const values = Array.from({ length: 1000 }, (_, i) => (i % 3 === 0 ? 0.1234567890123 : i / 1000))
    const edges = chooseEdges(gridOf(values), 1000)
    expect(edges.some((edge) => edge >= 0.1234567890123 && edge < 0.124)).toBe(true)
  })

  it('none are made of fewer than ten rows: an edge is a value of somebody', () => {
    expect(chooseEdges(gridOf([1, 2, 3, 4, 5, 6, 7, 8, 9]), 9)).toEqual([])
    expect(chooseEdges([], 0)).toEqual([])
  })

  it('−0 and 0 are one edge', () => {
    const edges = chooseEdges(gridOf([...Array(50).fill(-0), ...Array(50).fill(0)]), 100)
    expect(edges).toEqual([0])
    expect(Object.is(edges[0], 0)).toBe(true)
  })

  it('of a sensitive column are rounded, and none where there are few rows or one value', () => {
    const salaries = Array.from({ length: 500 }, (_, i) => 40_000 + i * 61.37)
    const edges = coarseEdges(gridOf(salaries), 500)
    expect(edges).toHaveLength(9)
    for (const edge of edges) expect(salaries).not.toContain(edge)
    expect(coarseEdges(gridOf(salaries), 99)).toEqual([])
    expect(coarseEdges(gridOf(Array(500).fill(41_234.5)), 500)).toEqual([])
  })

  it('equal edges have equal ids, different ones do not', () => {
    expect(edgesId([1, 2.5])).toBe(edgesId([1, 2.5]))
    expect(edgesId([1, 2.5])).not.toBe(edgesId([12.5]))
    // the test vector of the FNV authors
    expect(fnv64('foobar')).toBe('85944171f73967e8')
  })
})

describe('frequent values', () => {
  it('hold every value of half a per cent, and none of a tenth', () => {
    const values = Array.from({ length: 10_000 }, (_, i) => (i < 50 ? -1 : i < 60 ? -2 : i))
    expect(frequentValues(gridOf(values))).toEqual([-1])
  })

  it('say what part twenty values make up', () => {
    expect(topTwentyShare(gridOf(Array.from({ length: 1000 }, (_, i) => (i < 600 ? 0 : i))))).toBeCloseTo(0.6, 2)
    expect(topTwentyShare([])).toBe(0)
  })
})

describe('kind', () => {
  const facts = (more: Partial<KindFacts>): KindFacts => ({
    storage: 'float',
    values: 1000,
    distinct: 900,
    min: 0,
    max: 1,
    order: 0,
    topTwenty: 0,
    meanLength: 5,
    withSpaces: 0,
    ...more,
  })

  it('is one of the kinds, with a reason, whatever the facts', () => {
    fc.assert(
      fc.property(
        fc.record({
          storage: fc.constantFrom('integer', 'float', 'boolean', 'string', 'date', 'timestamp', 'time', 'decimal', 'other'),
          values: fc.nat(5000),
          distinct: fc.nat(5000),
          min: fc.option(fc.double({ noNaN: true })),
          max: fc.option(fc.double({ noNaN: true })),
          order: fc.option(fc.double({ min: -1, max: 1, noNaN: true })),
          topTwenty: fc.double({ min: 0, max: 1, noNaN: true }),
          meanLength: fc.nat(100),
          withSpaces: fc.double({ min: 0, max: 1, noNaN: true }),
        }),
        (given) => {
          const { kind, reason } = decideKind({ ...given, distinct: Math.min(given.distinct, given.values) })
          expect(profileKinds).toContain(kind)
          expect(reason).not.toMatch(/NaN|undefined|null/)
          expect(reason).not.toBe('')
        },
      ),
    )
  })

  it('few rows of a wide integer are not an identifier, a dense one is', () => {
    expect(decideKind(facts({ storage: 'integer', values: 200, distinct: 200, min: 10_000, max: 90_000 })).kind).toBe('numeric-discrete')
    expect(decideKind(facts({ storage: 'integer', values: 200, distinct: 200, min: 1, max: 250 })).kind).toBe('identifier')
    expect(decideKind(facts({ storage: 'integer', values: 1000, distinct: 999, min: 1, max: 9e9 })).kind).toBe('identifier')
  })

  it('distinct floats are no identifier unless they follow the rows', () => {
    expect(decideKind(facts({ distinct: 1000 })).kind).toBe('numeric-continuous')
    expect(decideKind(facts({ distinct: 1000, order: -0.999 })).kind).toBe('identifier')
  })
})

describe('blocks', () => {
  const time = { name: 't', quoted: '"t"', kind: 'timestamp', type: 'TIMESTAMP' } as const
  const day = 86_400_000_000
  const cut = (days: number, limit: number, unit: string | null = null, from = 11_323 * day) =>
    planTime(time, from, from + (days - 1) * day, limit, unit)

  it('are as many spans of time as there may be, and no more', () => {
    expect(cut(60, 400)).toMatchObject({ unit: '1 day', blocks: 60, first: 11_323 })
    expect(cut(60, 50)).toMatchObject({ unit: '2 days' })
    expect(cut(3650, 400)).toMatchObject({ unit: '4 weeks' })
    expect(cut(6, 10)).toMatchObject({ unit: '1 day' })
    expect(planTime({ ...time, kind: 'date' }, 0, day, 400, null)).toMatchObject({ unit: '1 day', blocks: 2 })
  })

  it('are days from four days on, which are not cut into parts that are alike; of fewer days parts are all there is', () => {
    for (const days of [4, 7, 13]) expect(cut(days, 400), `${days} days`).toMatchObject({ unit: '1 day', blocks: days })
    expect(cut(3, 400)).toMatchObject({ unit: '1 hour' })
    expect(cut(3, 40)).toMatchObject({ unit: '6 hours' })
  })

  it('of current data keep the unit of the reference; more than a profile holds are none', () => {
    expect(cut(60, 12, '1 day')).toMatchObject({ unit: '1 day', blocks: 60 })
    expect(cut(401, 400, '1 day')).toBeNull()
    expect(planTime(time, null, null, 400, null)).toBeNull()
  })

  it('of weeks begin on a Monday, before 1970 too', () => {
    const monday = 11_323 * day // 2001-01-01
    expect(planTime(time, monday, monday + 6 * day, 400, '1 week')).toMatchObject({ blocks: 1 })
    expect(planTime(time, monday - day, monday, 400, '1 week')).toMatchObject({ blocks: 2 })
    expect(planTime(time, -3 * day, -3 * day + 1, 400, '1 week')).toMatchObject({ first: 0 })
    expect(planTime(time, -3 * day - 1, 0, 400, '1 week')).toMatchObject({ first: -1, blocks: 2 })
  })

  it('shrink in number with the columns', () => {
    expect([1, 6, 50, 200, 5000].map(blockLimit)).toEqual([400, 400, 49, 12, 12])
  })

  it('line up when they are merged, with the gap between them; other units are refused', () => {
    const blocks = (first: number | null, rows: number[], by: 'time' | 'group' = 'time', unit = '1 day') => ({ by, unit, rows, first })
    expect(mergeBlocks(blocks(10, [1, 2]), blocks(13, [5]))?.table).toEqual(blocks(10, [1, 2, 0, 5]))
    expect(
      mergeBlocks(blocks(11, [1, 2]), blocks(10, [4, 4]))?.join(
        [
          [1, 0],
          [0, 2],
        ],
        [
          [3, 1],
          [2, 2],
        ],
      ),
    ).toEqual([
      [3, 1],
      [3, 2],
      [0, 2],
    ])
    expect(mergeBlocks(blocks(null, [1, 0], 'group', 'group'), blocks(null, [2, 3], 'group', 'group'))?.table.rows).toEqual([3, 3])
    expect(mergeBlocks(blocks(1, [1]), null)).toBeNull()
    expect(() => mergeBlocks(blocks(1, [1]), blocks(1, [1], 'time', '1 week'))).toThrow('different blocks')
    expect(() => mergeBlocks(blocks(null, [1], 'group', 'group'), blocks(null, [1, 1], 'group', 'group'))).toThrow('different blocks')
  })
})

describe('kinds that the config may say', () => {
  it('are those that the storage can be counted as', () => {
    const storages = ['integer', 'float', 'boolean', 'string', 'date', 'timestamp', 'time', 'decimal', 'other'] as const
    const table = Object.fromEntries(profileKinds.map((kind) => [kind, storages.filter((storage) => canBe(kind, storage))]))
    expect(table).toEqual({
      constant: storages,
      boolean: storages.filter((one) => one !== 'other'),
      categorical: storages.filter((one) => one !== 'other'),
      'categorical-high': storages.filter((one) => one !== 'other'),
      'numeric-discrete': ['integer', 'float', 'decimal'],
      'numeric-continuous': ['integer', 'float', 'decimal'],
      datetime: ['date', 'timestamp'],
      text: ['string'],
      identifier: storages,
    })
  })
})

describe('merging', () => {
  const numbersOf = (cells: readonly number[], spikes: readonly { value: number; count: number }[] = []): ColumnProfile['numeric'] => ({
    min: 0,
    max: 9,
    mean: 1,
    m2: 2,
    edges: [1, 2],
    edges_id: edgesId([1, 2]),
    cells: [...cells],
    spikes: [...spikes],
  })
  const part = (n: number, numeric: ColumnProfile['numeric'], categories: ColumnProfile['categories'] = null): TableProfile => ({
    role: 'train',
    rows: n,
    fingerprint: `${n}:${n.toString(16).padStart(16, '0')}:${'f'.repeat(16)}:abc`,
    digests: [`sha256:${n}`],
    columns: [
      {
        name: 'x',
        kind: 'categorical',
        reason: '',
        type: 'BIGINT',
        sensitive: false,
        n,
        n_null: 1,
        n_nan: 2,
        n_pos_inf: 3,
        n_neg_inf: 4,
        n_empty: 5,
        numeric,
        categories,
      },
    ],
  })
  const first = (table: TableProfile) => table.columns[0]

  it('adds counts, and keeps a frequent value only where both sides counted it', () => {
    const merged = mergeProfiles(
      part(
        60,
        numbersOf(
          [10, 20, 30],
          [
            { value: 1, count: 9 },
            { value: 2, count: 8 },
          ],
        ),
      ),
      part(6, numbersOf([1, 2, 3], [{ value: 2, count: 1 }])),
    )
    expect(merged).toMatchObject({
      rows: 66,
      digests: ['sha256:60', 'sha256:6'],
      fingerprint: `66:${(60 ^ 6).toString(16).padStart(16, '0')}:${'f'.repeat(15)}e:abc`,
    })
    expect(first(merged)).toMatchObject({ n: 66, n_null: 2, n_nan: 4, n_pos_inf: 6, n_neg_inf: 8, n_empty: 10 })
    expect(first(merged)?.numeric).toMatchObject({ cells: [11, 22, 33], spikes: [{ value: 2, count: 9 }] })
  })

  it('is the same in either order, and in any grouping, for counts and complete labels', () => {
    const levels = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd'), fc.integer({ min: 5, max: 50 }), { minKeys: 1 })
    const table = fc.tuple(fc.array(fc.nat(100), { minLength: 3, maxLength: 3 }), levels).map(([cells, found]) =>
      part(
        cells.reduce((a, b) => a + b, 0),
        numbersOf(cells),
        {
          top: Object.entries(found)
            .map(([value, count]) => ({ value, count }))
            .sort((x, y) => y.count - x.count || (x.value < y.value ? -1 : 1)),
          other_count: 0,
          distinct: Object.keys(found).length,
        },
      ),
    )
    const counts = (merged: TableProfile) => ({
      n: first(merged)?.n,
      cells: first(merged)?.numeric?.cells,
      categories: first(merged)?.categories,
      print: merged.fingerprint,
    })
    fc.assert(
      fc.property(table, table, table, (a, b, c) => {
        expect(counts(mergeProfiles(a, b))).toEqual(counts(mergeProfiles(b, a)))
        expect(counts(mergeProfiles(mergeProfiles(a, b), c))).toEqual(counts(mergeProfiles(a, mergeProfiles(b, c))))
      }),
    )
  })

  it('moments are those of the whole', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 2, maxLength: 50 }), fc.nat(48), (values, cut) => {
        const of = (list: readonly number[]) => {
          const mean = list.length === 0 ? null : list.reduce((a, b) => a + b, 0) / list.length
          return part(list.length, {
            min: 0,
            max: 0,
            mean,
            m2: mean === null ? null : list.reduce((a, x) => a + (x - mean) ** 2, 0),
            edges: [],
            edges_id: edgesId([]),
            cells: [list.length],
            spikes: [],
          })
        }
        const at = cut % values.length
        const merged = first(mergeProfiles(of(values.slice(0, at)), of(values.slice(at))))?.numeric
        const whole = first(of(values))?.numeric
        expect(merged?.mean ?? 0).toBeCloseTo(whole?.mean ?? 1, 8)
        expect(Math.abs((merged?.m2 ?? -1) - (whole?.m2 ?? 1))).toBeLessThanOrEqual(1e-9 * (1 + (whole?.m2 ?? 0)))
      }),
    )
  })

  it('refuses other edges, other columns', () => {
    const other = part(1, { min: 0, max: 1, mean: 0, m2: 0, edges: [5], edges_id: edgesId([5]), cells: [1, 0], spikes: [] })
    expect(() => mergeProfiles(part(6, numbersOf([1, 2, 3])), other)).toThrow('the profiles of x were counted at different edges')
    expect(() => mergeProfiles(part(6, null), { ...part(6, null), columns: [] })).toThrow('different columns')
  })

  it('a label that one side left out goes to the others; distinct is then unknown', () => {
    const merged = mergeProfiles(
      part(30, null, {
        top: [
          { value: 'a', count: 20 },
          { value: 'b', count: 6 },
        ],
        other_count: 4,
        distinct: 3,
      }),
      part(20, null, { top: [{ value: 'a', count: 20 }], other_count: 0, distinct: 1 }),
    )
    expect(first(merged)?.categories).toEqual({
      top: [
        { value: 'a', count: 40 },
        { value: 'b', count: 6 },
      ],
      other_count: 4,
      distinct: null,
    })
  })
})
