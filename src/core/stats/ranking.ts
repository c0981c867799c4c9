/**
 * Rows ordered by falling score, with their ties: sorted once, shared by every metric that looks at order only.
 *
 * `order` holds row numbers, highest score first, rows of equal score in their own order; `ends[g]` is the position after tie group g. Rows of
 * equal score are one group, so a statistic read at group ends does not depend on how ties happen to lie. −0 and 0 are equal.
 *
 * A radix sort on the bits of the score in single precision, eleven at a time, O(n): the scores of a model are single-precision numbers mostly,
 * and rounding keeps the order of those that are not; what it makes equal is put in order afterwards.
 * @throws RangeError when a score is not finite
 */
export interface Ranking {
  readonly order: Uint32Array
  readonly ends: Uint32Array
  /** where a number for each row may be written, which holds as long as `order` does; none: whoever needs one makes it */
  readonly room?: Float64Array
}

const BITS = 11
const RADIX = 1 << BITS

export function ranking(scores: Float64Array): Ranking {
  const n = scores.length
  const { keys, exact } = fallingKeys(scores)
  const order = sortRows(keys)
  const ends: Uint32Array = new Uint32Array(n)
  let groups = 0
  for (let start = 0; start < n; ) {
    let end = start + 1
    while (end < n && keys[end] === keys[start]) end += 1
    if (!exact && end - start > 1) sortExactly(order, scores, start, end)
    for (let at = start + 1; at <= end; at++) {
      if (at === end || (!exact && scores[order[at] ?? 0] !== scores[order[at - 1] ?? 0])) ends[groups++] = at
    }
    start = end
  }
  return { order, ends: ends.slice(0, groups) }
}

/** The same, sorted once for the scores: all of the rows, their slices and their bins ask for it. It is gone with them. */
export function rankingOnce(scores: Float64Array): Ranking {
  const known = kept.get(scores)
  if (known) return known
  const made = ranking(scores)
  kept.set(scores, made)
  return made
}

const kept = new WeakMap<Float64Array, Ranking>()

/** Parts of the rows that have none in common; the last holds those that are in no other. */
export interface Parts {
  /** where the rows of each part begin in `rows`, and the end of all */
  readonly starts: Uint32Array
  /** all rows, part by part, rising within each */
  readonly rows: Uint32Array
  /** part of each row */
  readonly of: Uint8Array | Uint16Array
  /** place of each row among those of its part */
  readonly at: Uint32Array
}

/**
 * The rankings of parts, their rows numbered from 0 on, in one pass over that of all rows: a part of what is in order is in order. One list holds the orders of all
 * parts, one after the other: to find the list of a part for each row would take longer than the rest. What is found holds until the next parts are asked for, whose
 * rankings are written over it: of hundreds of parts of millions of rows, new memory would take longer, too.
 */
export function rankingInParts({ order, ends }: Ranking): (parts: Parts) => readonly Ranking[] {
  const n = order.length
  const ties = tiesOf(ends, n)
  const orders = new Uint32Array(n)
  const closes = new Uint32Array(n)
  const partAt = new Uint16Array(n)
  const placeAt = new Uint32Array(n)
  const room = new Float64Array(n)
  // rows that tie with the one before them in their part
  const tied = new Uint8Array(n)
  return ({ starts, of, at }) => {
    const parts = starts.length - 1
    const next = starts.slice(0, parts)
    // where the tie group begins in which the last tied row of each part was
    const last = new Uint32Array(parts).fill(n)
    let group = 0
    tied.fill(0)
    // gathered first, each in a loop that only reads out of order: many reads are under way at once then, and none waits for a write (a third of the time)
    for (let i = 0; i < n; i++) partAt[i] = of[order[i] ?? 0] ?? 0
    for (let i = 0; i < n; i++) placeAt[i] = at[order[i] ?? 0] ?? 0
    for (let i = 0; i < n; i++) {
      const part = partAt[i] ?? 0
      const to = next[part] ?? 0
      orders[to] = placeAt[i] ?? 0
      next[part] = to + 1
      const tie = ties[i] ?? 0
      if (tie === 0) continue
      if (tie === FIRST) group = i
      if (last[part] === group) tied[to] = 1
      last[part] = group
    }
    return Array.from({ length: parts }, (_, part) => {
      const [from, end] = [starts[part] ?? 0, starts[part + 1] ?? 0]
      const groups = closesOf(tied, from, end, closes)
      return { order: orders.subarray(from, end), ends: closes.subarray(from, from + groups), room: room.subarray(from, end) }
    })
  }
}

