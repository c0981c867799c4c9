/** Which allowed word was meant by one that is not known. */
import { nearest } from '../text/nearest.ts'

/** What JSON Schema, dbt, pandas and plain speech call a key or a check of ours. */
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
}

/** null where no allowed word is near. */
export function meant(word: string, allowed: readonly string[]): string | null {
  const known = Object.hasOwn(familiar, word) ? familiar[word] : undefined
  return known !== undefined && allowed.includes(known) ? known : nearest(word, allowed)
}
