/**
 * Two histograms over the same cells, and the guard every statistic on them starts with. Those go over the cells by their number: a process
 * judges once, with code that nothing has optimised yet, and two hundred columns of a hundred cells are then a million pairs of `entries()`.
 */
export interface Sizes {
  readonly n: number
  readonly m: number
}

/**
 * Rows of both sides.
 * @throws RangeError when lengths differ, a count is negative or not finite, or a side is empty
 */
export function sizes(reference: readonly number[], current: readonly number[]): Sizes {
  if (reference.length !== current.length) throw new RangeError(`cells differ: ${reference.length} and ${current.length}`)
  const n = total(reference)
  const m = total(current)
  if (n === 0 || m === 0) throw new RangeError('an empty histogram has no shares')
  return { n, m }
}

export function total(counts: readonly number[]): number {
  let sum = 0
  for (let i = 0; i < counts.length; i += 1) {
    const count = counts[i] ?? Number.NaN
    if (!(count >= 0)) throw noCount(count)
    sum += count
  }
  // a sum is finite where every count is
  if (Number.isFinite(sum)) return sum
  throw noCount(counts.find((count) => !Number.isFinite(count)) ?? sum)
}

const noCount = (count: number): RangeError => new RangeError(`a cell holds a count, not ${count}`)

/** nm / (n + m): what two sample sizes are worth together. */
export const effectiveSize = ({ n, m }: Sizes): number => (n * m) / (n + m)
