/**
 * Has the correlation of two columns changed?
 *
 *     r = (n Σab − Σa Σb) / √((n Σa² − (Σa)²)(n Σb² − (Σb)²))
 *     z = (atanh r₁ − atanh r₂) / √(v(r₁)/(n − 3) + v(r₂)/(m − 3))          p = 2 (1 − Φ(|z|))
 *
 * v = 1 for Pearson's r of normal values; ranks vary more, v = 1 + r²/2 (`ranks`); and where it is known how much r varies of the rows as they
 * are (`spread`, n Var(r) of those of today), v is at least spread/(1 − r₂²)², on both sides: where nothing changed they have it in common.
 * There p is the larger of that and the same of r itself, (r₁ − r₂) / √(s (1/n + 1/m)) with s = `pooled` where the rows of both sides are known
 * together, else `spread`: near ±1 atanh makes much of little.
 * r of ±1 is taken as ±(1 − 1e-12). Fewer than four rows on a side, or a column that does not vary: no answer.
 * Source: Fisher 1921; Bonett & Wright 2000 for ranks; profile/pair-spread.ts for the spread (Δ-method on atanh), rare-pairs.ts for the pooled one.
 */
import { normalSf } from '../stats/normal.ts'

/** @param n and @param m rows that each correlation is worth */
export function correlationChange(
  before: number,
  n: number,
  now: number,
  m: number,
  {
    ranks = false,
    spread = null,
    pooled = null,
  }: { readonly ranks?: boolean; readonly spread?: number | null; readonly pooled?: number | null } = {},
): { readonly z: number; readonly p: number } {
  if (!(n > 3 && m > 3)) throw new RangeError(`a correlation needs more than three rows, not ${n} and ${m}`)
  const known = spread === null ? 0 : spread / (1 - short(now) ** 2) ** 2
  const variance = (r: number, rows: number) => Math.max(ranks ? 1 + (r * r) / 2 : 1, known) / (rows - 3)
  const z = (Math.atanh(short(before)) - Math.atanh(short(now))) / Math.sqrt(variance(before, n) + variance(now, m))
  const common = pooled ?? spread ?? 0
  const plain = common > 0 ? (before - now) / Math.sqrt(common * (1 / n + 1 / m)) : z
  return { z, p: Math.min(1, 2 * normalSf(Math.min(Math.abs(z), Math.abs(plain)))) }
}

const short = (r: number): number => Math.max(-1 + 1e-12, Math.min(1 - 1e-12, r))
