/**
 * Index of the first of `length` that has reached something, where all after one that has have it too; `length` where none has. O(log n).
 */
export function firstIndex(length: number, reached: (index: number) => boolean): number {
  let low = 0
  let high = length
  while (low < high) {
    const middle = (low + high) >> 1
    if (reached(middle)) high = middle
    else low = middle + 1
  }
  return low
}

/** Index of the first of ascending values that is not below `value`, which is how many are below it; their number where all are. */
export const firstAtLeast = (ascending: ArrayLike<number>, value: number): number =>
  firstIndex(ascending.length, (index) => !((ascending[index] ?? 0) < value))
