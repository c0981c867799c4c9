/**
 * Standard normal distribution.
 *
 *     Φ(z) = ½ erfc(−z/√2)
 *
 * `normalCdf` and `normalSf` (upper tail) keep their relative accuracy in the tails: normalSf(10) = 7.6e-24.
 * `normalQuantile(p)` is Φ⁻¹: −∞ at 0, +∞ at 1, relative error below 1e-14.
 * @throws RangeError when p is outside [0, 1]
 * Source: Acklam's rational approximation (1.15e-9), refined by two Halley steps on Φ.
 */
import { erfc } from './erf.ts'

export const normalCdf = (z: number): number => 0.5 * erfc(-z / Math.SQRT2)
export const normalSf = (z: number): number => 0.5 * erfc(z / Math.SQRT2)
export const normalPdf = (z: number): number => Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI)

export function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`a probability lies in [0, 1], not ${p}`)
  if (p > 0.5) return -normalQuantile(1 - p) // 1 − p is exact here
  if (p === 0) return Number.NEGATIVE_INFINITY
  let x = acklam(p)
  for (let step = 0; step < 2; step++) {
    const density = normalPdf(x)
    if (density === 0) break
    const u = (normalCdf(x) - p) / density
    x -= u / (1 + (x * u) / 2)
  }
  return x
}

const A = [2.506628277459239, -30.66479806614716, 138.357751867269, -275.9285104469687, 220.9460984245205, -39.69683028665376]
const B = [1, -13.28068155288572, 66.80131188771972, -155.6989798598866, 161.5858368580409, -54.47609879822406]
const C = [2.938163982698783, 4.374664141464968, -2.549732539343734, -2.400758277161838, -0.3223964580411365, -0.007784894002430293]
const D = [1, 3.754408661907416, 2.445134137142996, 0.3224671290700398, 0.007784695709041462]

/** Coefficients, constant term first. */
const poly = (x: number, coefficients: readonly number[]) => coefficients.reduceRight((sum, c) => sum * x + c, 0)

function acklam(p: number): number {
  if (p < 0.02425) {
    const q = Math.sqrt(-2 * Math.log(p))
    return poly(q, C) / poly(q, D)
  }
  const q = p - 0.5
  return (q * poly(q * q, A)) / poly(q * q, B)
}
