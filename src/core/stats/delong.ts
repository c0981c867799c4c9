/**
 * Area under the ROC curve with DeLong's variance, for one model or two on the same rows.
 *
 *     AUC = P(score⁺ > score⁻) + ½ P(equal)
 *     V⁺_i = share of negatives that positive i beats, V⁻_j = share of positives that beat negative j (ties count half)
 *     var = S⁺/n⁺ + S⁻/n⁻,  cov between models alike from the products of their components (S with n − 1)
 *
 * O(n) through tie groups. `aucBounds` (one-sided bounds at `level`): normal; on the logit scale where AUC > 0.95, AUC < 0.05 or a
 * class has fewer than 30 rows; at AUC 1, where the variance is 0, the lower bound is α^(1/min(n⁺, n⁻)), at AUC 0 its mirror.
 * `aucDifference` gives the change, its standard error, which for a curve without variance comes from that bound, and the degrees of freedom of that.
 * `changeLower`: how far down a change may be, put together from the areas' own intervals and their correlation r (MOVER, Zou & Donner 2008): near 1 an area has farther to fall than to rise,
 * which Student's t of the difference does not know. Where both intervals are normal it is that of the difference to the last digit.
 *
 *     r = (se₁² + se₂² − se²)/(2 se₁ se₂)
 *
 * @throws RangeError when one class is absent: the AUC is undefined
 * Source: DeLong et al. 1988; Sun & Xu 2014; Zou & Donner 2008; Hanley & McNeil 1983 for the bound.
 */
import { degreesOf } from './mean.ts'
import { pairedLower } from './mover.ts'
import { normalQuantile } from './normal.ts'
import type { Bounds } from './proportion.ts'
import type { Ranking } from './ranking.ts'
import { studentQuantile } from './student-t.ts'

export interface AucParts {
  readonly auc: number
  readonly positives: number
  readonly negatives: number
  /** V⁺ of a positive row, V⁻ of a negative one; in the room of the ranking, where it has some */
  readonly components: Float64Array
}

/** @param y 1 for positive rows, 0 for negative ones; any other number leaves the row out (its component is NaN) */
export function aucParts(ranks: Ranking, y: ArrayLike<number>): AucParts {
  const known = kept.get(ranks)
  if (known?.y === y) return known.parts
  const parts = partsOf(ranks, y)
  kept.set(ranks, { y, parts })
  return parts
}

/** Value, interval and every comparison read the same components: made once for a ranking, gone with it. */
const kept = new WeakMap<Ranking, { readonly y: ArrayLike<number>; readonly parts: AucParts }>()

/** For the label of a row that is neither. */
const LEFT_OUT = 2

function partsOf({ order, ends, room }: Ranking, y: ArrayLike<number>): AucParts {
  const labels = y instanceof Uint8Array ? y : Uint8Array.from({ length: y.length }, (_, i) => (y[i] === 0 || y[i] === 1 ? y[i] : LEFT_OUT))
  // labels in the order of the scores: gathered in a loop of their own, which waits for memory once and not at each branch, and counted without one
  const sorted = new Uint8Array(order.length)
  let positives = 0
  let left = 0
  for (let at = 0; at < sorted.length; at++) {
    const label = Math.min(labels[order[at] ?? 0] ?? LEFT_OUT, LEFT_OUT)
    sorted[at] = label
    positives += label & 1
    left += label >> 1
  }
  const negatives = sorted.length - positives - left
  if (positives === 0 || negatives === 0) throw new RangeError('the AUC is undefined when one class is absent')

  // every row of the order is written
  const components = room ?? new Float64Array(y.length)
  let start = 0
  let above = 0 // positives with a higher score
  let seen = 0 // negatives with a higher score
  let sum = 0
  for (let g = 0; g < ends.length; g++) {
    const end = ends[g] ?? 0
    // most rows have a score of their own, and this loop is most of the work on millions of them
    if (end === start + 1) {
      const label = sorted[start]
      const row = order[start] ?? 0
      start = end
      if (label === 0) {
        components[row] = above / positives
        seen += 1
      } else if (label === 1) {
        components[row] = (negatives - seen) / negatives
        sum += negatives - seen
        above += 1
      } else components[row] = Number.NaN
      continue
    }
    let pos = 0
    let neg = 0
    for (let at = start; at < end; at++) {
      if (sorted[at] === 1) pos += 1
      else if (sorted[at] === 0) neg += 1
    }
    const beats = (negatives - seen - neg + neg / 2) / negatives
    const beaten = (above + pos / 2) / positives
    for (let at = start; at < end; at++) components[order[at] ?? 0] = sorted[at] === 1 ? beats : sorted[at] === 0 ? beaten : Number.NaN
    sum += pos * (negatives - seen - neg + neg / 2)
    above += pos
    seen += neg
    start = end
  }
  return { auc: sum / (positives * negatives), positives, negatives, components }
}

/** Covariance of two AUCs on the same rows; of one with itself, its variance. A class with a single row adds nothing. */
export function aucCovariance(a: AucParts, b: AucParts, y: ArrayLike<number>): number {
  let pos = 0
  let neg = 0
  for (let i = 0; i < y.length; i++) {
    const product = ((a.components[i] ?? 0) - a.auc) * ((b.components[i] ?? 0) - b.auc)
    if (y[i] === 1) pos += product
    else if (y[i] === 0) neg += product
  }
  return spread(pos, a.positives) + spread(neg, a.negatives)
}

/** What an interval of an AUC needs, without the rows: of rows that stand for themselves, or of groups of them. */
export interface AucError {
  readonly auc: number
  readonly se: number
  /** rows (or groups that have any) of the rarer class */
  readonly fewest: number
  /** of Student's t; null: normal */
  readonly df: number | null
}

