/**
 * Where a numeric column is cut into cells, and which of its values are frequent, from quantiles of a sample.
 *
 *     grid      quantiles at 0.1 %, 0.2 %, …, 99.9 %; values that occur, ascending
 *     edges     every tenth of them, de-duplicated: cells are (−∞, e1], (e1, e2], …, (ek, ∞)
 *     frequent  values that fill at least three points of the grid: every value with a share of 0.4 %, so that none of 0.5 % is missed
 *
 * The edges need not be true percentiles: counts at them are exact. So an edge of many digits is the shortest number between its percentile
 * and the next value of the grid: it parts the same rows, takes half of the room, and is nobody's exact value. No cell is made to hold
 * fewer than five sampled rows, because a short edge is a value of the data.
 */

export const gridPoints = 999

/** How much is kept of each column: less where there are many, so that the profile of 200 columns stays below 300 KB. */
export const room = (columns: number) => ({
  edges: columns <= 50 ? maxEdges : Math.max(19, Math.floor(5_000 / columns)),
  spikes: columns <= 25 ? 200 : Math.max(20, Math.floor(5_000 / columns)),
})
/** @param columns those with labels */
export const roomForLabels = (columns: number): number => (columns <= 3 ? 2_000 : Math.max(20, Math.floor(15_000 / columns ** 1.5)))
const step = 10
const minRowsPerCell = 5
const maxEdges = 99

/** −0 is 0. */
const distinct = (values: readonly number[]): number[] => [...new Set(values.map((value) => value + 0))].sort((a, b) => a - b)

/** @param most edges that there is room for */
export function chooseEdges(grid: readonly number[], sampled: number, most = maxEdges): readonly number[] {
  const percentiles = grid.filter((_, index) => (index + 1) % step === 0)
  const allowed = Math.min(most, maxEdges, Math.floor(sampled / minRowsPerCell) - 1)
  if (allowed < 1) return []
  const every = Math.ceil(percentiles.length / allowed)
  const chosen = distinct(percentiles.filter((_, index) => (index + 1) % every === 0))
  const values = distinct(grid)
  return chosen.map((edge) => shorten(edge, values[values.indexOf(edge) + 1] ?? null))
}

const shortText = 8
/** The shortest number in [edge, half way to the next value). */
function shorten(edge: number, next: number | null): number {
  if (next === null || String(edge).length <= shortText) return edge
  const end = edge + (next - edge) / 2
  for (let digits = 2; digits < 17; digits += 1) {
    const near = Number(edge.toPrecision(digits))
    const unit = 10 ** (Math.floor(Math.log10(Math.abs(edge))) - digits + 1)
    const up = near >= edge ? near : Number((near + unit).toPrecision(digits))
    if (up >= edge && up < end && String(up).length < String(edge).length) return up + 0
  }
  return edge
}

/** For a sensitive column: deciles, rounded to about a hundredth of the spread, so that none is anybody's exact value. */
export function coarseEdges(grid: readonly number[], sampled: number): readonly number[] {
  if (sampled < 100) return []
  const deciles = grid.filter((_, index) => (index + 1) % 100 === 0)
  const spread = (deciles.at(-1) ?? 0) - (deciles[0] ?? 0)
  if (!(spread > 0)) return []
  const unit = 10 ** Math.floor(Math.log10(spread / 10))
  return distinct(deciles.map((value) => Number((Math.round(value / unit) * unit).toPrecision(12))))
}

export function frequentValues(grid: readonly number[]): readonly number[] {
  const points = new Map<number, number>()
  for (const value of grid) points.set(value + 0, (points.get(value + 0) ?? 0) + 1)
  return distinct([...points].flatMap(([value, count]) => (count >= 3 ? [value] : [])))
}

/** Part of the rows that the twenty most frequent values have, as far as the grid can tell. */
export function topTwentyShare(grid: readonly number[]): number {
  if (grid.length === 0) return 0
  const points = new Map<number, number>()
  for (const value of grid) points.set(value, (points.get(value) ?? 0) + 1)
  const repeated = [...points.values()].filter((count) => count >= 3).sort((a, b) => b - a)
  return repeated.slice(0, 20).reduce((sum, count) => sum + count, 0) / grid.length
}

/** Equal edges have equal ids: profiles with one id can be compared and merged. FNV-1a, 64 bits; no secret, no signature. */
export const edgesId = (edges: readonly number[]): string => `e1-${fnv64(edges.map(String).join(' '))}`

export function fnv64(text: string): string {
  let hash = 0xcbf29ce484222325n
  for (const byte of new TextEncoder().encode(text)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n)
  return hash.toString(16).padStart(16, '0')
}
