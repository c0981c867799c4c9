import { describe, expect, it } from 'vitest'
import { trainingStatistics } from '../../../src/core/evaluate/training.ts'
import type { ColumnProfile } from '../../../src/core/schema/profile.ts'
import { plainColumn } from '../../support/plain.ts'

const column = (more: Partial<ColumnProfile>) => plainColumn({ name: 'late', kind: 'boolean', type: 'INTEGER', ...more })
const labels = (top: Readonly<Record<string, number>>, other = 0) =>
  column({
    categories: { top: Object.entries(top).map(([value, count]) => ({ value, count })), other_count: other, distinct: null },
  })
const numbers = (more: Partial<NonNullable<ColumnProfile['numeric']>>) =>
  column({ numeric: { min: 0, max: 9, mean: 3, m2: 1, edges: [], edges_id: 'x', cells: [100], spikes: [], ...more } })
const same = (label: string) => label
const binary = { task: 'binary', negative: '0', positive: '1' } as const

describe('what the training profile says of the target', () => {
  it('is the share of the positive label among the two', () => {
    expect(trainingStatistics(labels({ '0': 75, '1': 25 }), binary, same)).toEqual({ task: 'binary', prior: 0.25 })
    const asYesAndNo = (label: string) => ({ true: '1', false: '0' })[label] ?? label
    expect(trainingStatistics(labels({ false: 10, true: 30 }), binary, asYesAndNo)).toEqual({ task: 'binary', prior: 0.75 })
    // floats have no labels, but frequent values
    const floats = numbers({
      spikes: [
        { value: 0, count: 90 },
        { value: 1, count: 10 },
      ],
    })
    expect(trainingStatistics(floats, binary, same)).toEqual({ task: 'binary', prior: 0.1 })
  })

  it('gives a label too rare to be listed what is left', () => {
    expect(trainingStatistics(labels({ '0': 96 }, 4), binary, same)).toEqual({ task: 'binary', prior: 0.04 })
  })

  it('is the share of each class, in the order asked for; a class that training never had is hardly ever said', () => {
    const found = trainingStatistics(labels({ b: 60, a: 39.5 }), { task: 'multiclass', classes: ['a', 'b', 'c'] }, same)
    expect(found).toEqual({ task: 'multiclass', priors: [0.395, 0.6, 0.005] })
  })

  it('is mean and median of a number', () => {
    const target = numbers({ mean: 4.5, edges: [1, 2, 8], cells: [30, 25, 25, 20] })
    expect(trainingStatistics(target, { task: 'regression' }, same)).toEqual({ task: 'regression', mean: 4.5, median: 2 })
    const beyond = numbers({ mean: 4.5, edges: [1], cells: [30, 70] })
    expect(trainingStatistics(beyond, { task: 'regression' }, same)).toEqual({ task: 'regression', mean: 4.5, median: null })
  })

  it('is nothing where the profile does not say it', () => {
    expect(trainingStatistics(labels({}, 100), binary, same)).toBeNull()
    expect(trainingStatistics(labels({ yes: 50, no: 50 }), binary, same)).toBeNull()
    expect(trainingStatistics(column({}), { task: 'multiclass', classes: ['a', 'b'] }, same)).toBeNull()
    expect(trainingStatistics(labels({ a: 5 }), { task: 'regression' }, same)).toBeNull()
    expect(trainingStatistics(numbers({ mean: null }), { task: 'regression' }, same)).toBeNull()
  })
})
