/**
 * The smallest JS* that so many rows can show, and the rows that would show a given one.
 *
 *     MDE = √(λ* / (8 N_eff ln 2))          λ*: P(χ²(df, λ*) > χ²_{α, df}) = 0.8,  α = 0.0025
 *
 * A drift of MDE is found four times out of five at an α that leaves room for many columns. λ* is 14.9, 20.6, 26.0, 33.1 for
 * df 1, 4, 9, 19. `rowsPerSide` assumes equal sizes: JS* 0.1 with df 9 needs 937 rows on each side.
 * Source: X² ≈ 8 N_eff JSD follows the noncentral χ² law under a small shift.
 */
import { chiSquareSf } from '../stats/gamma.ts'

const alpha = 0.0025
const power = 0.8

export function minimumDetectable(df: number, effectiveRows: number): number {
  return df < 1 || effectiveRows <= 0 ? 0 : Math.sqrt(noncentrality(df) / (8 * effectiveRows * Math.LN2))
}

export const rowsPerSide = (df: number, distance: number): number =>
  df < 1 ? 0 : Math.ceil((2 * noncentrality(df)) / (8 * Math.LN2 * distance * distance))

const known = new Map<number, number>()

/** λ* by bisection. */
export function noncentrality(df: number): number {
  const cached = known.get(df)
  if (cached !== undefined) return cached
  const critical = root((x) => chiSquareSf(x, df) - alpha, df, 10 * df + 100)
  const lambda = root((l) => power - noncentralSf(critical, df, l), 0, 30 + 10 * Math.sqrt(df)) // twice λ* or more
  known.set(df, lambda)
  return lambda
}

/** Upper tail of the noncentral χ², a Poisson mixture of central ones; λ ≤ 1400, where e^(−λ/2) is still a number. */
export function noncentralSf(x: number, df: number, lambda: number): number {
  let weight = Math.exp(-lambda / 2)
  let left = 1
  let sum = 0
  for (let i = 0; i < 10_000 && left > 1e-14; i++) {
    sum += weight * chiSquareSf(x, df + 2 * i)
    left -= weight
    weight *= lambda / 2 / (i + 1)
  }
  return Math.min(1, sum)
}

/** Zero of a falling function between two bounds. */
function root(f: (x: number) => number, low: number, high: number): number {
  let a = low
  let b = high
  for (let i = 0; i < 100; i++) {
    const middle = (a + b) / 2
    if (f(middle) > 0) a = middle
    else b = middle
  }
  return (a + b) / 2
}
