/**
 * Probabilities that come out of float32 sums: the votes of twenty trees, each 0.05, add up to 1.00000012. Such a number is 1, not a score
 * of another scale, and what only rounding put outside [0, 1] is brought back to its end before any metric reads it.
 */

/** a thousand votes of a forest, added up in float32, are off by less */
const ROUNDING = 1e-6

export const isAbout = (p: number, tolerance = ROUNDING): boolean => p >= -tolerance && p <= 1 + tolerance

/** The same numbers where one of them lies further outside: they are scores of another scale, or wrong, which is told elsewhere. */
export function rounded(values: Float64Array, tolerance = ROUNDING): Float64Array {
  let outside = false
  for (const p of values) {
    if (p >= 0 && p <= 1) continue
    if (!isAbout(p, tolerance)) return values
    outside = true
  }
  return outside ? values.map((p) => Math.min(1, Math.max(0, p))) : values
}
