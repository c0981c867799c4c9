/**
 * Student's t distribution.
 *
 *     P(T > t) = ½ I_(ν/(ν+t²))(ν/2, ½)   for t ≥ 0
 *
 * `studentSf` is the upper tail and keeps its relative accuracy there; `studentQuantile(p, df)` is the inverse of the cdf.
 * df = ∞ is the normal distribution.
 * @throws RangeError unless df > 0, and p in [0, 1]
 * Source: Abramowitz & Stegun 26.7.1.
 */
import { lowerTail } from './beta.ts'
import { normalQuantile, normalSf } from './normal.ts'

export function studentSf(t: number, df: number): number {
  if (!(df > 0)) throw new RangeError(`degrees of freedom are positive, not ${df}`)
  if (Number.isNaN(t)) return Number.NaN
  if (df === Number.POSITIVE_INFINITY) return normalSf(t)
  if (Math.abs(t) === Number.POSITIVE_INFINITY) return t > 0 ? 0 : 1
  const square = t * t
  const tail = 0.5 * lowerTail(df / (df + square), square / (df + square), df / 2, 0.5)
  return t >= 0 ? tail : 1 - tail
}

export function studentQuantile(p: number, df: number): number {
  if (!(df > 0)) throw new RangeError(`degrees of freedom are positive, not ${df}`)
  if (p > 0.5) return -studentQuantile(1 - p, df)
  const z = normalQuantile(p) // checks p
  if (df === Number.POSITIVE_INFINITY || p === 0 || p === 0.5) return z
  // the t tail is the heavier one, so |t| ≥ |z|: widen, then bisect with Newton's steps
  let near = -z
  let far = near
  do far *= 2
  while (studentSf(far, df) > p)
  let t = near
  for (let i = 0; i < 200; i++) {
    const error = studentSf(t, df) - p
    if (error > 0) near = t
    else far = t
    const slope = studentDensityByDifference(t, df)
    const newton = t + error / slope
    const next = newton > near && newton < far ? newton : (near + far) / 2
    if (Math.abs(next - t) <= 2e-16 * t || far - near <= 2e-16 * far) return -next
    t = next
  }
  return -t
}

/** The density up to the accuracy Newton's method needs. */
function studentDensityByDifference(t: number, df: number): number {
  const h = 1e-5 * Math.max(1, t)
  return Math.max(Number.MIN_VALUE, (studentSf(t - h, df) - studentSf(t + h, df)) / (2 * h))
}
