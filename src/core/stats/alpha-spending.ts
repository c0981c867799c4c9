/**
 * The level for the h-th look at one holdout, when nobody knows how many looks there will be.
 *
 *     α_h = α · 6 / (π² h²)          Σ_h α_h = α
 *
 * A candidate that is promoted because it beats the rest of fifty tries on the same rows is mostly lucky. With these levels the chance of
 * any false promotion, over all uses for ever, is at most α. h counts distinct candidates; the same bytes again cost nothing.
 * @param use h ≥ 1, a whole number
 * @throws RangeError unless α is in (0, 1) and h ≥ 1
 * Source: the Bonferroni bound with weights 1/h² (Basel series), as alpha spending in Foster & Stine 2008.
 */
export function levelOfUse(alpha: number, use: number): number {
  if (!(alpha > 0 && alpha < 1)) throw new RangeError(`a level lies between 0 and 1, not ${alpha}`)
  if (!(Number.isInteger(use) && use >= 1)) throw new RangeError(`uses are counted from 1, not ${use}`)
  return (alpha * 6) / (Math.PI * Math.PI * use * use)
}
