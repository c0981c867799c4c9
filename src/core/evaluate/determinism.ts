/** The same rows twice: a model that answers them differently cannot be compared to the last digit, nor checked by anybody else. */
import { count, plural } from '../report/format.ts'
import { type Check, makeCheck } from '../schema/result.ts'

export interface Twice {
  readonly rows: number
  /** with another answer the second time, to the last bit */
  readonly differing: number
}

export function determinismCheck({ rows, differing }: Twice): Check {
  const status = differing === 0 ? 'pass' : 'warn'
  return makeCheck({
    id: 'evaluate.determinism',
    status,
    effect: status,
    observed: differing,
    limit: 0,
    limit_kind: 'max',
    n: rows,
    message:
      differing === 0
        ? `The same ${plural(rows, 'row')} were answered alike twice, to the last bit.`
        : `${count(differing)} of the same ${plural(rows, 'row')} were answered differently the second time.`,
    fix: differing === 0 ? null : 'export the model without random operators (dropout, sampling), or with a fixed seed',
  })
}
