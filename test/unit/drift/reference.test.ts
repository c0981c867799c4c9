import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { andersonDarlingSf } from '../../../src/core/drift/anderson-darling.ts'
import { cauchyCombination } from '../../../src/core/drift/cauchy-combination.ts'
import { chiSquare } from '../../../src/core/drift/chi-square.ts'
import { fisherExact } from '../../../src/core/drift/fisher-exact.ts'
import { proportionsP } from '../../../src/core/drift/homogeneity.ts'
import { jensenShannon } from '../../../src/core/drift/jensen-shannon.ts'
import { kolmogorovSf, kolmogorovSmirnov } from '../../../src/core/drift/kolmogorov-smirnov.ts'
import { noncentrality, rowsPerSide } from '../../../src/core/drift/minimum-detectable.ts'
import { permutationP } from '../../../src/core/drift/permutation.ts'
import { populationStability } from '../../../src/core/drift/population-stability.ts'
import { shareGaps } from '../../../src/core/drift/share-gaps.ts'
import { wasserstein } from '../../../src/core/drift/wasserstein.ts'
import { noncentralChiSquareSf } from '../../../src/core/stats/noncentral-chi-square.ts'

const number = z.number()
const counts = z.array(number)
const { cases } = z
  .object({
    cases: z.object({
      table: z.array(
        z.object({
          reference: counts,
          current: counts,
          chi2: number,
          df: number,
          p: number,
          js: number,
          psi: number,
          tvd: number,
          linf: number,
        }),
      ),
      fisher: z.array(z.object({ table: z.tuple([z.tuple([number, number]), z.tuple([number, number])]), p: number })),
      samples: z.array(z.object({ reference: counts, current: counts, d: number, w1: number })),
      acat: z.array(z.object({ p: counts, combined: number })),
      ad_sf: z.array(z.object({ z: number, sf: number })),
      kolmogorov_sf: z.array(z.object({ x: number, sf: number })),
      noncentrality: z.array(z.object({ df: number, lambda: number })),
      noncentral_sf: z.array(z.object({ x: number, df: number, lambda: number, sf: number })),
      published: z.object({
        psi_null: z.object({ n: number, m: number, cells: number, mean: number }),
        js_corrected: z.object({ reference: counts, current: counts, js: number }),
        js_new_mass: z.object({ mass: counts, js: counts }),
        cramers_v: z.object({ reference: counts, current: counts, v: number }),
        two_proportions: z.object({ k: number, n: number, l: number, m: number, p: number }),
        rows_per_side: z.object({ df: counts, '0.1': counts, '0.2': counts, '0.05': counts }),
      }),
    }),
  })
  .parse(JSON.parse(readFileSync(new URL('../../reference/drift.json', import.meta.url), 'utf8')))
const { published } = cases

/** Relative agreement; the sums here lose a few digits at most. */
const near = (actual: number, expected: number, tolerance: number) =>
  expect(Math.abs(actual - expected), `${actual} against ${expected}`).toBeLessThanOrEqual(tolerance * Math.max(1e-300, Math.abs(expected)))

describe('statistics on count tables agree with scipy', () => {
  for (const [index, table] of cases.table.entries()) {
    it(`table ${index + 1}, ${table.reference.length} cells`, () => {
      const { reference, current } = table
      const chi2 = chiSquare(reference, current)
      near(chi2.statistic, table.chi2, 1e-11)
      expect(chi2.df).toBe(table.df)
      near(chi2.p, table.p, 1e-10)
      near(jensenShannon(reference, current).distance + 1, table.js + 1, 1e-9) // near 0 the square root doubles the lost digits
      near(populationStability(reference, current).raw, table.psi, 1e-9)
      near(shareGaps(reference, current).totalVariation, table.tvd, 1e-12)
      near(shareGaps(reference, current).largest, table.linf, 1e-12)
    })
  }

  it('Fisher exact, two-sided', () => {
    for (const { table, p } of cases.fisher) near(fisherExact(...table[0], ...table[1]), p, 1e-9)
  })
})

