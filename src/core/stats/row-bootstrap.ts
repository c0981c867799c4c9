/**
 * Bootstrap of rows, for statistics that read more than counts.
 *
 * Up to 4,096 rows each row is a unit and a draw is a multinomial sample of them. Above, rows are dealt at random (seeded) into 4,096 units of
 * equal size (±1), and units are drawn: the same expectation and standard error, the latter with a relative Monte-Carlo error of about 1/√(2·4096) = 1 %,
 * at a cost that does not grow with n where the statistic is a function of sums. The jackknife leaves out 1/200 of the rows at a time (one
 * row where there are no more than 200), above 4,096 rows 1/50: the acceleration it serves is nearly 0 there.
 * The draws depend on the number of rows only: two models on the same rows are drawn together, and the draws of their difference are the
 * differences of their draws.
 * Source: Efron & Tibshirani 1993, §6 and §11; grouped jackknife: Shao & Tu 1995, §2.3.
 */
import { type Bca, bca } from './bca.ts'
import { random } from './random.ts'

const UNITS = 4096
const LEFT_OUT = 200
const LEFT_OUT_OF_MANY = 50

export interface RowDraws {
  readonly rows: number
  readonly units: number
  /** unit of each row */
  readonly of: Uint16Array
  readonly size: number
  /** size × units weights, draw by draw */
  readonly weights: Uint8Array
}

/** A statistic on every draw, on every jackknife sample, and on the rows as they are; NaN where it is undefined. */
export interface Replicates {
  readonly estimate: number
  readonly draws: Float64Array
  readonly leftOut: Float64Array
}

export function rowDraws(rows: number, size: number, seed = 1): RowDraws {
  const units = Math.min(rows, UNITS)
  const source = random(seed)
  const of = new Uint16Array(rows)
  if (rows <= UNITS) for (let i = 0; i < rows; i++) of[i] = i
  else deal(of, source.below)
  const weights = new Uint8Array(size * units)
  for (let b = 0; b < size; b++) {
    const start = b * units
    for (let i = 0; i < units; i++) {
      const u = start + source.below(units)
      weights[u] = (weights[u] ?? 0) + 1
    }
  }
  return { rows, units, of, size, weights }
}

/** A seeded permutation, cut into units of equal size. */
function deal(of: Uint16Array, below: (n: number) => number): void {
  const rows = of.length
  const order = Uint32Array.from({ length: rows }, (_, i) => i)
  for (let i = rows - 1; i > 0; i--) {
    const j = below(i + 1)
    const held = order[i] ?? 0
    order[i] = order[j] ?? 0
    order[j] = held
  }
  for (let i = 0; i < rows; i++) of[order[i] ?? 0] = Math.floor((i * UNITS) / rows)
}

/** @param statistic of the units' weights. It must not keep the array it is given. */
export function replicate(draws: RowDraws, statistic: (weights: Uint8Array) => number): Replicates {
  const { units, size } = draws
  const results = new Float64Array(size)
  for (let b = 0; b < size; b++) results[b] = statistic(draws.weights.subarray(b * units, (b + 1) * units))

  const groups = Math.min(units, draws.rows > UNITS ? LEFT_OUT_OF_MANY : LEFT_OUT)
  const leftOut = new Float64Array(groups)
  const weights = new Uint8Array(units)
  for (let g = 0; g < groups; g++) {
    weights.fill(1)
    for (let u = g; u < units; u += groups) weights[u] = 0
    leftOut[g] = statistic(weights)
  }
  return { estimate: statistic(weights.fill(1)), draws: results, leftOut }
}

/** Draws of a difference, from draws of its parts made with the same `RowDraws`. */
export const minus = (a: Replicates, b: Replicates): Replicates => ({
  estimate: a.estimate - b.estimate,
  draws: a.draws.map((x, i) => x - (b.draws[i] ?? Number.NaN)),
  leftOut: a.leftOut.map((x, i) => x - (b.leftOut[i] ?? Number.NaN)),
})

/** @throws RangeError when the statistic was hardly ever defined */
export function rowBootstrap({ estimate, draws, leftOut }: Replicates): Bca {
  const values = [...leftOut].filter((x) => !Number.isNaN(x))
  return bca(estimate, draws, { values, counts: values.map(() => 1) })
}

/** 2,000 draws where a draw is cheap; from 25,000 rows on fewer, down to 500, where each costs a pass over the rows. */
export const drawsFor = (rows: number): number => Math.max(500, Math.min(2000, Math.floor(50_000_000 / rows)))
