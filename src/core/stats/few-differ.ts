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
 * Of more rows than need be told apart, `rest` holds those that are alike.
 * @throws RangeError unless largest > 0 and there are as many rows as effects
 * Source: Tango 1998 for shares; Owen 2001, "Empirical Likelihood", §2 for the shares under Δ0.
 */
import { normalQuantile } from './normal.ts'
import type { Bounds } from './proportion.ts'
import { falseRoot, newtonRoot } from './roots.ts'

export interface FewDiffer {
  /** of the units that differ, each */
  readonly effects: readonly number[]
  /** rows, or what is counted instead */
  readonly units: number
  /** what one that differs can have at most, either way */
  readonly largest: number
  /** units beside those of `effects` that differ, by their effect; none of them larger than the largest of these */
  readonly rest?: readonly { readonly effect: number; readonly rows: number }[]
}

const sumOf = ({ effects, rest = [] }: FewDiffer): number =>
  effects.reduce((sum, g) => sum + g, 0) + rest.reduce((sum, { effect, rows }) => sum + rows * effect, 0)
const mostOf = ({ effects, largest }: FewDiffer): number => effects.reduce((max, g) => Math.max(max, Math.abs(g)), largest)

/** Large: the change lies above `at`. */
export function fewDifferZ(few: FewDiffer, at: number): number {
  const { effects, units, largest, rest: others = [] } = few
  const alike = others.reduce((left, { rows }) => left - rows, units - effects.length)
  if (!(largest > 0 && alike >= 0)) throw new RangeError(`${effects.length} effects up to ${largest} do not fit in ${units}`)
  const most = mostOf(few)
  const mean = sumOf(few) / units
  if (Math.abs(at) >= most) return (at > 0 ? -1 : 1) * Number.POSITIVE_INFINITY
  if (effects.length === 0) return Math.sign(at) * Math.min(0, normalQuantile((1 - Math.abs(at) / largest) ** units))
  const kinds = [{ effect: 0, rows: alike }, ...others].filter(({ rows }) => rows > 0)
  const h = Float64Array.from([...kinds.map(({ effect }) => effect), ...effects], (effect) => effect - at)
  const rows = Float64Array.from(h, (_, k) => kinds[k]?.rows ?? 1)
  const pull = (lambda: number): readonly [number, number] => {
    let [sum, slope] = [0, 0]
    for (let k = 0; k < h.length; k++) {
      const ratio = (h[k] ?? 0) / (1 + lambda * (h[k] ?? 0))
      sum += (rows[k] ?? 0) * ratio
      slope -= (rows[k] ?? 0) * ratio * ratio
    }
    return [sum, slope]
  }
  // beyond these ends a kind of row that could be would have less than no share
  const [least, greatest] = [-1 / (most - at), 1 / (most + at)]
  const unseen = pull(least)[0] <= 0 ? most : pull(greatest)[0] >= 0 ? -most : null
  const lambda = unseen === null ? newtonRoot(pull, least, greatest, 0) : unseen > 0 ? least : greatest
  let rest = 1
  let variance = 0
  for (let k = 0; k < h.length; k++) {
    const by = h[k] ?? 0
    const share = (rows[k] ?? 0) / units / (1 + lambda * by)
    rest -= share
    variance += share * by * by
  }
  if (unseen !== null) variance += Math.max(0, rest) * (unseen - at) ** 2
  return mean === at ? 0 : (mean - at) / Math.sqrt(variance / units)
}

/** One-sided at `level`. */
export const fewDifferBounds = (few: FewDiffer, level: number): Bounds => [fewDifferLower(few, level), fewDifferUpper(few, level)]

export const fewDifferLower = (few: FewDiffer, level: number): number =>
  falseRoot((at) => fewDifferZ(few, at) - normalQuantile(level), -mostOf(few), sumOf(few) / few.units)

export const fewDifferUpper = (few: FewDiffer, level: number): number =>
  falseRoot((at) => fewDifferZ(few, at) + normalQuantile(level), sumOf(few) / few.units, mostOf(few))
