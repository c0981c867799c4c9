/**
 * Log-gamma and the regularised incomplete gamma functions.
 *
 *     P(a, x) = 1/Γ(a) ∫₀ˣ t^(a−1) e^(−t) dt          Q(a, x) = 1 − P(a, x)
 *
 * Each tail is computed directly where it is the smaller one, so Q keeps its relative accuracy down to 1e-300 (about 1e-13).
 * `chiSquareSf(x, df)` = Q(df/2, x/2), the p-value of a chi-square statistic; df = 0 gives 1.
 * @throws RangeError unless a > 0 and x ≥ 0
 * Source: series and continued fraction of Press et al. §6.2; prefactor by Loader 2000, "Fast and accurate computation of
 * binomial probabilities", which does not cancel when a and x are large.
 */
export function upperGamma(a: number, x: number): number {
  check(a, x)
  if (x === 0) return 1
  if (x === Number.POSITIVE_INFINITY) return 0
  return x < a + 1 ? 1 - series(a, x) : fraction(a, x)
}

export function chiSquareSf(x: number, df: number): number {
  return df === 0 ? 1 : upperGamma(df / 2, Math.max(0, x) / 2)
}

/** ln Γ(x) for x > 0. */
export function logGamma(x: number): number {
  if (!(x > 0)) throw new RangeError(`log-gamma is defined here for x > 0, not ${x}`)
  let shift = 0
  let y = x
  if (y < 16) {
    let product = 1
    while (y < 16) {
      product *= y
      y += 1
    }
    shift = Math.log(product)
  }
  return (y - 0.5) * Math.log(y) - y + 0.5 * Math.log(2 * Math.PI) + stirlingTail(y) - shift
}

/** ln Γ(a + 1) − [(a + ½) ln a − a + ½ ln 2π]: what Stirling's formula leaves. */
export function stirlingError(a: number): number {
  return a < 16 ? logGamma(a + 1) - ((a + 0.5) * Math.log(a) - a + 0.5 * Math.log(2 * Math.PI)) : stirlingTail(a)
}

/** x ln(x/m) − x + m ≥ 0, without cancellation when x is near m. */
export function deviance(x: number, m: number): number {
  if (x === 0) return m
  const difference = x - m
  if (Math.abs(difference) >= 0.1 * (x + m)) return x * Math.log(x / m) - difference
  const v = difference / (x + m)
  let sum = difference * v
  let term = 2 * x * v
  for (let j = 1; j < 1000; j++) {
    term *= v * v
    const next = sum + term / (2 * j + 1)
    if (next === sum) return next
    sum = next
  }
  return sum
}

function stirlingTail(y: number): number {
  const s = 1 / (y * y)
  return (1 / 12 - s * (1 / 360 - s * (1 / 1260 - s * (1 / 1680 - s * (1 / 1188 - (s * 691) / 360360))))) / y
}

function check(a: number, x: number): void {
  if (!(a > 0 && x >= 0)) throw new RangeError(`the incomplete gamma function needs a > 0 and x ≥ 0, not ${a} and ${x}`)
}

/** x^a e^(−x) / Γ(a + 1). */
const prefactor = (a: number, x: number): number =>
  a < 16 ? Math.exp(a * Math.log(x) - x - logGamma(a + 1)) : Math.exp(-stirlingError(a) - deviance(a, x)) / Math.sqrt(2 * Math.PI * a)

function series(a: number, x: number): number {
  let term = 1
  let sum = 1
  for (let n = 1; n < 1e7; n++) {
    term *= x / (a + n)
    sum += term
    if (term < sum * 1e-17) break
  }
  return prefactor(a, x) * sum
}

/** Lentz's method on the continued fraction of Γ(a, x). */
function fraction(a: number, x: number): number {
  const tiny = 1e-300
  let b = x + 1 - a
  let c = 1 / tiny
  let d = 1 / b
  let h = d
  for (let i = 1; i < 1e7; i++) {
    const an = -i * (i - a)
    b += 2
    d = an * d + b
    if (Math.abs(d) < tiny) d = tiny
    c = b + an / c
    if (Math.abs(c) < tiny) c = tiny
    d = 1 / d
    const step = d * c
    h *= step
    if (Math.abs(step - 1) < 1e-16) break
  }
  return Math.min(1, prefactor(a, x) * a * h)
}
