/**
 * The probability from which saying yes pays, when probabilities are calibrated and each outcome has a value.
 *
 *     t* = (V_TN − V_FP) / ((V_TN − V_FP) + (V_TP − V_FN))
 *
 * In [0, 1]: 0 says always yes, 1 says yes to certainties only. null where yes pays for unlikely rows and not for likely ones (what a
 * yes costs on a no is less than it loses on a yes): no threshold says that, and the matrix is most likely turned around.
 * Source: Elkan 2001, "The foundations of cost-sensitive learning".
 */
export interface OutcomeValues {
  readonly tp: number
  readonly fp: number
  readonly fn: number
  readonly tn: number
}

export function valueThreshold({ tp, fp, fn, tn }: OutcomeValues): number | null {
  const cost = tn - fp // of a wrong yes
  const gain = tp - fn // of a right one
  if (cost + gain < 0) return null
  if (cost + gain === 0) return cost <= 0 ? 0 : 1
  return Math.min(1, Math.max(0, cost / (cost + gain)))
}
