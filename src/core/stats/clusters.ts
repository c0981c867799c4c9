/**
 * Standard errors where rows come in groups that resemble each other, or count differently.
 *
 *     θ̂ − θ ≈ Σ_i ψ_i                                 ψ_i: influence of row i on the estimate, Σ ψ_i = 0
 *     u_g = Σ_(i in g) ψ_i,    se² = G/(G − 1) Σ_g u_g²   on G − 1 degrees of freedom
 *     mean of x with weights w: ψ_i = w_i (x_i − x̄)/Σw
 *
 * Without groups each row is one: with equal weights that is s/√n. It holds for many groups of about the same size; the skewness of u_g tells
 * where it does not. `Mean` of `mean.ts` is the result, its `n` the number of groups, so that Student's t takes the right degrees of freedom.
 *
 * `effectiveShare`: the interval of a share under such a standard error, by the effective number of rows n* = p(1 − p)/se², never more than n,
 * times (z/t)² for the few groups (Korn & Graubard); Wilson, or Clopper–Pearson where n* < 30, as of rows. A share of 0 or 1 shows no spread: each group
 * counts for one.
 * @throws RangeError without rows, or where no row has a weight
 * Source: Liang & Zeger 1986; Obuchowski 1997 for the AUC; Korn & Graubard 1998 for shares.
 */
import { degreesOf, type Mean } from './mean.ts'
import { normalQuantile } from './normal.ts'
import { type Bounds, clopperPearson, wilsonHeld } from './proportion.ts'
import { compacted } from './row-bootstrap.ts'
import { studentQuantile } from './student-t.ts'

/** The same on the degrees of freedom that these influences have: a few of them may be most of the error. */
export function clusteredHeavily(value: number, influence: Float64Array, codes: Int32Array | null): Mean {
  const sums = codes ? sumsByGroup(influence, codes) : influence
  const squares = sums.reduce((sum, u) => sum + u ** 2, 0)
  const fourths = sums.reduce((sum, u) => sum + u ** 4, 0)
  return { ...clustered(value, sums, null), df: degreesOf(sums.length, squares, fourths) }
}

/** Units (rows, or with `codes` groups) that hold a row of the rarer of two classes; other labels are left out. */
export function rarerOf(y: ArrayLike<number>, codes: Int32Array | null): number {
  const having = (label: number) => {
    const units = new Set<number>()
    let rows = 0
    for (let i = 0; i < y.length; i++) {
      if (y[i] !== label) continue
      rows += 1
      if (codes) units.add(codes[i] ?? 0)
    }
    return codes ? units.size : rows
  }
  return Math.min(having(0), having(1))
}

/** @param influence of each row; @param codes group of each row, or null */
export function clustered(value: number, influence: Float64Array, codes: Int32Array | null): Mean {
  const sums = codes ? sumsByGroup(influence, codes) : influence
  const n = sums.length
  if (n === 0) throw new RangeError('no rows have no standard error')
  let m2 = 0
  let m3 = 0
  for (let g = 0; g < n; g++) {
    const u = sums[g] ?? 0
    m2 += u * u
    m3 += u * u * u
  }
  // what rounding leaves of equal values is no spread
  const flat = m2 <= (1e-14 * Math.abs(value)) ** 2 / n
  return {
    n,
    mean: value,
    se: n < 2 ? Number.NaN : flat ? 0 : Math.sqrt((m2 * n) / (n - 1)),
    skewness: flat ? 0 : m3 / n / (m2 / n) ** 1.5,
  }
}

/** Units, and as many as count alike: (Σw)²/Σw² of what they weigh (Kish 1965). @param rows how many there are */
export function effectiveUnits(
  weight: Float64Array | null,
  codes: Int32Array | null,
  rows: number,
): { readonly count: number; readonly alike: number } {
  if (!weight && !codes) return { count: rows, alike: rows }
  const heavy = weight ?? new Float64Array(rows).fill(1)
  const perUnit = codes ? sumsByGroup(heavy, codes) : heavy
  let sum = 0
  let squares = 0
  for (let u = 0; u < perUnit.length; u++) {
    const w = perUnit[u] ?? 0
    sum += w
    squares += w * w
  }
  return { count: perUnit.length, alike: sum ** 2 / squares }
}

/** Units of the class that has fewest, as many as count alike. @param codes class of each row; those outside 0 … classes − 1 are left out */
export function rarestAlike(codes: ArrayLike<number>, classes: number, weight: Float64Array | null, unit: Int32Array | null): number {
  return Math.min(...Array.from({ length: classes }, (_, code) => alikeOf(codes, code, weight, unit)))
}

/** Units of one class, as many as count alike. */
export function alikeOf(codes: ArrayLike<number>, code: number, weight: Float64Array | null, unit: Int32Array | null): number {
  if (!weight && !unit) {
    let count = 0
    for (let i = 0; i < codes.length; i++) count += Number(codes[i] === code)
    return count
  }
  const rows: number[] = []
  for (let i = 0; i < codes.length; i++) if (codes[i] === code) rows.push(i)
  const own = weight && Float64Array.from(rows, (i) => weight[i] ?? 0)
  const groups = unit && compacted(Int32Array.from(rows, (i) => unit[i] ?? 0)).codes
  return effectiveUnits(own, groups, rows.length).alike
}

export function groupsOf(codes: Int32Array): number {
  return compacted(codes).count
}

/** Of each group, in the order in which they first occur. */
export function sumsByGroup(values: Float64Array, codes: Int32Array): Float64Array {
  const groups = compacted(codes)
  const sums = new Float64Array(groups.count)
  for (let i = 0; i < values.length; i++) {
    const g = groups.codes[i] ?? 0
    sums[g] = (sums[g] ?? 0) + (values[i] ?? 0)
  }
  return sums
}

export function weightedMean(rows: Float64Array, weight: Float64Array | null, codes: Int32Array | null): Mean {
  let sum = 0
  let total = 0
  for (let i = 0; i < rows.length; i++) {
    const w = weight ? (weight[i] ?? 0) : 1
    sum += w * (rows[i] ?? 0)
    total += w
  }
  if (total === 0) throw new RangeError('no row has a weight')
  const mean = sum / total
  const influence = rows.map((x, i) => ((weight ? (weight[i] ?? 0) : 1) * (x - mean)) / total)
  return clustered(mean, influence, codes)
}

export function effectiveShare(share: Mean, rows: number, level: number): { readonly bounds: Bounds; readonly method: string } {
  const { mean: p, n: groups, se } = share
  if (p === 0 || p === 1 || !(se > 0) || groups < 2)
    return { bounds: clopperPearson(p * groups, groups, level), method: 'clopper-pearson-groups' }
  const narrower = (normalQuantile(level) / studentQuantile(level, groups - 1)) ** 2
  const n = Math.max(1, Math.min(rows, (p * (1 - p)) / se ** 2) * narrower)
  return n < 30
    ? { bounds: clopperPearson(p * n, n, level), method: 'clopper-pearson-effective' }
    : { bounds: wilsonHeld(p * n, n, level), method: 'wilson-effective' }
}
