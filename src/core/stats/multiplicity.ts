/**
 * p-values adjusted for how many were looked at, in the order they came.
 *
 *     Holm   p̃_(i) = max_(j ≤ i) min(1, (m − j + 1) p_(j))      family-wise error
 *     BH     q_(i) = min_(j ≥ i) min(1, m p_(j) / j)             false discovery rate, where tests do not oppose each other
 *     BY     the same × Σ_(j ≤ m) 1/j                            false discovery rate under any dependence
 *
 * Compare each adjusted value with the level that was meant for a single test. Empty in, empty out.
 * @throws RangeError when a p-value is not in [0, 1]
 * Source: Holm 1979; Benjamini & Hochberg 1995; Benjamini & Yekutieli 2001.
 */
export function holm(p: readonly number[]): number[] {
  const sorted = ascending(p)
  let running = 0
  const adjusted = sorted.map((value, rank) => {
    running = Math.max(running, Math.min(1, (p.length - rank) * value))
    return running
  })
  return inOrder(p, sorted, adjusted)
}

export const benjaminiHochberg = (p: readonly number[]): number[] => stepUp(p, 1)

export const benjaminiYekutieli = (p: readonly number[]): number[] =>
  stepUp(
    p,
    p.reduce((sum, _, index) => sum + 1 / (index + 1), 0),
  )

function stepUp(p: readonly number[], factor: number): number[] {
  const m = p.length * factor
  const sorted = ascending(p)
  const adjusted = new Float64Array(p.length)
  let running = 1
  for (let rank = p.length - 1; rank >= 0; rank -= 1) {
    running = Math.min(running, (m * (sorted[rank] ?? 1)) / (rank + 1))
    adjusted[rank] = running
  }
  return inOrder(p, sorted, adjusted)
}

/** Numbers alone: the order of a thousand pairs is found without a call for each comparison. */
function ascending(p: readonly number[]): Float64Array {
  for (const value of p) if (!(value >= 0 && value <= 1)) throw new RangeError(`a p-value lies in [0, 1], not ${value}`)
  return Float64Array.from(p).sort()
}

/** Equal p-values have one adjusted value, which stands at the place of the first. @param adjusted in the order of `sorted` */
function inOrder(p: readonly number[], sorted: Float64Array, adjusted: Float64Array): number[] {
  return p.map((value) => {
    let [low, high] = [0, sorted.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((sorted[middle] ?? 1) < value) low = middle + 1
      else high = middle
    }
    return adjusted[low] ?? 1
  })
}
