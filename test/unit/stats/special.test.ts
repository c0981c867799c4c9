import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { betaQuantile, binomialAtLeast, binomialAtMost, binomialPmf, incompleteBeta } from '../../../src/core/stats/beta.ts'
import { erf, erfc } from '../../../src/core/stats/erf.ts'
import { chiSquareSf, logGamma, upperGamma } from '../../../src/core/stats/gamma.ts'
import { normalQuantile, normalSf } from '../../../src/core/stats/normal.ts'
import { rowsToCome } from '../../../src/core/stats/rows-to-come.ts'
import { studentQuantile, studentSf } from '../../../src/core/stats/student-t.ts'

const file = new URL('../../reference/special.json', import.meta.url)
const { cases } = z.object({ cases: z.record(z.string(), z.array(z.array(z.number()))) }).parse(JSON.parse(readFileSync(file, 'utf8')))

/** [function, relative tolerance]: scipy's own error in the same places is a few 1e-14. */
const functions: Record<string, [(...args: number[]) => number, number]> = {
  erf: [(x = 0) => erf(x), 1e-15],
  erfc: [(x = 0) => erfc(x), 5e-15],
  normal_sf: [(x = 0) => normalSf(x), 1e-12], // rounding of z/√2 alone is z²·1e-16
  normal_quantile: [(p = 0) => normalQuantile(p), 1e-13],
  log_gamma: [(x = 0) => logGamma(x), 1e-12],
  upper_gamma: [(a = 0, x = 0) => upperGamma(a, x), 1e-10],
  chi_square_sf: [(x = 0, df = 0) => chiSquareSf(x, df), 1e-11],
  incomplete_beta: [(x = 0, a = 0, b = 0) => incompleteBeta(x, a, b), 1e-10],
  beta_quantile: [(p = 0, a = 0, b = 0) => betaQuantile(p, a, b), 1e-11],
  student_sf: [(t = 0, df = 0) => studentSf(t, df), 1e-10], // the fraction cancels near x = 1: 3.5e-11 at df 1e6
  student_quantile: [(p = 0, df = 0) => studentQuantile(p, df), 1e-9],
  binomial_at_least: [(k = 0, n = 0, p = 0) => binomialAtLeast(k, n, p), 1e-11],
  binomial_pmf: [(k = 0, n = 0, p = 0) => binomialPmf(k, n, p), 1e-11],
  rows_to_come: [(k = 0, n = 0, m = 0, alpha = 0) => rowsToCome(k, n, m, alpha), 0],
}

describe('special functions agree with scipy', () => {
  it('covers every table of the reference', () => {
    expect(Object.keys(functions).sort()).toEqual(Object.keys(cases).sort())
  })

  for (const [name, [compute, tolerance]] of Object.entries(functions)) {
    it(`${name} within ${tolerance} relative`, () => {
      const rows = cases[name] ?? []
      expect(rows.length).toBeGreaterThan(10)
      const off = rows.flatMap((row) => {
        const expected = row.at(-1) ?? Number.NaN
        const found = compute(...row.slice(0, -1))
        const error = Math.abs(found - expected) / Math.max(Math.abs(expected), 1e-300)
        return error <= tolerance || found === expected ? [] : [{ row, found, error }]
      })
      expect(off).toEqual([])
    })
  }
})

describe('special functions at their ends', () => {
  it('never turn NaN into a number', () => {
    expect([erf(Number.NaN), erfc(Number.NaN), studentSf(Number.NaN, 5)]).toEqual([Number.NaN, Number.NaN, Number.NaN])
    expect(() => upperGamma(1, Number.NaN)).toThrow(RangeError)
    expect(() => incompleteBeta(Number.NaN, 1, 1)).toThrow(RangeError)
    expect(() => normalQuantile(Number.NaN)).toThrow(RangeError)
  })

  it('meet their limits', () => {
    expect(upperGamma(3, Number.POSITIVE_INFINITY)).toBe(0)
    expect(chiSquareSf(12, 0)).toBe(1)
    expect(normalQuantile(0)).toBe(Number.NEGATIVE_INFINITY)
    expect(studentQuantile(0.975, Number.POSITIVE_INFINITY)).toBe(normalQuantile(0.975))
    expect(studentSf(Number.NEGATIVE_INFINITY, 4)).toBe(1)
    expect(binomialAtMost(5, 5, 0.3)).toBe(1)
    expect(binomialAtMost(2, 5, 0.3)).toBeCloseTo(1 - binomialAtLeast(3, 5, 0.3), 14)
  })
})
