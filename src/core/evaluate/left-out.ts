/**
 * The influence of each unit (a row, or a group of them) on a function of sums, by leaving it out:
 *
 *     ψ_u = (n − 1)/n · (mean of θ_(·) − θ_(u)),    Σ ψ_u = 0,    se² = n/(n − 1) Σ ψ_u²
 *
 * One pass over the rows and one reading of the sums for each unit. Of a mean it is (x_u − x̄)/n, and the error that of Student's t; of anything that bends it is a
 * little more than the gradient at the sums would give. Order: that in which the units first occur.
 * Source: Efron & Tibshirani 1993, "An Introduction to the Bootstrap", §11.
 */
import type { Sample } from '../metrics/sample.ts'
import { compacted } from '../stats/row-bootstrap.ts'

/** @param codes unit of each row; null: each row is one. @returns null where there is no value without one of them, or there is only one */
export function leftOut(
  { columns, weight = null, of }: Extract<Sample, { kind: 'moments' }>,
  codes: Int32Array | null,
): Float64Array | null {
  const rows = columns[0]?.length ?? 0
  const units = codes ? compacted(codes) : null
  const n = units?.count ?? rows
  if (n < 2) return null
  // the last one is the number of rows, or the sum of their weights
  const sums = new Float64Array(columns.length + 1)
  const perUnit = [...columns, null].map((column, j) => {
    // rows that are units and count alike are what they are
    const into = column && !units && !weight ? column : new Float64Array(n)
    let sum = 0
    for (let i = 0; i < rows; i++) {
      const value = (weight ? (weight[i] ?? 0) : 1) * (column ? (column[i] ?? 0) : 1)
      sum += value
      if (into === column) continue
      const u = units ? (units.codes[i] ?? 0) : i
      into[u] = (into[u] ?? 0) + value
    }
    sums[j] = sum
    return into
  })
  const without = new Float64Array(n)
  const rest = new Float64Array(sums.length)
  const given = rest.subarray(0, columns.length)
  let total = 0
  for (let u = 0; u < n; u++) {
    for (let j = 0; j < rest.length; j++) rest[j] = (sums[j] ?? 0) - (perUnit[j]?.[u] ?? 0)
    const { value } = of(given, rest[columns.length] ?? 0)
    if (value === null || !Number.isFinite(value)) return null
    without[u] = value
    total += value
  }
  return without.map((theta) => ((n - 1) / n) * (total / n - theta))
}
