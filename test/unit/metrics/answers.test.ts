import { describe, expect, it } from 'vitest'
import { populations } from '../../../bench/simulate-gate/coverage.ts'
import { differingRows, withAnswers } from '../../../src/core/metrics/answers.ts'
import { type BinaryScores, rowsOf, type Scores } from '../../../src/core/metrics/scores.ts'
import { metricNames, metrics, sampleOf } from '../../../src/core/metrics/table.ts'
import { viewOf } from '../../../src/core/metrics/view.ts'

const values = (scores: Scores) =>
  metricNames(scores.task).map((name) => {
    const metric = metrics[name]
    return metric ? sampleOf(metric, viewOf(scores)).value : null
  })

describe('a model with the answers of another', () => {
  it.each(Object.entries(populations))(
    'in every row is the other in every metric, and itself in none: %s',
    (_, { baseline, candidate }) => {
      const rows = [...Array(rowsOf(candidate)).keys()]
      const all = withAnswers(candidate, baseline, rows)
      expect(values(all)).toEqual(values(baseline))
      expect(values(withAnswers(candidate, baseline, []))).toEqual(values(candidate))
      for (const needs of ['scores', 'labels', 'values'] as const)
        expect(differingRows(all, baseline, needs, rows.length, () => false)).toEqual([])
    },
  )

  it.each(Object.entries(populations))('in three rows differs from itself there and nowhere else: %s', (_, { baseline, candidate }) => {
    const n = rowsOf(candidate)
    const moved = differingRows(candidate, baseline, 'values', n, () => false)?.slice(0, 3) ?? []
    expect(moved).toHaveLength(3)
    const mixed = withAnswers(candidate, baseline, moved)
    expect(differingRows(mixed, candidate, 'values', n, () => false)).toEqual(moved)
    expect(differingRows(mixed, baseline, 'values', n, () => false)).not.toEqual([])
    // what was given is left as it was
    expect(differingRows(candidate, baseline, 'values', n, () => false)?.slice(0, 3)).toEqual(moved)
  })
})

describe('rows that differ', () => {
  const one: BinaryScores = {
    task: 'binary',
    y: Uint8Array.of(1, 0, 1, 0),
    score: Float64Array.of(0.9, 0.4, 0.7, 0.1),
    predicted: Uint8Array.of(1, 0, 1, 0),
  }
  const other: BinaryScores = { ...one, score: Float64Array.of(0.8, 0.6, 0.7, 0.2), predicted: Uint8Array.of(1, 1, 1, 0) }

  it('are told by what is read, and no further than asked for', () => {
    expect(differingRows(one, other, 'scores', 4, () => false)).toEqual([0, 1, 3])
    expect(differingRows(one, other, 'labels', 4, () => false)).toEqual([1])
    expect(differingRows(one, other, 'scores', 4, (row) => row === 1)).toEqual([0, 1])
  })

  it('of a model without scores are those of its labels, which a model with scores gives back', () => {
    const silent = { ...one, score: null }
    expect(differingRows(silent, other, 'labels', 4, () => false)).toEqual([1])
    expect(withAnswers(silent, other, [1])).toEqual({ ...silent, predicted: other.predicted })
  })

  it('are not known of answers of another kind', () => {
    expect(differingRows(one, { ...other, score: null }, 'scores', 4, () => false)).toBeNull()
    const regression: Scores = { task: 'regression', y: Float64Array.of(1), predicted: Float64Array.of(1) }
    expect(() => withAnswers(one, regression, [0])).toThrow('answers of a regression task are none of a binary one')
  })
})
