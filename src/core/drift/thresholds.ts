/** When a change counts: how certain and how large it must be, per family, and what a config changes of that. */
import type { Severity } from '../gate/fold.ts'
import type { DriftMetric, ModelConfig, Thresholds } from '../schema/config.ts'
import { driftMetricTable, halved } from './metric-table.ts'
import type { ColumnRule } from './rules.ts'

export const families = ['features', 'labels', 'predictions'] as const
/** Columns that are tested together, so that looking at many does not raise false alarms. */
export type Family = (typeof families)[number]

/** What `drift` of a config says beside its columns and its reference. */
export type DriftSettings = Omit<ModelConfig['drift'], 'enabled' | 'reference' | 'columns'>

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

/**
 * The false alarms that a run without drift may have, whatever the number of its columns, with a label and predictions: 5 % of the runs may warn, 1 % may
 * fail. Who spends them: `shift`, the adjusted p that a moved column needs, per family. Of features it costs less than its level, because changes that do
 * not matter pass all the same; labels and predictions have limits half as far, so that nearly all of theirs is spent, and they get less.
 * `questions` is shared by all questions of all columns that chance could answer, and costs less, since counts are discrete; `pairs` is the
 * adjusted p of a correlation; `rate` is divided by the rates that are asked. The sum is measured by bench/simulate.
 */
export const certainty = {
  shift: {
    features: { warn: 0.025, fail: 0.006 },
    labels: { warn: 0.005, fail: 0.001 },
    predictions: { warn: 0.005, fail: 0.001 },
  },
  questions: { warn: 0.024, fail: 0.004 },
  pairs: { warn: 0.003, fail: 0.0008 },
  /** `certainty: strict`, where nothing but what surely lies beyond the limit counts */
  strict: { warn: 0.05, fail: 0.05 },
  rate: { warn: 0.01, fail: 0.002 },
} as const

/** The worse limit that a value reaches; a change of exactly 1 pp must not be missed by the last bit of a subtraction of two ratios. */
export function reachedLimit(value: number, { warn, fail }: Thresholds<number>): { severity: Severity; limit: number } | null {
  const reached = value + 1e-12
  if (fail !== undefined && reached >= fail) return { severity: 'fail', limit: fail }
  return warn !== undefined && reached >= warn ? { severity: 'warn', limit: warn } : null
}

/** Rows on each side below which nothing is tested. */
export const minRows = 100

export interface ShiftLimits extends Thresholds<number> {
  readonly metric: DriftMetric
  /** the bare distance, and no question whether it is certain */
  readonly raw: boolean
  /** a `fail` that the user wrote is meant, on a pull request too */
  readonly written: boolean
}

/** What is written replaces the defaults whole, as everywhere in the config: `shift: 0.3` fails at 0.3 and never warns. */
export function shiftLimits(family: Family, rule: ColumnRule['rule'] | null, settings: DriftSettings = {}): ShiftLimits {
  const metric = rule?.metric ?? 'js'
  const raw = rule?.raw ?? false
  const own = rule?.shift ?? (metric === 'js' ? settings.families?.[family] : undefined)
  if (own !== undefined) return { ...own, metric, raw, written: own.fail !== undefined }
  const usual = driftMetricTable[metric].limits
  return { ...(family === 'features' ? usual : halved(metric, usual)), metric, raw, written: false }
}
