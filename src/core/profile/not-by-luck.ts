/**
 * The most frequent of many values, where that is no accident. Of many that are about as frequent, those with the most rows in the reference have them
 * by luck: in other rows they fall back, and a test or a classifier on cells of theirs would find a change that is none.
 *
 *     surely more    a − b > 3 √(a + b)     two counts of one table, as of one Poisson rate
 *
 * Taken are those with surely more rows than the first that there is no room for, then by name from those that have about as many. What cannot be told
 * from values that are not listed at all is left out.
 */
interface Counted {
  readonly count: number
}

const surelyMore = (a: number, b: number): boolean => a - b > 3 * Math.sqrt(a + b)

/**
 * @param sorted most rows first
 * @param most how many there is room for
 * @param unlisted rows that a value may have which is not among them
 */
export function notByLuck<T extends Counted>(
  sorted: readonly T[],
  most: number,
  unlisted: number,
  byName: (a: T, b: T) => number,
): readonly T[] {
  const known = sorted.filter(({ count }) => unlisted === 0 || surelyMore(count, unlisted))
  const next = known[most]
  if (next === undefined) return known
  const sure = known.slice(0, most).filter(({ count }) => surelyMore(count, next.count))
  const alike = known.slice(sure.length).filter(({ count }) => !surelyMore(next.count, count))
  return [...sure, ...alike.toSorted(byName).slice(0, most - sure.length)]
}
