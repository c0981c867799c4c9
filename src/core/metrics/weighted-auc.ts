/**
 * Area under the ROC curve of weighted rows, with the influence of every row on it.
 *
 *     AUC = Σ_(i positive, j negative) w_i w_j [s_i > s_j, ½ if equal] / (W⁺ W⁻)
 *     ψ_i = n w_i (V_i − AUC) / W±          V_i: weighted share of the other class that row i is on the right side of
 *
 * Σψ is 0 in each class; the standard error is √(Σ ψ²)/n, of units √(Σ (Σψ)²)/n. With equal weights both are DeLong's up to n/(n − 1).
 * [0, 1], higher is better. O(n) on a ranking that exists already.
 * @param y 1 for positive rows, 0 for negative ones; any other number leaves the row out (its influence is 0)
 * @throws RangeError when one class is absent
 * Source: as in stats/delong.ts, with sums of weights for counts; scikit-learn's `roc_auc_score(sample_weight)`.
 */
import type { Ranking } from '../stats/ranking.ts'

export function weightedAuc(
  { order, ends }: Ranking,
  y: ArrayLike<number>,
  weight: Float64Array | null,
): { readonly auc: number; readonly influence: Float64Array } {
  const n = y.length
  const of = (row: number, label: number) => (y[row] === label ? (weight ? (weight[row] ?? 0) : 1) : 0)
  let positives = 0
  let negatives = 0
  for (let i = 0; i < n; i++) {
    positives += of(i, 1)
    negatives += of(i, 0)
  }
  if (!(positives > 0 && negatives > 0)) throw new RangeError('the AUC is undefined when one class is absent')

  const influence = new Float64Array(n)
  let start = 0
  let above = 0
  let seen = 0
  let sum = 0
  for (let g = 0; g < ends.length; g++) {
    const end = ends[g] ?? 0
    let pos = 0
    let neg = 0
    for (let at = start; at < end; at++) {
      pos += of(order[at] ?? 0, 1)
      neg += of(order[at] ?? 0, 0)
    }
    const beats = (negatives - seen - neg / 2) / negatives
    const beaten = (above + pos / 2) / positives
    for (let at = start; at < end; at++) {
      const row = order[at] ?? 0
      influence[row] = y[row] === 1 ? beats : beaten
    }
    sum += pos * beats
    above += pos
    seen += neg
    start = end
  }
  const auc = sum / positives
  for (let i = 0; i < n; i++) {
    const share = y[i] === 1 ? of(i, 1) / positives : of(i, 0) / negatives
    influence[i] = n * share * ((influence[i] ?? 0) - auc)
  }
  return { auc, influence }
}
