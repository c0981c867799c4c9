/**
 * Does the exported model answer as the one that was trained? Its answers against those of the training framework, row by row.
 *
 *     largest difference   max |a − b| / max(1, |b|)       of scores, probabilities, values; 1 is the scale of a probability
 *     agreement            share of the rows with the same class; of several labels a row, of the labels
 *
 * Limits: 1e-4 and 99.9 % unless written. Both hold at the limit. Answers that `confirm` asked for again are held against the same ones, and the
 * worst run counts: a model that answers as it was trained to in most runs only is not that model.
 */
import { rowsOf, type Scores } from '../metrics/scores.ts'
import { count, figure, plural } from '../report/format.ts'
import type { ParitySpec } from '../schema/config.ts'
import type { EvaluateDetails } from '../schema/evaluate-details.ts'
import { type Check, makeCheck } from '../schema/result.ts'

/** null: one of the two does not say it */
export interface Parity {
  readonly difference: number | null
  readonly agreement: number | null
  readonly rows: number
}

/** @param exported and trained: of the same rows in one order, classes in one order */
export function parityOf(exported: Scores, trained: Scores): Parity {
  const [a, b] = [amounts(exported), amounts(trained)]
  const [mine, theirs] = [classes(exported), classes(trained)]
  return {
    difference: a === null || b === null ? null : largest(a, b),
    agreement: mine === null || theirs === null ? null : agreeing(mine, theirs),
    rows: rowsOf(exported),
  }
}

/** The largest difference and the least agreement of any run. @param runs at least one, of the same rows */
export function worstParity(runs: readonly Parity[]): Parity {
  const of = (key: 'difference' | 'agreement', worst: (...values: number[]) => number) => {
    const found = runs.flatMap((run) => run[key] ?? [])
    return found.length === 0 ? null : worst(...found)
  }
  return { difference: of('difference', Math.max), agreement: of('agreement', Math.min), rows: runs[0]?.rows ?? 0 }
}

type Numbers = ArrayLike<number>

function amounts(scores: Scores): Numbers | null {
  switch (scores.task) {
    case 'binary':
    case 'ranking':
      return scores.score
    case 'multiclass':
      return scores.proba
    case 'regression':
    case 'forecasting':
      return scores.predicted
    case 'multilabel':
      return scores.score
  }
}

const classes = (scores: Scores): Numbers | null =>
  scores.task === 'binary' || scores.task === 'multiclass' || scores.task === 'multilabel' ? scores.predicted : null

function largest(a: Numbers, b: Numbers): number {
  if (a.length !== b.length) throw new RangeError(`answers differ in length: ${a.length} and ${b.length}`)
  let most = 0
  for (let i = 0; i < a.length; i += 1) {
    const [x, y] = [a[i] ?? Number.NaN, b[i] ?? Number.NaN]
    most = Math.max(most, Math.abs(x - y) / Math.max(1, Math.abs(y)))
  }
  return most
}

function agreeing(a: Numbers, b: Numbers): number {
  if (a.length !== b.length) throw new RangeError(`answers differ in length: ${a.length} and ${b.length}`)
  let alike = 0
  for (let i = 0; i < a.length; i += 1) if (a[i] === b[i]) alike += 1
  return a.length === 0 ? 1 : alike / a.length
}

/** One check for each of the two that can be said. @param runs at least one; @param source what messages call the answers */
export function parityChecks(
  runs: readonly Parity[],
  spec: ParitySpec,
  source: string,
): { readonly checks: readonly Check[]; readonly details: NonNullable<EvaluateDetails['parity']> } {
  const { difference, agreement, rows } = worstParity(runs)
  const again = runs.length === 1 ? '' : ` Run ${count(runs.length)} times, the worst of them counts.`
  const fix =
    'export the model again (opset, float32 or float64, the same features in the same order); or raise the limit in modelgate.yml of the base branch'
  const { maxDifference: most, minAgreement: least } = spec
  const check = (what: string, limit_kind: 'min' | 'max', observed: number, limit: number, message: string): Check => {
    const status = (limit_kind === 'max' ? observed <= limit : observed >= limit) ? 'pass' : 'fail'
    const common = { id: `evaluate.parity:${what}`, status, effect: status, limit_kind, observed, limit, n: rows } as const
    return makeCheck({ ...common, message: message + again, fix: status === 'pass' ? null : fix })
  }
  const apart = (by: number) =>
    `Answers differ by at most ${figure(by, [most])} from those of ${source} on ${plural(rows, 'row')}, limit ${figure(most)}.`
  const alike = (part: number) =>
    `${percent(part, least)} of ${plural(rows, 'row')} have the same class as in ${source}, limit ${percent(least)}.`
  const checks = [
    ...(difference === null ? [] : [check('difference', 'max', difference, most, apart(difference))]),
    ...(agreement === null ? [] : [check('agreement', 'min', agreement, least, alike(agreement))]),
  ]
  const each = runs.map((run) => ({ difference: run.difference, agreement: run.agreement }))
  return { checks, details: { difference, agreement, rows, ...(runs.length === 1 ? {} : { runs: each }) } }
}

const percent = (value: number, limit?: number): string => `${figure(value * 100, limit === undefined ? [] : [limit * 100])} %`
