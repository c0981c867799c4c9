/** Which rule of `drift.columns` a column has: its own by name, else the first pattern that fits. `*` stands for any characters. */
import type { DriftColumn } from '../schema/config.ts'

export interface ColumnRule {
  readonly rule: DriftColumn
  /** as it is written: a name, or a pattern */
  readonly key: string
  /** false: a pattern named it, together with others */
  readonly exact: boolean
}

type Columns = Readonly<Record<string, DriftColumn>>

export function ruleOf(columns: Columns, name: string): ColumnRule | null {
  const own = Object.hasOwn(columns, name) ? columns[name] : undefined
  if (own !== undefined) return { rule: own, key: name, exact: true }
  const found = Object.entries(columns).find(([key]) => isPattern(key) && fits(key, name))
  return found === undefined ? null : { rule: found[1], key: found[0], exact: false }
}

export const isPattern = (key: string): boolean => key.includes('*')

/** Walks both texts once, going back to the last `*` only: no pattern of a user's can make it slow. */
export function fits(pattern: string, name: string): boolean {
  let at = 0
  let star = -1
  let from = 0
  for (let i = 0; i < name.length; ) {
    if (pattern[at] === '*') {
      star = at
      from = i
      at += 1
    } else if (pattern[at] === name[i]) {
      at += 1
      i += 1
    } else if (star >= 0) {
      at = star + 1
      from += 1
      i = from
    } else return false
  }
  while (pattern[at] === '*') at += 1
  return at === pattern.length
}
