/**
 * Shares of reference and current in a few cells of one column: what a chart of a moved column draws. Cells are the reference's own, so that
 * each tells where it stood; their names are ranges in rounded figures or ranks. No label, no single value, and no figure at all of
 * a sensitive column is named.
 */
import type { ColumnProfile } from '../schema/profile.ts'
import { ordinal } from './format.ts'

export interface ShareCell {
  /** `250 to 480`, `most frequent`, `missing`; empty where nothing may be said */
  readonly name: string
  readonly reference: number
  readonly current: number
}

const wantedCells = 10
const wantedLevels = 8

/** Kinds whose few whole numbers are names of something. */
const labelled: ReadonlySet<string> = new Set(['boolean', 'categorical', 'categorical-high'])

/** null where the two have no cells in common, or no rows. */
export function shareCells(reference: ColumnProfile, current: ColumnProfile): readonly ShareCell[] | null {
  if (reference.n === 0 || current.n === 0) return null
  const labels = labelCells(reference, current)
  const counted = labels !== null && labelled.has(reference.kind) ? labels : (numericCells(reference, current) ?? labels)
  if (counted === null) return null
  const rest: readonly Counted[] = [
    { name: 'infinite', a: reference.n_pos_inf + reference.n_neg_inf, b: current.n_pos_inf + current.n_neg_inf },
    { name: 'missing', a: reference.n_null + reference.n_nan, b: current.n_null + current.n_nan },
  ]
  return [...counted, ...rest.filter(({ a, b }) => a + b > 0)].map(({ name, a, b }) => ({
    name,
    reference: a / reference.n,
    current: b / current.n,
  }))
}

interface Counted {
  readonly name: string
  readonly a: number
  readonly b: number
}

function numericCells(reference: ColumnProfile, current: ColumnProfile): readonly Counted[] | null {
  const [before, now] = [reference.numeric, current.numeric]
  if (before === null || now === null || before.edges_id !== now.edges_id || before.edges.length === 0) return null
  const total = before.cells.reduce((sum, count) => sum + count, 0)
  const cells: Counted[] = []
  let [a, b, seen] = [0, 0, 0]
  let from: number | null = null
  for (const [j, count] of before.cells.entries()) {
    a += count
    b += now.cells[j] ?? 0
    seen += count
    const edge = before.edges[j] ?? null
    const due = cells.length + 1 < wantedCells && seen >= (total * (cells.length + 1)) / wantedCells && a > 0
    if (edge !== null && !due) continue
    cells.push({ name: reference.sensitive ? '' : rangeName(from, edge), a, b })
    ;[a, b] = [0, 0]
    from = edge
  }
  return cells
}

function rangeName(from: number | null, to: number | null): string {
  if (from === null) return to === null ? 'all' : `up to ${rounded(to)}`
  return to === null ? `above ${rounded(from)}` : `${rounded(from)} to ${rounded(to)}`
}

/** Three digits: where a tenth of the rows ends, not what one of them holds. */
const rounded = (value: number): string => String(Number(value.toPrecision(3))).replace('-', '−')

function labelCells(reference: ColumnProfile, current: ColumnProfile): readonly Counted[] | null {
  const [before, now] = [reference.categories, current.categories]
  if (before === null || now === null || reference.sensitive) return null
  const counts = new Map(now.top.map(({ value, count }) => [value, count]))
  const shown = before.top.slice(0, wantedLevels)
  const known = new Set(before.top.map(({ value }) => value))
  const fresh = now.top.filter(({ value }) => !known.has(value)).reduce((sum, { count }) => sum + count, 0)
  const cells = shown.map(({ value, count }, place) => ({
    name: place === 0 ? 'most frequent' : ordinal(place + 1),
    a: count,
    b: counts.get(value) ?? 0,
  }))
  const present = ({ n, n_null, n_nan, n_pos_inf, n_neg_inf }: ColumnProfile) => n - n_null - n_nan - n_pos_inf - n_neg_inf
  const others = {
    name: 'all others',
    a: Math.max(0, present(reference) - cells.reduce((sum, { a }) => sum + a, 0)),
    b: Math.max(0, present(current) - cells.reduce((sum, { b }) => sum + b, 0) - fresh),
  }
  return [...cells, ...(others.a + others.b > 0 ? [others] : []), ...(fresh > 0 ? [{ name: 'new since', a: 0, b: fresh }] : [])]
}
