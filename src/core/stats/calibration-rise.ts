/**
 * Change of a calibration error in bins, E = Σ_b |X_b|, X_b = Σ w (y − p)/W over the rows of bin b, where hundreds of such changes are tested at once: an estimate with a standard error that say
 * how certain a rise or a fall is, instead of bounds that hold E wherever it lies.
 *
 * Chance adds to each |X_b| the more the nearer its truth is to 0: to both models alike where they are as well calibrated, in the same bins. Where they are not, what it adds to the
 * change, and how far that scatters, is read from draws about bins with chance taken off:
 *
 *     X̃_b = sign(X_b) √max(0, X_b² − V_b),     V_b = Σ w² p(1 − p)/W²
 *     E*  = Σ_b |X̃_b + Σ_u ξ_u ε_ub|,           ξ_u = ±1 of each unit (row or group), the same for both models;  ε = w (y − p)/W, less its part of X̃_b
 *     bias = mean of E₂* − E₁* less Σ|X̃₂| − Σ|X̃₁|,     se = their standard deviation
 *
 *     chance = Σ_b √(2 V₂/π) − Σ_b √(2 V₁/π), which is what it adds where both are calibrated
 *
 * Draws about the X_b themselves scatter a quarter too far where nothing but chance is in them. What chance may have added is taken off where that makes the change smaller, and never added: an
 * estimate of it is itself uncertain. Above 4,096 units the j-th is put to the (j modulo 4,096)-th. Groups: V_b is the sum of their squares where that is more.
 * 200 draws, seeded: equal input, equal answer. O(n + draws · filled bins of units).
 * Source: multiplier bootstrap, van der Vaart & Wellner 1996, §2.9, and Mammen 1993; Bröcker 2012 and Roelofs et al. 2022 for the bias of errors in bins.
 */
import type { GapsInBins, SignedRows } from './calibration-signs.ts'
import { random } from './random.ts'
import { compacted } from './row-bootstrap.ts'

const DRAWS = 200
const UNITS = 4096

export interface BinnedChange {
  /** Σ|X₂| − Σ|X₁|, mean over classes */
  readonly value: number
  /** without what chance may have added to it, and without what it may have taken from it; no rise is larger than the value, no fall smaller */
  readonly rise: number
  readonly fall: number
  readonly se: number
  /** that know the standard error: draws or units, whichever are fewer */
  readonly n: number
}

/** Of one class of one model, in shares of all weight. */
interface Bins {
  readonly seen: Float64Array
  readonly shrunk: Float64Array
  /** what is seen of one that is calibrated */
  readonly chance: Float64Array
  /** filled bins of units, and what their rows add to a bin by chance */
  readonly unit: Uint16Array
  readonly bin: Uint16Array
  readonly noise: Float64Array
}

/** @param weight of each row, null: 1; @param codes group of each row, null: its own */
export function binnedChange(before: SignedRows, after: SignedRows, weight: Float64Array | null, codes: Int32Array | null): BinnedChange {
  const rows = after.flattered.length
  const groups = codes && compacted(codes)
  const count = groups ? groups.count : rows
  const units = Math.min(count, UNITS)
  const unitOf = (row: number) => (groups ? (groups.codes[row] ?? 0) : row) % units
  const total = weight ? weight.reduce((sum, w) => sum + w, 0) : rows
  const binsOf = ({ inBins }: SignedRows) =>
    inBins.map((one) => shrunkBins(one, { weight, total, units, unitOf, grouped: groups !== null }))
  const [was, is] = [binsOf(before), binsOf(after)]
  const sizes = (of: (one: Bins) => Float64Array) => (errorOf(is, of) - errorOf(was, of)) / is.length
  const { mean, deviation } = drawn(was, is, units)
  const value = sizes(({ seen }) => seen)
  const added = [0, mean - sizes(({ shrunk }) => shrunk), sizes(({ chance }) => chance)]
  return { value, rise: value - Math.max(...added), fall: value - Math.min(...added), se: deviation, n: Math.min(DRAWS, count) }
}

