/**
 * What makes two evaluations comparable. Both models are scored in one run, on the same rows, with one truth, one positive class, one threshold and
 * one version of every metric, so that these cannot differ. What is left to differ is the baseline itself: columns it wants, labels it speaks.
 * Numbers of another run are never compared, because nothing of the above is known to be the same there.
 */
import type { LedgerModel } from '../schema/ledger.ts'

/** A baseline that fails for one of these reasons was made for other data: nothing is wrong with the candidate, and nothing can be compared. */
const foreign: Readonly<Record<string, string>> = {
  COLUMNS_MISSING: 'columns differ',
  COLUMN_UNFIT: 'columns differ',
  FEATURES_NEEDED: 'columns differ',
  CLASSES_UNKNOWN: 'labels differ',
  SCORES_OUTSIDE: 'scores differ',
}

/** What differs, or null: the error is no matter of comparability. */
export const whatDiffers = (code: string): string | null => (Object.hasOwn(foreign, code) ? (foreign[code] ?? null) : null)

/**
 * Said when the ledger knows that the baseline was judged on other test data: the comparison is sound, but not the one of then.
 * @param holdout fingerprint of today
 */
export function changedHoldout(state: LedgerModel | null, baseline: string | null, holdout: string): string | null {
  const judged = (state?.recent ?? []).filter((run) => run.digest === baseline && run.holdout !== null)
  if (judged.length === 0 || judged.some((run) => run.holdout === holdout)) return null
  return 'The test data has changed since the baseline was judged: both models were scored on the rows of today.'
}
