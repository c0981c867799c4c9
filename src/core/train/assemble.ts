/** Columns as read → encoders and the design over them, in one order. */
import type { Design } from './design.ts'
import { type CategoryEncoder, type Encoder, encodeColumn, width } from './encode.ts'
import { encodeNumber, type LeftOut } from './features.ts'

export type PlannedColumn =
  | { readonly as: 'numeric'; readonly column: string }
  | { readonly as: 'levels'; readonly column: string; readonly encoder: CategoryEncoder }

export interface Assembled {
  readonly encoders: readonly Encoder[]
  readonly design: Design
  /** numbers that turned out to say nothing */
  readonly leftOut: readonly LeftOut[]
}

/** @param values per column: numbers (NaN is missing), or positions of levels */
export function assemble(columns: readonly PlannedColumn[], values: readonly Float64Array[], rows: number): Assembled {
  const encoders: Encoder[] = []
  const leftOut: LeftOut[] = []
  const blocks: Design['blocks'][number][] = []
  let offset = 0
  for (const [i, column] of columns.entries()) {
    const found = values[i]
    if (found === undefined) throw new RangeError(`no values for ${column.column}`)
    const encoder = column.as === 'levels' ? column.encoder : encodeNumber(column.column, found)
    if (!('kind' in encoder)) {
      leftOut.push(encoder)
      continue
    }
    const block = column.as === 'levels' ? { kind: 'category' as const, index: Int32Array.from(found) } : encodeColumn(encoder, found, rows)
    encoders.push(encoder)
    blocks.push({ offset, block })
    offset += width(encoder)
  }
  return { encoders, design: { rows, width: offset, blocks }, leftOut }
}
