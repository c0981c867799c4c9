/** Labels of two profiles side by side: rows of each on both sides, as far as a profile tells them. */
import type { ColumnProfile } from '../schema/profile.ts'
import { total } from './cells.ts'
import { type Cell, listedRows, missing } from './column-rows.ts'

/** so many a profile lists at most */
const maxLevels = 2000

export interface Level extends Cell {
  /** never shown */
  readonly label: string
  /** false: the side does not list it, and the count is as near to the other as it can be */
  readonly inReference: boolean
  readonly inCurrent: boolean
}

/** Every level that either side lists, with its rows on both. */
export function commonLevels(reference: ColumnProfile, current: ColumnProfile): readonly Level[] {
  const before = listed(reference)
  const now = listed(current)
  const labels = [...new Set([...before.counts.keys(), ...now.counts.keys()])]
  const [a, b] = [rowsOf(labels, before, now), rowsOf(labels, now, before)]
  return labels.map((label, i) => ({
    label,
    a: a[i] ?? 0,
    b: b[i] ?? 0,
    inReference: before.counts.has(label),
    inCurrent: now.counts.has(label),
  }))
}

/** Of a label that the side does not list: as near to the share that the other side has as what it leaves out allows, which all of them have between them. */
function rowsOf(labels: readonly string[], side: Listed, other: Listed): readonly number[] {
  if (side.unlisted <= 0) return labels.map((label) => side.counts.get(label) ?? 0)
  const wanted = labels.map((label) => {
    const alike = ((other.counts.get(label) ?? 0) * side.rows) / Math.max(1, other.rows)
    return side.counts.has(label) ? 0 : Math.min(side.mostUnlisted, Math.round(alike))
  })
  const part = Math.min(1, side.unlisted / Math.max(1, total(wanted)))
  return labels.map((label, i) => side.counts.get(label) ?? Math.round((wanted[i] ?? 0) * part))
}

interface Listed {
  readonly rows: number
  readonly counts: ReadonlyMap<string, number>
  /** rows of a level that is not listed, at most */
  readonly mostUnlisted: number
  /** rows of levels that are not listed */
  readonly unlisted: number
}

export function listed(column: ColumnProfile): Listed {
  const { top = [], other_count: unlisted = 0 } = column.categories ?? {}
  // of many columns fewer labels are kept, and the profile says what it left out
  const mostUnlisted = column.categories?.most_unlisted ?? (top.length >= maxLevels ? (top.at(-1)?.count ?? 0) : listedRows - 1)
  return { rows: column.n - missing(column), counts: new Map(top.map(({ value, count }) => [value, count])), mostUnlisted, unlisted }
}
