/** Which allowed word was meant by one that is not known. */
import { nearest } from '../text/nearest.ts'

/** What JSON Schema, dbt, pandas, scikit-learn and plain speech call a key, a check or a metric of ours. */
const familiar: Readonly<Record<string, string>> = {
  regex: 'matches',
  regexp: 'matches',
  pattern: 'matches',
  like: 'matches',
  enum: 'in',
  allowed: 'in',
  values: 'in',
  accepted_values: 'in',
  minimum: 'min',
  maximum: 'max',
  range: 'between',
  required: 'not_null',
  missing: 'nulls',
  row_count: 'rows',
  auc: 'roc_auc',
  auroc: 'roc_auc',
  roc: 'roc_auc',
  auprc: 'pr_auc',
  ap: 'pr_auc',
  average_precision: 'pr_auc',
  logloss: 'log_loss',
  cross_entropy: 'log_loss',
  brier_score: 'brier',
  brier_score_loss: 'brier',
  acc: 'accuracy',
  f1_score: 'f1',
  sensitivity: 'recall',
  tpr: 'recall',
  tnr: 'specificity',
  ppv: 'precision',
  matthews_corrcoef: 'mcc',
  cohen_kappa: 'kappa',
  ks: 'ks_statistic',
  mean_absolute_error: 'mae',
  median_absolute_error: 'medae',
  mean_squared_error: 'mse',
  root_mean_squared_error: 'rmse',
  mean_absolute_percentage_error: 'mape',
  r2_score: 'r2',
  r_squared: 'r2',
}

/** null where no allowed word is near. */
export function meant(word: string, allowed: readonly string[]): string | null {
  const plain = word.toLowerCase().replaceAll('-', '_')
  const known = Object.hasOwn(familiar, plain) ? familiar[plain] : undefined
  return known !== undefined && allowed.includes(known) ? known : nearest(word, allowed)
}
