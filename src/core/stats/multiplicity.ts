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
  const m = p.length
  let running = 0
  return adjust(p, (value, rank) => {
    running = Math.max(running, Math.min(1, (m - rank) * value))
    return running
  })
}

export const benjaminiHochberg = (p: readonly number[]): number[] => stepUp(p, 1)

export const benjaminiYekutieli = (p: readonly number[]): number[] =>
  stepUp(
    p,
    p.reduce((sum, _, index) => sum + 1 / (index + 1), 0),
  )

function stepUp(p: readonly number[], factor: number): number[] {
  const m = p.length * factor
  const adjusted = new Array<number>(p.length)
  let running = 1
  for (const { value, index, rank } of ascending(p).reverse()) {
    running = Math.min(running, (m * value) / (rank + 1))
    adjusted[index] = running
  }
  return adjusted
}

/** Visits from the smallest p up; rank counts from 0. */
function adjust(p: readonly number[], step: (value: number, rank: number) => number): number[] {
  const adjusted = new Array<number>(p.length)
  for (const { value, index, rank } of ascending(p)) adjusted[index] = step(value, rank)
  return adjusted
}

function ascending(p: readonly number[]): { value: number; index: number; rank: number }[] {
  for (const value of p) if (!(value >= 0 && value <= 1)) throw new RangeError(`a p-value lies in [0, 1], not ${value}`)
  return p
    .map((value, index) => ({ value, index }))
    .sort((x, y) => x.value - y.value)
    .map((entry, rank) => ({ ...entry, rank }))
}
