/**
 * Slope and intercept of calibration: the truth regressed on the log-odds of the probabilities.
 *
 *     logit P(y = 1) = a + b logit p          calibrated: a = 0, b = 1; b < 1: too extreme, b > 1: too timid
 *
 * By Newton's method from (0, 1), steps halved until the likelihood rises. Log-odds end at those of float32's smallest distance from 0 and 1. Standard errors from the
 * information matrix; of weighted rows and of units (`codes`) from the influence of each row or unit. null where there is no finite answer: one class, probabilities
 * that are all alike, or classes that they part without error.
 * @param y 1 for yes, 0 for no; @param p probability of yes, in [0, 1]; @param weight null: 1 each
 * Source: Cox 1958, "Two further applications of a model for binary regression"; van Calster et al. 2019.
 */
import { clustered } from './clusters.ts'

export interface CalibrationLine {
  readonly intercept: number
  readonly slope: number
  readonly interceptError: number
  readonly slopeError: number
}

const edge = 1.1920928955078125e-7
const mostSteps = 60

export function calibrationLine(
  y: ArrayLike<number>,
  p: Float64Array,
  weight: Float64Array | null = null,
  codes: Int32Array | null = null,
): CalibrationLine | null {
  const x = p.map((one) => {
    const inside = Math.min(1 - edge, Math.max(edge, one))
    return Math.log(inside / (1 - inside))
  })
  let [a, b] = [0, 1]
  let likelihood = likelihoodOf(y, x, weight, a, b)
  for (let step = 0; step < mostSteps; step++) {
    const { g0, g1, h00, h01, h11 } = derivatives(y, x, weight, a, b)
    const det = h00 * h11 - h01 * h01
    if (!(det > 1e-12 * h00 * h11)) return null
    const [da, db] = [(h11 * g0 - h01 * g1) / det, (h00 * g1 - h01 * g0) / det]
    let size = 1
    let next = likelihoodOf(y, x, weight, a + da, b + db)
    while (!(next >= likelihood) && size > 1e-6) {
      size /= 2
      next = likelihoodOf(y, x, weight, a + size * da, b + size * db)
    }
    const small = Math.abs(da) <= 1e-10 * (1 + Math.abs(a)) && Math.abs(db) <= 1e-10 * (1 + Math.abs(b))
    if (small) return answer(y, x, weight, codes, a + da, b + db)
    ;[a, b, likelihood] = [a + size * da, b + size * db, next]
    // classes that are parted without error pull the line up for ever
    if (Math.abs(b) > 1e4 || Math.abs(a) > 1e4) return null
  }
  return null
}

const weightOf = (weight: Float64Array | null, i: number): number => (weight ? (weight[i] ?? 0) : 1)
const chance = (z: number): number => (z >= 0 ? 1 / (1 + Math.exp(-z)) : Math.exp(z) / (1 + Math.exp(z)))

function likelihoodOf(y: ArrayLike<number>, x: Float64Array, weight: Float64Array | null, a: number, b: number): number {
  let sum = 0
  for (let i = 0; i < x.length; i++) {
    const z = (y[i] === 1 ? 1 : -1) * (a + b * (x[i] ?? 0))
    sum -= weightOf(weight, i) * (z > 0 ? Math.log1p(Math.exp(-z)) : -z + Math.log1p(Math.exp(z)))
  }
  return sum
}

function derivatives(y: ArrayLike<number>, x: Float64Array, weight: Float64Array | null, a: number, b: number) {
  let [g0, g1, h00, h01, h11] = [0, 0, 0, 0, 0]
  for (let i = 0; i < x.length; i++) {
    const at = x[i] ?? 0
    const w = weightOf(weight, i)
    const q = chance(a + b * at)
    const rest = w * ((y[i] ?? 0) - q)
    const spread = w * q * (1 - q)
    g0 += rest
    g1 += rest * at
    h00 += spread
    h01 += spread * at
    h11 += spread * at * at
  }
  return { g0, g1, h00, h01, h11 }
}

function answer(
  y: ArrayLike<number>,
  x: Float64Array,
  weight: Float64Array | null,
  codes: Int32Array | null,
  a: number,
  b: number,
): CalibrationLine | null {
  const { h00, h01, h11 } = derivatives(y, x, weight, a, b)
  const det = h00 * h11 - h01 * h01
  if (!(det > 0)) return null
  if (!weight && !codes) return { intercept: a, slope: b, interceptError: Math.sqrt(h11 / det), slopeError: Math.sqrt(h00 / det) }
  const influence = (of: (at: number) => number) =>
    x.map((at, i) => (weightOf(weight, i) * ((y[i] ?? 0) - chance(a + b * at)) * of(at)) / det)
  return {
    intercept: a,
    slope: b,
    interceptError: clustered(
      a,
      influence((at) => h11 - h01 * at),
      codes,
    ).se,
    slopeError: clustered(
      b,
      influence((at) => h00 * at - h01),
      codes,
    ).se,
  }
}
