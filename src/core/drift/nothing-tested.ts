/** Drift that tested nothing found no drift, and no proof of its absence either: that is said once, where a reader looks. */
import { groupBy } from '../collections.ts'
import { effect } from '../gate/fold.ts'
import { count } from '../report/format.ts'
import { type Check, makeCheck } from '../schema/result.ts'
import type { Judging } from './column-checks.ts'
import type { Untested } from './examine.ts'

/** columns of one reason that are named */
const mostNamed = 3

/**
 * @param untested every column that was looked at, none of which was tested
 * Where more rows would decide it is `inconclusive`; where no number of rows would (everything is ignored, or of a kind that is not tested), something is due.
 */
export function nothingTested({ policy }: Judging, untested: readonly Untested[]): Check {
  const open = untested.some(({ wantsRows }) => wantsRows)
  const status = open ? 'inconclusive' : 'warn'
  const reasons = [...groupBy(untested, ({ because }) => because)].map(([because, columns]) => {
    const named = columns.slice(0, mostNamed).map(({ subject }) => subject.name)
    const rest = columns.length - named.length
    return `${named.join(', ')}${rest === 0 ? '' : ` and ${count(rest)} more`}: ${because}`
  })
  const why = reasons.length === 0 ? 'the reference has no column that could be' : reasons.join('; ')
  return makeCheck({
    id: 'drift.nothing_tested',
    status,
    // where policy lets it pass, nothing passed: the stage is skipped
    effect: open && policy.onInconclusive === 'pass' ? 'skipped' : effect(status, 'warn', policy),
    names: untested.map(({ subject }) => subject.name),
    message: `nothing was tested for drift: ${why}`,
    fix: open
      ? 'give the side that has fewer more rows; fewer than drift.min_rows on a side are not tested'
      : 'take `ignore` out, name the kind of a column in data.kinds, or say that nothing is to be tested with `drift: false`',
  })
}
