/**
 * What each row adds to a calibration error in bins, and what it owes to which side a bin was seen to lie on.
 *
 *     ECE = mean of s_b (y − p) over rows, s_b the sign of Σ_b w (y − p)             flattered: that sign is chosen by the same rows, and chance makes any sum look like an error
 *     ECE° = mean of s_b,₋ₖ (y − p), the sign of the rows outside fold k             honest: no choice of signs gives more than the true error, on average
 *
 * So a lower bound of ECE° and an upper one of ECE hold the truth between them, where quantiles of a bootstrap, which adds chance once more, lie above it altogether. The j-th row (group)
 * is in fold j modulo K = 4. O(n).
 *
 * Signs are chance, too, and they make rows of different folds hang together: what a fold adds to the sum of its bin, S_k, is counted by the sign of S − S_k, which S_l is part of. In a bin whose
 * truth is 0, where signs are coins, E[sgn(S − S_k) S_k sgn(S − S_l) S_l] = E h(R)² with R = S − S_k − S_l, h(R) = E[sgn(R + S_k) S_k | R] = 2τ φ(R/τ), τ² the variance of S_k. So with normal sums
 *
 *     Var(ECE°) = Var of the mean of so many independent rows × (1 + 2/π · (K − 1)/√(2K − 3))        K = 2: 1.64,  4: 1.85,  10: 2.39
 *
 * Where a truth is not 0 the mean is below it by what wrong signs cost, which more than makes up for what may be missing there. Few folds choose worse signs, many hang together more.
 *
 * Where a sum lies so far from 0 that no sign is in doubt, what hangs together is nothing, and only rows of the other bins have the added variance: those with
 *
 *     |S_b| ≤ √(ln n) · τ̂_b,     τ̂_b² = max(Σ_u S_ub², Σ w² p(1 − p)) over units u (rows, groups) of the bin,  n of them in all
 *
 * ECE ≤ c is one moment inequality, Σ s_b E S_b ≤ c, for each choice of signs s, and which of them may bind is selected as there (Andrews & Soares 2010): along any sequence of truths a bin's distance E S_b/τ_b goes to infinity,
 * and then its signs are those of the truth in all folds and S_b has its own variance, whether it was selected or not; or it stays finite, and then the bin is kept with a chance that goes to 1, as √(ln n) does not. So the level holds
 * uniformly in the limit if it does with all bins kept. Squares are not taken about their mean: no sum is √(ln n) times its τ̂ in a bin of fewer than ln n units. Of six bins that
 * lie 0 to 5 standard deviations from 0 bounds of 95 % are above the truth in no more than 5 % of worlds, as far as the simulation can tell, and far out in as many (`nothing-there.test.ts`).
 * Source: Andrews & Soares 2010, "Inference for parameters defined by moment inequalities using generalized moment selection", Econometrica 78; Hansen 2005 for the same of tests of superior ability. Else as of the honest thresholds of `best-cut.ts`: Cox 1975; Chernozhukov et al. 2018. Roelofs et al. 2022, "Mitigating bias in calibration error estimation", for the bias.
 */
import type { GapsInBins } from './calibration-bins.ts'
import { type Reached, reached } from './calibration-reach.ts'
import { compacted } from './row-bootstrap.ts'

const FOLDS = 4

/** By how much more a mean of honest rows varies for its signs, at most: the part that comes beside the variance of the rows (above). */
export const varianceOfSigns = ((2 / Math.PI) * (FOLDS - 1)) / Math.sqrt(2 * FOLDS - 3)

export interface SignedRows {
  /** of each class */
  readonly inBins: readonly GapsInBins[]
  /** of one model, when it is asked for: a change does not read it. null: rows, or the bins of several classes, hang together */
  readonly reached: (() => readonly Reached[]) | null
  readonly flattered: Float64Array
  readonly honest: Float64Array
  /** the honest ones of bins whose sign is in doubt, else 0 */
  readonly doubtful: Float64Array
  /** standard error of the mean that chance alone gives where the probabilities are right, √Σ w² p(1 − p)/Σw: few rows that are yes show none of it */
  readonly chance: number
  /** the same of the doubtful ones */
  readonly doubtfulChance: number
}

/** Units that are told apart for their squares; beyond, the j-th is put to the (j modulo so many)-th. */
const UNITS = 4096

