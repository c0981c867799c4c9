import { describe, expect, it } from 'vitest'
import { type Answered, allClasses, binaryScores, multiclassScores, regressionScores } from '../../../src/stages/evaluate/assemble.ts'
import type { Coded } from '../../../src/stages/evaluate/coded.ts'
import { labelOf, positiveLabel, positiveOf, sortLabels } from '../../../src/stages/evaluate/truth.ts'
import { plainData } from '../../support/plain.ts'

/** codes in order of first appearance, as they are read */
function coded(labels: readonly string[]): Coded {
  const names = [...new Set(labels)]
  return { names, codes: Int32Array.from(labels, (label) => names.indexOf(label)) }
}
const answer = (
  rows: readonly (readonly number[])[],
  labels: readonly string[] | null = null,
  classLabels: Answered['classLabels'] = null,
): Answered => ({
  predictions: {
    rows: rows.length,
    width: rows[0]?.length ?? 0,
    values: (rows[0]?.length ?? 0) === 0 ? null : Float64Array.from(rows.flat()),
    labels: labels && coded(labels),
  },
  classLabels,
  shown: 'm.onnx',
})
const labelsOnly = (labels: readonly string[]) =>
  answer(
    labels.map(() => []),
    labels,
  )

describe('binary scores', () => {
  const truth = coded(['1', '0', '1'])
  it('are the column of the positive class, wherever it stands', () => {
    const rows = [
      [0.1, 0.9],
      [0.8, 0.2],
      [0.7, 0.3],
    ]
    expect(binaryScores(truth, '1', 0.5, answer(rows))).toEqual({
      task: 'binary',
      y: Uint8Array.of(1, 0, 1),
      score: Float64Array.of(0.9, 0.2, 0.3),
      predicted: Uint8Array.of(1, 0, 0),
    })
    expect(binaryScores(truth, '1', 0.5, answer(rows, null, [1, 0])).score).toEqual(Float64Array.of(0.1, 0.8, 0.7))
    expect(binaryScores(truth, '0', 0.3, answer(rows)).predicted).toEqual(Uint8Array.of(0, 1, 1))
  })

  it('may be one score, or labels alone', () => {
    expect(binaryScores(truth, '1', 0.5, answer([[3], [-1], [0.5]])).predicted).toEqual(Uint8Array.of(1, 0, 1))
    expect(binaryScores(truth, '1', 0.5, labelsOnly(['1', '1', '0']))).toEqual({
      task: 'binary',
      y: Uint8Array.of(1, 0, 1),
      score: null,
      predicted: Uint8Array.of(1, 1, 0),
    })
  })

  it('meet a yes and no that the model writes differently', () => {
    const booleans = coded(['true', 'false', 'true'])
    expect(binaryScores(booleans, 'true', 0.5, labelsOnly(['1', '0', '0'])).predicted).toEqual(Uint8Array.of(1, 0, 0))
    expect(
      binaryScores(
        booleans,
        'true',
        0.5,
        answer(
          [
            [0, 1],
            [1, 0],
            [1, 0],
          ],
          null,
          ['False', 'True'],
        ),
      ).score,
    ).toEqual(Float64Array.of(1, 0, 0))
    expect(binaryScores(truth, '1', 0.5, labelsOnly(['true', 'false', 'false'])).predicted).toEqual(Uint8Array.of(1, 0, 0))
  })

  it('refuse an order of columns that the model itself contradicts', () => {
    const swapped = answer(
      [
        [0.9, 0.1],
        [0.2, 0.8],
        [0.7, 0.3],
      ],
      ['1', '0', '1'],
    )
    expect(() => binaryScores(truth, '1', 0.5, swapped)).toThrow('its labels contradict the sorted order of the classes')
    // a model whose own threshold is low contradicts nothing
    const eager = answer(
      [
        [0.6, 0.4],
        [0.9, 0.1],
        [0.7, 0.3],
      ],
      ['1', '0', '1'],
    )
    expect(binaryScores(truth, '1', 0.5, eager).score).toEqual(Float64Array.of(0.4, 0.1, 0.3))
  })

  it('refuse rows that are no probabilities', () => {
    expect(() =>
      binaryScores(
        truth,
        '1',
        0.5,
        answer([
          [2, -1],
          [0.5, 0.5],
          [0.5, 0.5],
        ]),
      ),
    ).toThrow('do not add up to 1 in 1 of 3 rows')
    expect(() =>
      binaryScores(
        truth,
        '1',
        0.5,
        answer([
          [0.5, 0.4],
          [1, 3],
          [0.5, 0.5],
        ]),
      ),
    ).toThrow('in 2 of 3 rows')
    expect(
      binaryScores(
        truth,
        '1',
        0.5,
        answer([
          [0.5, 0.5009],
          [0.5, 0.5],
          [0.5, 0.5],
        ]),
      ).y,
    ).toHaveLength(3)
  })
})

