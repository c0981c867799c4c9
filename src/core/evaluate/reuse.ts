/**
 * Reuse of one holdout. Every candidate that was judged on it has taught somebody something about it, so the best of many looks better
 * than it is.
 *
 *     optimism of the best of h equal candidates ≈ sd(Δ) · √(2 ln h)
 *     level of the h-th proof                      α_h = 0.05 · 6 / (π² h²)
 *
 * h counts distinct candidates, this one included; the same bytes again keep the number they had. Modes that ask for proof (non_inferior,
 * superior) are judged at α_h, so that the chance of any false promotion stays at 5 % however often the holdout is used; guard keeps its
 * level, because its error is a false block. Counted are runs of the default branch, and what was promoted: open pull requests are not.
 * Source: Renggli et al. 2019 (ease.ml/ci); maximum of h Gaussians, e.g. Cramér 1946 §28.6.
 */
import { change as changeText, count } from '../report/format.ts'
import type { Mode } from '../schema/config.ts'
import type { EvaluateDetails } from '../schema/evaluate-details.ts'
import { type Check, type InputRecord, makeCheck } from '../schema/result.ts'
import { levelOfUse } from '../stats/alpha-spending.ts'
import { normalQuantile } from '../stats/normal.ts'
import { ALPHA } from './claim.ts'

/** Uses of one holdout before the report says that it is worn out. */
export const usualBudget = 50

/** What is known of the uses of the holdout of this run. */
export type HoldoutUses =
  | {
      readonly kind: 'counted'
      readonly uses: readonly string[]
      /** a sentence on the runs that leave no trace in the count, such as this one */
      readonly uncounted: string
    }
  | { readonly kind: 'unknown'; readonly because: string }

/** The files of the holdout by digest: the same rows in the same files are the same holdout. Null: there is none. */
export function holdoutOf(inputs: readonly InputRecord[]): string | null {
  return allBytes(inputs.filter((input) => input.role === 'test').map((input) => input.digest))
}

/** The bytes that an evaluation judged; null: it did not come as far. */
export const evaluatedDigest = (inputs: readonly InputRecord[]): string | null =>
  inputs.find((input) => input.role === 'candidate' || input.role === 'model')?.digest ?? null

/** Several files as one, by what they hold; null: there is none. @param digests of each, in any order */
export const allBytes = (digests: readonly string[]): string | null =>
  digests.length === 0 ? null : [...new Set(digests)].sort().join('+')

/** The number of this candidate among those that the holdout has seen; 1 where nothing is known. */
export function useOf(holdout: HoldoutUses, digest: string): { readonly use: number; readonly repeated: boolean } {
  if (holdout.kind === 'unknown') return { use: 1, repeated: false }
  const before = holdout.uses.indexOf(digest)
  return before >= 0 ? { use: before + 1, repeated: true } : { use: holdout.uses.length + 1, repeated: false }
}

/** How many candidates the holdout has seen, this one included. */
const candidates = (holdout: HoldoutUses, digest: string): number =>
  holdout.kind === 'unknown' ? 1 : holdout.uses.length + (holdout.uses.includes(digest) ? 0 : 1)

/** The level at which a proof is asked for. */
export const proofLevel = (holdout: HoldoutUses, digest: string): number => levelOfUse(ALPHA, useOf(holdout, digest).use)

/** By how much the best of h candidates that are all equal looks better than it is. @param sd of the change, > 0 */
export const optimismOf = (sd: number, h: number): number => sd * Math.sqrt(2 * Math.log(h))

type MetricRow = EvaluateDetails['metrics'][number]

/** Standard error of the change of a metric, else of its level, from the two-sided 95 % interval. */
function spreadOf({ change, candidate }: MetricRow): number | null {
  const [low, high] = change?.interval ?? candidate.interval ?? [null, null]
  return low === null || high === null || !(high > low) ? null : (high - low) / (2 * normalQuantile(0.975))
}

export interface Reuse {
  readonly check: Check
  readonly details: NonNullable<EvaluateDetails['holdout']>
}

/** The line about the holdout, and a warning once its budget is used up. */
export function reuse(
  holdout: HoldoutUses,
  digest: string,
  fingerprint: string,
  /** paired: the change of the primary metric is one of the same rows; else its spread is an upper bound, as two candidates err on the same rows */
  settings: { readonly mode: Mode; readonly budget: number; readonly paired: boolean },
  primary: MetricRow | undefined,
  /** what else is to be said of the holdout, a sentence */
  besides: string | null = null,
): Reuse {
  const { mode, budget, paired } = settings
  const { use, repeated } = useOf(holdout, digest)
  const h = candidates(holdout, digest)
  const spread = primary === undefined ? null : spreadOf(primary)
  const optimism = spread === null || h < 2 ? null : optimismOf(spread, h)
  const worn = holdout.kind === 'counted' && h >= budget
  const proving = mode === 'non_inferior' || mode === 'superior'
  const level = proving ? levelOfUse(ALPHA, use) : null
  const note = [
    holdout.kind === 'unknown'
      ? `How often the holdout was used is not known: ${holdout.because}.`
      : `The holdout was used by ${count(h)} ${h === 1 ? 'candidate' : 'candidates'}${repeated ? '; this one was counted before' : ', this one included'}.`,
    optimism === null || primary === undefined
      ? ''
      : `The best of ${count(h)} equal ones looks better by ${paired ? 'about' : 'at most about'} ${changeText(optimism, primary.unit).replace(/^\+/, '')} in ${primary.name}.`,
    level === null ? '' : `Mode ${mode} asks for proof at ${Number(level.toPrecision(3))} (use ${count(use)}).`,
    holdout.kind === 'counted' ? holdout.uncounted : '',
    besides ?? '',
  ]
    .filter((text) => text !== '')
    .join(' ')
  const status = holdout.kind === 'unknown' ? 'skipped' : worn ? 'warn' : 'pass'
  return {
    check: makeCheck({
      id: 'evaluate.holdout_reuse',
      status,
      effect: status,
      limit_kind: 'max',
      unit: 'candidates',
      observed: holdout.kind === 'unknown' ? null : h,
      limit: budget,
      message: worn ? `${note} That is its budget (${count(budget)}).` : note,
      fix: worn ? 'evaluate on test data that no candidate has seen; or raise evaluate.holdout_budget' : null,
    }),
    details: { fingerprint, uses: holdout.kind === 'unknown' ? null : h, use, budget, optimism, level, note },
  }
}
