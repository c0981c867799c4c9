/**
 * Bootstrap of rows, for statistics that read more than counts. Candidate and baseline are drawn together.
 *
 * Up to 4,096 rows each row is a unit and a draw is a multinomial sample of them. Above, rows are dealt at random (seeded) into 4,096 units of
 * equal size (±1), and units are drawn: the same expectation and standard error, the latter with a relative Monte-Carlo error of about 1/√(2·4096) = 1 %,
 * at a cost that does not grow with n where the statistic is a function of sums. The jackknife leaves out 1/200 of the units at a time,
 * or one row where there are no more than 200.
 * @param statistic of the units' weights; NaN where it is undefined. It must not keep the array it is given.
 * Source: Efron & Tibshirani 1993, §6 and §11; grouped jackknife: Shao & Tu 1995, §2.3.
 */
import { type Bca, bca } from './bca.ts'
import { random } from './random.ts'

const UNITS = 4096
const LEFT_OUT = 200

export interface Units {
  readonly count: number
  /** unit of each row */
  readonly of: Uint16Array
}

export function unitsOf(rows: number, seed = 1): Units {
  const of = new Uint16Array(rows)
  if (rows <= UNITS) return { count: rows, of: of.map((_, i) => i) }
  const order = Uint32Array.from({ length: rows }, (_, i) => i)
  const source = random(seed)
  for (let i = rows - 1; i > 0; i--) {
    const j = source.below(i + 1)
    const held = order[i] ?? 0
    order[i] = order[j] ?? 0
    order[j] = held
  }
  for (let i = 0; i < rows; i++) of[order[i] ?? 0] = Math.floor((i * UNITS) / rows)
  return { count: UNITS, of }
}

export function rowBootstrap(units: Units, draws: number, statistic: (weights: Float64Array) => number, seed = 1): Bca {
  const { count } = units
  const source = random(seed + 1)
  const weights = new Float64Array(count)
  const results = new Float64Array(draws)
  for (let b = 0; b < draws; b++) {
    weights.fill(0)
    for (let i = 0; i < count; i++) {
      const u = source.below(count)
      weights[u] = (weights[u] ?? 0) + 1
    }
    results[b] = statistic(weights)
  }

  const groups = Math.min(count, LEFT_OUT)
  const values: number[] = []
  for (let g = 0; g < groups; g++) {
    weights.fill(1)
    for (let u = g; u < count; u += groups) weights[u] = 0
    const left = statistic(weights)
    if (!Number.isNaN(left)) values.push(left)
  }
  return bca(statistic(weights.fill(1)), results, { values, counts: values.map(() => 1) })
}

/** 2,000 draws where a draw is cheap; from 25,000 rows on fewer, down to 500, where each costs a pass over the rows. */
export const drawsFor = (rows: number): number => Math.max(500, Math.min(2000, Math.floor(50_000_000 / rows)))
