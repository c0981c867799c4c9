/** Ways in which things could have come about, with the chance of each, and how many of them a test that holds its level may call surprising: never a part of those that are alike. */
export interface Way {
  readonly value: number
  readonly chance: number
}

/** What a test of this level rejects which takes the largest values first, of either sign. */
export const farthest = (ways: readonly Way[], level: number): number =>
  taken(
    ways.filter(({ value }) => value !== 0).map(({ value, chance }) => ({ value: Math.abs(value), chance })),
    level,
  )

/** What lies beyond two bounds that are each right at this level: at the one end and at the other. */
export const bothEnds = (ways: readonly Way[], level: number): number =>
  taken(ways, level) +
  taken(
    ways.map(({ value, chance }) => ({ value: -value, chance })),
    level,
  )

/** The most of the ways, those of the largest values first and such of the same value together, that is no more than `level`. */
function taken(ways: readonly Way[], level: number): number {
  const falling = ways.toSorted((a, b) => b.value - a.value)
  // sums in another order end in other digits
  const slack = 1e-9 * Math.max(Math.abs(falling[0]?.value ?? 0), Math.abs(falling.at(-1)?.value ?? 0))
  let [most, sum] = [0, 0]
  for (const [i, { value, chance }] of falling.entries()) {
    sum += chance
    if (sum > level + 1e-9) break
    const next = falling[i + 1]
    if (next === undefined || value - next.value > slack) most = sum
  }
  return most
}
