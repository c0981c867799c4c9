import { describe, expect, it } from 'vitest'
import { blockPermutation, blocksNeeded, choose } from '../../../src/core/drift/block-permutation.ts'
import { blockSpread } from '../../../src/core/drift/block-spread.ts'
import { jensenShannon } from '../../../src/core/drift/jensen-shannon.ts'
import { type DriftInput, judgeDrift } from '../../../src/core/drift/judge.ts'
import { blockCells } from '../../../src/core/profile/blocks.ts'
import { count, share } from '../../../src/core/report/format.ts'
import type { ColumnProfile, TableProfile } from '../../../src/core/schema/profile.ts'
import { random } from '../../../src/core/stats/random.ts'
import { labels, numbers, table } from './support.ts'

describe('the block permutation test', () => {
  it('goes through every exchange where there are few: the worked example', () => {
    const blocks = [
      [30, 20],
      [28, 22],
      [31, 19],
      [20, 30],
    ]
    const test = blockPermutation(blocks.slice(0, 3), blocks.slice(3), { seed: 1 })
    expect(test.observed).toBeCloseTo(0.018807953022796482, 12)
    expect(test).toMatchObject({ p: 0.25, smallest: 0.25 })
    const total = [0, 1].map((j) => blocks.slice(0, 3).reduce((sum, block) => sum + (block[j] ?? 0), 0))
    expect(jensenShannon(total, [20, 30]).distance ** 2 * Math.LN2).toBeCloseTo(test.observed, 12)
  })

  it('is the same seen from either side, and the same in every run', () => {
    const rng = random(4)
    const block = () => Array.from({ length: 5 }, () => rng.below(40))
    const [a, b] = [Array.from({ length: 30 }, block), Array.from({ length: 12 }, block)]
    const one = blockPermutation(a, b, { seed: 9 })
    expect(blockPermutation(a, b, { seed: 9 })).toEqual(one)
    expect(blockPermutation(b, a, { seed: 9 }).observed).toBeCloseTo(one.observed, 14)
    expect(Math.abs(blockPermutation(b, a, { seed: 9 }).p - one.p)).toBeLessThan(0.15)
  })

  it('knows how many exchanges there are, and how many blocks a level needs', () => {
    expect([choose(29, 1), choose(35, 7), choose(10, 10), choose(5, 0)]).toEqual([29, 6_724_520, 1, 1])
    expect(blocksNeeded(28, 0.05)).toBe(1)
    expect(blocksNeeded(28, 0.01)).toBe(2)
    expect(blocksNeeded(2, 0.01)).toBeNull()
  })

  it('without a block on one side says nothing', () => {
    expect(blockPermutation([[1, 2]], [], { seed: 1 }).p).toBe(1)
  })
})

/** Days of 200 rows whose mean wanders from day to day; values of a day lie together. */
function days(seed: number, count: number, wander: number, mean = 0): number[][] {
  const rng = random(seed)
  return Array.from({ length: count }, () => {
    const day = mean + wander * rng.normal()
    return Array.from({ length: 200 }, () => day + rng.normal())
  })
}

function counted(values: readonly (readonly number[])[], cuts: readonly number[]): number[][] {
  return values.map((day) => {
    const cells = new Array<number>(cuts.length + 3).fill(0)
    for (const value of day) {
      const at = cuts.findIndex((edge) => value <= edge)
      const j = at < 0 ? cuts.length : at
      cells[j] = (cells[j] ?? 0) + 1
    }
    return cells
  })
}

function dayTables(
  reference: readonly number[][],
  current: readonly number[][],
  by: 'time' | 'group' = 'time',
): [TableProfile, TableProfile] {
  const before = numbers('x', reference.flat())
  const now = numbers('x', current.flat(), before.numeric?.edges)
  const cuts = blockCells(before)?.cuts ?? []
  const withBlocks = (column: ColumnProfile, values: readonly number[][], role: string): TableProfile => ({
    ...table(role, [{ ...column, blocks: counted(values, cuts) }]),
    blocks: { by, unit: by === 'time' ? '1 day' : 'group', rows: values.map((day) => day.length) },
  })
  return [withBlocks(before, reference, 'train'), withBlocks(now, current, 'current')]
}

