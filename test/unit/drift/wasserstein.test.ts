/** W1 of two columns from their profiles, beside that of their rows. */
import { describe, expect, it } from 'vitest'
import { columnCells } from '../../../src/core/drift/column-cells.ts'
import { measureShift } from '../../../src/core/drift/shift.ts'
import { wasserstein } from '../../../src/core/drift/wasserstein.ts'
import { gaussian, pair } from './support.ts'

function exact(before: readonly number[], now: readonly number[]): number {
  const points = [...new Set([...before, ...now])].sort((a, b) => a - b)
  const place = new Map(points.map((point, i) => [point, i]))
  const counts = (values: readonly number[]) => {
    const at = new Array<number>(points.length).fill(0)
    for (const value of values) at[place.get(value) ?? 0] = (at[place.get(value) ?? 0] ?? 0) + 1
    return at
  }
  return wasserstein(points, counts(before), counts(now))
}

function fromProfiles(before: readonly number[], now: readonly number[]): number {
  const [reference, current] = pair(before, now)
  const cells = columnCells(reference, current)
  if (cells === null) throw new Error('no cells')
  return measureShift(reference, current, cells).companions.w1 ?? Number.NaN
}

const n = 5000
const base = gaussian(1, n)
const other = (mean: number, sd = 1) => gaussian(2, n, mean, sd)
const heavy = (values: readonly number[], factor = 1) => values.map((x) => factor * Math.exp(2 * x))
const whole = (values: readonly number[]) => values.map((x) => Math.round(20 * x))

describe('W1 of profiles is that of the rows', () => {
  it.each<[string, readonly number[], readonly number[], least?: number]>([
    ['a shift', base, other(0.5)],
    ['a wider spread', base, other(0, 1.5)],
    ['a narrower spread', base, other(0, 0.6)],
    ['whole numbers', whole(base), whole(other(0.3))],
    ['another unit, beyond all of the reference', base.map((x) => x + 10), other(10).map((x) => x * 1000)],
    ['a tail far to the right', heavy(base), heavy(other(0), 1.3), 0.8],
    ['a tail far to the left', heavy(base).map((x) => -x), heavy(other(0), 1.3).map((x) => -x), 0.8],
    ['one value far out today', base, [...other(0.1).slice(1), 1e6]],
    ['one value far out at training', [...base.slice(1), -1e6], other(0.1)],
    ['a value that many rows have', [...base.slice(1000), ...new Array<number>(1000).fill(0.25)], other(0.4)],
  ])('%s', (_, before, now, least = 0.9) => {
    const part = fromProfiles(before, now) / exact(before, now)
    expect(part).toBeGreaterThan(least)
    expect(part).toBeLessThan(1.1)
  })
})