/** Writes the ends of the tie groups from place `from` on, as positions in the part. @returns how many they are */
function closesOf(tied: Uint8Array, from: number, end: number, closes: Uint32Array): number {
  let groups = 0
  for (let to = from + 1; to <= end; to++) if (to === end || tied[to] === 0) closes[from + groups++] = to - from
  return groups
}

const FIRST = 1

/** Of each place: 0 where the row has a score of its own, `FIRST` in its tie group, or 2. */
function tiesOf(ends: Uint32Array, n: number): Uint8Array {
  const ties = new Uint8Array(n)
  let start = 0
  for (let g = 0; g < ends.length; g++) {
    const end = ends[g] ?? 0
    if (end > start + 1) ties.fill(2, start, end)[start] = FIRST
    start = end
  }
  return ties
}

/** Unsigned integers that fall as the scores rise; exact: no two scores share one. */
function fallingKeys(scores: Float64Array): { readonly keys: Uint32Array; readonly exact: boolean } {
  const single = new Float32Array(scores.length)
  let exact = true
  for (let i = 0; i < scores.length; i++) {
    const score = (scores[i] ?? Number.NaN) + 0 // no −0
    if (!Number.isFinite(score)) throw new RangeError('a score is not finite')
    const rounded = Math.fround(score) + 0
    single[i] = rounded
    if (rounded !== score) exact = false
  }
  const keys = new Uint32Array(single.buffer)
  for (let i = 0; i < keys.length; i++) {
    const bits = keys[i] ?? 0
    // the bits of a negative number fall as it rises, and its sign already stands behind that of the others
    keys[i] = bits >>> 31 === 1 ? bits : bits ^ 0x7fffffff
  }
  return { keys, exact }
}

/** Row numbers by rising key, equal keys in their order; the keys are sorted with them. */
function sortRows(keys: Uint32Array): Uint32Array {
  const n = keys.length
  let [from, to]: [Uint32Array, Uint32Array] = [keys, new Uint32Array(n)]
  let [order, next]: [Uint32Array, Uint32Array] = [inPlace(n), new Uint32Array(n)]
  const starts = new Uint32Array(RADIX)
  for (let shift = 0; shift < 32; shift += BITS) {
    starts.fill(0)
    for (let i = 0; i < n; i++) {
      const digit = ((from[i] ?? 0) >>> shift) & (RADIX - 1)
      starts[digit] = (starts[digit] ?? 0) + 1
    }
    // where all have this digit, they are in its order
    if (n > 0 && starts[((from[0] ?? 0) >>> shift) & (RADIX - 1)] === n) continue
    let start = 0
    for (let digit = 0; digit < RADIX; digit++) {
      const size = starts[digit] ?? 0
      starts[digit] = start
      start += size
    }
    for (let i = 0; i < n; i++) {
      const key = from[i] ?? 0
      const digit = (key >>> shift) & (RADIX - 1)
      const at = starts[digit] ?? 0
      to[at] = key
      next[at] = order[i] ?? 0
      starts[digit] = at + 1
    }
    ;[from, to] = [to, from]
    ;[order, next] = [next, order]
  }
  if (from !== keys) keys.set(from)
  return order
}

function inPlace(n: number): Uint32Array {
  const order = new Uint32Array(n)
  for (let i = 0; i < n; i++) order[i] = i
  return order
}

/** Rows whose scores round to one key are few, and mostly in order: a group of equal scores is. */
function sortExactly(order: Uint32Array, scores: Float64Array, start: number, end: number): void {
  const score = (at: number) => scores[order[at] ?? 0] ?? 0
  let sorted = start + 1
  while (sorted < end && score(sorted - 1) >= score(sorted)) sorted += 1
  if (sorted === end) return
  order.subarray(start, end).sort((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b)
}
