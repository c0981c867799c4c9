/**
 * The smallest JS* that so many rows can show, and the rows that would show a given one.
 *
 *     MDE = √(λ* / (8 N_eff ln 2))          λ*: P(χ²(df, λ*) > χ²_{α, df}) = 0.8,  α = 0.0025
 *
 * A drift of MDE is found four times out of five at an α that leaves room for many columns. λ* is 14.9, 20.6, 26.0, 33.1 for
 * df 1, 4, 9, 19. `rowsPerSide` assumes equal sizes: JS* 0.1 with df 9 needs 937 rows on each side.
 * Source: X² ≈ 8 N_eff JSD follows the noncentral χ² law under a small shift.
 */
import { noncentralChiSquareSf, noncentralityFor } from '../stats/noncentral-chi-square.ts'

const alpha = 0.0025
const power = 0.8

export function minimumDetectable(df: number, effectiveRows: number): number {
  return df < 1 || effectiveRows <= 0 ? 0 : Math.sqrt(noncentrality(df) / (8 * effectiveRows * Math.LN2))
}

/** MDE ≤ the distance. Nearly always the bound tells, and λ* takes a search. */
export function isDetectable(df: number, effectiveRows: number, distance: number): boolean {
  if (df < 1 || effectiveRows <= 0) return true
  const lambda = 8 * effectiveRows * distance * distance * Math.LN2
  return lambda >= noncentralityBound(df) || minimumDetectable(df, effectiveRows) <= distance
}

/** Above λ* by a third at least, for every df up to 10,000 (a test tries them). */
export const noncentralityBound = (df: number): number => 30 + 10 * Math.sqrt(df)

export const rowsPerSide = (df: number, distance: number): number =>
  df < 1 ? 0 : Math.ceil((2 * noncentrality(df)) / (8 * Math.LN2 * distance * distance))

/** λ*. */
export const noncentrality = (df: number): number => noncentralityFor(df, alpha, power)

/**
 * p of "the true distance is at most τ": the test of `certainty: strict`.
 *
 *     p = sf(X²; df, 8 N_eff τ² ln 2)        noncentral χ²
 *
 * @param limit τ, a JS distance
 * Source: the idea of Potgieter et al. 2023 (population resemblance statistic), on the scale of JS*.
 */
export const beyondP = (statistic: number, df: number, effectiveRows: number, limit: number): number =>
  df < 1 ? 1 : noncentralChiSquareSf(statistic, df, 8 * effectiveRows * limit * limit * Math.LN2)
