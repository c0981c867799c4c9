import { describe, expect, it } from 'vitest'
import { associationMoves } from '../../../src/core/drift/association-moves.ts'
import { associationChange } from '../../../src/core/drift/association-tables.ts'
import type { AssociationTable, Axis } from '../../../src/core/profile/associations.ts'

const classes = (column: string, ...levels: readonly string[]): Axis => ({ column, levels: [...levels], cuts: null })
const numbers = (column: string): Axis => ({ column, levels: null, cuts: [1, 2, 3] })
const plan = classes('plan', 'CANARY-A', 'CANARY-B', 'CANARY-C')

function says(feature: Axis, label: Axis, before: AssociationTable['counts'], now: AssociationTable['counts']): string | null {
  const found = associationChange({ feature, label, counts: before }, { feature, label, counts: now }, 1)
  if (found === null) return null
  const { groups, values } = found.tested.turned
    ? { groups: label.column, values: feature.column }
    : { groups: feature.column, values: label.column }
  return associationMoves(found.tested, { groups, values })
}

/** Rows of a table by class, behind them those of other and of missing classes. */
const padded = (...rows: readonly (readonly number[])[]) => [...rows, ...[0, 0].map(() => (rows[0] ?? []).map(() => 0))]

describe('what changed between a class and the label, in words', () => {
  it('says which classes changed places, by their rank and by no name', () => {
    const left = classes('left', 'CANARY-no', 'CANARY-yes')
    // columns of the label: no, yes, others, missing; as many rows of each class on both sides
    const before = padded([900, 100, 0, 0], [100, 900, 0, 0], [300, 300, 0, 0])
    const now = padded([100, 900, 0, 0], [900, 100, 0, 0], [300, 300, 0, 0])
    expect(says(plan, left, before, now)).toBe(
      'with the most frequent value of plan, the most frequent value of left has 10 % of the rows (had 90 %); with the 2nd most frequent value, 90 % (had 10 %)',
    )
  })

  it('of a number says where its rows stand in the order of the reference', () => {
    // 400·⅛ + 300·⅜ + 200·⅝ + 100·⅞ of 1,000, where every cell holds a quarter of all
    const [low, high] = [
      [400, 300, 200, 100],
      [100, 200, 300, 400],
    ]
    const two = classes('plan', 'CANARY-A', 'CANARY-B')
    expect(says(two, numbers('age'), padded(low ?? [], high ?? []), padded(high ?? [], low ?? []))).toBe(
      'with the most frequent value of plan, age is on average at percentile 63 of the reference (was 38); with the 2nd most frequent value, at percentile 38 (was 63)',
    )
  })

  it('of a number and a label of classes asks the other way round, and calls small classes the others', () => {
    const label = classes('left', 'CANARY-A', 'CANARY-B', 'CANARY-C', 'CANARY-D')
    // a cell of the number a row, a class of the label a column: A, B, C, D, others, missing
    const before = [
      [400, 100, 6, 6, 0, 0],
      [300, 200, 6, 6, 0, 0],
      [200, 300, 6, 6, 0, 0],
      [100, 400, 6, 6, 0, 0],
    ]
    const same = before.map(([a = 0, b = 0], cell) => [a, b, cell === 0 ? 24 : 0, cell === 0 ? 24 : 0, 0, 0])
    const told = says(numbers('age'), label, before, same)
    expect(told).toMatch(/^with the 3rd most frequent value of left, age is on average at percentile 1\d of the reference \(was 50\)/)
    const rare = (table: readonly (readonly number[])[]) => table.map((row) => row.map((n, at) => (at > 1 ? n / 4 : n)))
    expect(says(numbers('age'), label, rare(before), rare(same))).toMatch(
      /^with the other values of left, age is on average at percentile 1\d/,
    )
  })

  it('names no class, whatever moved', () => {
    const left = classes('left', 'CANARY-no', 'CANARY-yes')
    const told = says(
      plan,
      left,
      padded([500, 200, 20, 11], [200, 500, 11, 20], [300, 300, 1, 1]),
      padded([200, 500, 11, 20], [500, 200, 20, 11], [300, 300, 1, 1]),
    )
    expect(told).toContain('most frequent value of plan')
    expect(told).not.toContain('CANARY')
  })
})
