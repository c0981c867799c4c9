/**
 * Can a classifier tell rows of the reference from rows of today? It sees what no single column shows: how columns depend on one another.
 *
 *     two halves; a model fitted on one scores the other          AUC of each half, their mean
 *     low95, low99 = AUC − z · √(v₁ + v₂) / 2                     v: DeLong's variance of each half, one-sided
 *
 * The model is a sum of steps (gradient boosting of the logistic loss). Each step is a table: one column's cells, or the cells of two
 * columns crossed, with a value per cell, −G/(H + λ). Pairs are what catches a correlation that changed its sign, where neither column
 * moved; those whose crossed cells differ most between the sides are tried, at most `pairs` of them, chosen on the half that is fitted. A step is
 * worth its gain Σ G²/(H + λ) less what noise would gain, Σ H/(H + λ); without one that is worth something, fitting ends: AUC ½.
 * AUC 0.57 is a shift of a quarter of a standard deviation in one column, 0.64 of a half. Seeded; equal samples give equal results.
 *
 * Which rows come first does not matter: they are shuffled. Scores of different models are not comparable, so AUCs are averaged, not scores.
 * Source: Lopez-Paz & Oquab 2017 (classifier two-sample tests); DeLong 1988; Friedman 2001; Chen & Guestrin 2016 for gains.
 */
import { aucCovariance, aucParts } from '../stats/delong.ts'
import { normalQuantile } from '../stats/normal.ts'
import { type Random, random } from '../stats/random.ts'
import { ranking } from '../stats/ranking.ts'
import { type ChiSquare, chiSquare } from './chi-square.ts'

/** One column of both samples as cell numbers from 0; without identifiers, times and the target. */
export interface CodedColumn {
  readonly name: string
  readonly levels: number
  readonly reference: ArrayLike<number>
  readonly current: ArrayLike<number>
}

export interface Separation {
  readonly auc: number
  readonly low95: number
  readonly low99: number
  /** rows of both sides that were scored */
  readonly rows: number
  readonly seed: number
  /** most telling first; gain as a part of the whole */
  readonly top: readonly { readonly column: string; readonly gain: number }[]
}

const steps = 60
const rate = 0.3
const ridge = 10
const pairsTried = 20
/** cells of one column when it is crossed with another */
const crossed = 6
const maxPairColumns = 60
const topShown = 10

/** A column, or two crossed: cell of every row, and which columns it is made of. */
interface Feature {
  readonly of: readonly number[]
  readonly codes: Uint16Array
  readonly size: number
}

/** @throws RangeError without a column, or with fewer than four rows on a side */
export function tellApart(columns: readonly CodedColumn[], options: { readonly seed: number }): Separation {
  const { seed } = options
  const n = columns[0]?.reference.length ?? 0
  const m = columns[0]?.current.length ?? 0
  if (n < 4 || m < 4) throw new RangeError(`a classifier needs rows of both sides, not ${n} and ${m}`)
  const rows = n + m
  const y = Uint8Array.from({ length: rows }, (_, i) => (i < n ? 0 : 1))
  const single = columns.map(({ reference, current, levels }, at): Feature => {
    const codes = new Uint16Array(rows)
    for (let i = 0; i < n; i++) codes[i] = reference[i] ?? 0
    for (let i = 0; i < m; i++) codes[n + i] = current[i] ?? 0
    return { of: [at], codes, size: levels }
  })
  const fold = halves(n, m, random(seed))
  const gains = new Float64Array(columns.length)
  const tests = [0, 1].map((half) => {
    const train = rowsWhere(fold, (value) => value !== half)
    const test = rowsWhere(fold, (value) => value === half)
    const features = [...single, ...telling(single, y, train)]
    const scores = boost(features, y, train, gains)
    const held = Float64Array.from(test, (row) => scores[row] ?? 0)
    const truth = Uint8Array.from(test, (row) => y[row] ?? 0)
    const parts = aucParts(ranking(held), truth)
    return { auc: parts.auc, variance: aucCovariance(parts, parts, truth) }
  })
  const auc = tests.reduce((sum, one) => sum + one.auc, 0) / 2
  const se = Math.sqrt(tests.reduce((sum, one) => sum + one.variance, 0)) / 2
  const total = gains.reduce((sum, gain) => sum + gain, 0)
  const top = columns.map(({ name }, i) => ({ column: name, gain: total > 0 ? (gains[i] ?? 0) / total : 0 }))
  return {
    auc,
    low95: auc - normalQuantile(0.95) * se,
    low99: auc - normalQuantile(0.99) * se,
    rows,
    seed,
    top: top
      .filter(({ gain }) => gain > 0)
      .sort((a, b) => b.gain - a.gain)
      .slice(0, topShown),
  }
}

/** Half of each side to each fold, by lot. */
function halves(n: number, m: number, rng: Random): Uint8Array {
  const fold = new Uint8Array(n + m)
  for (const [start, size] of [
    [0, n],
    [n, m],
  ] as const) {
    const order = Array.from({ length: size }, (_, i) => start + i)
    for (let i = size - 1; i > 0; i--) {
      const j = rng.below(i + 1)
      ;[order[i], order[j]] = [order[j] ?? 0, order[i] ?? 0]
    }
    for (const [i, row] of order.entries()) fold[row] = i % 2
  }
  return fold
}

