import { describe, expect, it } from 'vitest'
import type { TensorInfo, TensorType } from '../../../src/ports/model-runtime.ts'
import { layoutOf } from '../../../src/stages/evaluate/outputs.ts'

const output = (name: string, type: TensorType, ...shape: readonly (number | null)[]): TensorInfo => ({ name, type, shape })

describe('what outputs mean', () => {
  it.each([
    [
      'scikit-learn',
      'binary',
      [output('output_label', 'int64', null), output('output_probability', 'float32', null, 2)],
      { label: 'output_label', values: 'output_probability' },
    ],
    ['labels of text', 'multiclass', [output('label', 'string', null), output('p', 'float32', null, 3)], { label: 'label', values: 'p' }],
    ['one score', 'binary', [output('score', 'float32', null, 1)], { label: null, values: 'score' }],
    ['one score without a second dimension', 'binary', [output('y', 'float64', null)], { label: null, values: 'y' }],
    ['a label only', 'multiclass', [output('label', 'int64', null, 1)], { label: 'label', values: null }],
    ['probabilities of open width', 'multiclass', [output('softmax', 'float32', null, null)], { label: null, values: 'softmax' }],
    [
      'several matrices, one named so',
      'binary',
      [output('hidden', 'float32', null, 8), output('probabilities', 'float32', null, 2)],
      { label: null, values: 'probabilities' },
    ],
    [
      'outputs of unknown shape',
      'multiclass',
      [output('label', 'string'), output('probabilities', 'float32')],
      { label: 'label', values: 'probabilities' },
    ],
    ['a regression', 'regression', [output('variable', 'float32', null, 1)], { label: null, values: 'variable' }],
    ['a regression of whole numbers', 'regression', [output('y', 'int64', null)], { label: null, values: 'y' }],
  ] as const)('%s (%s)', (_, task, outputs, expected) => {
    expect(layoutOf(outputs, task, 'm.onnx')).toEqual(expected)
  })

  it('what is not clear is an error that lists the outputs', () => {
    const two = [output('a', 'float32', null, 2), output('b', 'float32', null, 2)]
    expect(() => layoutOf(two, 'binary', 'm.onnx')).toThrow("'a' and 'b' could each be it; it has 'a' float32 [?, 2], 'b' float32 [?, 2]")
    expect(() => layoutOf([output('text', 'string', null)], 'regression', 'm.onnx')).toThrow('none fits')
  })

  it("a column for each class, as skl2onnx writes it with zipmap: 'columns', is told what to leave out", () => {
    const columns = [output('output_label', 'string', null), output('sno', 'float32', null), output('syes', 'float32', null)]
    expect(() => layoutOf(columns, 'binary', 'm.onnx')).toThrow(
      expect.objectContaining({ code: 'OUTPUT_UNCLEAR', fix: expect.stringContaining("leave out its option `zipmap: 'columns'`") }),
    )
  })
})
