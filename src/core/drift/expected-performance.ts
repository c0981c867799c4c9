/**
 * What a classifier should reach today, from its own probabilities and without a label (CBPE). Information only, off the gate.
 *
 *     E[accuracy] = mean of p where 1 is predicted, of 1 − p else
 *     E[TP] = Σ p, E[FP] = Σ (1 − p) over rows predicted 1;   E[FN] = Σ p, E[TN] = Σ (1 − p) over the others
 *
 * Several classes: E[accuracy] = mean of the largest probability. Valid only if the probabilities are calibrated and the concept did not drift:
 * a model that is sure and wrong expects much of itself.
 * @param probabilities of the positive class, each in [0, 1]
 * @throws RangeError without rows, or with a probability outside [0, 1]
 * Source: NannyML's confidence-based performance estimation.
 */
export const expectedCondition = 'It holds only if the probabilities are calibrated and what they mean has not changed.'

export interface ExpectedPerformance {
  readonly accuracy: number
  readonly tp: number
  readonly fp: number
  readonly fn: number
  readonly tn: number
}

export function expectedPerformance(probabilities: ArrayLike<number>, threshold: number): ExpectedPerformance {
  let [tp, fp, fn, tn] = [0, 0, 0, 0]
  const rows = probabilities.length
  for (let i = 0; i < rows; i++) {
    const p = probability(probabilities[i])
    if (p >= threshold) {
      tp += p
      fp += 1 - p
    } else {
      fn += p
      tn += 1 - p
    }
  }
  if (rows === 0) throw new RangeError('nothing can be expected without rows')
  return { accuracy: (tp + tn) / rows, tp, fp, fn, tn }
}

/** @param confidence largest probability of each row */
export function expectedAccuracy(confidence: ArrayLike<number>): number {
  let sum = 0
  for (let i = 0; i < confidence.length; i++) sum += probability(confidence[i])
  if (confidence.length === 0) throw new RangeError('nothing can be expected without rows')
  return sum / confidence.length
}

function probability(p: number | undefined): number {
  if (p === undefined || !(p >= 0 && p <= 1)) throw new RangeError(`a probability lies in [0, 1], not ${p}`)
  return p
}
