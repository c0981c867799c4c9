/** Columns that hold the truth: the one of `data.target`, or those of a list, one a label. Empty: nothing says it. */
import type { DataSpec } from './config.ts'

export const targetColumns = ({ target, targets = null }: Pick<DataSpec, 'target' | 'targets'>): readonly string[] =>
  targets ?? (target === null ? [] : [target])
