/**
 * What the calibration error in bins would be if the probabilities were right: the part of it that is chance.
 *
 *     E[ECE] ≈ (1/n) Σ_b √(2 n_b p̄_b (1 − p̄_b) / π)          excess = max(0, ECE − E[ECE])
 *
 * n_b rows and mean probability p̄_b of bin b: each |ȳ_b − p̄_b| is about half-normal. Too large by a few per cent where n_b p̄_b is below 5.
 * ECE alone grows with the number of bins and falls with n; the excess does not.
 * @throws RangeError when a bin is not one, or there are no rows
 * Source: E|N(0, σ²)| = σ√(2/π); Bröcker & Smith 2007, "Increasing the reliability of reliability diagrams", for the idea.
 */
export interface CalibrationBin {
  readonly rows: number
  /** mean probability */
  readonly mean: number
}

export function expectedCalibrationError(bins: readonly CalibrationBin[]): number {
  let rows = 0
  let sum = 0
  for (const { rows: n, mean } of bins) {
    if (n === 0) continue
    if (!(n > 0 && mean >= 0 && mean <= 1)) throw new RangeError('a bin holds a count and a mean probability')
    rows += n
    sum += Math.sqrt((2 * n * mean * (1 - mean)) / Math.PI)
  }
  if (rows === 0) throw new RangeError('no rows have no calibration')
  return sum / rows
}

export const excessCalibrationError = (error: number, bins: readonly CalibrationBin[]): number =>
  Math.max(0, error - expectedCalibrationError(bins))
