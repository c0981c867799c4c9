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

/** Place of each row's tie group, 0 the highest: keys that rank any part of the rows, in fewer passes than its scores take. */
export function placesOf({ order, ends }: Ranking): Uint32Array {
  const places = new Uint32Array(order.length)
  let start = 0
  for (let g = 0; g < ends.length; g++) {
    const end = ends[g] ?? 0
    for (let at = start; at < end; at++) places[order[at] ?? 0] = g
    start = end
  }
  return places
}

/** The ranking of some rows, numbered from 0 on in the order given, from the places of all of them. */
export function rankingOfPart(places: Uint32Array, rows: Uint32Array): Ranking {
  const n = rows.length
  const keys = new Uint32Array(n)
  let rising = true
  for (let j = 0, before = 0; j < n; j++) {
    const key = places[rows[j] ?? 0] ?? 0
    keys[j] = key
    if (key < before) rising = false
    before = key
  }
  const order = rising ? inPlace(n) : sortRows(keys, 32 - Math.clz32(places.length))
  const ends = new Uint32Array(n)
  let groups = 0
  for (let at = 1; at <= n; at++) if (at === n || keys[at] !== keys[at - 1]) ends[groups++] = at
  return { order, ends: ends.slice(0, groups) }
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

/** Row numbers by rising key, equal keys in their order; the keys, below 2^bits, are sorted with them. */
function sortRows(keys: Uint32Array, bits = 32): Uint32Array {
  const n = keys.length
  let [from, to]: [Uint32Array, Uint32Array] = [keys, new Uint32Array(n)]
  let [order, next]: [Uint32Array, Uint32Array] = [inPlace(n), new Uint32Array(n)]
  const starts = new Uint32Array(RADIX)
  for (let shift = 0; shift < bits; shift += BITS) {
    starts.fill(0)
    for (let i = 0; i < n; i++) {
      const digit = ((from[i] ?? 0) >>> shift) & (RADIX - 1)
      starts[digit] = (starts[digit] ?? 0) + 1
    }
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

function sortExactly(order: Uint32Array, scores: Float64Array, start: number, end: number): void {
  const score = (row: number) => scores[row] ?? 0
  order.subarray(start, end).sort((a, b) => score(b) - score(a) || a - b)
}
