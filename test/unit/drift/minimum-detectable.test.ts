import { describe, expect, it } from 'vitest'
import {
  isDetectable,
  minimumDetectable,
  noncentrality,
  noncentralityBound,
  rowsPerSide,
} from '../../../src/core/drift/minimum-detectable.ts'

describe('what so many rows can show', () => {
  it('the bound of λ* is above it for every df that a column can have, and far above where columns have theirs', () => {
    const dfs = [...Array.from({ length: 400 }, (_, i) => i + 1), 500, 1000, 2000, 4000, 10_000]
    for (const df of dfs) expect(noncentralityBound(df) / noncentrality(df), `df ${df}`).toBeGreaterThan(4 / 3)
  })

  it('a drift is detectable where the smallest detectable one is no larger, on both sides of it', () => {
    for (const df of [1, 4, 9, 19, 100])
      for (const distance of [0.01, 0.1, 0.2]) {
        const rows = rowsPerSide(df, distance)
        for (const part of [0.2, 0.9, 1, 1.1, 5, 100]) {
          const effective = (rows * part) / 2
          expect(isDetectable(df, effective, distance)).toBe(minimumDetectable(df, effective) <= distance)
        }
        expect(isDetectable(df, rows / 2, distance)).toBe(true)
        expect(isDetectable(df, (rows - 1) / 2, distance)).toBe(false)
      }
  })

  it('one cell, or no row, has nothing to be detected', () => {
    expect(isDetectable(0, 100, 0.1)).toBe(true)
    expect(isDetectable(3, 0, 0.1)).toBe(true)
  })
})
