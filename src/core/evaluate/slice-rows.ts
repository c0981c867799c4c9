/**
 * Columns of codes → slices: the rows of each level, quarter of a number, or pair of them. A slice is called by its columns and its place among those that are
 * judged (`origin#3`), in the order of the labels: an id never holds a label of the data.
 */

/** A column as it was read: a code a row. */
export interface SliceColumn {
  readonly name: string
  readonly codes: Uint16Array
  /** by code; null: a value that is missing */
  readonly labels: readonly (string | null)[]
  /** codes in the order in which they are told */
  readonly order: readonly number[]
  /** labels may not be shown */
  readonly hidden: boolean
}

export interface Slice {
  readonly id: string
  readonly column: string
  /** null: it may not be shown */
  readonly label: string | null
  readonly rows: Uint32Array
  readonly declared: boolean
  /** a pull request brings it */
  readonly fresh?: boolean
  /** a value is missing in one of its columns */
  readonly missing: boolean
}

export interface Family {
  readonly column: string
  readonly slices: readonly Slice[]
  /** levels with too few rows */
  readonly small: number
}

/** @param least rows that a slice has at least */
export function slicesOf(columns: readonly SliceColumn[], least: number, declared: boolean, fresh = false): Family {
  const column = columns.map(({ name }) => name).join('+')
  const { codes, parts } = together(columns)
  const sizes = new Uint32Array(parts.length)
  for (let i = 0; i < codes.length; i++) sizes[codes[i] ?? 0] = (sizes[codes[i] ?? 0] ?? 0) + 1
  const ranks = columns.map(({ order }) => new Map(order.map((code, rank) => [code, rank])))
  const kept = [...parts.keys()].filter((code) => (sizes[code] ?? 0) >= least).sort((a, b) => byRank(parts[a] ?? [], parts[b] ?? [], ranks))
  const rows = new Map(kept.map((code) => [code, new Uint32Array(sizes[code] ?? 0)]))
  const filled = new Uint32Array(parts.length)
  const lists = parts.map((_, code) => rows.get(code) ?? null)
  for (let i = 0; i < codes.length; i++) {
    const code = codes[i] ?? 0
    const list = lists[code]
    if (!list) continue
    const at = filled[code] ?? 0
    list[at] = i
    filled[code] = at + 1
  }
  const hidden = columns.some((one) => one.hidden)
  return {
    column,
    small: [...sizes].filter((size) => size > 0 && size < least).length,
    slices: kept.map((code, at) => ({
      id: `${column}#${at + 1}`,
      column,
      label: hidden ? null : (parts[code] ?? []).map((part, j) => columns[j]?.labels[part] ?? 'missing').join(', '),
      rows: rows.get(code) ?? new Uint32Array(),
      declared,
      ...(fresh ? { fresh } : {}),
      missing: (parts[code] ?? []).some((part, j) => (columns[j]?.labels[part] ?? null) === null),
    })),
  }
}

/** One code a row for several columns, and what codes of the columns it stands for. */
function together(columns: readonly SliceColumn[]): { readonly codes: ArrayLike<number>; readonly parts: readonly (readonly number[])[] } {
  const [first, ...rest] = columns
  if (!first) throw new RangeError('a slice has a column')
  let codes: ArrayLike<number> = first.codes
  let parts: readonly (readonly number[])[] = first.labels.map((_, code) => [code])
  for (const column of rest) {
    const known = new Map<number, number>()
    const next: (readonly number[])[] = []
    const joint = new Int32Array(codes.length)
    for (let i = 0; i < joint.length; i++) {
      const before = codes[i] ?? 0
      const own = column.codes[i] ?? 0
      const key = before * 65_536 + own
      let code = known.get(key)
      if (code === undefined) {
        code = next.length
        known.set(key, code)
        next.push([...(parts[before] ?? []), own])
      }
      joint[i] = code
    }
    codes = joint
    parts = next
  }
  return { codes, parts }
}

function byRank(a: readonly number[], b: readonly number[], ranks: readonly ReadonlyMap<number, number>[]): number {
  for (const [j, rank] of ranks.entries()) {
    const difference = (rank.get(a[j] ?? 0) ?? 0) - (rank.get(b[j] ?? 0) ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}
