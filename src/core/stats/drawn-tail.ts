/**
 * BCa beyond its last draws. B draws say nothing of p-values below 1/2B, and hardly anything with fewer than ten draws beyond; with z0 = 0.4 that ends at 1 in 1,200 even of 40,000
 * draws, where Holm among sixty metrics, or a holdout that was used seven times, asks for less: a candidate may lie ten standard errors away and be undecided.
 *
 * On the scale of BCa, u = w/(1 + a w) − z0 with w = Φ⁻¹(share of draws) − z0, draws of a mean are a straight line. From the tenth draw from the end, x₁₀, on it goes on as
 *
 *     w(x) = w₁₀ + s (x − x₁₀),     s = min(1/se, slope of w from the draw beyond which there are √(10 B) to x₁₀)
 *     u(x) = the nearer to 0 of  w(x)/(1 + a w(x)) − z0  and  (x − θ̂)/se,  but not nearer than u₁₀
 *
 * A tail longer than the normal has the smaller slope, a shorter one is not believed; so is an acceleration that would make p-values smaller: there u goes on with slope 1 in w. What is
 * read of u is what BCa reads, Student's t among few units. Both are the more careful of two, so that the p-value is no smaller
 * than that of t with the standard error of the draws, where it is smaller than that of the tenth.
 *
 * null, where the tail cannot be trusted: fewer than 50 units; a statistic of few values (fewer than five among the draws that the slope is read from); no slope.
 * Source: Efron 1987 for the scale, on which draws of a mean are normal; that the line may be drawn out is simulated: bench/simulate-gate/tails.ts.
 */
import { normalQuantile } from './normal.ts'

export interface Tail {
  /** lies farther out than the draws that say enough */
  holds(at: number): boolean
  /** z on the scale of BCa: p of "below `at`" is its upper tail */
  zOf(at: number): number
  reaches(z: number): boolean
  valueAt(z: number): number
}

interface Drawn {
  /** ascending */
  readonly sorted: Float64Array
  readonly estimate: number
  readonly se: number
  readonly z0: number
  readonly acceleration: number
  readonly units: number
}

const LAST = 10
const FEWEST_UNITS = 50
const FEWEST_VALUES = 5
/** what an acceleration may leave of a standard error at the last draws */
const LEAST = 0.25

/** @param side 1: above all draws, −1: below them */
export function tailOfDraws({ sorted, estimate, se, z0, acceleration, units }: Drawn, side: 1 | -1): Tail | null {
  const B = sorted.length
  // turned so that the tail lies above: (z0, a) of −θ are (−z0, −a)
  const at = (fromEnd: number) => side * (sorted[side === 1 ? B - fromEnd : fromEnd - 1] ?? Number.NaN)
  const [bias, a, centre] = [side * z0, side * acceleration, side * estimate]
  const inner = Math.round(Math.sqrt(LAST * B))
  const [last, first] = [at(LAST), at(inner)]
  const zAt = (fromEnd: number) => -normalQuantile(fromEnd / B) - bias
  const w10 = zAt(LAST)
  const scale = 1 + a * w10
  if (units < FEWEST_UNITS || !(se > 0) || !(last > first) || scale < LEAST || valuesOf(at, inner) < FEWEST_VALUES) return null
  const slope = Math.min(1 / se, (w10 - zAt(inner)) / (last - first))
  const u10 = w10 / scale - bias
  // a · w > 0: the formula takes from u; else it would add
  const uOf = (w: number) => (a > 0 && w10 > 0 ? w / (1 + a * w) - bias : u10 + w - w10)
  const wOf = (u: number) => (a > 0 && w10 > 0 ? (u + bias) / Math.max(0.05, 1 - a * (u + bias)) : w10 + u - u10)
  return {
    holds: (x) => side * x > last,
    zOf: (x) => side * Math.max(u10, Math.min(uOf(w10 + slope * (side * x - last)), (side * x - centre) / se)),
    reaches: (z) => side * z > u10,
    valueAt: (z) => side * Math.max(last + (wOf(side * z) - w10) / slope, centre + side * z * se),
  }
}

/** How many values there are among the last draws: a statistic of few goes on in steps. */
function valuesOf(at: (fromEnd: number) => number, count: number): number {
  let values = 1
  for (let k = 2; k <= count; k++) if (at(k) !== at(k - 1)) values += 1
  return values
}
