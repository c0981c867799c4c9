/**
 * Standard error of the mean of a series whose values are correlated over some steps, from its slowest waves.
 *
 *     B_j = √(2/T) Σ_t x_t cos(π j (t − ½)/T)        j = 1 … ν,  t = 1 … T
 *     se² = (1/ν) Σ_j B_j² / T,                      (x̄ − μ)/se ~ t(ν)
 *
 * ν = ⌊0.4 T^(2/3)⌋, at least 1. Few waves cost width and buy that the law of the quotient holds: autocovariances over h − 1 lags with a law of T − 1 degrees of
 * freedom held 90 % where 95 % was said, at 50 steps and forecasts three steps ahead (bench/simulate-gate). Equal values: se 0.
 * @throws RangeError on fewer than two values, or one that is not finite
 * Source: Lazarus, Lewis, Stock & Watson 2018; for forecasts Coroneo & Iacone 2020.
 */
import type { Mean } from './mean.ts'

/** `n` of the result is ν + 1, so that Student's t takes ν degrees of freedom. */
export function cosineMean(values: ArrayLike<number>): Mean {
  const T = values.length
  if (T < 2) throw new RangeError(`a standard error needs more values than ${T}`)
  let sum = 0
  for (let t = 0; t < T; t++) sum += values[t] ?? Number.NaN
  if (!Number.isFinite(sum)) throw new RangeError('a value is not finite')
  const mean = sum / T
  const waves = Math.max(1, Math.floor(0.4 * T ** (2 / 3)))
  let squares = 0
  for (let j = 1; j <= waves; j++) {
    let wave = 0
    for (let t = 0; t < T; t++) wave += ((values[t] ?? 0) - mean) * Math.cos((Math.PI * j * (t + 0.5)) / T)
    squares += (2 / T) * wave * wave
  }
  const variance = squares / waves / T
  // what rounding leaves of equal values is no spread
  return { n: waves + 1, mean, se: variance > (1e-14 * mean) ** 2 ? Math.sqrt(variance) : 0, skewness: 0 }
}
