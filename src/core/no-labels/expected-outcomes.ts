/**
 * What a model's confusion table should be on rows without labels, if its probabilities are right (confidence-based estimation).
 *
 *     E[TP] = Σ_(p ≥ t) p     E[FP] = Σ_(p ≥ t) (1 − p)     E[FN] = Σ_(p < t) p     E[TN] = Σ_(p < t) (1 − p)
 *     E[accuracy] = (E[TP] + E[TN]) / n,  its chance variation √(Σ p(1 − p)) / n          several classes: mean of the largest probability
 *
 * Valid only where probabilities are calibrated on these rows, too, and the relation of features and label has not changed: whoever shows it
 * says that. Never gated by default. Sums of parts add. Ratios are 0/0 = null. Precision and recall are ratios of expectations, which
 * is what they tend to.
 * @throws RangeError when a probability is outside [0, 1]
 * Source: Guillory et al. 2021; CBPE in NannyML.
 */
export interface ExpectedOutcomes {
  readonly rows: number
  readonly tp: number
  readonly fp: number
  readonly fn: number
  readonly tn: number
  /** Σ p(1 − p) */
  readonly variance: number
}

export function expectedOutcomes(p: ArrayLike<number>, threshold: number): ExpectedOutcomes {
  const sums = { tp: 0, fp: 0, fn: 0, tn: 0, variance: 0 }
  for (let i = 0; i < p.length; i++) {
    const chance = p[i] ?? Number.NaN
    if (!(chance >= 0 && chance <= 1)) throw new RangeError('a probability lies outside [0, 1]')
    if (chance >= threshold) {
      sums.tp += chance
      sums.fp += 1 - chance
    } else {
      sums.fn += chance
      sums.tn += 1 - chance
    }
    sums.variance += chance * (1 - chance)
  }
  return { rows: p.length, ...sums }
}

export const addOutcomes = (a: ExpectedOutcomes, b: ExpectedOutcomes): ExpectedOutcomes => ({
  rows: a.rows + b.rows,
  tp: a.tp + b.tp,
  fp: a.fp + b.fp,
  fn: a.fn + b.fn,
  tn: a.tn + b.tn,
  variance: a.variance + b.variance,
})

export interface ExpectedMetrics {
  readonly accuracy: number | null
  /** standard error of the accuracy that such rows would have */
  readonly se: number | null
  readonly precision: number | null
  readonly recall: number | null
  readonly f1: number | null
}

export function expectedMetrics({ rows, tp, fp, fn, tn, variance }: ExpectedOutcomes): ExpectedMetrics {
  const ratio = (a: number, b: number) => (b === 0 ? null : a / b)
  return {
    accuracy: ratio(tp + tn, rows),
    se: ratio(Math.sqrt(variance), rows),
    precision: ratio(tp, tp + fp),
    recall: ratio(tp, tp + fn),
    f1: ratio(2 * tp, 2 * tp + fp + fn),
  }
}

/** Sum of the largest probability of each row: divided by the rows, the expected accuracy of several classes. @param proba n × k, row by row */
export function expectedHits(proba: ArrayLike<number>, classes: number): number {
  if (!(classes >= 1) || proba.length % classes !== 0)
    throw new RangeError(`${proba.length} probabilities are no rows of ${classes} classes`)
  let hits = 0
  for (let start = 0; start < proba.length; start += classes) {
    let most = 0
    for (let at = start; at < start + classes; at++) {
      const chance = proba[at] ?? Number.NaN
      if (!(chance >= 0 && chance <= 1)) throw new RangeError('a probability lies outside [0, 1]')
      most = Math.max(most, chance)
    }
    hits += most
  }
  return hits
}
