/**
 * Probabilities in bins, and what the bins say of them.
 *
 *     width   (j/m, (j+1)/m], the first one closed
 *     mass    up to the smallest probability with the share j/m of the weight at or below it: equal probabilities are in one bin, so there may be fewer
 *
 *     ECE = Σ_b (W_b/W) |ȳ_b − p̄_b|          Brier = reliability − resolution + uncertainty + within
 *     reliability Σ (W_b/W)(p̄_b − ȳ_b)²      resolution Σ (W_b/W)(ȳ_b − ȳ)²      uncertainty ȳ(1 − ȳ)
 *
 * `within` is what is lost of the Brier score where a bin holds different probabilities: 0 when it does not. Weights of rows, null: 1 each.
 * @throws RangeError when a probability is outside [0, 1]
 * Source: Naeini, Cooper & Hauskrecht 2015; Nguyen & O'Connor 2015 for equal mass; Murphy 1973; Stephenson, Coelho & Jolliffe 2008 for what lies within.
 */
import { rankingOnce } from './ranking.ts'
import { firstAtLeast } from './sorted.ts'

export const binnings = ['width', 'mass'] as const
export type Binning = (typeof binnings)[number]

/** What each row adds to the sum of the bin it lies in. */
export interface GapsInBins {
  readonly gaps: Float64Array
  readonly bin: Uint16Array
  readonly bins: number
}

/** The bin of each row, from 0 on. Loops without a function for each row: of millions of rows that is most of the time. */
export function binOf(p: Float64Array, weight: Float64Array | null, bins: number, binning: Binning): Uint16Array {
  for (let i = 0; i < p.length; i++) {
    const one = p[i] ?? Number.NaN
    if (!(one >= 0 && one <= 1)) throw new RangeError('a probability lies outside [0, 1]')
  }
  const bin = new Uint16Array(p.length)
  if (binning === 'width') {
    for (let i = 0; i < p.length; i++) bin[i] = Math.max(0, Math.ceil((p[i] ?? 0) * bins) - 1)
    return bin
  }
  const ends = Float64Array.from(massEnds(p, weight, bins))
  for (let i = 0; i < p.length; i++) bin[i] = firstAtLeast(ends, p[i] ?? 0)
  return bin
}

/** Upper ends of all bins but the last, rising. */
function massEnds(p: Float64Array, weight: Float64Array | null, bins: number): readonly number[] {
  const { order } = rankingOnce(p)
  const total = weight ? weight.reduce((sum, w) => sum + w, 0) : p.length
  const ends: number[] = []
  let seen = 0
  let j = 1
  for (let at = order.length - 1; at >= 0; at--) {
    const row = order[at] ?? 0
    seen += weight ? (weight[row] ?? 0) : 1
    // sums of real weights are not exact
    while (j < bins && seen >= (j / bins) * total * (1 - 1e-12)) {
      const end = p[row] ?? 0
      if (end !== ends.at(-1)) ends.push(end)
      j += 1
    }
  }
  return ends
}

export interface ReliabilityBin {
  readonly rows: number
  readonly weight: number
  /** Σ w² */
  readonly squares: number
  /** mean probability */
  readonly mean: number
  /** share of yes */
  readonly observed: number
}

/** Those with rows, by rising probability. */
export function reliabilityBins(
  y: ArrayLike<number>,
  p: Float64Array,
  weight: Float64Array | null,
  bins: number,
  binning: Binning,
): readonly ReliabilityBin[] {
  const bin = binOf(p, weight, bins, binning)
  const sums = Array.from({ length: bins }, () => ({ rows: 0, weight: 0, squares: 0, p: 0, y: 0 }))
  for (let i = 0; i < p.length; i++) {
    const into = sums[bin[i] ?? 0]
    if (!into) continue
    const w = weight ? (weight[i] ?? 0) : 1
    into.rows += 1
    into.weight += w
    into.squares += w * w
    into.p += w * (p[i] ?? 0)
    into.y += w * (y[i] ?? 0)
  }
  return sums.flatMap(({ rows, weight: w, squares, p: chance, y: yes }) =>
    w === 0 ? [] : [{ rows, weight: w, squares, mean: chance / w, observed: yes / w }],
  )
}

const overBins = (bins: readonly ReliabilityBin[], of: (bin: ReliabilityBin) => number): number => {
  const total = bins.reduce((sum, { weight }) => sum + weight, 0)
  return bins.reduce((sum, bin) => sum + bin.weight * of(bin), 0) / total
}

export const binnedError = (bins: readonly ReliabilityBin[]): number => overBins(bins, ({ mean, observed }) => Math.abs(observed - mean))

export interface BrierParts {
  readonly reliability: number
  readonly resolution: number
  readonly uncertainty: number
  readonly within: number
}

/** @param brier of the same rows */
export function brierParts(bins: readonly ReliabilityBin[], brier: number): BrierParts {
  const base = overBins(bins, ({ observed }) => observed)
  const reliability = overBins(bins, ({ mean, observed }) => (mean - observed) ** 2)
  const resolution = overBins(bins, ({ observed }) => (observed - base) ** 2)
  const uncertainty = base * (1 - base)
  return { reliability, resolution, uncertainty, within: brier - (reliability - resolution + uncertainty) }
}
