/**
 * What the calibration error in bins would be if the probabilities were right: the part of it that is chance.
 *
 *     E[ECE] ≈ Σ_b (W_b/W) √(2 p̄_b (1 − p̄_b) / (π n_b))          excess = max(0, ECE − E[ECE])
 *
 * n_b = W_b²/Σw² rows (Kish; without weights as many as there are) and mean probability p̄_b of bin b: each |ȳ_b − p̄_b| is about half-normal. Too large by a few
 * per cent where n_b p̄_b is below 5. ECE alone grows with the number of bins and falls with n; the excess does not.
 * @throws RangeError when a bin is not one, or there are no rows
 * Source: E|N(0, σ²)| = σ√(2/π); Bröcker & Smith 2007, "Increasing the reliability of reliability diagrams", for the idea; Kish 1965.
 */
export interface CalibrationBin {
  /** Σ w; without weights the number of rows */
  readonly weight: number
  /** Σ w² */
  readonly squares: number
  /** mean probability */
  readonly mean: number
}

export function expectedCalibrationError(bins: readonly CalibrationBin[]): number {
  let total = 0
  let sum = 0
  for (const { weight, squares, mean } of bins) {
    if (weight === 0) continue
    if (!(weight > 0 && squares > 0 && mean >= 0 && mean <= 1)) throw new RangeError('a bin holds a weight and a mean probability')
    total += weight
    sum += Math.sqrt((2 * squares * mean * (1 - mean)) / Math.PI)
  }
  if (total === 0) throw new RangeError('no rows have no calibration')
  return sum / total
}

export const excessCalibrationError = (error: number, bins: readonly CalibrationBin[]): number =>
  Math.max(0, error - expectedCalibrationError(bins))