function rowsWhere(fold: Uint8Array, holds: (value: number) => boolean): Uint32Array {
  const found: number[] = []
  for (let i = 0; i < fold.length; i++) if (holds(fold[i] ?? 0)) found.push(i)
  return Uint32Array.from(found)
}

/** Pairs of columns whose crossed cells differ most between the two sides, beyond what each of the two shows alone. */
function telling(single: readonly Feature[], y: Uint8Array, rows: Uint32Array): Feature[] {
  const coarse = single.slice(0, maxPairColumns).map((feature) => coarser(feature, rows))
  const apart = (feature: Feature) => chiSquareOf(feature, y, rows)
  const alone = coarse.map(apart)
  const none = { statistic: 0, df: 0 }
  const found: { of: readonly [number, number]; excess: number }[] = []
  for (const [i, a] of coarse.entries()) {
    for (let j = i + 1; j < coarse.length; j++) {
      const b = coarse[j]
      if (b === undefined || a.size < 2 || b.size < 2) continue
      const pair = apart(cross(a, b))
      const [one, other] = [alone[i] ?? none, alone[j] ?? none]
      // what is left of X² beyond the two margins, as standard deviations of its law
      const df = Math.max(1, pair.df - one.df - other.df)
      found.push({ of: [i, j], excess: (pair.statistic - one.statistic - other.statistic - df) / Math.sqrt(2 * df) })
    }
  }
  return found
    .sort((x, z) => z.excess - x.excess)
    .slice(0, pairsTried)
    .flatMap(({ of: [i, j] }) => {
      const [a, b] = [coarse[i], coarse[j]]
      return a === undefined || b === undefined ? [] : [cross(a, b)]
    })
}

/** At most six cells of about equal rows, neighbours joined: cells of numbers are in order. */
function coarser({ of, codes, size }: Feature, rows: Uint32Array): Feature {
  if (size <= crossed) return { of, codes, size }
  const counts = new Float64Array(size)
  for (const row of rows) counts[codes[row] ?? 0] = (counts[codes[row] ?? 0] ?? 0) + 1
  let seen = 0
  const joined = Array.from(counts, (count) => {
    const cell = Math.min(crossed - 1, Math.floor(((seen + count / 2) / rows.length) * crossed))
    seen += count
    return cell
  })
  return { of, codes: codes.map((code) => joined[code] ?? 0), size: crossed }
}

const cross = (a: Feature, b: Feature): Feature => ({
  of: [...a.of, ...b.of],
  codes: a.codes.map((code, i) => code * b.size + (b.codes[i] ?? 0)),
  size: a.size * b.size,
})

/** X² of the cells of one side against those of the other. */
function chiSquareOf({ codes, size }: Feature, y: Uint8Array, rows: Uint32Array): ChiSquare {
  const [before, now] = [new Array<number>(size).fill(0), new Array<number>(size).fill(0)]
  for (const row of rows) {
    const side = y[row] === 1 ? now : before
    const code = codes[row] ?? 0
    side[code] = (side[code] ?? 0) + 1
  }
  return chiSquare(before, now)
}

/** Fits on `train`, scores every row, and adds what each column gained. */
function boost(features: readonly Feature[], y: Uint8Array, train: Uint32Array, gains: Float64Array): Float64Array {
  const scores = new Float64Array(y.length)
  const gradient = new Float64Array(y.length)
  const hessian = new Float64Array(y.length)
  const ones = train.reduce((sum, row) => sum + (y[row] ?? 0), 0)
  scores.fill(Math.log(ones / (train.length - ones)))
  const largest = Math.max(...features.map(({ size }) => size))
  const g = new Float64Array(largest)
  const h = new Float64Array(largest)
  const sums = ({ codes, size }: Feature) => {
    g.fill(0, 0, size)
    h.fill(0, 0, size)
    for (const row of train) {
      const code = codes[row] ?? 0
      g[code] = (g[code] ?? 0) + (gradient[row] ?? 0)
      h[code] = (h[code] ?? 0) + (hessian[row] ?? 0)
    }
  }
  for (let step = 0; step < steps; step++) {
    for (const row of train) {
      const p = 1 / (1 + Math.exp(-(scores[row] ?? 0)))
      gradient[row] = p - (y[row] ?? 0)
      hessian[row] = p * (1 - p)
    }
    let best: Feature | null = null
    let worth = 0
    for (const feature of features) {
      sums(feature)
      let gain = 0
      for (let c = 0; c < feature.size; c++) gain += ((g[c] ?? 0) ** 2 - (h[c] ?? 0)) / ((h[c] ?? 0) + ridge)
      if (gain > worth) [best, worth] = [feature, gain]
    }
    if (best === null) break
    sums(best)
    const values = Float64Array.from({ length: best.size }, (_, c) => (-rate * (g[c] ?? 0)) / ((h[c] ?? 0) + ridge))
    for (let row = 0; row < scores.length; row++) scores[row] = (scores[row] ?? 0) + (values[best.codes[row] ?? 0] ?? 0)
    for (const column of best.of) gains[column] = (gains[column] ?? 0) + worth / best.of.length
  }
  return scores
}
