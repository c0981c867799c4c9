/** When a shift counts: how certain and how large it must be, per family, and what a config changes of that. */
import type { DriftColumn, Thresholds } from '../schema/config.ts'

export const families = ['features', 'labels', 'predictions'] as const
/** Columns that are tested together, so that looking at many does not raise false alarms. */
export type Family = (typeof families)[number]

/** JS* per family. A label or a score that moves costs more than a feature that does, so theirs are half. */
export const shiftDefaults: Readonly<Record<Family, { readonly warn: number; readonly fail: number }>> = {
  features: { warn: 0.1, fail: 0.2 },
  labels: { warn: 0.05, fail: 0.1 },
  predictions: { warn: 0.05, fail: 0.1 },
}

/** How the columns of a profile of predictions are named beside the features: in `drift.columns`, check ids and details. */
export const predictionPrefix = 'predictions.'

/** Factor by which a rate of labels or predictions may change. */
export const rateLimits = { warn: 1.5, fail: 2 } as const

/** Adjusted p that a warn and a fail need. */
export const shiftCertainty = { warn: 0.05, fail: 0.01 } as const

/** Rows on each side below which nothing is tested. */
export const minRows = 100

export interface ShiftLimits extends Thresholds<number> {
  /** a `fail` that the user wrote is meant, on a pull request too */
  readonly written: boolean
}

/** What the config says replaces the defaults whole: `shift: 0.3` fails at 0.3 and never warns. */
export function shiftLimits(family: Family, column: DriftColumn | undefined): ShiftLimits {
  return column?.shift ? { ...column.shift, written: column.shift.fail !== undefined } : { ...shiftDefaults[family], written: false }
}
