/**
 * Sums of rows that each have a weight Gamma(1), of so many rows that the largest are drawn one by one and all others at once:
 *
 *     Σ w_i v_i  ≈  Σ_(i kept) w_i v_i  +  Σ_(i not) v_i + L z,     L Lᵀ = Σ_(i not) v_i v_iᵀ
 *
 * which has the expectation and the covariance of the exact sums, and where no row that is not kept is much of a sum, their distribution. z are standardised Gamma variates of as many rows as
 * the lump has, nearly normal. A draw costs what is kept, however many rows there are. O(n) once.
 * Source: the covariance of independent weights, whose variance is 1; Rubin 1981 for the weights.
 */

import type { GammaDraws } from './gamma-draws.ts'

/** Rows that are told apart. */
export const TOLD = 256

export interface Lumped {
  /** of each column the rows that are kept */
  readonly kept: readonly Float64Array[]
  /** adds one draw of all others to the sums */
  readonly addRest: (weight: GammaDraws, sums: Float64Array) => void
}

/** @param by of each row: how much of a sum it is, not negative */
export function lumpedRows(columns: readonly Float64Array[], by: Float64Array, told = TOLD): Lumped {
  const largest = largestOf(by, told)
  const inLump = new Uint8Array(by.length).fill(1)
  for (const row of largest) inLump[row] = 0
  const kept = columns.map((column) => Float64Array.from(largest, (row) => column[row] ?? 0))
  const rows = by.length - largest.length
  if (rows === 0) return { kept, addRest: () => {} }
  const means = new Float64Array(columns.length)
  const squares = columns.map((one, j) =>
    columns.slice(0, j + 1).map((other) => {
      let sum = 0
      for (let i = 0; i < inLump.length; i++) sum += inLump[i] === 1 ? (one[i] ?? 0) * (other[i] ?? 0) : 0
      return sum
    }),
  )
  for (const [j, column] of columns.entries())
    for (let i = 0; i < inLump.length; i++) means[j] = (means[j] ?? 0) + (inLump[i] ?? 0) * (column[i] ?? 0)
  const root = triangle(squares)
  const z = new Float64Array(columns.length)
  const addRest = (weight: GammaDraws, sums: Float64Array): void => {
    for (let j = 0; j < z.length; j++) {
      z[j] = (weight(rows) - rows) / Math.sqrt(rows)
      let sum = means[j] ?? 0
      for (let k = 0; k <= j; k++) sum += (root[j]?.[k] ?? 0) * (z[k] ?? 0)
      sums[j] = (sums[j] ?? 0) + sum
    }
  }
  return { kept, addRest }
}

/** The rows with the largest values: what is above the least of those so far is looked at again when twice as many have come. */
function largestOf(by: Float64Array, told: number): Uint32Array {
  let rows: number[] = []
  let least = Number.NEGATIVE_INFINITY
  const cut = () => {
    rows = rows.sort((a, b) => (by[b] ?? 0) - (by[a] ?? 0)).slice(0, told)
    if (rows.length === told) least = by[rows[told - 1] ?? 0] ?? least
  }
  for (let i = 0; i < by.length; i++) {
    if (!((by[i] ?? 0) > least)) continue
    rows.push(i)
    if (rows.length >= 2 * told) cut()
  }
  cut()
  return Uint32Array.from(rows)
}

/** Cholesky's root of a symmetric matrix of which the lower half is given; a column that follows from those before it has none of its own. */
function triangle(squares: readonly (readonly number[])[]): readonly (readonly number[])[] {
  const root: number[][] = []
  for (const [j, line] of squares.entries()) {
    const own: number[] = []
    for (const [k, square] of line.entries()) {
      let rest = square
      for (let i = 0; i < k; i++) rest -= (own[i] ?? 0) * ((k === j ? own : root[k])?.[i] ?? 0)
      if (k === j) own.push(rest > 1e-12 * square ? Math.sqrt(rest) : 0)
      else own.push((root[k]?.[k] ?? 0) > 0 ? rest / (root[k]?.[k] ?? 1) : 0)
    }
    root.push(own)
  }
  return root
}
