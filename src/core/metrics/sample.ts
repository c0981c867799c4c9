/**
 * A metric on the rows of one model: its value, and what its interval and its comparison need. One kind per family of
 * inference; `evaluate/` has one function per family and knows no metric by name.
 */
import type { BestCut } from '../stats/best-cut.ts'
import type { SignedRows } from '../stats/calibration-signs.ts'
import type { Mean } from '../stats/mean.ts'
import type { Ranking } from '../stats/ranking.ts'
import type { UnseenDraw } from '../stats/unseen.ts'
import type { Area } from './area.ts'

/** Positives and negatives at every distinct threshold, highest first (curve.ts). */
export interface Curve {
  /** weight of positives with a score at or above threshold g */
  readonly tp: Float64Array
  readonly fp: Float64Array
}

/** A value with the reason why it is none, or why it is only a convention (0/0 = 0). A gate on either is an error. */
export interface MetricValue {
  readonly value: number | null
  readonly undefined: string | null
}

export const defined = (value: number): MetricValue => ({ value, undefined: null })
export const undefinedBecause = (because: string, value: number | null = null): MetricValue => ({ value, undefined: because })

/** numerator/denominator; 0/0 is the convention `otherwise`, flagged */
export const ratio = (numerator: number, denominator: number, because: string, otherwise: number | null = 0): MetricValue =>
  denominator === 0 ? undefinedBecause(because, otherwise) : defined(numerator / denominator)

/** Counts by truth (row) and prediction (column), k × k, row by row. */
export type Confusion = Float64Array

/** Weights are whole numbers; a row counts as often as its unit was drawn. */
export type Weighted = (unit: Uint16Array) => (weights: Uint8Array) => MetricValue

/** A share of rows, and what it was said to be. */
export interface Gap {
  readonly rows: number
  readonly promised: number
  /** how many have it; where rows come in groups or count differently, their mean with its error */
  readonly share: number | Mean
}

interface Common {
  readonly value: MetricValue
  /**
   * Of each entry of the sample (a row, or a query): the code of the unit that is resampled and counted. Null or absent: each entry is one.
   * In kind `weighted`, whose entries are always rows, too.
   */
  readonly unit?: Int32Array | null
  /**
   * Weight of each entry in the kinds `mean`, `moments`, `cells`, `cut` and `rank`: every sum over entries, the number of them included, is a sum of
   * weights. Null or absent: 1 each. Kinds `weighted` and `influence` hold their weights themselves; `proportion` and `auc` have none (a weighted
   * share comes as a `mean`, a weighted AUC as an `influence`).
   */
  readonly weight?: Float64Array | null
  /**
   * Where rows of a kind are few: draws of the value with such rows as nobody saw (`unseen.ts`), of rows that stand for themselves and count alike. Null or absent: what was seen
   * speaks for the rest.
   */
  readonly unseen?: () => UnseenDraw | null
  /** rows or queries that the metric is not defined for, and that are no entries */
  readonly excluded?: { readonly count: number; readonly because: string } | null
}

export type Sample =
  /** share of yes among rows chosen by the truth alone, so that both models have the same rows */
  | (Common & { readonly kind: 'proportion'; readonly hit: Uint8Array; readonly among: Uint8Array | null })
  /** a function of the confusion counts; `trials` where it is a share whose rows the model chooses itself (precision) */
  | (Common & {
      readonly kind: 'cells'
      readonly classes: number
      readonly y: Uint8Array | Int32Array
      readonly predicted: Uint8Array | Int32Array
      readonly of: (confusion: Confusion) => MetricValue
      readonly trials: ((confusion: Confusion) => readonly [hits: number, trials: number]) | null
    })
  /** each row counts alike */
  | (Common & { readonly kind: 'auc'; readonly area: Area; readonly y: Uint8Array })
  /** a function of the ROC counts at each threshold; `influence` where it has a gradient: ψ of each row, as in `evaluate/left-out.ts` */
  | (Common & {
      readonly kind: 'rank'
      readonly ranks: Ranking
      readonly y: Uint8Array
      readonly of: (curve: Curve) => MetricValue
      readonly influence: (() => Float64Array) | null
    })
  /** the largest distance of the shares of both classes beyond a threshold: the best one, and one that a row had no part in choosing */
  | (Common & { readonly kind: 'cut'; readonly y: Uint8Array; readonly cut: BestCut })
  /** mean of per-row values; rows left out are chosen by the truth alone */
  | (Common & {
      readonly kind: 'mean'
      readonly rows: Float64Array
      /** between which a row must lie, far out as that may be; absent: it has no end */
      readonly within?: readonly [least: number, most: number]
    })
  /** a function of sums over rows; `of` gets the sums and the number of rows (the sum of weights where there are any) */
  | (Common & {
      readonly kind: 'moments'
      readonly columns: readonly Float64Array[]
      readonly of: (sums: Float64Array, rows: number) => MetricValue
      /** where `of` is the root of the mean of the first column, or its distance from something: the interval is that of the mean, carried over */
      readonly ofMean?: { readonly kind: 'root' } | { readonly kind: 'distance'; readonly from: number }
      /** labels, where `of` is 1 less the mean of the first column over a number that they alone give */
      readonly skillOver?: Uint8Array
    })
  /** anything that can be computed with a weight per row: given the unit of each row, a function of the units' weights */
  | (Common & {
      readonly kind: 'weighted'
      readonly rows: number
      readonly prepare: Weighted
      readonly weight?: never
      /** of a distance from what was promised: the rows whose mean it is, and such whose mean is no larger than the truth */
      readonly signed?: (() => SignedRows & { readonly heavy: Float64Array | null }) | null
      /** of the largest of distances between a share and what was promised */
      readonly gaps?: (() => readonly Gap[]) | null
    })
  /**
   * an average of ROC areas: each row's influence is known, with expectation 0, the standard error follows: √Σψ²/n, of units √Σ(Σψ)²/n. Areas of 0 or 1 have
   * no spread to see, and how near that comes follows from `fewest`: rows (units) of the rarest class or label, as many as count alike
   */
  | (Common & { readonly kind: 'influence'; readonly influence: Float64Array; readonly fewest: () => number })
  /** a value for which no valid interval is known */
  | (Common & { readonly kind: 'plain' })

export type Family = Sample['kind']

export const plain = (value: MetricValue): Sample => ({ kind: 'plain', value })

/** Losses of rows of which none is below 0 or above `most`. */
export const upTo = (most: number, losses: Sample): Sample => (losses.kind === 'mean' ? { ...losses, within: [0, most] } : losses)
