/** What the questions of findings.ts rest on: levels of both sides, rows that chance could leave out, one value that is left. */
import type { ColumnProfile } from '../schema/profile.ts'
import { binomialAtMost } from '../stats/beta.ts'
import type { ColumnCells } from './column-cells.ts'
import { listedRows, missing } from './column-rows.ts'
import { commonLevels, type Level, listed } from './levels.ts'

/** Two sides of a column, in the rows that tests are asked of. */
export interface Asked {
  readonly reference: ColumnProfile
  readonly current: ColumnProfile
  readonly cells: ColumnCells
}

/** Chance of less than this is none. */
export const impossible = 1e-6

/** Of all rows of one side, those that these levels have. */
export function shareOf(levels: readonly Level[], side: 'a' | 'b', { reference, current }: Asked): number {
  const rows = new Map(levelsOf(reference, current).map((level) => [level.label, level[side]]))
  const all = side === 'a' ? reference.n : current.n
  return levels.reduce((sum, { label }) => sum + (rows.get(label) ?? 0), 0) / all
}

/** Rows that a level may have which the column does not list. */
export function mostLeftOut(column: ColumnProfile): number {
  const { mostUnlisted, unlisted } = listed(column)
  return Math.min(mostUnlisted, unlisted)
}

/** A bounded column that moves by a hair has many values beyond its range, and none far: no model minds. */
export function farOutside({ numeric: before }: ColumnProfile, { numeric: now }: ColumnProfile): boolean {
  if (!before || !now || before.min === null || before.max === null || now.min === null || now.max === null) return false
  return Math.max(before.min - now.min, now.max - before.max) >= 0.05 * (before.max - before.min)
}

/** Some level has so few rows in all that chance alone could leave it out of the other side. */
export function thinLevels(reference: ColumnProfile, current: ColumnProfile, side: number): boolean {
  const part = side / (reference.n + current.n)
  return levelsOf(reference, current).some(({ a, b }) => part ** (a + b) > impossible && a + b >= listedRows)
}

/** Rows of both sides that do not have the most frequent value. */
export function otherRows(reference: ColumnProfile, current: ColumnProfile): number {
  const most = ({ categories, numeric }: ColumnProfile) => {
    let rows = categories?.top[0]?.count ?? 0
    for (const { count } of numeric?.spikes ?? []) rows = Math.max(rows, count)
    return rows
  }
  return [reference, current].reduce((sum, column) => sum + column.n - missing(column) - most(column), 0)
}

/** Chance that at most `here` of the rows of one level fall to a side with this part of all rows, for the most striking of many levels. */
export const oneSidedP = (here: number, there: number, part: number, levels: number): number =>
  Math.min(1, levels * binomialAtMost(here, here + there, part))

/** One label however its case and its spaces were written. */
export const oneForm = (label: string): string => label.normalize('NFKC').trim().replace(/\s+/g, ' ').toLowerCase()

const known = new WeakMap<ColumnProfile, { readonly current: ColumnProfile; readonly levels: readonly Level[] }>()

/** Several questions look at them. */
export function levelsOf(reference: ColumnProfile, current: ColumnProfile): readonly Level[] {
  const there = known.get(reference)
  if (there?.current === current) return there.levels
  const levels = reference.categories === null || current.categories === null ? [] : commonLevels(reference, current)
  known.set(reference, { current, levels })
  return levels
}

/** When current holds one value only and the reference more: the share of that value in the reference, at most. */
export function onlyValueShare(reference: ColumnProfile, current: ColumnProfile): number | null {
  if (reference.kind === 'constant') return null
  if (current.categories !== null && reference.categories !== null) {
    const [only, second] = current.categories.top
    if (only === undefined || second !== undefined || current.categories.other_count > 0) return null
    const rows = reference.n - missing(reference)
    const before =
      reference.categories.top.find(({ value }) => value === only.value)?.count ?? Math.min(4, reference.categories.other_count)
    return before >= rows ? null : before / rows
  }
  const { numeric } = current
  if (numeric === null || reference.numeric === null || numeric.min === null || numeric.min !== numeric.max) return null
  // beyond 2^53 many a whole number has the same double, and the extremes are doubles
  if (!/^(FLOAT|DOUBLE)$/.test(current.type) && Math.abs(numeric.min) > Number.MAX_SAFE_INTEGER) return null
  const rows = reference.n - missing(reference)
  const before = reference.numeric.spikes.find(({ value }) => value === numeric.min)?.count ?? 0.005 * reference.n
  return before >= rows ? null : before / rows
}
