/**
 * Has the correlation of two columns changed?
 *
 *     r = (n Σab − Σa Σb) / √((n Σa² − (Σa)²)(n Σb² − (Σb)²))
 *     z = (atanh r₁ − atanh r₂) / √(v(r₁)/(n − 3) + v(r₂)/(m − 3))          p = 2 (1 − Φ(|z|))
 *
 * v = 1 for Pearson's r of normal values; ranks vary more, v = 1 + r²/2 (`ranks`). r of ±1 is taken as ±(1 − 1e-12). Fewer than four rows on
 * a side, or a column that does not vary: no answer.
 * Source: Fisher 1921; Bonett & Wright 2000 for ranks.
 */
import type { PairSums } from '../profile/pairs.ts'
import { normalSf } from '../stats/normal.ts'

export type Sums = Omit<PairSums, 'a' | 'b'>

export function correlation({ n, sa, sb, saa, sbb, sab }: Sums): number | null {
  const [a, b] = [n * saa - sa * sa, n * sbb - sb * sb]
  return n > 3 && a > 0 && b > 0 ? Math.max(-1, Math.min(1, (n * sab - sa * sb) / Math.sqrt(a * b))) : null
}

/** @param n and @param m rows that each correlation is worth */
export function correlationChange(
  before: number,
  n: number,
  now: number,
  m: number,
  ranks = false,
): { readonly z: number; readonly p: number } {
  if (!(n > 3 && m > 3)) throw new RangeError(`a correlation needs more than three rows, not ${n} and ${m}`)
  const spread = (r: number, rows: number) => (ranks ? 1 + (r * r) / 2 : 1) / (rows - 3)
  const apart = (r: number) => Math.atanh(Math.max(-1 + 1e-12, Math.min(1 - 1e-12, r)))
  const z = (apart(before) - apart(now)) / Math.sqrt(spread(before, n) + spread(now, m))
  return { z, p: Math.min(1, 2 * normalSf(Math.abs(z))) }
}
