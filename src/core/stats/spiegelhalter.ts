/**
 * Are these probabilities calibrated? Spiegelhalter's test needs no bins.
 *
 *     Z = Σ w_i (y_i − p_i)(1 − 2p_i) / √V          V = Σ w_i² (1 − 2p_i)² p_i (1 − p_i)          p = 2 Φ(−|Z|)
 *
 * Z > 0: the probabilities are too extreme; Z < 0: too timid. It is the part of the Brier score that calibrated probabilities
 * would have by chance alone, so a miss that leaves the Brier score as it is (all p = ½) is not seen: Z is 0, p 1. A certain probability
 * (0 or 1) that is wrong has no chance behind it: where nothing else has, Z is ±∞ and p 0. Where rows come in units (`codes`) that resemble each other, V
 * is what their sums vary by, and p that of Student's t on one degree of freedom less than there are units.
 *
 * @param y 1 for yes, 0 for no; @param p probability of yes, in [0, 1], same length; @param weight null: 1 each
 * @throws RangeError when lengths differ, there are no rows, or a value is out of range
 * Source: Spiegelhalter 1986, "Probabilistic prediction in patient management and clinical trials"; for units Liang & Zeger 1986.
 */
import { clustered } from './clusters.ts'
import { normalSf } from './normal.ts'
import { studentSf } from './student-t.ts'

export function spiegelhalter(
  y: ArrayLike<number>,
  p: ArrayLike<number>,
  weight: Float64Array | null = null,
  codes: Int32Array | null = null,
): { readonly z: number; readonly p: number } {
  if (y.length !== p.length) throw new RangeError(`${p.length} probabilities for ${y.length} rows`)
  if (y.length === 0) throw new RangeError('no rows have no calibration')
  const terms = new Float64Array(y.length)
  let sum = 0
  let variance = 0
  for (let i = 0; i < y.length; i++) {
    const truth = y[i]
    const chance = p[i] ?? Number.NaN
    if (truth !== 0 && truth !== 1) throw new RangeError('a truth is neither 0 nor 1')
    if (!(chance >= 0 && chance <= 1)) throw new RangeError('a probability lies outside [0, 1]')
    const lean = (weight ? (weight[i] ?? 0) : 1) * (1 - 2 * chance)
    terms[i] = (truth - chance) * lean
    sum += (truth - chance) * lean
    variance += lean * lean * chance * (1 - chance)
  }
  if (sum === 0) return { z: 0, p: 1 }
  if (codes) {
    const { se, n } = clustered(sum, terms, codes)
    return { z: sum / se, p: n < 2 ? 1 : 2 * studentSf(Math.abs(sum) / se, n - 1) }
  }
  const z = sum / Math.sqrt(variance)
  return { z, p: 2 * normalSf(Math.abs(z)) }
}
