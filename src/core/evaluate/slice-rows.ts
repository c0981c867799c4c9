/**
 * Columns of codes → slices: the rows of each level, quarter of a number, or pair of them. A slice is called by its columns and its place among those that are
 * judged (`origin#3`), in the order of the labels: an id never holds a label of the data.
 */
import { once } from '../metrics/once.ts'

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
  /** how many rows it has, */
  readonly n: number
  /** and which */
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
  /** slice of each row; `slices.length`: it is in none */
  readonly of: Uint8Array | Uint16Array
  /** levels with too few rows */
  readonly small: number
}

/** @param least rows that a slice has at least; @param weight of each row: one of weight 0 is no row, and in no slice */
export function slicesOf(
  columns: readonly SliceColumn[],
  least: number,
  declared: boolean,
  fresh = false,
  weight: Float64Array | null = null,
): Family {
  const column = columns.map(({ name }) => name).join('+')
  const { codes, parts } = together(columns)
  const sizes = new Uint32Array(parts.length)
  for (let i = 0; i < codes.length; i++) if (weight?.[i] !== 0) sizes[codes[i] ?? 0] = (sizes[codes[i] ?? 0] ?? 0) + 1
  const ranks = columns.map(({ order }) => new Map(order.map((code, rank) => [code, rank])))
  const kept = [...parts.keys()].filter((code) => (sizes[code] ?? 0) >= least).sort((a, b) => byRank(parts[a] ?? [], parts[b] ?? [], ranks))
  const none = kept.length
  const places = new Uint16Array(parts.length).fill(none)
  for (const [at, code] of kept.entries()) places[code] = at
  const of = none < 256 ? new Uint8Array(codes.length) : new Uint16Array(codes.length)
  for (let i = 0; i < of.length; i++) of[i] = weight?.[i] === 0 ? none : (places[codes[i] ?? 0] ?? none)
  const counts = kept.map((code) => sizes[code] ?? 0)
  const lists = once(() => listsOf(of, counts))
  const hidden = columns.some((one) => one.hidden)
  return {
    column,
    of,
    small: [...sizes].filter((size) => size > 0 && size < least).length,
    slices: kept.map((code, at) => ({
      id: `${column}#${at + 1}`,
      column,
      label: hidden ? null : (parts[code] ?? []).map((part, j) => columns[j]?.labels[part] ?? 'missing').join(', '),
      n: counts[at] ?? 0,
      // of millions of rows they are many, and seldom read
      get rows() {
        return lists()[at] ?? new Uint32Array()
      },
      declared,
      ...(fresh ? { fresh } : {}),
      missing: (parts[code] ?? []).some((part, j) => (columns[j]?.labels[part] ?? null) === null),
    })),
  }
}

/** The rows of each slice, rising. */
function listsOf(of: Uint8Array | Uint16Array, sizes: readonly number[]): readonly Uint32Array[] {
  const lists = sizes.map((size) => new Uint32Array(size))
  const filled = new Uint32Array(sizes.length)
  for (let i = 0; i < of.length; i++) {
    const slice = of[i] ?? 0
    const list = lists[slice]
    if (!list) continue
    const at = filled[slice] ?? 0
    list[at] = i
    filled[slice] = at + 1
  }
  return lists
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
