import { describe, expect, it } from 'vitest'
import { buildLinearModel } from '../../../src/core/onnx/build.ts'
import { metadataClasses } from '../../../src/core/onnx/class-labels.ts'
import { decodeModel, encodeModel } from '../../../src/core/onnx/wire.ts'

const saying = (...values: readonly string[]) =>
  metadataClasses(decodeModel(encodeModel({ irVersion: 8, metadataProps: values.map((value) => ({ key: 'modelgate.classes', value })) })))

describe('class labels in the metadata', () => {
  it('are those a builtin model was made with, in the order of its probabilities', () => {
    const bytes = buildLinearModel({
      task: 'multiclass',
      classes: { type: 'string', labels: ['10', '9', 'a'] },
      encoders: [{ kind: 'numeric', column: 'x', mean: 0, scale: 1, low: -1, high: 1 }],
      intercepts: [0, 0, 0],
      weights: [1, 2, 3].map((w) => Float64Array.of(w, 0)),
    })
    expect(metadataClasses(decodeModel(bytes))).toEqual(['10', '9', 'a'])
  })

  it('may be texts, numbers and booleans', () => {
    expect(saying('["b","a"]')).toEqual(['b', 'a'])
    expect(saying('[1,0.5,-2]')).toEqual([1, 0.5, -2])
    expect(saying('[true,false]')).toEqual(['true', 'false'])
    expect(saying(JSON.stringify(Array.from({ length: 10_000 }, (_, i) => i)))).toHaveLength(10_000)
  })

  it.each([
    ['no JSON', '[1,'],
    ['no list', '{"0":"a"}'],
    ['an empty list', '[]'],
    ['nothing', ''],
    ['labels that are no values', '[["a"],["b"]]'],
    ['null among them', '["a",null]'],
    ['a number that is none', '[1e999,1]'],
    ['one label twice', '["1",1]'],
    ['more than 10,000', JSON.stringify(Array.from({ length: 10_001 }, (_, i) => i))],
    ['a text beyond 1 MB', JSON.stringify(['a', 'b'.repeat(1_048_576)])],
  ])('say nothing when they are %s', (_, text) => {
    expect(saying(text)).toBeNull()
  })

  it('say nothing when they are not there, or there twice', () => {
    expect(saying()).toBeNull()
    expect(saying('["a","b"]', '["b","a"]')).toBeNull()
  })
})
