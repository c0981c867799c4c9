/** Checks that hold one role against another: rows, ids and dates that train and test share, labels and categories that are new. */
import type { CheckEntry } from '../entry.ts'

export const splitChecks: readonly CheckEntry[] = []
