import { describe, expect, it } from 'vitest'
import type { DataSpec } from '../../../src/core/schema/config.ts'
import { encodeColumn } from '../../../src/core/train/encode.ts'
import { candidates, encodeNumber, encodeText, readInteger } from '../../../src/core/train/features.ts'
import { classesOf, inferTask } from '../../../src/core/train/task.ts'

const data: DataSpec = {
  sources: {},
  target: 'late',
  positive: null,
  id: 'id',
  time: 'day',
  group: 'route',
  weight: 'w',
  labelDelayMs: null,
  features: null,
  sensitive: ['name'],
}
const columns = [
  { name: 'id', kind: 'integer' },
  { name: 'day', kind: 'date' },
  { name: 'route', kind: 'string' },
  { name: 'w', kind: 'float' },
  { name: 'name', kind: 'string' },
  { name: 'hour', kind: 'integer' },
  { name: 'price', kind: 'decimal' },
  { name: 'open', kind: 'boolean' },
  { name: 'at', kind: 'timestamp' },
  { name: 'late', kind: 'integer' },
]

describe('columns to learn from', () => {
  it('are all but the target, the roles, the sensitive ones and what a linear model cannot read', () => {
    const { use, leftOut } = candidates(columns, data)
    expect(use).toEqual([
      { column: 'hour', as: 'integer' },
      { column: 'price', as: 'numeric' },
      { column: 'open', as: 'numeric' },
    ])
    expect(leftOut.map(({ column }) => column)).toEqual(['id', 'day', 'route', 'w', 'name', 'at'])
  })

  it('are those of data.features when that is written, never the target or a sensitive one', () => {
    const { use } = candidates(columns, { ...data, features: ['route', 'late', 'name', 'hour'] })
    expect(use.map(({ column }) => column)).toEqual(['route', 'hour'])
  })
})

describe('a whole-number column', () => {
  it('with few values and many rows for each names levels', () => {
    expect(readInteger('hour', { present: 60_000, distinct: 24, min: 0, max: 23 })).toBe('levels')
  })
  it('counts when its values are many, too rare, only two, or not exact in a float', () => {
    expect(readInteger('distance', { present: 60_000, distinct: 1500, min: 20, max: 4960 })).toBe('numeric')
    expect(readInteger('hour', { present: 300, distinct: 24, min: 0, max: 23 })).toBe('numeric')
    expect(readInteger('flag', { present: 300, distinct: 2, min: 0, max: 1 })).toBe('numeric')
    expect(readInteger('code', { present: 60_000, distinct: 5, min: 0, max: 2 ** 40 })).toBe('numeric')
  })
  it('that numbers the rows, by density or by name, is left out', () => {
    expect(readInteger('n', { present: 1000, distinct: 1000, min: 1, max: 1000 })).toMatchObject({ because: 'it numbers the rows' })
    expect(readInteger('flight_id', { present: 1000, distinct: 1000, min: 7, max: 1e9 })).toMatchObject({ because: 'it numbers the rows' })
    expect(readInteger('cents', { present: 1000, distinct: 1000, min: 7, max: 1e9 })).toBe('numeric')
  })
})

describe('a text column', () => {
  it('has its frequent levels in one fixed order', () => {
    expect(encodeText('c', { present: 100, distinct: 3, levels: ['b', 'ä', 'a'] })).toEqual({
      kind: 'category',
      column: 'c',
      levels: { of: 'string', values: ['a', 'b', 'ä'] },
    })
  })
  it('is left out when nearly every row differs, none is frequent, or none is there', () => {
    expect(encodeText('c', { present: 100, distinct: 95, levels: ['a'] })).toMatchObject({
      because: 'nearly every row has a value of its own',
    })
    expect(encodeText('c', { present: 100, distinct: 50, levels: [] })).toMatchObject({ because: 'no value has 10 rows' })
    expect(encodeText('c', { present: 0, distinct: 0, levels: [] })).toMatchObject({ because: 'it holds no value' })
  })
  it('never has a level longer than 200 characters or with a NUL', () => {
    expect(encodeText('c', { present: 100, distinct: 3, levels: ['x'.repeat(201), 'a\0b', 'ok'] })).toMatchObject({
      levels: { values: ['ok'] },
    })
  })
})

describe('a number column', () => {
  it('is measured on what is there: missing and infinite values move neither mean nor range', () => {
    expect(encodeNumber('x', Float64Array.of(1, Number.NaN, 3, Infinity, -Infinity))).toEqual({
      kind: 'numeric',
      column: 'x',
      mean: 2,
      scale: 1,
      low: 1,
      high: 3,
    })
  })
  it('that never changes is left out, unless its gaps say something', () => {
    expect(encodeNumber('x', Float64Array.of(5, 5))).toMatchObject({ because: 'it never changes' })
    expect(encodeNumber('x', Float64Array.of(5, Number.NaN))).toMatchObject({ kind: 'numeric', scale: 1 })
    expect(encodeNumber('x', Float64Array.of(Number.NaN))).toMatchObject({ because: 'it holds no value' })
    expect(encodeNumber('x', Float64Array.of(1.7e308, -1.7e308))).toMatchObject({ because: 'its values are too large to be measured' })
  })
  it('encodes to the mean when missing, and no further than the range seen', () => {
    const encoder = encodeNumber('x', Float64Array.of(0, 2, 4, 6))
    if (!('kind' in encoder)) throw new Error('left out')
    const block = encodeColumn(encoder, [null, 100, -Infinity, true, 3], 5)
    expect(block).toMatchObject({ kind: 'numeric', missing: Uint8Array.of(1, 0, 0, 0, 0) })
    if (block.kind !== 'numeric') throw new Error('not numeric')
    const scale = Math.sqrt(5)
    expect([...block.values]).toEqual([0, 3 / scale, -3 / scale, -2 / scale, 0])
  })
})

describe('the task of a target', () => {
  it.each([
    ['integer', 2, true, 'binary'],
    ['string', 2, false, 'binary'],
    ['boolean', 2, true, 'binary'],
    ['string', 9, false, 'multiclass'],
    ['integer', 10, true, 'multiclass'],
    ['float', 10, true, 'multiclass'],
    ['integer', 500, true, 'regression'],
    ['float', 10, false, 'regression'],
  ] as const)('%s with %i values: %s whole → %s', (kind, distinct, whole, task) => {
    expect(inferTask({ kind, distinct, whole })).toBe(task)
  })

  it('labels: numbers ascend, text follows code units, booleans are text', () => {
    expect(classesOf('integer', [10, -1, 9])).toEqual({ type: 'int64', labels: [-1, 9, 10] })
    expect(classesOf('string', ['b', 'a', '10', '9'])).toEqual({ type: 'string', labels: ['10', '9', 'a', 'b'] })
    expect(classesOf('float', [0.5, 0.25])).toEqual({ type: 'string', labels: ['0.25', '0.5'] })
    expect(classesOf('boolean', [0, 1])).toEqual({ type: 'string', labels: ['false', 'true'] })
  })
})
