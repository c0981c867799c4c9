/** Has the distribution of one column moved? Statistics first, then, once the whole family is known, the state. */
import type { driftStates } from '../schema/drift-details.ts'
import type { ColumnProfile } from '../schema/profile.ts'
import { andersonDarling } from './anderson-darling.ts'
import type { BlockTest } from './block-permutation.ts'
import { cauchyCombination } from './cauchy-combination.ts'
import { effectiveSize } from './cells.ts'
import type { ColumnCells } from './column-cells.ts'
import { finiteRows, missing } from './column-rows.ts'
import { hellinger } from './hellinger.ts'
import { homogeneity, proportionsP } from './homogeneity.ts'
import { jensenShannon } from './jensen-shannon.ts'
import { kolmogorovSmirnov } from './kolmogorov-smirnov.ts'
import { driftMetricTable, type Sizes } from './metric-table.ts'
import { beyondP, isDetectable, rowsPerSide } from './minimum-detectable.ts'
import { populationStability } from './population-stability.ts'
import { profileQuantile } from './quantile.ts'
import { shareGaps } from './share-gaps.ts'
import type { ShiftLimits } from './thresholds.ts'
import { type Shape, wasserstein } from './wasserstein.ts'

export type DriftState = (typeof driftStates)[number]

export interface Shift {
  /** JS*, [0, 1] */
  readonly js: number
  /** of this column alone */
  readonly p: number
  readonly df: number
  /** X² of the coarse cells */
  readonly statistic: number
  readonly effectiveRows: number
  /** every metric that a limit may be set on */
  readonly sizes: Sizes
  readonly companions: Readonly<Record<string, number | null>>
  /** smallest p that so many blocks can give; 0 of rows */
  readonly smallest: number
  /** p is approximate, of too few blocks to exchange: it warns at most */
  readonly capped: boolean
  /** certainty is of blocks, which tell fewer cells apart than the distance is of */
  readonly exchanged: boolean
}

/**
 * Certainty: χ² on the coarse cells, and where there is an order Anderson–Darling on the fine ones too. Size: JS* on the coarse ones.
 * @param means of the rows as they are counted here; null: not known
 */
export function measureShift(
  reference: ColumnProfile,
  current: ColumnProfile,
  { coarse, fine }: ColumnCells,
  means: Shape['means'] = meansOf(reference, current),
): Shift {
  const test = homogeneity(coarse.reference, coarse.current)
  const ordered = fine !== null && hasRows(fine.reference) && hasRows(fine.current) ? fine : null
  const p = ordered === null ? test.p : cauchyCombination([andersonDarling(ordered.reference, ordered.current).p, test.p])
  const js = jensenShannon(coarse.reference, coarse.current)
  const psi = populationStability(coarse.reference, coarse.current)
  const gaps = shareGaps(coarse.reference, coarse.current)
  const ks = ordered === null ? null : kolmogorovSmirnov(ordered.reference, ordered.current)
  const w1 = ordered?.places
    ? wasserstein(ordered.places.points, ordered.reference, ordered.current, { spread: ordered.places.spread, means })
    : null
  const w1Sd = w1 === null ? null : overSd(w1, reference)
  const nulls = Math.abs(missing(current) / current.n - missing(reference) / reference.n)
  const plain = (value: number | null) => (value === null ? null : { raw: value, corrected: value })
  return {
    js: js.corrected,
    p,
    df: test.df,
    statistic: test.statistic,
    effectiveRows: effectiveSize({ n: reference.n, m: current.n }),
    smallest: 0,
    capped: false,
    exchanged: false,
    sizes: {
      js: { raw: js.distance, corrected: js.corrected },
      psi,
      ks: plain(ks?.d ?? null),
      wasserstein: plain(w1Sd),
      tvd: plain(gaps.totalVariation),
      linf: plain(gaps.largest),
      cramers_v: { raw: Math.min(1, Math.sqrt(test.statistic / (reference.n + current.n))), corrected: test.v },
      null_rate: plain(nulls),
    },
    companions: {
      psi: psi.raw,
      psi_corrected: psi.corrected,
      v: test.v,
      tvd: gaps.totalVariation,
      linf: gaps.largest,
      hellinger: hellinger(coarse.reference, coarse.current),
      ...(ks === null ? {} : { ks: ks.d, ks_p: ks.p }),
      ...(w1 === null ? {} : { w1, w1_iqr: overIqr(w1, reference), w1_sd: w1Sd }),
    },
  }
}

/**
 * The same shift with blocks exchanged instead of rows: p is theirs, JS* loses what exchanging blocks alone gives, and the rows are worth
 * as many as would vary so much.
 * @param excess how much more the blocks vary than independent rows, at least 1
 */
