/** How models are judged, as the config says it: limits, metrics, decisions, slices, calibration, fairness. */

export interface Thresholds<T> {
  readonly warn?: T
  readonly fail?: T
}

export type Change = { readonly kind: 'absolute'; readonly value: number } | { readonly kind: 'relative'; readonly value: number }

/** One way to say a limit: on the level (`min`, `max`), or on the change against the baseline (`maxDrop`, `maxRise`). */
export interface Limits {
  readonly min?: Thresholds<number>
  readonly max?: Thresholds<number>
  readonly maxDrop?: Thresholds<Change>
  readonly maxRise?: Thresholds<Change>
}

export const certainties = ['lenient', 'literal', 'strict'] as const
export type Certainty = (typeof certainties)[number]
export const modes = ['guard', 'point', 'confident_worse', 'non_inferior', 'superior'] as const
export type Mode = (typeof modes)[number]

export interface MetricSpec extends Limits {
  /** shown name: the key in the config */
  readonly name: string
  /** key of the metrics table, or of the file of `score.metrics_file` */
  readonly metric: string
  /** of a number that the team computes itself (`task: custom`): which way is better; absent: the metrics table says it */
  readonly direction?: 'higher' | 'lower'
  /** parameters such as `fpr`, `k`, `average` */
  readonly params: { readonly [key: string]: number | string }
  readonly certainty: Certainty
  /** the change that is allowed comes from the ledger: the larger of `floor` and k × MAD of the last `runs` recorded values */
  readonly auto?: {
    readonly floor: Change | null
    readonly k: number
    readonly runs: number
    /** what the ledger has; never written, filled in before judging */
    readonly found?: { readonly mad: number | null; readonly runs: number }
  } | null
  /** how often a noisy measurement is repeated before it fails, default 1 */
  readonly confirm?: number
  /** a pull request brings it; never written, said where policy is applied */
  readonly fresh?: true
  /** of a metric of the base: words of its change limit that a pull request brings; never written either */
  readonly freshWords?: readonly ('warn' | 'fail')[]
}

/** What a decision is worth. A matrix by label: `matrix[truth][predicted]`; tp, fp, fn, tn are the short form of a binary one. */
export interface ValueSpec {
  readonly currency: string | null
  readonly matrix: Readonly<Record<string, Readonly<Record<string, number>>>> | null
  readonly binary: { readonly tp: number; readonly fp: number; readonly fn: number; readonly tn: number } | null
  /** a column that holds the value of acting on the row (predicted positive); not acting is worth nothing */
  readonly column: string | null
}

export interface SlicesSpec {
  /** declared: a column, or columns taken together */
  readonly by: readonly (readonly string[])[]
  /** look for slices of single columns, too: levels, and quartiles of numbers */
  readonly auto: boolean
  readonly minRows: number
  /** metrics judged per slice, with their limits; empty: the primary one, margin 2 pp */
  readonly metrics: readonly MetricSpec[]
  /** what of it a pull request brings; never written, said where policy is applied */
  readonly fresh?: { readonly by: SlicesSpec['by']; readonly auto: boolean }
}

/** Are the probabilities right? Beyond `maxExcess` and certain by Spiegelhalter's test at `p`. */
export interface CalibrationSpec {
  /** of the error in bins, what is above chance */
  readonly maxExcess: Thresholds<number>
  readonly p: number
  readonly bins: number
  readonly binning: 'width' | 'mass'
}

/** What is looked at where nothing is written. */
export const usualCalibration: CalibrationSpec = { maxExcess: { fail: 0.05 }, p: 0.01, bins: 15, binning: 'width' }

/** `guard`: beyond the limit and certainly a gap; the others as of a level. */
export const fairnessCertainties = ['guard', ...certainties] as const
export type FairnessCertainty = (typeof fairnessCertainties)[number]

export interface FairnessLimits {
  /** shown name: the key in the config */
  readonly name: string
  /** key of the table of measures */
  readonly measure: string
  /** of several classes or labels the one it is of */
  readonly named: string | null
  readonly certainty: FairnessCertainty
  /** between any two groups */
  readonly maxDifference?: Thresholds<number>
  readonly minRatio?: Thresholds<number>
  /** of the widest gap, against the baseline */
  readonly maxRise?: Thresholds<number>
  /** those of its limits that a pull request brings; never written, said where policy is applied */
  readonly fresh?: readonly ('maxDifference' | 'minRatio' | 'maxRise')[]
}

export interface FairnessSpec {
  /** a column, or columns taken together */
  readonly by: readonly (readonly string[])[]
  readonly metrics: readonly FairnessLimits[]
  /** rows of the kind that a measure rests on, in each group */
  readonly minRows: number
  /** those of `by` that a pull request brings; never written, said where policy is applied */
  readonly freshBy?: FairnessSpec['by']
}
