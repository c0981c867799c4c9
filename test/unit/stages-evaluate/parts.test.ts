import { describe, expect, it } from 'vitest'
import type { SliceColumn } from '../../../src/core/evaluate/slice-rows.ts'
import type { SlicesSpec } from '../../../src/core/schema/config.ts'
import { aloneBy, familiesOf } from '../../../src/stages/evaluate/parts.ts'

const column = (name: string): SliceColumn => ({
  name,
  codes: Uint16Array.from({ length: 400 }, (_, i) => i % 4),
  labels: ['w', 'x', 'y', 'z'],
  order: [0, 1, 2, 3],
  hidden: false,
})
const columns = new Map(['a', 'b', 'c'].map((name) => [name, column(name)]))
const spec = (more: Partial<SlicesSpec>): SlicesSpec => ({ by: [], auto: false, minRows: 50, metrics: [], ...more })
const told = (given: SlicesSpec, found: readonly string[]) =>
  familiesOf(given, { columns, found }, 400).map(({ column: name, slices }) => [name, slices[0]?.declared, slices[0]?.fresh ?? false])

describe('EVT-06 slices of a base, and those that a pull request adds', () => {
  it('a column that it declares is a family of the pull request', () => {
    expect(told(spec({ by: [['a'], ['b']], fresh: { by: [['b']], auto: false } }), [])).toEqual([
      ['a', true, false],
      ['b', true, true],
    ])
  })

  it('a column that the base finds by itself stays with the base, who ever declares it', () => {
    const declared = spec({ by: [['a'], ['b']], auto: true, fresh: { by: [['b']], auto: false } })
    expect(aloneBy(declared)).toEqual(['a'])
    expect(told(declared, ['b', 'c'])).toEqual([
      ['a', true, false],
      ['b', false, false],
      ['c', false, false],
    ])
    // one that is not found, such as a column of names, is the pull request's own
    expect(told(declared, ['c'])).toEqual([
      ['a', true, false],
      ['b', true, true],
      ['c', false, false],
    ])
  })

  it('a search that it switches on finds for the pull request', () => {
    const searching = spec({ by: [['a'], ['b']], auto: true, fresh: { by: [['b']], auto: true } })
    expect(aloneBy(searching)).toEqual(['a', 'b'])
    expect(told(searching, ['c'])).toEqual([
      ['a', true, false],
      ['b', true, true],
      ['c', false, true],
    ])
  })
})