const errorOf = (classes: readonly Bins[], of: (one: Bins) => Float64Array): number =>
  classes.reduce((all, one) => all + of(one).reduce((sum, x) => sum + Math.abs(x), 0), 0)

interface Rows {
  readonly weight: Float64Array | null
  readonly total: number
  readonly units: number
  readonly unitOf: (row: number) => number
  readonly grouped: boolean
}

function shrunkBins({ gaps, bin, bins }: GapsInBins, { weight, total, units, unitOf, grouped }: Rows): Bins {
  const [seen, chance, weights] = [new Float64Array(bins), new Float64Array(bins), new Float64Array(bins)]
  const sums = new Float64Array(units * bins)
  const own = new Float64Array(units * bins)
  for (let i = 0; i < gaps.length; i++) {
    const b = bin[i] ?? 0
    const w = (weight ? (weight[i] ?? 0) : 1) / total
    const gap = gaps[i] ?? 0
    const at = unitOf(i) * bins + b
    seen[b] = (seen[b] ?? 0) + w * gap
    weights[b] = (weights[b] ?? 0) + w
    // y is 0 or 1, so that p(1 − p) = |y − p| (1 − |y − p|)
    chance[b] = (chance[b] ?? 0) + w * w * Math.abs(gap) * (1 - Math.abs(gap))
    sums[at] = (sums[at] ?? 0) + w * gap
    own[at] = (own[at] ?? 0) + w
  }
  if (grouped) {
    const squares = new Float64Array(bins)
    for (const [at, sum] of sums.entries()) squares[at % bins] = (squares[at % bins] ?? 0) + sum * sum
    for (const [b, square] of squares.entries()) chance[b] = Math.max(chance[b] ?? 0, square)
  }
  const shrunk = seen.map((x, b) => Math.sign(x) * Math.sqrt(Math.max(0, x * x - (chance[b] ?? 0))))
  const filled = Uint32Array.from([...own.keys()].filter((at) => (own[at] ?? 0) > 0))
  return {
    seen,
    shrunk,
    chance: chance.map((variance) => Math.sqrt((2 * variance) / Math.PI)),
    unit: Uint16Array.from(filled, (at) => Math.floor(at / bins)),
    bin: Uint16Array.from(filled, (at) => at % bins),
    noise: Float64Array.from(filled, (at) => {
      const b = at % bins
      return (sums[at] ?? 0) - ((shrunk[b] ?? 0) * (own[at] ?? 0)) / (weights[b] ?? 1)
    }),
  }
}

function drawn(was: readonly Bins[], is: readonly Bins[], units: number): { readonly mean: number; readonly deviation: number } {
  const source = random(1)
  const sign = new Float64Array(units)
  const changes = new Float64Array(DRAWS)
  const sizeOf = ({ shrunk, unit, bin, noise }: Bins): number => {
    const sums = shrunk.slice()
    for (let e = 0; e < noise.length; e++) {
      const b = bin[e] ?? 0
      sums[b] = (sums[b] ?? 0) + (sign[unit[e] ?? 0] ?? 0) * (noise[e] ?? 0)
    }
    return sums.reduce((sum, x) => sum + Math.abs(x), 0)
  }
  const errorIn = (classes: readonly Bins[]) => classes.reduce((sum, one) => sum + sizeOf(one), 0)
  for (let d = 0; d < DRAWS; d++) {
    let bits = 0
    for (let u = 0; u < units; u++) {
      if (u % 32 === 0) bits = source.bits()
      sign[u] = (bits >>> (u % 32)) & 1 ? 1 : -1
    }
    changes[d] = (errorIn(is) - errorIn(was)) / is.length
  }
  const mean = changes.reduce((sum, x) => sum + x, 0) / DRAWS
  return { mean, deviation: Math.sqrt(changes.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (DRAWS - 1)) }
}