export const aucError = (parts: AucParts, y: ArrayLike<number>): AucError =>
  errorFrom(parts.auc, parts, Math.sqrt(aucCovariance(parts, parts, y)))

/** @param squares of the components of each class about the area, summed */
export const errorOfMoments = (auc: number, classes: Classes, { pos, neg }: ByClass): AucError =>
  errorFrom(auc, classes, Math.sqrt(spread(pos, classes.positives) + spread(neg, classes.negatives)))

const errorFrom = (auc: number, { positives, negatives }: Classes, se: number): AucError => ({
  auc,
  se,
  fewest: Math.min(positives, negatives),
  df: null,
})

/** How many rows of each class there are. */
type Classes = Pick<AucParts, 'positives' | 'negatives'>

/** A sum over the rows of each class. */
interface ByClass {
  readonly pos: number
  readonly neg: number
}

/** ψ_i of `clusters.ts`: how much each row moves the AUC; 0 for rows left out. */
export function aucInfluence(parts: AucParts, y: ArrayLike<number>): Float64Array {
  return parts.components.map((component, i) =>
    y[i] === 1 ? (component - parts.auc) / parts.positives : y[i] === 0 ? (component - parts.auc) / parts.negatives : 0,
  )
}

export function aucBounds({ auc, se, fewest, df }: AucError, level: number): { readonly bounds: Bounds; readonly method: string } {
  const z = df === null ? normalQuantile(level) : studentQuantile(level, df)
  if (se === 0 && auc !== 0 && auc !== 1) {
    // every component is equal: a constant score, which has AUC ½ on any rows
    return { bounds: [auc, auc], method: 'delong' }
  }
  const extreme = (1 - level) ** (1 / fewest)
  if (auc === 1) return { bounds: [extreme, 1], method: 'delong-boundary' }
  if (auc === 0) return { bounds: [0, 1 - extreme], method: 'delong-boundary' }
  if (auc > 0.95 || auc < 0.05 || fewest < 30) {
    const logit = Math.log(auc / (1 - auc))
    const half = (z * se) / (auc * (1 - auc))
    return { bounds: [1 / (1 + Math.exp(half - logit)), 1 / (1 + Math.exp(-half - logit))], method: 'delong-logit' }
  }
  return { bounds: [auc - z * se, auc + z * se], method: 'delong' }
}

export interface AucChange {
  readonly value: number
  readonly se: number
  /** of the standard error: what the rarer class, and the few rows in which the models differ much, know of it (`degreesOf`) */
  readonly df: number
}

export function aucDifference(first: AucParts, second: AucParts, y: ArrayLike<number>): AucChange {
  const { squares, fourths } = powersOfDifference(first, second, y)
  return changeOfMoments(first.auc, second.auc, first, squares, fourths)
}

/**
 * var₁ + var₂ − 2 cov is the variance of the differences of the components: one pass, and never below 0.
 * @param squares of those of each class about the change, summed; @param fourths their fourth powers
 */
export function changeOfMoments(before: number, after: number, classes: Classes, squares: ByClass, fourths: ByClass): AucChange {
  const { positives, negatives } = classes
  const variance = spread(squares.pos, positives) + spread(squares.neg, negatives)
  const df = degreesOf(
    positives + negatives,
    squares.pos / positives ** 2 + squares.neg / negatives ** 2,
    fourths.pos / positives ** 4 + fourths.neg / negatives ** 4,
  )
  const open = leftOpen(before, after, Math.min(positives, negatives))
  return { value: after - before, se: Math.sqrt(Math.max(variance, open ** 2)), df }
}

/** @param se of the difference, on `df` degrees of freedom, which the areas' own intervals have here, too */
export function changeLower(before: AucError, after: AucError, { se, df }: Pick<AucChange, 'se' | 'df'>, level: number): number {
  const area = (error: AucError) => ({ value: error.auc, bounds: (at: number) => aucBounds({ ...error, df }, at).bounds })
  const both = before.se * after.se
  const r = both > 0 ? Math.max(-1, Math.min(1, (before.se ** 2 + after.se ** 2 - se ** 2) / (2 * both))) : 0
  return pairedLower(area(after), area(before), r, level)
}

interface Powers {
  readonly squares: ByClass
  readonly fourths: ByClass
}

function powersOfDifference(first: AucParts, second: AucParts, y: ArrayLike<number>): Powers {
  let pos = 0
  let neg = 0
  let posFourths = 0
  let negFourths = 0
  const move = second.auc - first.auc
  for (let i = 0; i < y.length; i++) {
    const label = y[i]
    if (label !== 1 && label !== 0) continue
    const d = (second.components[i] ?? 0) - (first.components[i] ?? 0) - move
    const square = d * d
    if (label === 1) {
      pos += square
      posFourths += square * square
    } else {
      neg += square
      negFourths += square * square
    }
  }
  return { squares: { pos, neg }, fourths: { pos: posFourths, neg: negFourths } }
}

/** What one class adds to a variance; a single row adds nothing. */
const spread = (sum: number, n: number) => (n > 1 ? sum / (n - 1) / n : 0)

/** 0 or 1 where an area, or an average of such areas, is that up to rounding; else the number itself. */
export function atEnd(area: number): number {
  const end = Math.round(area)
  return Math.abs(area - end) < 1e-9 ? end : area
}

/** Perfect separation has no variance to see: what α^(1/fewest) leaves open at 95 % stands in for the standard error of a difference. */
export const leftOpen = (first: number, second: number, fewest: number): number =>
  first !== second && [first, second].some((auc) => auc === 0 || auc === 1) ? (1 - 0.05 ** (1 / fewest)) / normalQuantile(0.95) : 0
