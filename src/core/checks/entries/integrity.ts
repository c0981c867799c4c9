/** Checks of a dataset as something to learn from: labels, leaks, constant and doubled features. */
import type { CheckEntry } from '../entry.ts'

export const integrityChecks: readonly CheckEntry[] = []