function judge([reference, current]: readonly [TableProfile, TableProfile], more: Partial<DriftInput> = {}) {
  const { checks, columns, blocks } = judgeDrift({
    reference,
    current,
    targets: [],
    positive: null,
    features: null,
    leaveOut: [],
    columns: {},
    policy: { onInconclusive: 'pass', onMissing: 'warn' },
    capAtWarn: false,
    ...more,
  })
  const [row] = columns
  if (row === undefined) throw new Error('no row')
  return { row, blocks, checks, check: checks.find(({ id }) => id === 'drift.shift:x') }
}

it('shares and rows are told as counted, though tests are asked of what the blocks are worth', () => {
  const [reference, current] = dayTables(days(1, 28, 0.4), days(2, 14, 0.4, 4))
  const far = current.columns.map((column): ColumnProfile => {
    const { numeric } = column
    const above = days(2, 14, 0.4, 4).flat()
    const most = reference.columns[0]?.numeric?.max ?? 0
    const beyond = { below: 0, above: above.filter((value) => value > most).length }
    return { ...column, n: column.n + 617, n_null: 617, numeric: numeric && { ...numeric, beyond } }
  })
  const { checks, row } = judge([reference, { ...current, columns: far }])
  const rows = far[0]?.numeric?.beyond?.above ?? 0
  expect(row.companions.design_effect).toBeGreaterThan(10)
  expect(rows).toBeGreaterThan(100)
  const said = (id: string) => checks.find((check) => check.id === id)?.message
  expect(said('drift.range:x')).toBe(
    `x has ${count(rows)} values above the largest of training, ${share(rows / 2800)} of those that it has`,
  )
  // 617 of 3,417
  expect(said('drift.nulls:x')).toBe('x is missing in 18.1 % of the rows, 0 % at training')
})

