/**
 * Are the forecasts of two models equally good? Paired losses of consecutive forecasts are correlated, so a paired t-test is too sure.
 *
 *     d_t = loss₁ − loss₂,  γ_k = (1/n) Σ (d_t − d̄)(d_(t−k) − d̄)
 *     V = (γ_0 + 2 Σ_(k<h) γ_k) / n                       h: forecast horizon in steps
 *     DM = d̄/√V          HLN = DM · √((n + 1 − 2h + h(h−1)/n) / n),  against t(n − 1)
 *
 * d̄ > 0: the second is better. V can be ≤ 0, because its weights are not positive definite: then Bartlett's weights 1 − k/h, which are.
 * `se` = d̄/HLN, so that d̄ ± t·se is the interval that agrees with the test. Equal losses everywhere: statistic 0, p 1; a constant
 * difference: statistic ±∞, p 0.
 * @param differences in the order of time, one series; @param horizon h ≥ 1
 * @throws RangeError unless n > h ≥ 1, n ≥ 2, all finite
 * Source: Diebold & Mariano 1995; Harvey, Leybourne & Newbold 1997.
 */
import { studentSf } from './student-t.ts'

export interface DieboldMariano {
  readonly n: number
  readonly mean: number
  readonly se: number
  /** without the correction for small samples */
  readonly uncorrected: number
  readonly statistic: number
  /** two-sided */
  readonly p: number
  readonly weights: 'rectangular' | 'bartlett'
}

export function dieboldMariano(differences: ArrayLike<number>, horizon: number): DieboldMariano {
  const n = differences.length
  if (!(Number.isInteger(horizon) && horizon >= 1 && n > horizon && n >= 2))
    throw new RangeError(`a horizon of ${horizon} needs more losses than ${n}`)
  let sum = 0
  for (let t = 0; t < n; t++) sum += differences[t] ?? Number.NaN
  if (!Number.isFinite(sum)) throw new RangeError('a loss is not finite')
  const mean = sum / n

  const autocovariance = (lag: number): number => {
    let total = 0
    for (let t = lag; t < n; t++) total += ((differences[t] ?? 0) - mean) * ((differences[t - lag] ?? 0) - mean)
    return total / n
  }
  const gammas = Array.from({ length: horizon }, (_, lag) => autocovariance(lag))
  const variance = (weight: (lag: number) => number): number =>
    gammas.reduce((total, gamma, lag) => total + (lag === 0 ? 1 : 2 * weight(lag)) * gamma, 0) / n
  const rectangular = variance(() => 1)
  // what rounding leaves of a constant difference is no variance
  const noise = (1e-14 * mean) ** 2
  const weights = rectangular > noise ? 'rectangular' : 'bartlett'
  const v = weights === 'rectangular' ? rectangular : variance((lag) => 1 - lag / horizon)
  const correction = Math.sqrt((n + 1 - 2 * horizon + (horizon * (horizon - 1)) / n) / n)
  const se = v > noise ? Math.sqrt(v) / correction : 0
  const uncorrected = se === 0 ? Math.sign(mean) * (mean === 0 ? 0 : Number.POSITIVE_INFINITY) : mean / Math.sqrt(v)
  const statistic = se === 0 ? uncorrected : mean / se
  return { n, mean, se, uncorrected, statistic, p: Math.min(1, 2 * studentSf(Math.abs(statistic), n - 1)), weights }
}
