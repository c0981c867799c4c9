/**
 * Bootstrap of rows, or of groups of rows, for statistics that read more than counts.
 *
 * What is resampled is a row, or with `codes` a group: a group that is drawn brings all of its rows, so that rows which resemble each other are not
 * taken for more evidence than they are. Up to 4,096 of them each is a unit and a draw is a multinomial sample of the units. Above, each is put
 * into one of 4,096 units at random (seeded), and units are drawn: the same expectation and standard error for a statistic that divides by what was
 * drawn, the latter with a relative Monte-Carlo error of about 1/√(2·4096) = 1 %, at a cost that does not grow with n where it is a function of sums. The jackknife
 * leaves out 1/200 of them at a time (one where there are no more than 200), above 4,096 1/50: the acceleration it serves is nearly 0 there.
 * The draws depend on the number of rows and on the groups only: two models on the same rows are drawn together, and the draws of their difference are
 * the differences of their draws.
 *
 * Where a draw costs a pass over the rows there are fewer of them the more rows there are. Below 1,000 draws their quantiles are not read any more,
 * only their standard error: estimate ± t(draws − 1) · se, which at so many rows is what the quantiles would say.
 * Source: Efron & Tibshirani 1993, §6 and §11; grouped jackknife: Shao & Tu 1995, §2.3; resampling groups: Davison & Hinkley 1997, §3.8.
 */
import { type Bca, bca, fromError } from './bca.ts'
import { random } from './random.ts'

const UNITS = 4096
const LEFT_OUT = 200
const LEFT_OUT_OF_MANY = 50
const FEWEST_FOR_QUANTILES = 1000

export interface RowDraws {
  readonly rows: number
  /** how many are resampled: rows, or groups of them */
  readonly resampled: number
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
  /** how many were resampled */
  readonly resampled: number
}

/** @param codes group of each row, not negative; null: each row is one */
export function rowDraws(rows: number, size: number, codes: Int32Array | null = null, seed = 1): RowDraws {
  const groups = codes ? compacted(codes) : null
  const resampled = groups ? groups.count : rows
  const units = Math.min(resampled, UNITS)
  const source = random(seed)
  const unitOf = resampled > UNITS ? scattered(resampled, source.bits) : null
  const of = groups || unitOf === null ? new Uint16Array(rows) : unitOf
  if (of !== unitOf) {
    for (let i = 0; i < rows; i++) {
      const one = groups ? (groups.codes[i] ?? 0) : i
      of[i] = unitOf ? (unitOf[one] ?? 0) : one
    }
  }
  const weights = new Uint8Array(size * units)
  for (let b = 0; b < size; b++) draw(weights, b * units, units, source.bits)
  return { rows, resampled, units, of, size, weights }
}

function draw(weights: Uint8Array, start: number, units: number, next: () => number): void {
  if (units !== UNITS) {
    const limit = 2 ** 32 - (2 ** 32 % units) // a remainder of more than that would favour the first units
    for (let i = 0; i < units; i++) {
      let bits = next()
      while (bits >= limit) bits = next()
      const u = start + (bits % units)
      weights[u] = (weights[u] ?? 0) + 1
    }
    return
  }
  // one number of 32 bits holds two of 12
  for (let i = 0; i < units; i += 2) {
    const bits = next()
    const u = start + (bits & (UNITS - 1))
    weights[u] = (weights[u] ?? 0) + 1
    const v = start + ((bits >>> 12) & (UNITS - 1))
    weights[v] = (weights[v] ?? 0) + 1
  }
}

/** Codes without gaps, in the order in which they first occur. */
export function compacted(codes: Int32Array): { readonly codes: Int32Array; readonly count: number } {
  let largest = -1
  for (let i = 0; i < codes.length; i++) largest = Math.max(largest, codes[i] ?? 0)
  const known = new Int32Array(largest + 1).fill(-1)
  const compact = new Int32Array(codes.length)
  let count = 0
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i] ?? 0
    if (known[code] === -1) known[code] = count++
    compact[i] = known[code] ?? 0
  }
  return { codes: compact, count }
}

/** A unit for each, whatever the order they come in: rows sorted by label would otherwise make all units alike. */
function scattered(count: number, next: () => number): Uint16Array {
  const units = new Uint16Array(count)
  for (let i = 0; i < count; i += 2) {
    const bits = next()
    units[i] = bits & (UNITS - 1)
    if (i + 1 < count) units[i + 1] = (bits >>> 12) & (UNITS - 1)
  }
  return units
}

/** So few draws that only their standard error is read, or enough for their quantiles? */
export const readsQuantiles = ({ size }: Pick<RowDraws, 'size'>): boolean => size >= FEWEST_FOR_QUANTILES

/** @param statistic of the units' weights. It must not keep the array it is given. */
export const replicate = (draws: RowDraws, statistic: (weights: Uint8Array) => number): Replicates => {
  const [only] = replicateAll(draws, 1, (weights, into) => {
    into[0] = statistic(weights)
  })
  if (!only) throw new RangeError('one statistic has one list of draws')
  return only
}

/** Several statistics that share most of their work, on the same draws. @param statistics writes one number each */
export function replicateAll(
  draws: RowDraws,
  count: number,
  statistics: (weights: Uint8Array, into: Float64Array) => void,
): readonly Replicates[] {
  const { units, size, resampled } = draws
  const into = new Float64Array(count)
  const table = (length: number, weightsAt: (at: number) => Uint8Array) => {
    const columns = Array.from({ length: count }, () => new Float64Array(length))
    for (let at = 0; at < length; at++) {
      statistics(weightsAt(at), into)
      for (const [j, column] of columns.entries()) column[at] = into[j] ?? Number.NaN
    }
    return columns
  }
  const results = table(size, (b) => draws.weights.subarray(b * units, (b + 1) * units))

  // nobody asks for the acceleration where quantiles are not read
  const groups = !readsQuantiles(draws) ? 0 : Math.min(units, resampled > UNITS ? LEFT_OUT_OF_MANY : LEFT_OUT)
  const weights = new Uint8Array(units)
  const leftOut = table(groups, (g) => {
    weights.fill(1)
    for (let u = g; u < units; u += groups) weights[u] = 0
    return weights
  })
  statistics(weights.fill(1), into)
  return results.map((column, j) => ({
    estimate: into[j] ?? Number.NaN,
    draws: column,
    leftOut: leftOut[j] ?? new Float64Array(),
    resampled,
  }))
}

/** Draws of a difference, from draws of its parts made with the same `RowDraws`. */
export const minus = (a: Replicates, b: Replicates): Replicates => ({
  estimate: a.estimate - b.estimate,
  draws: a.draws.map((x, i) => x - (b.draws[i] ?? Number.NaN)),
  leftOut: a.leftOut.map((x, i) => x - (b.leftOut[i] ?? Number.NaN)),
  resampled: a.resampled,
})

/** @param beyond goes on where the draws end (`bca.ts`); @throws RangeError when the statistic was hardly ever defined */
export function rowBootstrap({ estimate, draws, leftOut, resampled }: Replicates, beyond = false): Bca {
  if (draws.length < FEWEST_FOR_QUANTILES) return fromError(estimate, draws)
  const values = [...leftOut].filter((x) => !Number.isNaN(x))
  return bca(estimate, draws, { values, counts: values.map(() => 1) }, resampled, beyond)
}

/** 2,000 draws where a draw is cheap; from 25,000 rows on fewer, down to 100, where each costs a pass over the rows. */
export const drawsFor = (rows: number): number => Math.max(100, Math.min(2000, Math.floor(50_000_000 / rows)))
