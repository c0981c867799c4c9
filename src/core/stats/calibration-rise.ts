/**
 * Change of a calibration error in bins, E = Σ_b |X_b|, X_b = Σ w (y − p)/W over the rows of bin b, where hundreds of such changes are tested at once: an estimate with a standard error that say
 * how certain a rise or a fall is, instead of bounds that hold E wherever it lies.
 *
 * Chance adds to |X| of a bin whose truth lies m of its standard deviations σ = √Σ w² p(1 − p)/W from 0
 *
 *     σ g(m),     g(m) = E|m + Z| − m = 2φ(m) − 2m Φ(−m):     0.8 at 0, 0.17 at 1, 0.02 at 2
 *
 * so to a model that is far off in few bins up to all of σ g(0) in the others, and nearly nothing to one that is as far off, but a little in each. Where the truth lies is not known within σ. So what was added to the
 * model that is to be called worse is taken to be more than that, and what was added to the other one less:
 *
 *     rise = Σ|X₂| − Σ|X₁| − c,     c = max(0, Σ σ₂ g(m₂) − Σ σ₁ g(x₁), (Σ σ₂ − Σ σ₁) g(0)),     x = |X|/σ,   m = 0 where x < 2, else x
 *
 * g falls and is convex, so g(x) is less than g(m) on average near 0 and as much farther out. The last is what chance adds where both are calibrated; what it may have taken is not given back. A fall is the same with the models exchanged.
 *
 *     se = standard deviation of the rise of X_b + Σ_u ξ_u e_ub,     ξ_u = ±1 of each unit (row or group), the same for both models;  e = w (y − p)/W
 *
 * e is not taken about the mean of its bin: how many rows lie in it is chance, too, and where few rows are far off that is most of it. c is drawn with the rest. Where fewer than ten rows are yes, or are no,
 * they may be too few to show any spread, and the se is at least that of the promises of the rows on which the models differ, √Σ w² p(1 − p)/W, p the one of both that leaves more open.
 * Above 4,096 units the j-th is put to the (j modulo 4,096)-th. Groups: σ² is the sum of their squares where that is more.
 * 200 draws, seeded: equal input, equal answer. O(n + draws · filled bins of units).
 * Source: multiplier bootstrap, van der Vaart & Wellner 1996, §2.9, and Mammen 1993; Bröcker 2012 and Roelofs et al. 2022 for the bias of errors in bins; that no estimate knows |m| within σ: Cai & Low 2011.
 */
import type { GapsInBins } from './calibration-bins.ts'
import type { SignedRows } from './calibration-signs.ts'
import { normalCdf, normalPdf } from './normal.ts'
import { random } from './random.ts'
import { compacted } from './row-bootstrap.ts'

const DRAWS = 200
const UNITS = 4096
/** standard deviations from 0 within which a bin may be calibrated */
const NEAR = 2
/** rows of the rarer answer from which on they show their spread */
const FEWEST_RARE = 10

export interface Shift {
  readonly mean: number
  readonly se: number
}

export interface BinnedChange {
  /** Σ|X₂| − Σ|X₁|, mean over classes */
  readonly value: number
  /** without what chance may have added to it, and without what it may have taken from it; no rise is larger than the value, no fall smaller */
  readonly rise: Shift
  readonly fall: Shift
  /** that know the standard error: draws or units, whichever are fewer */
  readonly n: number
}

/** Of one class of one model, in shares of all weight. */
interface Bins {
  readonly seen: Float64Array
  readonly sigma: Float64Array
  /** filled bins of units, and what their rows add to a bin */
  readonly unit: Uint16Array
  readonly bin: Uint16Array
  readonly sum: Float64Array
}

/** @param weight of each row, null: 1; @param codes group of each row, null: its own */
export function binnedChange(before: SignedRows, after: SignedRows, weight: Float64Array | null, codes: Int32Array | null): BinnedChange {
  const rows = after.flattered.length
  const groups = codes && compacted(codes)
  const count = groups ? groups.count : rows
  const units = Math.min(count, UNITS)
  const unitOf = (row: number) => (groups ? (groups.codes[row] ?? 0) : row) % units
  const total = weight ? weight.reduce((sum, w) => sum + w, 0) : rows
  const shares = weight ? weight.map((w) => w / total) : new Float64Array(rows).fill(1 / total)
  const binsOf = ({ inBins }: SignedRows) => inBins.map((one) => filledBins(one, { shares, units, unitOf, grouped: groups !== null }))
  const [was, is] = [binsOf(before), binsOf(after)]
  const { value, rise, fall } = changeOf(errorOf(was, seenOf), errorOf(is, seenOf))
  const errors = drawn(was, is, units)
  const least = leftToChance(before, after, shares)
  const shift = (mean: number, of: (change: Changed) => number): Shift => ({ mean, se: Math.max(least, deviation(errors.map(of))) })
  return { value, rise: shift(rise, (one) => one.rise), fall: shift(fall, (one) => one.fall), n: Math.min(DRAWS, count) }
}

