import { describe, expect, it } from 'vitest'
import type { Column, ColumnKind } from '../../../src/ports/data-engine.ts'
import type { TensorInfo, TensorType } from '../../../src/ports/model-runtime.ts'
import { padded, planFeed } from '../../../src/stages/evaluate/feed.ts'

const shown = { model: 'm.onnx', data: 'test.csv' }
const columns = (kinds: Readonly<Record<string, ColumnKind>>): readonly Column[] =>
  Object.entries(kinds).map(([name, kind]) => ({ name, kind, type: kind.toUpperCase() }))
const input = (name: string, type: TensorType, ...shape: readonly (number | null)[]): TensorInfo => ({ name, type, shape })
const plan = (inputs: readonly TensorInfo[], kinds: Readonly<Record<string, ColumnKind>>, features: readonly string[] | null = null) =>
  planFeed({ inputs, columns: columns(kinds), features, shown })

describe('columns meet inputs by name', () => {
  it('one tensor a column, in the shape and type the model wants; other columns are left out', () => {
    const feed = plan([input('b', 'string', null, 1), input('a', 'float32', null)], { a: 'integer', b: 'string', extra: 'other' })
    expect(feed.columns).toEqual(['b', 'a'])
    expect(feed.numeric).toEqual(['a'])
    expect(feed.tensors([['x', null], Float64Array.of(1, Number.NaN)], 2)).toEqual([
      { name: 'b', type: 'string', shape: [2, 1], data: ['x', ''] },
      { name: 'a', type: 'float32', shape: [2], data: Float32Array.of(1, Number.NaN) },
    ])
  })

  it('integers stay exact beyond 2^53, and text of any column is its own', () => {
    const feed = plan([input('i', 'int64', null, 1), input('s', 'string', null, 1)], { i: 'integer', s: 'float' })
    const big = 2n ** 60n + 1n
    expect(feed.numeric).toEqual([])
    const [i, s] = feed.tensors(
      [
        [big, -5],
        [1.5, null],
      ],
      2,
    )
    expect(i?.data).toEqual(BigInt64Array.of(big, -5n))
    expect(s?.data).toEqual(['1.5', ''])
  })

  it('booleans are numbers, or a tensor of their own', () => {
    const feed = plan([input('f', 'float32', null, 1), input('b', 'bool', null, 1)], { f: 'boolean', b: 'boolean' })
    const [f, b] = feed.tensors(
      [
        [true, false],
        [true, false],
      ],
      2,
    )
    expect(f?.data).toEqual(Float32Array.of(1, 0))
    expect(b?.data).toEqual(Uint8Array.of(1, 0))
  })

  it('an input that carries a name as exporters write it is met with the one column it can be', () => {
    const inputs = ['Ort_Stadt', '_1st_größe', 'umsatz__', 'n_'].map((name) => input(name, 'float32', null, 1))
    const feed = plan(inputs, { 'Ort/Stadt': 'float', '1st größe': 'float', 'umsatz €': 'float', n_: 'float', 'n ': 'float' })
    expect(feed.columns).toEqual(['Ort/Stadt', '1st größe', 'umsatz €', 'n_'])
    expect(feed.renamed[0]).toBe("input 'Ort_Stadt' is fed column 'Ort/Stadt'")
    expect(feed.renamed).toHaveLength(3)
    expect(feed.tensors([[1], [2], [3], [4]], 1).map(({ name }) => name)).toEqual(inputs.map(({ name }) => name))
  })

  it('two columns that an exporter would write alike are never guessed between', () => {
    expect(() =>
      plan([input('a_b', 'float32', null, 1), input('c', 'float32', null, 1)], { 'a b': 'float', 'a-b': 'float', c: 'float' }),
    ).toThrow("m.onnx wants columns that test.csv does not have: 'a_b'")
  })

  it('every column that is missing is named at once', () => {
    const inputs = [input('x', 'float32', null, 1), input('y', 'float32', null, 1), input('z', 'float32', null, 1)]
    expect(() => plan(inputs, { y: 'float' })).toThrow("m.onnx wants columns that test.csv does not have: 'x', 'z'")
  })

  it('a missing or broken value of a whole-number input is an error that quotes no value', () => {
    const feed = plan([input('i', 'int8', null, 1)], { i: 'integer' })
    const fed = (value: number | null) => () => feed.tensors([[value]], 1)
    expect(fed(null)).toThrow("column 'i' of test.csv has missing values, and the model takes it as int8")
    expect(fed(4711)).toThrow('has values that are too large')
    expect(fed(4711)).not.toThrow('4711')
    expect(fed(0.5)).toThrow('has values that are not whole')
    expect(feed.tensors([[-128]], 1)[0]?.data).toEqual(Int8Array.of(-128))
  })

  it('text for a number input is refused before anything is read', () => {
    expect(() => plan([input('x', 'float32', null, 1)], { x: 'string' })).toThrow(
      expect.objectContaining({
        message: "column 'x' of test.csv is string, and m.onnx takes it as float32",
        fix: expect.stringContaining('a decimal comma or one bad cell makes a column text'),
      }),
    )
  })
})

describe('one matrix', () => {
  const matrix = [input('input', 'float32', null, 2)]
  it('is filled in the order of data.features, row by row', () => {
    const feed = plan(matrix, { a: 'float', b: 'integer' }, ['b', 'a'])
    expect(feed.columns).toEqual(['b', 'a'])
    expect(feed.tensors([Float64Array.of(1, 2), Float64Array.of(10, 20)], 2)).toEqual([
      { name: 'input', type: 'float32', shape: [2, 2], data: Float32Array.of(1, 10, 2, 20) },
    ])
  })

  it('is an error without features, whatever the columns look like: their order is never guessed', () => {
    expect(() => plan(matrix, { a: 'float', b: 'float' })).toThrow(
      'm.onnx takes one matrix of 2 columns, and nothing says which columns in which order',
    )
  })

  it('is an error when the number of features differs', () => {
    expect(() => plan(matrix, { a: 'float' }, ['a'])).toThrow('m.onnx takes 2 columns, and data.features lists 1')
  })

  it('may leave its width open, and be of text', () => {
    const feed = plan([input('input', 'string', null, null)], { a: 'string', b: 'integer' }, ['a', 'b'])
    expect(feed.tensors([['x'], [7]], 1)[0]?.data).toEqual(['x', '7'])
  })

  it('does not take features away from a model with one input per column', () => {
    const feed = plan([input('a', 'float32', null, 1), input('b', 'float32', null, 1)], { a: 'float', b: 'float' }, ['b', 'a'])
    expect(feed.tensors([[1], [2]], 1).map(({ name }) => name)).toEqual(['a', 'b'])
  })

  it('of images is said to be none of ours', () => {
    expect(() => plan([input('pixels', 'float32', null, 3, 224, 224)], {})).toThrow("input 'pixels' has 4 dimensions")
  })
})

describe('a model exported with a fixed number of rows', () => {
  it('is fed batches of that size, the last one filled up with its last row', () => {
    const feed = plan([input('x', 'float32', 4, 1)], { x: 'float' })
    expect(feed.fixedRows).toBe(4)
    expect(padded({ rows: 2, columns: [Float64Array.of(1, 2), ['a', 'b']] }, 4)).toEqual([
      Float64Array.of(1, 2, 2, 2),
      ['a', 'b', 'b', 'b'],
    ])
  })

  it('must have the same number in every input', () => {
    expect(() => plan([input('x', 'float32', 4, 1), input('y', 'float32', 2, 1)], { x: 'float', y: 'float' })).toThrow(
      'different fixed numbers of rows',
    )
  })
})
