import { describe, expect, it } from 'vitest'
import type { BinaryScores, MulticlassScores } from '../../../src/core/metrics/scores.ts'
import { estimatedPriors, outcomesOf } from '../../../src/core/no-labels/outcomes.ts'
import { labels } from '../drift/support.ts'

/** 100 rows: 40 right negatives, 10 false positives, 15 missed, 35 found */
const binary: BinaryScores = {
  task: 'binary',
  y: Uint8Array.from({ length: 100 }, (_, i) => Number(i >= 50)),
  predicted: Uint8Array.from({ length: 100 }, (_, i) => Number((i >= 40 && i < 50) || i >= 65)),
  score: null,
}
const said = (no: number, yes: number) => labels('class', [...new Array<string>(no).fill('no'), ...new Array<string>(yes).fill('yes')])

describe('how classes met the truth', () => {
  it('rows are what was said, columns what was true', () => {
    expect(outcomesOf(binary, ['no', 'yes'])).toEqual({
      labels: ['no', 'yes'],
      counts: [
        [40, 15],
        [10, 35],
      ],
    })
  })

  it('gives the published estimate: 45 % said to be negative are 30 % that are', () => {
    const outcomes = outcomesOf(binary, ['no', 'yes'])
    if (outcomes === null) throw new Error('outcomes')
    const priors = estimatedPriors(outcomes, said(450, 550))
    expect(priors?.holdout).toEqual([0.5, 0.5])
    expect(priors?.now[0]).toBeCloseTo(0.3, 12)
    // a class that the holdout did not have is none of these
    expect(estimatedPriors(outcomes, labels('class', new Array<string>(200).fill('maybe')))).toBeNull()
  })

  it('is not kept of a class of four rows, of one class, of more than twenty, of numbers', () => {
    const many = (k: number, rows: number): MulticlassScores => {
      const y = Int32Array.from({ length: rows }, (_, i) => i % k)
      return { task: 'multiclass', classes: Array.from({ length: k }, (_, i) => `c${i}`), y, predicted: y, proba: null }
    }
    expect(outcomesOf(many(3, 15), null)?.counts).toEqual([
      [5, 0, 0],
      [0, 5, 0],
      [0, 0, 5],
    ])
    expect(outcomesOf(many(3, 14), null)).toBeNull()
    expect(outcomesOf(many(1, 100), null)).toBeNull()
    expect(outcomesOf(many(21, 2100), null)).toBeNull()
    expect(outcomesOf({ task: 'regression', y: Float64Array.of(1), predicted: Float64Array.of(1) }, null)).toBeNull()
  })
})