describe('rows of one day depend on each other', () => {
  it('28 days against 7 without drift: rows alarm in most runs at 5 %, blocks of days in 1 to 10 % of 200', () => {
    let byRows = 0
    let byBlocks = 0
    for (let run = 0; run < 200; run++) {
      const tables = dayTables(days(run, 28, 0.3), days(10_000 + run, 7, 0.3))
      if ((judge(tables, { settings: { blocks: 'rows' } }).row.p ?? 1) <= 0.05) byRows += 1
      if ((judge(tables).row.p ?? 1) <= 0.05) byBlocks += 1
    }
    expect(byRows).toBeGreaterThan(100)
    expect(byBlocks).toBeGreaterThanOrEqual(2)
    expect(byBlocks).toBeLessThanOrEqual(20) // twice what 5 % gives: seen once in 1,500 times
  })

  it('a real shift is found all the same, and the message says what was exchanged', () => {
    const { row, check, blocks } = judge(dayTables(days(1, 28, 0.2), days(2, 7, 0.2, 0.8)))
    expect(row).toMatchObject({ state: 'fail', unit: 'blocks' })
    expect(check?.message).toContain('in blocks of 1 day (7 against 28)')
    expect(blocks).toEqual({ by: 'time', unit: '1 day', reference: 28, current: 7 })
    // rows of days that differ are worth fewer, and every day of the seven has moved
    expect(row.companions.design_effect).toBeGreaterThan(2)
    expect(row.trend).toHaveLength(7)
    expect(Math.min(...(row.trend ?? []))).toBeGreaterThan(0.1)
  })

  it('one bad day of seven is seen in the trend', () => {
    const week = days(2, 7, 0)
    const { row } = judge(dayTables(days(1, 28, 0), [...week.slice(0, 4), ...days(5, 1, 0, 1), ...week.slice(5)]))
    const [worst, ...others] = (row.trend ?? []).map((js, day) => ({ js, day })).sort((a, b) => b.js - a.js)
    expect(worst?.day).toBe(4)
    expect(worst?.js).toBeGreaterThan(0.25)
    expect(others[0]?.js).toBeLessThan(0.15)
  })

  it('one day can be the most different of 41, which is a warn and no fail', () => {
    const { row, check } = judge(dayTables(days(1, 40, 0.05), days(2, 1, 0.05, 1)))
    expect(row.p).toBeCloseTo(1 / 41, 12)
    expect(row.state).toBe('warn')
    expect(check?.status).toBe('warn')
  })

  it('one day among thirty columns cannot be told by exchanging: held against how days of training differ, it warns, and says so', () => {
    const wide = (seed: number, far: number) => {
      const one = dayTables(days(seed, 28, 0.1), days(seed + 1, 1, 0.1, far))
      const more = Array.from({ length: 29 }, (_, i) => dayTables(days(100 + 2 * i, 28, 0.1), days(101 + 2 * i, 1, 0.1)))
      const side = (k: 0 | 1) => ({
        ...one[k],
        columns: [...one[k].columns, ...more.flatMap((tables, i) => tables[k].columns.map((column) => ({ ...column, name: `still${i}` })))],
      })
      return judge([side(0), side(1)])
    }
    const { row, check } = wide(1, 1.5)
    expect(row.state).toBe('warn')
    expect(check?.message).toContain('(1 against 28: so few warn at most)')
    expect(wide(1, 0).row.state).not.toBe('warn')
  })

  it('and days that do not drift are seldom called different by that: 1 against 28, and 1 against 12', () => {
    for (const many of [28, 12]) {
      let alarms = 0
      for (let run = 0; run < 200; run++) {
        const cut = (values: number[][]) => counted(values, [-1.2, -0.8, -0.5, -0.2, 0, 0.2, 0.5, 0.8, 1.2])
        if ((blockSpread(cut(days(run, many, 0.3)), cut(days(5000 + run, 1, 0.3)))?.p ?? 1) <= 0.05) alarms += 1
      }
      expect(alarms).toBeLessThanOrEqual(20)
    }
    expect(
      blockSpread(
        [
          [1, 2],
          [2, 1],
          [2, 2],
        ],
        [[9, 1]],
      ),
    ).toBeNull()
  })

  it('two days against three can show nothing: inconclusive, with the blocks that would', () => {
    const { row, check } = judge(dayTables(days(1, 3, 0.05), days(2, 2, 0.05, 1)))
    expect(row.state).toBe('inconclusive')
    expect(check?.message).toContain('2 blocks cannot be certain enough: more on both sides are needed')
  })

  it('other units on the two sides, or `blocks: rows`, mean rows', () => {
    const [reference, current] = dayTables(days(1, 28, 0.3), days(2, 7, 0.3))
    const weeks: TableProfile = { ...current, blocks: current.blocks ? { ...current.blocks, unit: '1 week' } : null }
    expect(judge([reference, weeks]).row.unit).toBe('rows')
    expect(judge([reference, current], { settings: { blocks: 'rows' } })).toMatchObject({ row: { unit: 'rows' }, blocks: undefined })
  })

  it('buckets of groups are blocks too', () => {
    const { check } = judge(dayTables(days(1, 28, 0.2), days(2, 28, 0.2, 0.8), 'group'))
    expect(check?.message).toContain('in blocks of groups (28 against 28)')
  })

  it('questions are asked of as many rows as the days are worth: nulls of one day are no change of the rate', () => {
    const [reference, current] = dayTables(days(1, 28, 0.5), days(2, 7, 0.5))
    const spoil = (one: TableProfile, nulls: number): TableProfile => ({
      ...one,
      columns: one.columns.map((column) => ({
        ...column,
        n_null: nulls,
        n: column.n + nulls,
        blocks: (column.blocks ?? []).map((cells, i) => (i === 0 ? [...cells.slice(0, -1), nulls] : cells)),
      })),
    })
    const tables = [spoil(reference, 10), spoil(current, 30)] as const
    const found = (more: Partial<DriftInput>) =>
      judgeDrift({
        reference: tables[0],
        current: tables[1],
        targets: [],
        positive: null,
        features: null,
        leaveOut: [],
        columns: {},
        policy: { onInconclusive: 'pass', onMissing: 'warn' },
        capAtWarn: false,
        ...more,
      }).checks.map(({ id }) => id)
    expect(found({ settings: { blocks: 'rows' } })).toContain('drift.nulls:x')
    expect(found({})).not.toContain('drift.nulls:x')
  })
})

