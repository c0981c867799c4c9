/**
 * The change between two models that differ on few rows, of which each counts by what it does to the metric: Tango's score test where effects are not all alike.
 *
 *     θ = Σ_k p_k g_k,   g_k: what a row of kind k adds to the change, times the number of rows;   g = 0: the models answer alike
 *     p̃ = the most likely shares under θ = Δ0 (multinomial, as empirical likelihood has them): p̃_k = n_k / (n (1 + λ(g_k − Δ0)))
 *     z = (θ̂ − Δ0) / √(Σ p̃_k (g_k − Δ0)² / n)
 *
 * Kinds of row that nobody has seen count up to ±`largest`: where the kinds that were seen cannot add up to Δ0, the rest of p̃ lies there. With effects of ±1 and 0 this is Tango's
 * test to the last digit (`few-differ.test.ts`). Where not one row differs, a change needs a share of at least |Δ0|/largest of rows that do, of which n show none with the
 * chance (1 − |Δ0|/largest)ⁿ: that is the p-value, and ± largest · (1 − α^(1/n)) is left open (of which the score, ± largest · z²/(n + z²), is passed in 7 to 9 % of worlds).
 * @throws RangeError unless largest > 0 and there are as many rows as effects
 * Source: Tango 1998 for shares; Owen 2001, "Empirical Likelihood", §2 for the shares under Δ0.
 */
import { bisection } from './bisection.ts'
import { normalQuantile } from './normal.ts'
import type { Bounds } from './proportion.ts'

export interface FewDiffer {
  /** of the units that differ, each */
  readonly effects: readonly number[]
  /** rows, or what is counted instead */
  readonly units: number
  /** what one that differs can have at most, either way */
  readonly largest: number
}

/** Large: the change lies above `at`. */
export function fewDifferZ({ effects, units, largest }: FewDiffer, at: number): number {
  if (!(largest > 0 && units >= effects.length)) throw new RangeError(`${effects.length} effects up to ${largest} do not fit in ${units}`)
  const most = effects.reduce((max, g) => Math.max(max, Math.abs(g)), largest)
  const mean = effects.reduce((sum, g) => sum + g, 0) / units
  if (Math.abs(at) >= most) return (at > 0 ? -1 : 1) * Number.POSITIVE_INFINITY
  if (effects.length === 0) return Math.sign(at) * Math.min(0, normalQuantile((1 - Math.abs(at) / largest) ** units))
  const kinds = [{ h: -at, rows: units - effects.length }, ...effects.map((g) => ({ h: g - at, rows: 1 }))].filter(({ rows }) => rows > 0)
  const pull = (lambda: number) => kinds.reduce((sum, { h, rows }) => sum + (rows * h) / (1 + lambda * h), 0)
  // beyond these ends a kind of row that could be would have less than no share
  const [least, greatest] = [-1 / (most - at), 1 / (most + at)]
  const unseen = pull(least) <= 0 ? most : pull(greatest) >= 0 ? -most : null
  const lambda = unseen === null ? bisection((x) => pull(x) > 0, least, greatest) : unseen > 0 ? least : greatest
  let rest = 1
  let variance = 0
  for (const { h, rows } of kinds) {
    const share = rows / units / (1 + lambda * h)
    rest -= share
    variance += share * h * h
  }
  if (unseen !== null) variance += Math.max(0, rest) * (unseen - at) ** 2
  return mean === at ? 0 : (mean - at) / Math.sqrt(variance / units)
}

/** One-sided at `level`. */
export function fewDifferBounds(few: FewDiffer, level: number): Bounds {
  const z = normalQuantile(level)
  const most = few.effects.reduce((max, g) => Math.max(max, Math.abs(g)), few.largest)
  const mean = few.effects.reduce((sum, g) => sum + g, 0) / few.units
  const crosses = (target: number, from: number, to: number) => bisection((at) => fewDifferZ(few, at) > target, from, to)
  return [crosses(z, -most, mean), crosses(-z, mean, most)]
}
