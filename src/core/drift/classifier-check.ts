/** What is made of a classifier that tells today from training: certain and large, as of a column. */
import { effect } from '../gate/fold.ts'
import { figure, plural } from '../report/format.ts'
import type { DriftDetails } from '../schema/drift-details.ts'
import { type Check, makeCheck } from '../schema/result.ts'
import type { Separation } from './classifier.ts'
import type { Judging } from './column-checks.ts'
import { eras } from './era.ts'
import type { Asked } from './subjects.ts'

export const classifierLimits = { warn: 0.55, fail: 0.6 } as const
/** rows on each side below which none is fitted */
export const classifierRows = 200

export interface ClassifierOutcome {
  readonly details: NonNullable<DriftDetails['classifier']> | null
  /** why there is none */
  readonly because: string | null
}

export const separated = (found: Separation): ClassifierOutcome => ({ details: { ...found, top: [...found.top] }, because: null })

export function classifierCheck(
  { policy, capAtWarn, era = 'training' }: Judging & Pick<Asked, 'era'>,
  { details, because }: ClassifierOutcome,
): Check {
  const id = 'drift.classifier'
  if (details === null) {
    const message = `No classifier was fitted to tell the two apart: ${because ?? 'there were no rows'}.`
    return makeCheck({ id, status: 'skipped', effect: 'skipped', message })
  }
  const { auc, low95, low99, rows, top } = details
  const status = (low99 ?? 0) > classifierLimits.fail ? 'fail' : (low95 ?? 0) > classifierLimits.warn ? 'warn' : 'pass'
  const low = status === 'fail' ? low99 : low95
  const limit = status === 'fail' ? classifierLimits.fail : classifierLimits.warn
  const by =
    status === 'pass'
      ? ''
      : `; most by ${top
          .slice(0, 3)
          .map(({ column }) => column)
          .join(', ')}`
  return makeCheck({
    id,
    status,
    effect: effect(status, capAtWarn ? 'warn' : 'fail', policy),
    metric: 'roc_auc',
    limit_kind: 'classifier',
    observed: auc,
    interval: [low, null],
    level: status === 'fail' ? 0.99 : 0.95,
    tail: 'lower',
    limit,
    n: rows,
    message: `a classifier tells current rows from those of ${eras[era].of} with AUC ${figure(auc)}, at least ${figure(low, [limit])} (limit ${limit}), ${plural(rows, 'row')}${by}`,
    fix: status === 'pass' ? null : 'Look at the columns named, alone and two at a time; then train on newer data.',
  })
}