describe('labels of which blocks tell few apart', () => {
  const shop = (i: number) => `shop ${String(i).padStart(3, '0')}`
  /** 28 days of 100 rows, and one row a day in a shop of its own; the first `large` of a day are in one shop, the others in `open` of as many rows each */
  const shopDays = (when: string, open: number, large = 0) =>
    Array.from({ length: 28 }, (_, day) => [
      `stall ${when} ${day}`,
      ...Array.from({ length: 100 }, (_row, i) => {
        const [often, others] = [i < large, 100 - large]
        return often ? 'the large one' : shop((day * others + i - large) % open)
      }),
    ])
  function tables(reference: readonly string[][], current: readonly string[][]): [TableProfile, TableProfile] {
    const before = labels('x', reference.flat())
    const levels = blockCells(before)?.levels ?? []
    const side = (role: string, values: readonly string[][]): TableProfile => {
      const blocks = values.map((day) => {
        const cells = new Array<number>(levels.length + 2).fill(0)
        for (const value of day) {
          const at = levels.indexOf(value)
          const j = at < 0 ? levels.length : at
          cells[j] = (cells[j] ?? 0) + 1
        }
        return cells
      })
      const column = role === 'train' ? before : labels('x', values.flat())
      return {
        ...table(role, [{ ...column, blocks }]),
        blocks: { by: 'time', unit: '1 day', rows: values.map((day) => day.length) },
      }
    }
    return [side('train', reference), side('current', current)]
  }

  it('where all share one cell nothing is decided, whatever became of them, and the check says why', () => {
    for (const open of [200, 100]) {
      const { row, check } = judge(tables(shopDays('then', 200), shopDays('now', open)))
      expect([row.state, row.unit, check?.status]).toEqual(['inconclusive', 'blocks', 'inconclusive'])
      expect(check?.message).toContain('no value has rows enough to be told from the others block by block')
      expect(check?.message).toContain('`drift: {blocks: rows}`')
    }
    // as it says
    expect(judge(tables(shopDays('then', 200), shopDays('now', 100)), { settings: { blocks: 'rows' } }).row.state).toBe('fail')
  })

  it('where one is told from them, a change among the others alone is undecided, and no column that did not move', () => {
    const { row, check } = judge(tables(shopDays('then', 140, 30), shopDays('now', 70, 30)))
    expect(row.state).toBe('inconclusive')
    expect(check?.message).not.toContain('did not move')
    expect(judge(tables(shopDays('then', 140, 30), shopDays('now', 140, 30))).row.state).toBe('ok')
  })

  it('nor is anything told of labels that share the one cell of all rows', () => {
    const thin = (when: string) =>
      labels(
        'x',
        Array.from({ length: 500 }, (_, i) => `${when} ${i % 100}`),
      )
    const { row, check } = judge([table('train', [thin('then')]), table('current', [thin('now')])])
    expect([row.state, check?.status]).toEqual(['inconclusive', 'inconclusive'])
    expect(check?.message).toContain('more rows of each would')
  })

  it('a column that holds one value on both sides has not moved', () => {
    const same = Array.from({ length: 28 }, () => Array.from({ length: 100 }, () => 'a'))
    expect(judge(tables(same, same)).row.state).toBe('ok')
  })
})
