/** Has the distribution of one column moved? Statistics first, then, once the whole family is known, the state. */
import type { driftStates } from '../schema/details.ts'
import type { ColumnProfile } from '../schema/profile.ts'
import { andersonDarling } from './anderson-darling.ts'
import { cauchyCombination } from './cauchy-combination.ts'
import { effectiveSize } from './cells.ts'
import type { ColumnCells } from './column-cells.ts'
import { homogeneity } from './homogeneity.ts'
import { jensenShannon } from './jensen-shannon.ts'
import { kolmogorovSmirnov } from './kolmogorov-smirnov.ts'
import { minimumDetectable, rowsPerSide } from './minimum-detectable.ts'
import { populationStability } from './population-stability.ts'
import { profileQuantile } from './quantile.ts'
import { shareGaps } from './share-gaps.ts'
import { type ShiftLimits, shiftCertainty } from './thresholds.ts'
import { wasserstein } from './wasserstein.ts'

export type DriftState = (typeof driftStates)[number]

export interface Shift {
  /** JS*, [0, 1] */
  readonly js: number
  /** of this column alone */
  readonly p: number
  readonly df: number
  readonly effectiveRows: number
  readonly companions: Readonly<Record<string, number | null>>
}

/** Certainty: χ² on the coarse cells, and where there is an order Anderson–Darling on the fine ones too. Size: JS* on the coarse ones. */
export function measureShift(reference: ColumnProfile, current: ColumnProfile, { coarse, fine }: ColumnCells): Shift {
  const test = homogeneity(coarse.reference, coarse.current)
  const ordered = fine !== null && hasRows(fine.reference) && hasRows(fine.current) ? fine : null
  const p = ordered === null ? test.p : cauchyCombination([andersonDarling(ordered.reference, ordered.current).p, test.p])
  const psi = populationStability(coarse.reference, coarse.current)
  const gaps = shareGaps(coarse.reference, coarse.current)
  const ks = ordered === null ? null : kolmogorovSmirnov(ordered.reference, ordered.current)
  const w1 = ordered?.points ? wasserstein(ordered.points, ordered.reference, ordered.current) : null
  return {
    js: jensenShannon(coarse.reference, coarse.current).corrected,
    p,
    df: test.df,
    effectiveRows: effectiveSize({ n: reference.n, m: current.n }),
    companions: {
      psi: psi.raw,
      psi_corrected: psi.corrected,
      v: test.v,
      tvd: gaps.totalVariation,
      linf: gaps.largest,
      ...(ks === null ? {} : { ks: ks.d, ks_p: ks.p }),
      ...(w1 === null ? {} : { w1, w1_iqr: overIqr(w1, reference) }),
    },
  }
}

/**
 * Significant and material, or not; and where neither was found, whether so few rows could have shown it.
 * @param q the p-value, adjusted within its family
 */
export function shiftState(shift: Shift, q: number, limits: ShiftLimits): DriftState {
  const { warn, fail } = limits
  if (fail !== undefined && q <= shiftCertainty.fail && shift.js >= fail) return 'fail'
  if (warn !== undefined && q <= shiftCertainty.warn && shift.js >= warn) return 'warn'
  const smallest = warn ?? fail
  if (q <= shiftCertainty.warn && smallest !== undefined && shift.js < smallest) return 'immaterial'
  const wanted = fail ?? warn
  return wanted !== undefined && minimumDetectable(shift.df, shift.effectiveRows) > wanted ? 'inconclusive' : 'ok'
}

/** Rows on each side that would decide what was inconclusive. */
export const rowsToDecide = (shift: Shift, limits: ShiftLimits): number => rowsPerSide(shift.df, limits.fail ?? limits.warn ?? 1)

const hasRows = (counts: readonly number[]) => counts.some((count) => count > 0)

function overIqr(distance: number, reference: ColumnProfile): number | null {
  const low = profileQuantile(reference, 0.25)
  const high = profileQuantile(reference, 0.75)
  return low === null || high === null || high <= low ? null : distance / (high - low)
}
