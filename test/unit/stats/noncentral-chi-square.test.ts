import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { chiSquareSf } from '../../../src/core/stats/gamma.ts'
import { noncentralChiSquareSf, noncentralityFor } from '../../../src/core/stats/noncentral-chi-square.ts'

const number = z.number()
const reference = z
  .object({
    sf: z.array(z.object({ x: number, df: number, lambda: number, sf: number })),
    power: z.array(z.object({ df: number, alpha: number, power: number, lambda: number })),
  })
  .parse(JSON.parse(readFileSync(new URL('../../reference/noncentral-chi-square.json', import.meta.url), 'utf8')))

describe('the noncentral χ² law', () => {
  it(`agrees with mpmath and scipy to 1e-9, tails included, at ${reference.sf.length} points`, () => {
    for (const { x, df, lambda, sf } of reference.sf) {
      const ours = noncentralChiSquareSf(x, df, lambda)
      expect(Math.abs(ours - sf), `sf(${x}; ${df}, ${lambda}) = ${ours}, not ${sf}`).toBeLessThanOrEqual(1e-9 * sf)
    }
  })

  it('the noncentrality of a power agrees with scipy', () => {
    for (const { df, alpha, power, lambda } of reference.power)
      expect(Math.abs(noncentralityFor(df, alpha, power) - lambda)).toBeLessThanOrEqual(1e-9 * lambda)
  })

  it('without noncentrality it is the central law; it rises with λ and falls with x', () => {
    expect(noncentralChiSquareSf(12.5, 4, 0)).toBe(chiSquareSf(12.5, 4))
    expect(noncentralChiSquareSf(0, 4, 7)).toBe(1)
    const rising = [0, 1, 10, 100, 1e4, 1e6].map((lambda) => noncentralChiSquareSf(5000, 9, lambda))
    expect(rising).toEqual(rising.toSorted((a, b) => a - b))
    expect(noncentralChiSquareSf(1e6, 9, 1)).toBe(0)
  })

  it('refuses what is no χ²', () => {
    expect(() => noncentralChiSquareSf(-1, 4, 1)).toThrow('x ≥ 0')
    expect(() => noncentralChiSquareSf(1, 0, 1)).toThrow('df > 0')
    expect(() => noncentralChiSquareSf(Number.NaN, 4, 1)).toThrow(RangeError)
  })
})
