/**
 * Bootstrap of a table of counts: each draw is a multinomial sample of n rows over the cells with the observed shares.
 *
 * For a statistic that reads nothing but the counts this is exactly the row bootstrap, at O(cells) a draw instead of O(n), and its
 * jackknife has only as many distinct values as there are cells. Empty cells stay empty. Seeded: equal input, equal draws.
 * @param counts non-negative integers
 * @param statistic of a table of the same length; NaN where it is undefined. It must not keep the array it is given.
 * @param beyond goes on where the draws end (`bca.ts`)
 * @throws RangeError on an empty table
 */
import { type Bca, bca } from './bca.ts'
import { random } from './random.ts'

export function cellBootstrap(
  counts: Float64Array,
  statistic: (counts: Float64Array) => number,
  draws: CellDraws = cellDraws(counts),
  beyond = false,
): Bca {
  const { filled, size, samples } = draws
  const table = new Float64Array(counts.length)
  const results = new Float64Array(size)
  for (let b = 0; b < size; b++) {
    for (let j = 0; j < filled.length; j++) table[filled[j] ?? 0] = samples[b * filled.length + j] ?? 0
    results[b] = statistic(table)
  }

  const n = counts.reduce((sum, count) => sum + count, 0)
  table.set(counts)
  const values: number[] = []
  const multiplicities: number[] = []
  for (const cell of filled) {
    const count = counts[cell] ?? 0
    table[cell] = count - 1
    const left = statistic(table)
    table[cell] = count
    if (Number.isNaN(left)) continue
    values.push(left)
    multiplicities.push(count)
  }
  return bca(statistic(table), results, { values, counts: multiplicities }, n, beyond)
}

export interface CellDraws {
  readonly size: number
  /** cells that are not empty */
  readonly filled: Uint32Array
  /** size × filled counts, row by row */
  readonly samples: Float64Array
}

/** 4,000 draws; fewer, down to 500, where there are more than 200 filled cells. @param times how many times as many, of which the first are those of once as many */
export function cellDraws(counts: Float64Array, seed = 1, times = 1): CellDraws {
  const filled = Uint32Array.from([...counts.keys()].filter((cell) => (counts[cell] ?? 0) > 0))
  const n = counts.reduce((sum, c) => sum + c, 0)
  if (n === 0) throw new RangeError('an empty table cannot be resampled')
  const size = times * Math.max(500, Math.min(4000, Math.floor(800_000 / filled.length)))
  const source = random(seed)
  const samples = new Float64Array(size * filled.length)
  for (let b = 0; b < size; b++) {
    let rows = n
    let rest = n
    for (let j = 0; j < filled.length && rows > 0; j++) {
      const count = counts[filled[j] ?? 0] ?? 0
      const drawn = source.binomial(rows, count / rest)
      samples[b * filled.length + j] = drawn
      rows -= drawn
      rest -= count
    }
  }
  return { size, filled, samples }
}
