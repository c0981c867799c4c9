/**
 * Do two columns of classes still go together as they did? Two tables of counts O₁, O₂ over the same k rows and c columns; H₀: whatever the association is, it
 * is the same in both (all odds ratios are equal: no interaction of three), while shares of rows and columns may have changed.
 *
 *     E       O₁, O₂ fitted so that every sum of rows, of columns and of both tables is kept, with common odds ratios (iterative proportional fitting)
 *     X²      Σ (O − E)²/E, χ² with df = (k − 1)(c − 1) less the cells that are empty in both tables
 *     change  √( max(0, Σ_gc (δ₁ − δ₂)²/(p_g p_c) − df (1/n₁ + 1/n₂)) / (min(k, c) − 1) ),   δ_t = (O_t − E_t)/n_t, p: mean of both shares
 *
 * `change` is on the scale of V: of two classes each with equal shares it is |φ₁ − φ₂|; where an association fades it is about the difference of V; where classes
 * change places, which leaves V as it was, up to 2. Chance is taken off. 0 under H₀, whatever shares moved. `before` and `now` are V of each table, corrected.
 *
 * The χ² law does not need V to be far from 0, as one of the difference of two V would; it needs expected counts of about 5 (`pooledTables`).
 * @returns null where a table of 2 × 2 is not left, or no degree of freedom is
 * @throws RangeError when the tables are not of one shape
 * Source: Bartlett 1935, "Contingency table interactions"; Deming & Stephan 1940; Agresti, "Categorical Data Analysis", §9.2; Bergsma 2013 for V.
 */
import { cramersV } from '../stats/cramers-v.ts'
import { chiSquareSf } from '../stats/gamma.ts'

export type Counts = readonly (readonly number[])[]

/** How strong an association was and is, by how much it changed on the same scale, and whether chance makes that. */
export interface AssociationChange {
  readonly before: number
  readonly now: number
  readonly change: number
  readonly statistic: number
  readonly df: number
  readonly p: number
}

const mostRounds = 100
/** of all counts: what a fitted sum may be off */
const tolerance = 1e-8

export function interaction(before: Counts, now: Counts): AssociationChange | null {
  const [k, c] = [before.length, before[0]?.length ?? 0]
  if (now.length !== k || [...before, ...now].some((row) => row.length !== c)) throw new RangeError('the two tables differ in shape')
  if (k < 2 || c < 2) return null
  const [n1, n2] = [total(before), total(now)]
  if (n1 === 0 || n2 === 0) return null
  const fitted = fittedTables([before, now], n1 + n2)
  const empty = before.reduce((sum, row, g) => sum + row.filter((count, j) => count + at(now, g, j) === 0).length, 0)
  const df = (k - 1) * (c - 1) - empty
  if (df < 1) return null

  const share = (counts: Counts, n: number) => ({
    rows: counts.map((row) => sum(row) / n),
    columns: columnSums(counts).map((one) => one / n),
  })
  const [first, second] = [share(before, n1), share(now, n2)]
  let [statistic, apart] = [0, 0]
  for (let g = 0; g < k; g++) {
    for (let j = 0; j < c; j++) {
      const [e1, e2] = fitted.map((table) => at(table, g, j))
      const [d1, d2] = [at(before, g, j) - (e1 ?? 0), at(now, g, j) - (e2 ?? 0)]
      statistic += (e1 ? (d1 * d1) / e1 : 0) + (e2 ? (d2 * d2) / e2 : 0)
      const weight = (((first.rows[g] ?? 0) + (second.rows[g] ?? 0)) * ((first.columns[j] ?? 0) + (second.columns[j] ?? 0))) / 4
      if (weight > 0) apart += (d1 / n1 - d2 / n2) ** 2 / weight
    }
  }
  const change = Math.sqrt(Math.max(0, apart - df * (1 / n1 + 1 / n2)) / (Math.min(k, c) - 1))
  return { before: strength(before), now: strength(now), change, statistic, df, p: chiSquareSf(statistic, df) }
}

/** Cramér's V of one table. */
function strength(counts: Counts): number {
  const n = total(counts)
  const [rows, columns] = [counts.map(sum), columnSums(counts)]
  let statistic = 0
  for (const [g, row] of counts.entries()) {
    for (const [j, count] of row.entries()) {
      const expected = ((rows[g] ?? 0) * (columns[j] ?? 0)) / n
      if (expected > 0) statistic += (count - expected) ** 2 / expected
    }
  }
  const filled = (sums: readonly number[]) => sums.filter((one) => one > 0).length
  return cramersV(statistic, filled(rows), filled(columns), n)
}

/** The two tables with common odds ratios, and all sums over one of the three ways kept. Flat, as fifty of them are fitted in a few milliseconds. */
function fittedTables([first, second]: readonly [Counts, Counts], n: number): readonly [number[][], number[][]] {
  const [k, c] = [first.length, first[0]?.length ?? 0]
  const cells = new Float64Array(2 * k * c).fill(1)
  const both = Float64Array.from(first.flatMap((row, g) => row.map((count, j) => count + at(second, g, j))))
  const rows = Float64Array.from([...first.map(sum), ...second.map(sum)])
  const columns = Float64Array.from([...columnSums(first), ...columnSums(second)])
  /** one sum is kept: cells that lie `step` apart */
  const scale = (from: number, step: number, size: number, wanted: number): number => {
    let held = 0
    for (let i = 0, cell = from; i < size; i++, cell += step) held += cells[cell] ?? 0
    const factor = held > 0 ? wanted / held : 0
    for (let i = 0, cell = from; i < size; i++, cell += step) cells[cell] = (cells[cell] ?? 0) * factor
    return Math.abs(held - wanted)
  }
  for (let round = 0; round < mostRounds; round++) {
    let off = 0
    for (let cell = 0; cell < k * c; cell++) off = Math.max(off, scale(cell, k * c, 2, both[cell] ?? 0))
    for (let row = 0; row < 2 * k; row++) off = Math.max(off, scale(row * c, 1, c, rows[row] ?? 0))
    for (let t = 0; t < 2; t++) for (let j = 0; j < c; j++) off = Math.max(off, scale(t * k * c + j, c, k, columns[t * c + j] ?? 0))
    if (off <= tolerance * n) break
  }
  const table = (t: number) => Array.from({ length: k }, (_, g) => [...cells.subarray((t * k + g) * c, (t * k + g + 1) * c)])
  return [table(0), table(1)]
}

const at = (counts: Counts, g: number, j: number): number => counts[g]?.[j] ?? 0
export const sum = (counts: readonly number[]): number => counts.reduce((all, count) => all + count, 0)
export const total = (counts: Counts): number => counts.reduce((all, row) => all + sum(row), 0)
export const columnSums = (counts: Counts): readonly number[] =>
  (counts[0] ?? []).map((_, j) => counts.reduce((all, row) => all + (row[j] ?? 0), 0))
