/** A config has room for 262,144 characters and 50,000 values: a proposal of many columns gives up its lists first, then columns. */
import type { ColumnContract } from './infer-column.ts'

const steps = [Infinity, 3000, 2000, 1000, 500, 200] as const

/** From everything to little. */
export function* smaller(columns: readonly ColumnContract[]): Generator<readonly ColumnContract[]> {
  yield columns
  for (const most of steps) {
    if (most !== Infinity && most >= columns.length) continue
    yield columns.slice(0, most).map(({ checks: { in: _, ...checks }, ...column }) => ({ ...column, checks }))
  }
}

/** A column whose broken checks are taken out; one that nothing is left of is still expected to be there. */
export const without = (
  columns: readonly ColumnContract[],
  broken: readonly { readonly check: string; readonly column: string | null }[],
) =>
  columns.flatMap((column): readonly ColumnContract[] => {
    const own = broken.filter((one) => one.column === column.name).map(({ check }) => check)
    if (own.includes('exists')) return []
    return own.length === 0
      ? [column]
      : [{ ...column, checks: Object.fromEntries(Object.entries(column.checks).filter(([check]) => !own.includes(check))) }]
  })
