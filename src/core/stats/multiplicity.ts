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
  const adjusted = new Array<number>(p.length)
  let running = 0
  for (const [rank, index] of ascending(p).entries()) {
    running = Math.max(running, Math.min(1, (p.length - rank) * (p[index] ?? 1)))
    adjusted[index] = running
  }
  return adjusted
}

/** @param of as many were looked at, where those that are not listed have p = 1 */
export const benjaminiHochberg = (p: readonly number[], of: number = p.length): number[] => stepUp(p, of)

export const benjaminiYekutieli = (p: readonly number[]): number[] =>
  stepUp(p, p.reduce((sum, _, index) => sum + 1 / (index + 1), 0) * p.length)

function stepUp(p: readonly number[], m: number): number[] {
  const adjusted = new Array<number>(p.length)
  let running = 1
  const order = ascending(p)
  for (let rank = order.length - 1; rank >= 0; rank--) {
    const index = order[rank] ?? 0
    running = Math.min(running, (m * (p[index] ?? 1)) / (rank + 1))
    adjusted[index] = running
  }
  return adjusted
}

/** Places in `p`, of the smallest first, of equal ones in their order. */
function ascending(p: readonly number[]): number[] {
  for (const value of p) if (!(value >= 0 && value <= 1)) throw new RangeError(`a p-value lies in [0, 1], not ${value}`)
  return p.map((_, index) => index).sort((x, y) => (p[x] ?? 1) - (p[y] ?? 1))
}