export function inBlocks(
  shift: Shift,
  { p, mean, smallest }: Pick<BlockTest, 'p' | 'mean' | 'smallest'>,
  excess: number,
  capped = false,
): Shift {
  const { js } = shift.sizes
  const corrected = js === null || js.raw === 1 ? shift.js : Math.sqrt(Math.max(0, js.raw * js.raw - mean / Math.LN2))
  const least = Math.min(shift.js, corrected)
  return {
    ...shift,
    js: least,
    p,
    smallest,
    capped,
    exchanged: true,
    statistic: shift.statistic / excess,
    effectiveRows: shift.effectiveRows / excess,
    sizes: { ...shift.sizes, js: js && { raw: js.raw, corrected: least } },
  }
}

/** p that the limits of this column ask for: of the change as it is, or, where only missing values count, of theirs. */
export const metricP = (shift: Shift, limits: ShiftLimits, reference: ColumnProfile, current: ColumnProfile): number =>
  limits.metric === 'null_rate' && shift.smallest === 0
    ? proportionsP(missing(reference), reference.n, missing(current), current.n)
    : shift.p

/** p of "it lies within this limit", for `certainty: strict`. */
export const strictP = (shift: Shift, { metric }: ShiftLimits, limit: number): number =>
  Math.max(shift.p, beyondP(shift.statistic, shift.df, shift.effectiveRows, driftMetricTable[metric].asJs(limit)))

/** What `shift` is set against; null: this kind of column has no such figure. */
export function sizeOf({ sizes }: Shift, { metric, raw }: ShiftLimits): number | null {
  const size = sizes[metric]
  return size === null ? null : raw ? size.raw : size.corrected
}

/** p-values adjusted within the family: of a change at all, and with `strict` of one beyond each limit. */
export interface Certainty {
  readonly q: number
  readonly warn: number
  readonly fail: number
  readonly levels: { readonly warn: number; readonly fail: number }
  /** q at which a change is there at all */
  readonly noticed: number
  /** least q that this column could have reached: more than 0 where there are few blocks */
  readonly least: number
}

/**
 * Significant and material, or not; and where neither was found, whether so few rows could have shown it.
 * @param blind several values share the one cell that was looked at
 */
export function shiftState(shift: Shift, { q, ...at }: Certainty, limits: ShiftLimits, blind = false): DriftState {
  const { warn, fail, raw } = limits
  const size = sizeOf(shift, limits) ?? 0
  if (!shift.capped && fail !== undefined && size >= fail && (raw || at.fail <= at.levels.fail)) return 'fail'
  // too few blocks for a fail can still be certain enough for a warn
  const first = warn ?? (shift.capped || at.least > at.levels.fail ? fail : undefined)
  if (first !== undefined && size >= first && (raw || at.warn <= at.levels.warn)) return 'warn'
  if (raw) return 'ok'
  const smallest = warn ?? fail
  if (smallest === undefined) return 'ok'
  if (at.least > at.levels.warn) return 'inconclusive'
  if (q <= at.noticed) return size < smallest ? 'immaterial' : 'inconclusive'
  // what lies beyond the limit has not stayed where it was, though blocks do not see it
  if (blind || (shift.exchanged && size >= smallest)) return 'inconclusive'
  return isDetectable(shift.df, shift.effectiveRows, driftMetricTable[limits.metric].asJs(fail ?? smallest)) ? 'ok' : 'inconclusive'
}

/** Rows on each side that would decide what was inconclusive. */
export const rowsToDecide = (shift: Shift, limits: ShiftLimits): number =>
  rowsPerSide(shift.df, driftMetricTable[limits.metric].asJs(limits.fail ?? limits.warn ?? 1))

const hasRows = (counts: readonly number[]) => counts.some((count) => count > 0)

function meansOf(reference: ColumnProfile, current: ColumnProfile): Shape['means'] {
  const [before, now] = [reference.numeric?.mean ?? null, current.numeric?.mean ?? null]
  return before === null || now === null ? null : { reference: before, current: now }
}

function overIqr(distance: number, reference: ColumnProfile): number | null {
  const low = profileQuantile(reference, 0.25)
  const high = profileQuantile(reference, 0.75)
  return low === null || high === null || high <= low ? null : distance / (high - low)
}

/** null where the reference does not vary. */
function overSd(distance: number, reference: ColumnProfile): number | null {
  const rows = finiteRows(reference)
  const m2 = reference.numeric?.m2 ?? null
  return m2 === null || m2 <= 0 || rows < 2 ? null : distance / Math.sqrt(m2 / (rows - 1))
}
