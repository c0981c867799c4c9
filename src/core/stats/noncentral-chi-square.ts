/**
 * Upper tail of the noncentral χ² law, and the noncentrality that gives a test a wanted power.
 *
 *     sf(x; k, λ) = Σ_j e^(−λ/2) (λ/2)^j / j! · Q(k/2 + j, x/2)          Q: regularised upper incomplete gamma
 *     λ*: sf(χ²_{α, k}; k, λ*) = power
 *
 * Summed upwards from ten standard deviations below the mean of the Poisson weights. There Q is computed once; each next one follows by
 * adding a positive term, so nothing cancels: relative error about 1e-12 down to 1e-300, for λ up to 1e7. λ = 0 is the central law.
 * @throws RangeError unless x ≥ 0, df > 0 and λ ≥ 0
 * Source: Johnson, Kotz & Balakrishnan 1995, §29.3.
 */
import { chiSquareSf, deviance, logGamma, stirlingError, upperGamma } from './gamma.ts'

export function noncentralChiSquareSf(x: number, df: number, lambda: number): number {
  if (!(x >= 0 && df > 0 && lambda >= 0))
    throw new RangeError(`the noncentral χ² law needs x ≥ 0, df > 0, λ ≥ 0, not ${x}, ${df}, ${lambda}`)
  if (x === 0) return 1
  if (lambda === 0) return chiSquareSf(x, df)
  const half = lambda / 2
  const y = x / 2
  let j = Math.max(0, Math.floor(half - 10 * Math.sqrt(half) - 20))
  let weight = poisson(j, half)
  let tail = upperGamma(df / 2 + j, y)
  let logStep = logGammaMass(df / 2 + j, y)
  let sum = 0
  for (;;) {
    const term = weight * tail
    sum += term
    // beyond the mean the weights fall faster than Q can rise, once the terms fall too
    const next = (weight * half) / (j + 1)
    const step = Math.exp(logStep)
    const nextTail = Math.min(1, tail + step)
    if (j > half && next * nextTail <= term && (term <= sum * 1e-17 || next === 0)) return Math.min(1, sum)
    j += 1
    weight = next
    tail = nextTail
    logStep += Math.log(y / (df / 2 + j))
  }
}

/** e^(−m) m^j / j! without overflow. */
const poisson = (j: number, m: number): number =>
  j === 0 ? Math.exp(-m) : Math.exp(-stirlingError(j) - deviance(j, m)) / Math.sqrt(2 * Math.PI * j)

/** ln of y^a e^(−y) / Γ(a + 1): Q(a + 1, y) − Q(a, y). */
const logGammaMass = (a: number, y: number): number =>
  a < 16 ? a * Math.log(y) - y - logGamma(a + 1) : -stirlingError(a) - deviance(a, y) - 0.5 * Math.log(2 * Math.PI * a)

const known = new Map<string, number>()

/** λ* of a χ² test with this α and power: rises with df. */
export function noncentralityFor(df: number, alpha: number, power: number): number {
  const key = `${df} ${alpha} ${power}`
  const cached = known.get(key)
  if (cached !== undefined) return cached
  const critical = root((x) => Math.log(chiSquareSf(x, df) / alpha), 10 * df + 100 - 10 * Math.log(alpha))
  let most = 30 + 10 * Math.sqrt(df)
  while (noncentralChiSquareSf(critical, df, most) < power) most *= 2
  const lambda = root((l) => power - noncentralChiSquareSf(critical, df, l), most)
  known.set(key, lambda)
  return lambda
}

/**
 * Zero of a falling function between 0 and a bound, to the last digits: regula falsi whose end that stays is halved (Illinois; Dowell & Jarratt 1971), and the
 * middle where a value is endless.
 */
function root(f: (x: number) => number, most: number): number {
  let [low, high] = [0, most]
  let [above, below] = [f(low), f(high)]
  let before = Number.NaN
  for (let i = 0; i < 200; i++) {
    const straight = (high * above - low * below) / (above - below)
    const x = straight > low && straight < high ? straight : (low + high) / 2
    const value = f(x)
    if (value === 0 || high - low <= 1e-12 * high || Math.abs(x - before) <= 1e-12 * x) return x
    // the same end twice: the other one is too far away
    if (value > 0) {
      if (x > before) below /= 2
      ;[low, above] = [x, value]
    } else {
      if (x < before) above /= 2
      ;[high, below] = [x, value]
    }
    before = x
  }
  return (low + high) / 2
}
