/**
 * Rows that depend on one another: 28 days of training and 7 of today, 500 rows each, one number whose mean differs from day to day by chance. A test
 * that takes every row for itself finds drift in most of such weeks; one that exchanges whole days must not.
 */
import type { ColumnFacts } from '../../src/core/checks/facts.ts'
import { blockCells, maxBlocks, planTime, readBlocks } from '../../src/core/profile/blocks.ts'
import type { ColumnProfile, TableProfile } from '../../src/core/schema/profile.ts'
import { random } from '../../src/core/stats/random.ts'
import { firstAtLeast } from '../../src/core/stats/sorted.ts'
import type { Drawn } from './columns.ts'
import { profileOf } from './profile.ts'
import { judge, outcome, seedOf } from './repetition.ts'

export const rowsPerDay = 500
/** microseconds */
const day = 86_400_000_000
const days = { reference: 28, current: 7 } as const

export interface Week {
  /** standard deviation of the means of days, in those of rows of one day */
  readonly dayEffect: number
  /** what moved, in the same */
  readonly shift: number
}

export const weeks: readonly Week[] = [
  { dayEffect: 0, shift: 0 },
  { dayEffect: 0.1, shift: 0 },
  { dayEffect: 0.3, shift: 0 },
  { dayEffect: 0.1, shift: 0.25 },
  { dayEffect: 0.3, shift: 0.5 },
]

export interface WeekCount extends Week {
  runs: number
  rowsAt05: number
  rowsAlarm: number
  blocksAt05: number
  blocksAt01: number
  blocksAlarm: number
}

export function countWeeks(week: Week, runs: number, seed: number): WeekCount {
  const found: WeekCount = { ...week, runs, rowsAt05: 0, rowsAlarm: 0, blocksAt05: 0, blocksAt01: 0, blocksAlarm: 0 }
  for (let run = 0; run < runs; run++) {
    const [reference, current] = draw(week, seedOf(seed, 35, Math.round(1000 * week.dayEffect), Math.round(1000 * week.shift), run))
    const byRow = judge(reference, current, { settings: { blocks: 'rows' } })
    const byDay = judge(reference, current)
    const p = byDay.columns[0]?.p ?? 1
    found.rowsAt05 += Number((byRow.columns[0]?.p ?? 1) <= 0.05)
    found.rowsAlarm += Number(outcome(byRow, null).any.warn)
    found.blocksAt05 += Number(p <= 0.05)
    found.blocksAt01 += Number(p <= 0.01)
    found.blocksAlarm += Number(outcome(byDay, null).any.warn)
  }
  return found
}

function draw({ dayEffect, shift }: Week, seed: number): readonly [TableProfile, TableProfile] {
  const rng = random(seed)
  const some = (count: number, mean: number): Drawn => {
    const values = new Float64Array(count * rowsPerDay)
    for (let day = 0; day < count; day++) {
      const today = mean + dayEffect * rng.normal()
      for (let i = 0; i < rowsPerDay; i++) values[day * rowsPerDay + i] = today + rng.normal()
    }
    return { name: 'x', storage: 'float', labels: null, values }
  }
  const [before, now] = [some(days.reference, 0), some(days.current, shift)]
  const reference = profileOf('train', [before], seed)
  const current = profileOf('current', [now], seed + 1, reference)
  const [column] = reference.columns
  if (column === undefined) throw new RangeError('a profile of one column')
  return [inDays(reference, before, column, 0), inDays(current, now, column, days.reference)]
}

/** Counts by day in the cells that the product counts blocks of this column in: what `blockQuery` answers of the drawn rows. */
export function inDays(profile: TableProfile, { name, values }: Drawn, reference: ColumnProfile, firstDay: number): TableProfile {
  const cells = blockCells(reference)
  if (cells === null || cells.cuts === null) throw new RangeError('a column of numbers')
  const cuts = Float64Array.from(cells.cuts)
  const count = Math.ceil(values.length / rowsPerDay)
  const rows = Array.from({ length: count }, (_, block) => {
    const counts = new Array<number>(cells.size).fill(0)
    for (const value of values.subarray(block * rowsPerDay, (block + 1) * rowsPerDay)) {
      const spike = cells.spikes.indexOf(value)
      const cell = Number.isNaN(value) ? cells.size - 1 : spike >= 0 ? spike : cells.spikes.length + firstAtLeast(cuts, value)
      counts[cell] = (counts[cell] ?? 0) + 1
    }
    return { block, rows: Math.min(rowsPerDay, values.length - block * rowsPerDay), b0: JSON.stringify(counts) }
  })
  const facts: ColumnFacts = { name, quoted: name, kind: 'float', type: 'DOUBLE' }
  const time: ColumnFacts = { name: 'day', quoted: 'day', kind: 'timestamp', type: 'TIMESTAMP' }
  const plan = planTime(time, firstDay * day, (firstDay + count) * day - 1, maxBlocks, '1 day')
  if (plan === null) throw new RangeError('days fit')
  const { table, columns } = readBlocks(plan, [{ columns: [{ facts, cells }], from: 0, rows }])
  return { ...profile, blocks: table, columns: profile.columns.map((one) => ({ ...one, blocks: columns.get(one.name) ?? null })) }
}