describe('statistics on ordered values agree with scipy', () => {
  for (const [index, sample] of cases.samples.entries()) {
    it(`sample ${index + 1}, ties included`, () => {
      const points = [...new Set([...sample.reference, ...sample.current])].sort((a, b) => a - b)
      const countsOf = (values: readonly number[]) => points.map((point) => values.filter((value) => value === point).length)
      near(kolmogorovSmirnov(countsOf(sample.reference), countsOf(sample.current)).d, sample.d, 1e-12)
      near(wasserstein(points, countsOf(sample.reference), countsOf(sample.current)), sample.w1, 1e-12)
    })
  }
})

describe('tails agree with scipy', () => {
  it('Kolmogorov', () => {
    for (const { x, sf } of cases.kolmogorov_sf) near(kolmogorovSf(x), sf, 1e-12)
  })

  it('Anderson–Darling: 3e-4 below 4, 0.4 % of the tail above', () => {
    for (const { z, sf } of cases.ad_sf) expect(Math.abs(andersonDarlingSf(z) - sf)).toBeLessThan(z < 4 ? 3e-4 : 0.004 * sf)
  })

  it('Cauchy combination, tiny p included', () => {
    for (const { p, combined } of cases.acat) near(cauchyCombination(p), combined, 1e-9)
  })

  it('noncentral χ² and the noncentrality that gives 80 % power', () => {
    for (const { x, df, lambda, sf } of cases.noncentral_sf) near(noncentralChiSquareSf(x, df, lambda), sf, 1e-10)
    for (const { df, lambda } of cases.noncentrality) near(noncentrality(df), lambda, 1e-8)
  })
})

describe('what papers and peers print is reproduced', () => {
  it('the mean of the PSI without drift is what its correction takes off', () => {
    const { n, m, cells, mean } = published.psi_null
    expect((cells - 1) * (1 / n + 1 / m)).toBeCloseTo(mean, 12)
    // the same counts with a PSI above it, so that nothing is cut off at 0
    const reference = new Array<number>(cells).fill(n / cells)
    const current = reference.map((count, j) => count + (j % 2 === 0 ? 40 : -40))
    const { raw, corrected } = populationStability(reference, current)
    expect(raw - corrected).toBeCloseTo(mean, 12)
  })

  it('bias-corrected Jensen–Shannon distance', () => {
    const { reference, current, js } = published.js_corrected
    near(jensenShannon(reference, current).corrected, js, 1e-9)
  })

  it('mass moved into a new cell: 2 % is 0.1, 8 % is 0.2', () => {
    for (const [i, mass] of published.js_new_mass.mass.entries()) {
      const rows = 1e12 // so many that the correction is nothing
      near(jensenShannon([rows, 0], [rows * (1 - mass), rows * mass]).corrected, published.js_new_mass.js[i] ?? Number.NaN, 1e-6)
    }
  })

  it("Cramér's V without its bias", () => {
    const { reference, current, v } = published.cramers_v
    expect(chiSquare(reference, current).v).toBeCloseTo(v, 2)
  })

  it('two proportions', () => {
    const { k, n, l, m, p } = published.two_proportions
    near(proportionsP(k, n, l, m), p, 1e-9)
  })

  it('rows per side for 80 % power', () => {
    for (const distance of ['0.1', '0.2', '0.05'] as const) {
      for (const [i, df] of published.rows_per_side.df.entries()) {
        expect(Math.abs(rowsPerSide(df, Number(distance)) - (published.rows_per_side[distance][i] ?? 0))).toBeLessThanOrEqual(1)
      }
    }
  })

  it('the permutation p follows Fisher on a 2 × 2 table and χ² on a full one, and repeats', () => {
    expect(permutationP([3, 9], [7, 2], { seed: 1 })).toBeCloseTo(0.02997, 2)
    const reference = [200, 300, 100, 400]
    const current = [230, 280, 120, 370]
    expect(permutationP(reference, current, { seed: 1 })).toBeCloseTo(chiSquare(reference, current).p, 2)
    expect(permutationP(reference, current, { seed: 5 })).toBe(permutationP(reference, current, { seed: 5 }))
  })
})