interface Rows {
  readonly shares: Float64Array
  readonly units: number
  readonly unitOf: (row: number) => number
  readonly grouped: boolean
}

function filledBins({ gaps, bin, bins }: GapsInBins, { shares, units, unitOf, grouped }: Rows): Bins {
  const [seen, variance] = [new Float64Array(bins), new Float64Array(bins)]
  const sums = new Float64Array(units * bins)
  for (let i = 0; i < gaps.length; i++) {
    const b = bin[i] ?? 0
    const w = shares[i] ?? 0
    const gap = gaps[i] ?? 0
    const at = unitOf(i) * bins + b
    seen[b] = (seen[b] ?? 0) + w * gap
    variance[b] = (variance[b] ?? 0) + w * w * chanceOf(gap)
    sums[at] = (sums[at] ?? 0) + w * gap
  }
  if (grouped) {
    const squares = new Float64Array(bins)
    for (const [at, sum] of sums.entries()) squares[at % bins] = (squares[at % bins] ?? 0) + sum * sum
    for (const [b, square] of squares.entries()) variance[b] = Math.max(variance[b] ?? 0, square)
  }
  const filled = Uint32Array.from([...sums.keys()].filter((at) => sums[at] !== 0))
  return {
    seen,
    sigma: variance.map(Math.sqrt),
    unit: Uint16Array.from(filled, (at) => Math.floor(at / bins)),
    bin: Uint16Array.from(filled, (at) => at % bins),
    sum: Float64Array.from(filled, (at) => sums[at] ?? 0),
  }
}

/** p(1 − p): y is 0 or 1, so that it is |y − p| (1 − |y − p|). */
const chanceOf = (gap: number): number => Math.abs(gap) * (1 - Math.abs(gap))

/** 0 where enough rows are yes, and no, of each class. */
function leftToChance(before: SignedRows, after: SignedRows, shares: Float64Array): number {
  let [variance, rarest] = [0, Number.POSITIVE_INFINITY]
  for (const [c, { gaps }] of after.inBins.entries()) {
    let yes = 0
    for (let i = 0; i < gaps.length; i++) {
      const [was, is] = [before.inBins[c]?.gaps[i] ?? 0, gaps[i] ?? 0]
      yes += Number(was > 0 || is > 0)
      if (was !== is) variance += (shares[i] ?? 0) ** 2 * Math.max(chanceOf(was), chanceOf(is))
    }
    rarest = Math.min(rarest, yes, gaps.length - yes)
  }
  return rarest < FEWEST_RARE ? Math.sqrt(variance / after.inBins.length) : 0
}

/** Of one model, mean over classes: the error, and what chance adds to it, at most, at least, and where it is calibrated. */
interface Flattered {
  readonly error: number
  readonly most: number
  readonly least: number
  readonly calibrated: number
}

const seenOf = ({ seen }: Bins): Float64Array => seen

function errorOf(classes: readonly Bins[], sumsOf: (one: Bins) => Float64Array): Flattered {
  let [error, most, least, calibrated] = [0, 0, 0, 0]
  for (const one of classes) {
    const sums = sumsOf(one)
    for (let b = 0; b < sums.length; b++) {
      const [size, sigma] = [Math.abs(sums[b] ?? 0), one.sigma[b] ?? 0]
      error += size
      if (sigma === 0) continue
      const far = sigma * added(size / sigma)
      least += far
      most += size < NEAR * sigma ? sigma * added(0) : far
      calibrated += sigma * added(0)
    }
  }
  const n = classes.length
  return { error: error / n, most: most / n, least: least / n, calibrated: calibrated / n }
}

/** g(m) */
const added = (m: number): number => 2 * normalPdf(m) - 2 * m * normalCdf(-m)

interface Changed {
  readonly value: number
  readonly rise: number
  readonly fall: number
}

function changeOf(was: Flattered, is: Flattered): Changed {
  const value = is.error - was.error
  const calibrated = is.calibrated - was.calibrated
  return { value, rise: value - Math.max(0, is.most - was.least, calibrated), fall: value - Math.min(0, is.least - was.most, calibrated) }
}

function drawn(was: readonly Bins[], is: readonly Bins[], units: number): readonly Changed[] {
  const source = random(1)
  const sign = new Float64Array(units)
  const sumsOf = ({ seen, unit, bin, sum }: Bins): Float64Array => {
    const sums = seen.slice()
    for (let e = 0; e < sum.length; e++) {
      const b = bin[e] ?? 0
      sums[b] = (sums[b] ?? 0) + (sign[unit[e] ?? 0] ?? 0) * (sum[e] ?? 0)
    }
    return sums
  }
  return Array.from({ length: DRAWS }, () => {
    let bits = 0
    for (let u = 0; u < units; u++) {
      if (u % 32 === 0) bits = source.bits()
      sign[u] = (bits >>> (u % 32)) & 1 ? 1 : -1
    }
    return changeOf(errorOf(was, sumsOf), errorOf(is, sumsOf))
  })
}

function deviation(values: readonly number[]): number {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length
  return Math.sqrt(values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (values.length - 1))
}
