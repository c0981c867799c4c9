/**
 * Rows ordered by falling score, with their ties: sorted once, shared by every metric that looks at order only.
 *
 * `order` holds row numbers, highest score first; `ends[g]` is the position after tie group g. Rows of equal score are one group,
 * so a statistic read at group ends does not depend on how ties happen to lie.
 * −0 and 0 are equal. O(n log n) on a typed array.
 * @throws RangeError when a score is not finite
 */
export interface Ranking {
  readonly order: Uint32Array
  readonly ends: Uint32Array
}

export function ranking(scores: Float64Array): Ranking {
  const n = scores.length
  const sorted = Float64Array.from(scores).sort()
  if (n > 0 && !(Number.isFinite(sorted[0]) && Number.isFinite(sorted[n - 1]))) throw new RangeError('a score is not finite')
  // distinct values, ascending, in place
  let distinct = 0
  for (let i = 0; i < n; i++) {
    const value = sorted[i] ?? 0
    if (i === 0 || value !== sorted[distinct - 1]) sorted[distinct++] = value
  }
  const group = new Uint32Array(n)
  const sizes = new Uint32Array(distinct)
  for (let i = 0; i < n; i++) {
    const g = distinct - 1 - find(sorted, distinct, scores[i] ?? 0)
    group[i] = g
    sizes[g] = (sizes[g] ?? 0) + 1
  }
  const ends = new Uint32Array(distinct)
  const next = new Uint32Array(distinct)
  let position = 0
  for (let g = 0; g < distinct; g++) {
    next[g] = position
    position += sizes[g] ?? 0
    ends[g] = position
  }
  const order = new Uint32Array(n)
  for (let i = 0; i < n; i++) {
    const g = group[i] ?? 0
    const at = next[g] ?? 0
    order[at] = i
    next[g] = at + 1
  }
  return { order, ends }
}

function find(sorted: Float64Array, length: number, value: number): number {
  let low = 0
  let high = length - 1
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle] ?? 0) < value) low = middle + 1
    else high = middle
  }
  return low
}
