/** Many labels that are about as frequent: those with most rows at training have them by luck, which is no change when they fall back. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { blockCells } from '../../../src/core/profile/blocks.ts'
import { notByLuck } from '../../../src/core/profile/not-by-luck.ts'
import { driftDetails } from '../../../src/core/schema/drift-details.ts'
import { random } from '../../../src/core/stats/random.ts'
import { numbers } from '../../unit/drift/support.ts'
import { type Desk, makeDesk } from './support.ts'

let desk: Desk
const columns = Array.from({ length: 16 }, (_, i) => `c${i}`)
const labelsOf = (column: number) => [25, 40, 60, 90][column % 4] ?? 0
/** Rows of four weeks, an hour apart; every label of a column is as likely. @param gone of the first two columns, half of the labels are not drawn */
function csv(seed: number, gone = false): string {
  const rng = random(seed)
  const lines = Array.from({ length: 672 }, (_, row) => {
    const time = new Date(Date.UTC(2025, 0, 6) + row * 3_600_000).toISOString().slice(0, 19)
    const labels = columns.map((_, i) => `v${rng.below(gone && i < 2 ? Math.ceil(labelsOf(i) / 2) : labelsOf(i))}`)
    return [time, ...labels, row % 2].join(',')
  })
  return `${['at', ...columns, 'y'].join(',')}\n${lines.join('\n')}\n`
}
beforeAll(() => {
  desk = makeDesk()
  desk.write('train.csv', csv(1))
  desk.write('current.csv', csv(2))
  desk.write('moved.csv', csv(3, true))
})
afterAll(() => desk.close())

const config = (current: string) =>
  `models: {m: {model: m.onnx, data: {train: train.csv, current: ${current}, target: y, positive: 1, time: at}, drift: {classifier: true, correlations: false}}}`

describe('many labels that are about as frequent', () => {
  it('are not told apart where nothing moved, by a classifier or in blocks of time', async () => {
    const result = await desk.run(config('current.csv'), ['validate', 'drift'])
    expect(result.checks.find(({ id }) => id === 'drift.classifier')).toMatchObject({ status: 'pass' })
    const inBlocks = driftDetails.parse(result.details).columns.filter(({ column, unit }) => column.startsWith('c') && unit === 'blocks')
    expect(inBlocks).toHaveLength(16)
    expect(inBlocks.filter(({ p }) => p !== null && p <= 0.05).length).toBeLessThanOrEqual(2)
  }, 60_000)

  it('are, where half of them are gone', async () => {
    const { checks } = await desk.run(config('moved.csv'), ['validate', 'drift'])
    expect(checks.find(({ id }) => id === 'drift.shift:c0')).toMatchObject({ status: 'fail' })
    expect(checks.find(({ id }) => id === 'drift.classifier')?.status).not.toBe('pass')
  }, 60_000)
})

describe('the most frequent, not by luck', () => {
  const named = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts)
      .map(([name, count]) => ({ name, count }))
      .sort((a, b) => b.count - a.count)
  const taken = (counts: Readonly<Record<string, number>>, most: number, unlisted = 0) =>
    notByLuck(named(counts), most, unlisted, (a, b) => (a.name < b.name ? -1 : 1)).map(({ name }) => name)

  it('are those with surely more rows, then by name those with about as many as the first without room', () => {
    expect(taken({ z: 500, y: 300, d: 44, c: 43, b: 42, a: 41, e: 2 }, 4)).toEqual(['z', 'y', 'a', 'b'])
    expect(taken({ b: 40, a: 30 }, 4)).toEqual(['b', 'a'])
  })

  it('of numbers are surely in 2 % of the rows: those of sixty that just came to it are not', () => {
    const rng = random(4)
    const drawn = Array.from({ length: 3000 }, () => rng.below(60))
    const reached = numbers('x', drawn).numeric?.spikes.filter(({ count }) => count >= 60) ?? []
    expect(reached.length).toBeGreaterThan(0)
    expect(blockCells(numbers('x', drawn))?.spikes).toEqual([])
    expect(blockCells(numbers('x', [...drawn, ...Array.from({ length: 300 }, () => -1)]))?.spikes).toEqual([-1])
  })

  it('are surely more frequent than what is not listed', () => {
    expect(taken({ z: 500, b: 20, a: 9 }, 4, 4)).toEqual(['z', 'b'])
  })
})
