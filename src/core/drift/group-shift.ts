/**
 * Does a class still say of a number what it said? Two tables of counts over the same k groups and the cells of a number, in their order; H₀: the mean
 * cell of every group moved by as much as that of every other. A move of the whole column is no change of the association.
 *
 *     d_g = μ₁g − μ₂g, v_g = s²₁g/n₁g + s²₂g/n₂g                 μ, s²: mean and variance of the number of the cell; s² + 1/12, as a cell is a rounded rank
 *     F   = Σ w_g (d_g − d̄)²/(k − 1) / (1 + 2(k − 2)/(k² − 1) Λ)   w_g = 1/v_g, d̄ = Σ w_g d_g / Σ w_g
 *     Λ   = Σ (1 − w_g/Σw)²/f_g,  degrees of freedom k − 1 and (k² − 1)/(3Λ)       f_g: those of v_g, by Satterthwaite
 *     change = √ max(0, Σ q_g (e₁g − e₂g)² − Σ q_g (1 − q_g)(s²₁g/(n₁g σ²₁) + s²₂g/(n₂g σ²₂)))
 *              e_tg = (μ_tg − Σ_h q_h μ_th)/σ_t, q: mean of both shares of a group, σ_t: standard deviation of all rows
 *
 * `change` is on the scale of the correlation ratio η, as `interaction` is on that of V: of two groups it is the difference of two correlations, where groups
 * change places up to 2, and what chance adds is taken off. `before` and `now` are η of each side, less what k groups explain of n rows by themselves.
 *
 * @returns null where fewer than two groups have two rows on both sides, or the number does not vary
 * @throws RangeError when the tables are not of one shape
 * Source: Welch 1951, "On the comparison of several mean values"; Satterthwaite 1946; Kelley 1935, "An unbiased correlation ratio measure".
 */
import { lowerTail } from '../stats/beta.ts'
import { type AssociationChange, type Counts, columnSums, sum } from './interaction.ts'

interface Moments {
  readonly n: number
  readonly mean: number
  /** unbiased, with what rounding to a cell hides */
  readonly variance: number
}

const withinCell = 1 / 12

export function groupShift(before: Counts, now: Counts): AssociationChange | null {
  const cells = before[0]?.length ?? 0
  if (now.length !== before.length || [...before, ...now].some((row) => row.length !== cells))
    throw new RangeError('the two tables differ in shape')
  const groups = before
    .map((row, g) => ({ a: moments(row), b: moments(now[g] ?? []) }))
    .flatMap(({ a, b }) => (a === null || b === null ? [] : [{ a, b }]))
  const [allBefore, allNow] = [moments(columnSums(before)), moments(columnSums(now))]
  if (groups.length < 2 || allBefore === null || allNow === null) return null
  if (allBefore.variance <= withinCell || allNow.variance <= withinCell) return null
  const { statistic, p } = welch(groups)
  return {
    before: strength(
      groups.map(({ a }) => a),
      allBefore,
    ),
    now: strength(
      groups.map(({ b }) => b),
      allNow,
    ),
    change: size(groups, allBefore, allNow),
    statistic,
    df: groups.length - 1,
    p,
  }
}

type Group = { readonly a: Moments; readonly b: Moments }

function welch(groups: readonly Group[]): { readonly statistic: number; readonly p: number } {
  const k = groups.length
  const parts = groups.map(({ a, b }) => {
    const [va, vb] = [a.variance / a.n, b.variance / b.n]
    return { d: a.mean - b.mean, w: 1 / (va + vb), f: (va + vb) ** 2 / (va ** 2 / (a.n - 1) + vb ** 2 / (b.n - 1)) }
  })
  const all = sum(parts.map(({ w }) => w))
  const middle = sum(parts.map(({ w, d }) => w * d)) / all
  const lambda = sum(parts.map(({ w, f }) => (1 - w / all) ** 2 / f))
  const between = sum(parts.map(({ w, d }) => w * (d - middle) ** 2)) / (k - 1)
  const statistic = between / (1 + ((2 * (k - 2)) / (k ** 2 - 1)) * lambda)
  const [df1, df2] = [k - 1, (k ** 2 - 1) / (3 * lambda)]
  const whole = df2 + df1 * statistic
  return { statistic, p: lowerTail(df2 / whole, (df1 * statistic) / whole, df2 / 2, df1 / 2) }
}

function size(groups: readonly Group[], allBefore: Moments, allNow: Moments): number {
  const [n1, n2] = [sum(groups.map(({ a }) => a.n)), sum(groups.map(({ b }) => b.n))]
  const shares = groups.map(({ a, b }) => (a.n / n1 + b.n / n2) / 2)
  const centred = (of: (group: Group) => Moments, { variance }: Moments) => {
    const middle = sum(groups.map((group, g) => (shares[g] ?? 0) * of(group).mean))
    return groups.map((group) => (of(group).mean - middle) / Math.sqrt(variance))
  }
  const [e1, e2] = [centred(({ a }) => a, allBefore), centred(({ b }) => b, allNow)]
  const apart = sum(shares.map((q, g) => q * ((e1[g] ?? 0) - (e2[g] ?? 0)) ** 2))
  const chance = sum(
    groups.map(({ a, b }, g) => {
      const q = shares[g] ?? 0
      return q * (1 - q) * (a.variance / (a.n * allBefore.variance) + b.variance / (b.n * allNow.variance))
    }),
  )
  return Math.sqrt(Math.max(0, apart - chance))
}

/** η of one side. */
function strength(groups: readonly Moments[], all: Moments): number {
  const n = sum(groups.map((group) => group.n))
  const middle = sum(groups.map((group) => group.n * group.mean)) / n
  const within = sum(groups.map((group) => (group.n - 1) * group.variance))
  const whole = within + sum(groups.map((group) => group.n * (group.mean - middle) ** 2))
  const left = n - groups.length
  return left > 0 && all.variance > 0 ? Math.sqrt(Math.max(0, 1 - ((within / whole) * (n - 1)) / left)) : 0
}

/** Of the numbers of cells; null of fewer than two rows. */
function moments(counts: readonly number[]): Moments | null {
  const n = sum(counts)
  if (n < 2) return null
  const mean = sum(counts.map((count, cell) => count * cell)) / n
  return { n, mean, variance: sum(counts.map((count, cell) => count * (cell - mean) ** 2)) / (n - 1) + withinCell }
}
