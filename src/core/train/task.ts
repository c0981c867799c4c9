/** What a target asks for, and in which order its labels stand. */
import type { BuiltinTask, Classes } from './linear-model.ts'

export interface TargetFacts {
  /** storage kind, in the words of the data engine */
  readonly kind: string
  readonly distinct: number
  /** every value is a whole number (true for integers and booleans) */
  readonly whole: boolean
}

/** whole numbers with more values than this are amounts, not classes */
const mostWholeClasses = 20

/** Two values: binary. Text, and few whole numbers: multiclass. Everything else is an amount. */
export function inferTask({ kind, distinct, whole }: TargetFacts): BuiltinTask {
  if (distinct <= 2) return 'binary'
  if (kind === 'string') return 'multiclass'
  return whole && distinct <= mostWholeClasses ? 'multiclass' : 'regression'
}

/** Labels as a model gives them out. Numbers ascend, text follows code units; the last one of two is what `probabilities[:, 1]` means. */
export function classesOf(kind: string, values: readonly (string | number | boolean)[]): Classes {
  if (kind === 'boolean') return { type: 'string', labels: ['false', 'true'] }
  const numbers = values.filter((value) => typeof value === 'number')
  if (numbers.length === values.length && numbers.every(Number.isSafeInteger))
    return { type: 'int64', labels: numbers.toSorted((a, b) => a - b) }
  return { type: 'string', labels: values.map(String).toSorted() }
}