describe('multiclass scores', () => {
  const truth = coded(['b', 'a', 'c'])
  const rows = [
    [0.1, 0.7, 0.2],
    [0.6, 0.2, 0.2],
    [0.5, 0.1, 0.4],
  ]
  it('put columns in the order of the sorted labels', () => {
    expect(multiclassScores(truth, ['a', 'b', 'c'], answer(rows))).toEqual({
      task: 'multiclass',
      classes: ['a', 'b', 'c'],
      y: Int32Array.of(1, 0, 2),
      proba: Float64Array.from(rows.flat()),
      predicted: Int32Array.of(1, 0, 0),
    })
  })

  it('know classes that only one of the models, or only the data, knows', () => {
    const candidate = answer(rows, null, ['c', 'a', 'z'])
    const baseline = labelsOnly(['a', 'a', 'q'])
    const classes = allClasses(truth, [candidate, baseline])
    expect(classes).toEqual(['a', 'b', 'c', 'q', 'z'])
    const scores = multiclassScores(truth, classes, candidate)
    expect([...(scores.proba ?? []).slice(0, 5)]).toEqual([0.7, 0, 0.1, 0, 0.2])
    expect(scores.predicted).toEqual(Int32Array.of(0, 2, 2))
    expect(multiclassScores(truth, classes, baseline)).toMatchObject({ proba: null, predicted: Int32Array.of(0, 0, 3) })
  })

  it('take columns of whole-number labels as 0 to k − 1 when the data lacks some', () => {
    const scores = multiclassScores(coded(['2', '0', '2']), ['0', '1', '2'], answer(rows))
    expect(scores.y).toEqual(Int32Array.of(2, 0, 2))
    expect(scores.predicted).toEqual(Int32Array.of(1, 0, 0))
  })

  it('are refused when the labels of the columns are not known', () => {
    expect(() => allClasses(coded(['a', 'b', 'a']), [answer(rows)])).toThrow(
      'it gives 3 of them, and the data and its labels name 2 classes',
    )
  })
})

describe('regression scores', () => {
  it('are one number a row', () => {
    expect(regressionScores(Float64Array.of(1, 2), null, answer([[3], [4]]))).toEqual({
      task: 'regression',
      y: Float64Array.of(1, 2),
      predicted: Float64Array.of(3, 4),
      quantiles: null,
    })
    expect(() => regressionScores(Float64Array.of(1), null, answer([[3, 4]]))).toThrow(
      'm.onnx gives 2 numbers per row, and a regression wants one',
    )
  })

  it('or quantiles, of which the median is the prediction, and those of the base are judged', () => {
    const levels = { outputs: [0.1, 0.5, 0.9], judged: [0.5, 0.9], orOne: false }
    expect(
      regressionScores(
        Float64Array.of(1, 2),
        levels,
        answer([
          [2, 3, 5],
          [3, 4, 4],
        ]),
      ),
    ).toMatchObject({
      predicted: Float64Array.of(3, 4),
      quantiles: { levels: [0.5, 0.9], values: Float64Array.of(3, 5, 4, 4) },
    })
    expect(() => regressionScores(Float64Array.of(1), levels, answer([[3, 2, 4]]))).toThrow('the quantiles of m.onnx cross in 1 of 1 row')
    expect(() => regressionScores(Float64Array.of(1), levels, answer([[3]]))).toThrow('evaluate.quantiles lists 3 levels')
    // a baseline of one number is compared by its errors
    expect(regressionScores(Float64Array.of(1), { ...levels, orOne: true }, answer([[3]])).quantiles).toBeNull()
  })
})

describe('labels', () => {
  const data = plainData()
  it('are one label however the number is stored', () => {
    expect([1, 1n, -0, 1.5, true, 'x'].map(labelOf)).toEqual(['1', '1', '0', '1.5', 'true', 'x'])
  })

  it('are sorted as scikit-learn sorts classes', () => {
    expect(sortLabels(['10', '9', '-1'])).toEqual(['-1', '9', '10'])
    expect(sortLabels(['b', 'B', 'a', '10', '9'])).toEqual(['10', '9', 'B', 'a', 'b'])
  })

  it('the positive one is 1 or true unless the config says another', () => {
    expect(positiveLabel(['0', '1'], data)).toBe('1')
    expect(positiveLabel(['true', 'false'], data)).toBe('true')
    expect(positiveLabel(['yes', 'no'], { ...data, positive: 'no' })).toBe('no')
    expect(positiveLabel(['true', 'false'], { ...data, positive: 1 })).toBe('true')
  })

  it('PII-01 a positive label that is not known is an error, which lists labels only where they are not sensitive', () => {
    expect(() => positiveLabel(['yes', 'no'], data)).toThrow("it has 'yes' and 'no'")
    expect(() => positiveLabel(['yes', 'no'], { ...data, positive: 'maybe' })).toThrow('data.positive is no label')
    const hidden = () => positiveLabel(['yes', 'no'], { ...data, sensitive: ['t'] })
    expect(hidden).toThrow('2 labels, not shown')
    expect(hidden).not.toThrow(/yes|'no'/)
    const rare = { names: ['no', 'Canary Smith'], codes: Int32Array.from({ length: 40 }, (_, i) => (i < 4 ? 1 : 0)) }
    expect(() => positiveOf(rare, data)).toThrow("it has 'no' and a label of fewer than 5 rows")
  })
})
