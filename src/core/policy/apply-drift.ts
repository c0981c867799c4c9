/** What of the drift of a pull request counts: the base's, and what can only find more. */
import { fits, isPattern, ruleOf } from '../drift/rules.ts'
import { type Family, predictionPrefix, rateLimits, shiftDefaults } from '../drift/thresholds.ts'
import type { DriftColumn, ModelConfig, Thresholds } from '../schema/config.ts'

type Drift = ModelConfig['drift']

/**
 * Drift that the base has switched off is the head's to switch on. Otherwise the base's stands, and the head may add what can only find more:
 * stricter rules for columns that the base has none for, a classifier, a line of importance, a limit on how many columns fail.
 */
export function driftOf(base: Drift, head: Drift, targets: readonly string[]): Drift {
  if (!base.enabled) return head
  const fresh = Object.entries(head.columns).filter(
    ([name, column]) => ruleOf(base.columns, name) === null && isStricter(column, strictestLimits(base, name, targets)),
  )
  const classifier = base.classifier ?? head.classifier
  const maxFailedColumns = base.maxFailedColumns ?? head.maxFailedColumns
  const importance = base.importance ?? head.importance
  return {
    ...base,
    columns: { ...base.columns, ...Object.fromEntries(fresh) },
    ...(classifier !== undefined && { classifier }),
    ...(maxFailedColumns !== undefined && { maxFailedColumns }),
    ...(importance !== undefined && { importance }),
  }
}

/** Of every family that the name, or the pattern, may speak of: a feature alone only where it is neither the target nor a prediction. */
function strictestLimits({ families }: Drift, name: string, targets: readonly string[]): readonly FamilyLimits[] {
  const wide = isPattern(name)
  const spoken: readonly Family[] = [
    'features',
    ...(targets.some((target) => name === target || (wide && fits(name, target))) ? (['labels'] as const) : []),
    ...(name.startsWith(predictionPrefix) || wide ? (['predictions'] as const) : []),
  ]
  const single = spoken.length > 1 && !wide ? spoken.slice(1) : spoken
  return single.map((family) => ({ family, ...(families?.[family] ?? shiftDefaults[family]) }))
}

interface FamilyLimits extends Thresholds<number> {
  readonly family: Family
}

/** A column without a rule of its own has the usual ones: another is new only when nothing passes it that those stop. */
function isStricter(column: DriftColumn, usual: readonly FamilyLimits[]): boolean {
  const { shift, ignore, metric, maxRatio } = column
  // another scale cannot be compared with the usual one, which it would replace
  if (ignore === true || (metric !== undefined && metric !== 'js')) return false
  if (shift === undefined && column.maxChange === undefined && maxRatio === undefined && column.raw !== true) return false
  return usual.every(({ family, warn = 1, fail = 1 }) => {
    const ratioKept = family === 'features' || maxRatio === undefined || isTighter(maxRatio, rateLimits)
    return ratioKept && (shift === undefined || isTighter(shift, { warn, fail }))
  })
}

const isTighter = ({ warn, fail }: Thresholds<number>, than: { readonly warn: number; readonly fail: number }): boolean =>
  fail !== undefined && fail <= than.fail && (warn ?? fail) <= than.warn
