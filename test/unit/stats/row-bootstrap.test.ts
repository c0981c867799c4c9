import { describe, expect, it } from 'vitest'
import { minus, replicate, rowBootstrap, rowDraws } from '../../../src/core/stats/row-bootstrap.ts'

describe('row bootstrap', () => {
  it('the draws of a difference are the differences of the draws', () => {
    const draws = rowDraws(50, 200)
    const a = replicate(draws, (weights) => weights[0] ?? 0)
    const b = replicate(draws, (weights) => weights[1] ?? 0)
    const together = replicate(draws, (weights) => (weights[0] ?? 0) - (weights[1] ?? 0))
    expect(rowBootstrap(minus(a, b)).bounds(0.95)).toEqual(rowBootstrap(together).bounds(0.95))
  })

  it('in units, above 4,096 rows, has the standard error of the rows', () => {
    const n = 20_000
    const x = Float64Array.from({ length: n }, (_, i) => Math.sin(i * 12.9898) * (i % 7))
    const draws = rowDraws(n, 2000)
    const perUnit = new Float64Array(draws.units)
    for (let i = 0; i < n; i++) perUnit[draws.of[i] ?? 0] = (perUnit[draws.of[i] ?? 0] ?? 0) + (x[i] ?? 0)
    const found = rowBootstrap(replicate(draws, (weights) => weights.reduce((sum, w, u) => sum + w * (perUnit[u] ?? 0), 0) / n))
    const mean = x.reduce((sum, v) => sum + v, 0) / n
    const exact = Math.sqrt(x.reduce((sum, v) => sum + (v - mean) ** 2, 0)) / n
    expect(found.se / exact).toBeGreaterThan(0.94)
    expect(found.se / exact).toBeLessThan(1.06)
  })
})
