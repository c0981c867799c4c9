/**
 * One p-value from several that may depend on each other (ACAT), equal weights.
 *
 *     T = mean tan((½ − p_i)π)          p = ½ − atan(T)/π
 *
 * Valid in the small tail under any dependence, which is what several tests of one column have. tan((½ − p)π) is taken as 1/tan(pπ): the
 * subtraction would lose a small p, two digits of 1e-15 and all of 1e-17.
 * A p of exactly 1 would be −∞ and veto every other, so p is capped at 0.999; if all are 1, so is the answer.
 * @throws RangeError when there is none, or one is not in [0, 1]
 * Source: Liu & Xie 2020, "Cauchy combination test".
 */
export function cauchyCombination(ps: readonly number[]): number {
  if (ps.length === 0) throw new RangeError('nothing to combine')
  for (const p of ps) if (!(p >= 0 && p <= 1)) throw new RangeError(`a p-value lies in [0, 1], not ${p}`)
  if (ps.every((p) => p === 1)) return 1
  if (ps.includes(0)) return 0
  const statistic = ps.reduce((sum, p) => sum + toCauchy(Math.min(p, 0.999)), 0) / ps.length
  // ½ − atan(T)/π, without the subtraction where it would cancel
  return statistic > 1 ? Math.atan(1 / statistic) / Math.PI : 0.5 - Math.atan(statistic) / Math.PI
}

const toCauchy = (p: number) => 1 / Math.tan(p * Math.PI)
