/**
 * Regularised incomplete beta function, its inverse, and the binomial tails that follow from it.
 *
 *     I_x(a, b) = 1/B(a, b) ∫₀ˣ t^(a−1) (1−t)^(b−1) dt
 *     P(X ≥ k) = I_p(k, n − k + 1),   X ~ Binomial(n, p)
 *
 * Relative accuracy about 1e-13 in the lower tail, and in the upper one through I_x(a, b) = 1 − I_(1−x)(b, a).
 * @throws RangeError unless a, b > 0 and x in [0, 1]
 * Source: continued fraction of Press et al. §6.4; prefactor by Loader 2000.
 */
import { deviance, logGamma, stirlingError } from './gamma.ts'

export function incompleteBeta(x: number, a: number, b: number): number {
  if (!(a > 0 && b > 0 && x >= 0 && x <= 1))
    throw new RangeError(`the incomplete beta function needs a, b > 0 and x in [0, 1], not ${a}, ${b}, ${x}`)
  return lowerTail(x, 1 - x, a, b)
}

/**
 * I_x(a, b) where both x and 1 − x are known exactly: a caller that knows y = 1 − x better than a subtraction would passes it.
 */
export function lowerTail(x: number, y: number, a: number, b: number): number {
  if (x <= 0) return 0
  if (y <= 0) return 1
  // the fraction converges quickly left of the mode only
  if (x > (a + 1) / (a + b + 2)) return Math.max(0, 1 - (powers(y, x, b, a) * fraction(y, b, a)) / b)
  return Math.min(1, (powers(x, y, a, b) * fraction(x, a, b)) / a)
}

/** x with I_x(a, b) = p: bisection, safeguarded Newton; to the last digits, of a quantile near 0 too. */
export function betaQuantile(p: number, a: number, b: number): number {
  if (!(p >= 0 && p <= 1)) throw new RangeError(`a probability lies in [0, 1], not ${p}`)
  if (p === 0) return 0
  if (p === 1) return 1
  let low = 0
  let high = 1
  let x = a / (a + b)
  for (let i = 0; i < 200; i++) {
    const error = incompleteBeta(x, a, b) - p
    if (error === 0) return x
    if (error < 0) low = x
    else high = x
    const density = powers(x, 1 - x, a, b) / (x * (1 - x))
    const newton = x - error / density
    const next = newton > low && newton < high ? newton : (low + high) / 2
    if (Math.abs(next - x) <= 1e-16 * next || high - low <= 1e-16 * high) return next
    x = next
  }
  return x
}

/** P(X = k). */
export function binomialPmf(k: number, n: number, p: number): number {
  if (p === 0) return k === 0 ? 1 : 0
  if (p === 1) return k === n ? 1 : 0
  if (k === 0) return Math.exp(n * Math.log1p(-p))
  if (k === n) return n === 0 ? 1 : Math.exp(n * Math.log(p))
  const exponent = stirlingError(n) - stirlingError(k) - stirlingError(n - k) - deviance(k, n * p) - deviance(n - k, n * (1 - p))
  return Math.exp(exponent) * Math.sqrt(n / (2 * Math.PI * k * (n - k)))
}

/** P(X ≥ k). */
export function binomialAtLeast(k: number, n: number, p: number): number {
  if (k <= 0) return 1
  return k > n ? 0 : incompleteBeta(p, k, n - k + 1)
}

/** P(X ≤ k). */
export function binomialAtMost(k: number, n: number, p: number): number {
  if (k < 0) return 0
  return k >= n ? 1 : lowerTail(1 - p, p, n - k, k + 1)
}

/** x^a y^b / B(a, b), y = 1 − x. */
function powers(x: number, y: number, a: number, b: number): number {
  if (a < 16 || b < 16) {
    const small = Math.min(a, b)
    const large = Math.max(a, b)
    // ln Γ(large + small) − ln Γ(large) cancels when large is large: take it from Stirling's formula
    const rise = large < 16 ? logGamma(large + small) - logGamma(large) : logRise(large, small)
    return Math.exp(a * logOf(x, y) + b * logOf(y, x) + rise - logGamma(small))
  }
  const n = a + b
  const exponent = stirlingError(n) - stirlingError(a) - stirlingError(b) - deviance(a, n * x) - deviance(b, n * y)
  return Math.exp(exponent) * Math.sqrt((a * b) / (2 * Math.PI * n))
}

/** ln x, from whichever of x and y = 1 − x is the exact one. */
const logOf = (x: number, y: number): number => (x < 0.5 ? Math.log(x) : Math.log1p(-y))

const logRise = (a: number, s: number): number =>
  (a - 0.5) * Math.log1p(s / a) + s * Math.log(a + s) - s + stirlingError(a + s) - stirlingError(a)

/** Lentz's method. */
function fraction(x: number, a: number, b: number): number {
  const tiny = 1e-300
  let c = 1
  let d = 1 - ((a + b) * x) / (a + 1)
  if (Math.abs(d) < tiny) d = tiny
  d = 1 / d
  let h = d
  for (let m = 1; m < 1e6; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
    d = 1 + even * d
    if (Math.abs(d) < tiny) d = tiny
    c = 1 + even / c
    if (Math.abs(c) < tiny) c = tiny
    d = 1 / d
    h *= d * c
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1))
    d = 1 + odd * d
    if (Math.abs(d) < tiny) d = tiny
    c = 1 + odd / c
    if (Math.abs(c) < tiny) c = tiny
    d = 1 / d
    const step = d * c
    h *= step
    if (Math.abs(step - 1) < 1e-16) break
  }
  return h
}
