/**
 * A seeded source of random numbers: equal seeds give equal results on every machine.
 * xoshiro128** (Blackman & Vigna 2018), its state filled from the seed by splitmix32. Not for secrets.
 */
export interface Random {
  /** uniform in [0, 1), 53 bits */
  next(): number
  /** 32 bits, as an integer */
  bits(): number
  /** uniform integer in 0 … n − 1, without modulo bias, n ≤ 2³² */
  below(n: number): number
  /** Poisson with mean 1: the weight of a row in a bootstrap */
  poisson1(): number
  /** successes in n trials */
  binomial(n: number, p: number): number
  normal(): number
}

export function random(seed: number): Random {
  let h = seed >>> 0
  const splitmix = () => {
    h = (h + 0x9e3779b9) >>> 0
    let z = h
    z = Math.imul(z ^ (z >>> 16), 0x85ebca6b)
    z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35)
    return (z ^ (z >>> 16)) >>> 0
  }
  let a = splitmix()
  let b = splitmix()
  let c = splitmix()
  let d = splitmix() || 1

  function bits(): number {
    const x = Math.imul(b, 5)
    const result = Math.imul((x << 7) | (x >>> 25), 9)
    const t = b << 9
    c ^= a
    d ^= b
    b ^= c
    a ^= d
    c ^= t
    d = (d << 11) | (d >>> 21)
    return result >>> 0
  }

  const next = () => ((bits() >>> 5) * 67108864 + (bits() >>> 6)) / 9007199254740992

  function below(n: number): number {
    const limit = 4294967296 - (4294967296 % n)
    let x = bits()
    while (x >= limit) x = bits()
    return x % n
  }

  function poisson1(): number {
    let u = next()
    let p = Math.exp(-1)
    let k = 0
    while (u >= p && k < 30) {
      u -= p
      k += 1
      p /= k
    }
    return k
  }

  function binomial(n: number, p: number): number {
    if (n <= 0 || p <= 0) return 0
    if (p >= 1) return n
    if (p > 0.5) return n - binomial(n, 1 - p)
    return n * p < 10 ? byInversion(n, p, next) : byRejection(n, p, next)
  }

  return { next, bits, below, poisson1, binomial, normal: () => polar(next) }
}

/** A standard normal number, by Marsaglia's polar method; the second one is not kept, so that what comes next depends on the uniform ones only. */
export function polar(next: () => number): number {
  for (;;) {
    const u = 2 * next() - 1
    const v = 2 * next() - 1
    const s = u * u + v * v
    if (s > 0 && s < 1) return u * Math.sqrt((-2 * Math.log(s)) / s)
  }
}

/** Walks the probabilities up from zero; n·p < 10 keeps the walk short and q^n from underflowing. */
function byInversion(n: number, p: number, next: () => number): number {
  const odds = p / (1 - p)
  for (;;) {
    let u = next()
    let mass = Math.exp(n * Math.log1p(-p))
    let k = 0
    while (u >= mass && k < n) {
      u -= mass
      k += 1
      mass *= (odds * (n - k + 1)) / k
      if (mass < 1e-300) break
    }
    if (u < mass || k === n) return k
  }
}

/** Transformed rejection BTRS, exact for p ≤ ½ and n·p ≥ 10. Source: Hörmann 1993. */
function byRejection(n: number, p: number, next: () => number): number {
  const q = 1 - p
  const sd = Math.sqrt(n * p * q)
  const b = 1.15 + 2.53 * sd
  const a = -0.0873 + 0.0248 * b + 0.01 * p
  const centre = n * p + 0.5
  const squeeze = 0.92 - 4.2 / b
  const alpha = (2.83 + 5.1 / b) * sd
  const logOdds = Math.log(p / q)
  const mode = Math.floor((n + 1) * p)
  const atMode = logFactorial(mode) + logFactorial(n - mode)
  for (;;) {
    const v = next()
    const u = next() - 0.5
    const us = 0.5 - Math.abs(u)
    const k = Math.floor(((2 * a) / us + b) * u + centre)
    if (us >= 0.07 && v <= squeeze) return k
    if (k < 0 || k > n) continue
    const height = Math.log((v * alpha) / (a / (us * us) + b))
    if (height <= atMode - logFactorial(k) - logFactorial(n - k) + (k - mode) * logOdds) return k
  }
}

const smallFactorials = Array.from({ length: 16 }, (_, n) => {
  let sum = 0
  for (let i = 2; i <= n; i++) sum += Math.log(i)
  return sum
})

function logFactorial(n: number): number {
  const known = smallFactorials[n]
  if (known !== undefined) return known
  const s = 1 / (n * n)
  return (n + 0.5) * Math.log(n) - n + 0.9189385332046727 + (1 / 12 - s * (1 / 360 - s / 1260)) / n
}