/** @param bin of each row, 0 … bins − 1; @param weight of each row, null: 1; @param unit group of each row, null: its own */
export function signedRows(
  y: ArrayLike<number>,
  p: Float64Array,
  bin: Uint16Array,
  bins: number,
  weight: Float64Array | null,
  unit: Int32Array | null,
): SignedRows {
  const known = unit && compacted(unit)
  const groups = known?.codes ?? null
  const foldOf = (row: number) => (groups ? (groups[row] ?? 0) : row) % FOLDS
  const own = new Float64Array(FOLDS * bins)
  const all = new Float64Array(bins)
  const gaps = new Float64Array(p.length)
  for (let i = 0; i < gaps.length; i++) {
    const gap = (y[i] ?? 0) - (p[i] ?? 0)
    gaps[i] = gap
    const b = bin[i] ?? 0
    const w = weight ? (weight[i] ?? 0) : 1
    const at = foldOf(i) * bins + b
    own[at] = (own[at] ?? 0) + w * gap
    all[b] = (all[b] ?? 0) + w * gap
  }
  const promised = new Float64Array(bins)
  const honest = new Float64Array(gaps.length)
  let total = 0
  for (let i = 0; i < honest.length; i++) {
    const b = bin[i] ?? 0
    const w = weight ? (weight[i] ?? 0) : 1
    promised[b] = (promised[b] ?? 0) + w * w * (p[i] ?? 0) * (1 - (p[i] ?? 0))
    total += w
    honest[i] = Math.sign((all[b] ?? 0) - (own[foldOf(i) * bins + b] ?? 0)) * (gaps[i] ?? 0)
  }
  const flattered = gaps.map((gap, i) => Math.sign(all[bin[i] ?? 0] ?? 0) * gap)
  const squares = squaresOf({ gaps, bin, bins }, weight, groups)
  const certain = Math.sqrt(Math.log(known ? known.count : gaps.length))
  const kept = all.map((sum, b) => Number(Math.abs(sum) <= certain * Math.sqrt(Math.max(squares[b] ?? 0, promised[b] ?? 0))))
  const chanceOf = (variances: Float64Array) => Math.sqrt(variances.reduce((sum, one) => sum + one, 0)) / total
  return {
    flattered,
    honest,
    doubtful: honest.map((x, i) => (kept[bin[i] ?? 0] ?? 0) * x),
    chance: chanceOf(promised),
    doubtfulChance: chanceOf(promised.map((one, b) => (kept[b] ?? 0) * one)),
    inBins: [{ gaps, bin, bins }],
    reached: groups ? null : () => reached({ gaps, bin, bins }, p, weight),
  }
}

/** Of each bin, over units. */
function squaresOf({ gaps, bin, bins }: GapsInBins, weight: Float64Array | null, groups: Int32Array | null): Float64Array {
  const squares = new Float64Array(bins)
  const add = (b: number, sum: number) => {
    squares[b] = (squares[b] ?? 0) + sum * sum
  }
  const sums = new Float64Array(groups ? UNITS * bins : 0)
  for (let i = 0; i < gaps.length; i++) {
    const b = bin[i] ?? 0
    const part = (weight ? (weight[i] ?? 0) : 1) * (gaps[i] ?? 0)
    if (!groups) add(b, part)
    else {
      const at = ((groups[i] ?? 0) % UNITS) * bins + b
      sums[at] = (sums[at] ?? 0) + part
    }
  }
  for (const [at, sum] of sums.entries()) add(at % bins, sum)
  return squares
}

/** Rows of which the mean is no smaller than the change, those of which it is no larger, and those of which it is how far both models lie apart, Σ_b |Δ_b|. */
export interface ChangedRows {
  readonly above: Float64Array
  readonly below: Float64Array
  readonly apart: Float64Array
}

/** @param weight of each row, null: 1 */
export function changedRows(before: SignedRows, after: SignedRows, weight: Float64Array | null): ChangedRows {
  const minus = (a: Float64Array, b: Float64Array) => a.map((x, i) => x - (b[i] ?? 0))
  const apart = new Float64Array(after.flattered.length)
  for (const [c, is] of after.inBins.entries()) {
    const was = before.inBins[c]
    if (!was) throw new RangeError('both models have the same classes')
    const sums = new Float64Array(is.bins)
    const add = ({ gaps, bin }: GapsInBins, sign: number) => {
      for (let i = 0; i < gaps.length; i++) {
        const b = bin[i] ?? 0
        sums[b] = (sums[b] ?? 0) + sign * (weight ? (weight[i] ?? 0) : 1) * (gaps[i] ?? 0)
      }
    }
    add(is, 1)
    add(was, -1)
    const signed = ({ gaps, bin }: GapsInBins, i: number) => Math.sign(sums[bin[i] ?? 0] ?? 0) * (gaps[i] ?? 0)
    for (let i = 0; i < apart.length; i++) apart[i] = (apart[i] ?? 0) + (signed(is, i) - signed(was, i)) / after.inBins.length
  }
  return { above: minus(after.flattered, before.honest), below: minus(after.honest, before.flattered), apart }
}

/** Mean over classes of the rows of each. */
export function meanSigned(classes: readonly SignedRows[]): SignedRows {
  const mean = (of: (one: SignedRows) => Float64Array) => {
    const sum = new Float64Array(classes[0] ? of(classes[0]).length : 0)
    for (const one of classes) for (const [i, x] of of(one).entries()) sum[i] = (sum[i] ?? 0) + x / classes.length
    return sum
  }
  // as if they did not hang together: no more than the least that the spread of the rows is taken to be
  const chanceOf = (of: (one: SignedRows) => number) => Math.sqrt(classes.reduce((sum, one) => sum + of(one) ** 2, 0)) / classes.length
  return {
    flattered: mean(({ flattered }) => flattered),
    honest: mean(({ honest }) => honest),
    doubtful: mean(({ doubtful }) => doubtful),
    chance: chanceOf(({ chance }) => chance),
    doubtfulChance: chanceOf(({ doubtfulChance }) => doubtfulChance),
    inBins: classes.flatMap(({ inBins }) => inBins),
    reached: null,
  }
}
