/**
 * The encoded columns of every row, held column by column: a product over it costs one pass a raw column, however many levels
 * that column has. Weights are laid out as the encoders are, `width(encoder)` after `width(encoder)`.
 */
import type { Block } from './encode.ts'

export interface Design {
  readonly rows: number
  /** encoded columns in all */
  readonly width: number
  readonly blocks: readonly { readonly offset: number; readonly block: Block }[]
}

/** Only the rows named, in that order. */
export function takeRows(design: Design, rows: Int32Array): Design {
  const blocks = design.blocks.map(({ offset, block }) => {
    if (block.kind === 'category') return { offset, block: { kind: block.kind, index: rows.map((i) => block.index[i] ?? 0) } }
    return {
      offset,
      block: {
        kind: block.kind,
        values: Float64Array.from(rows, (i) => block.values[i] ?? 0),
        missing: Uint8Array.from(rows, (i) => block.missing[i] ?? 0),
      },
    }
  })
  return { rows: rows.length, width: design.width, blocks }
}

/** scores[i·stride + at] += x_i · w, with w = weights[from …] */
export function addScores(design: Design, weights: Float64Array, from: number, scores: Float64Array, stride: number, at: number): void {
  for (const { offset, block } of design.blocks) {
    const first = from + offset
    if (block.kind === 'category') {
      for (let i = 0, s = at; i < design.rows; i++, s += stride) {
        scores[s] = (scores[s] ?? 0) + (weights[first + (block.index[i] ?? 0)] ?? 0)
      }
    } else {
      const slope = weights[first] ?? 0
      const gap = weights[first + 1] ?? 0
      for (let i = 0, s = at; i < design.rows; i++, s += stride) {
        scores[s] = (scores[s] ?? 0) + slope * (block.values[i] ?? 0) + gap * (block.missing[i] ?? 0)
      }
    }
  }
}

/** gradient[from …] += Σ_i residual[i·stride + at] · x_i */
export function addGradient(
  design: Design,
  residual: Float64Array,
  stride: number,
  at: number,
  gradient: Float64Array,
  from: number,
): void {
  for (const { offset, block } of design.blocks) {
    const first = from + offset
    if (block.kind === 'category') {
      for (let i = 0, s = at; i < design.rows; i++, s += stride) {
        const j = first + (block.index[i] ?? 0)
        gradient[j] = (gradient[j] ?? 0) + (residual[s] ?? 0)
      }
    } else {
      let slope = 0
      let gap = 0
      for (let i = 0, s = at; i < design.rows; i++, s += stride) {
        const r = residual[s] ?? 0
        slope += r * (block.values[i] ?? 0)
        gap += r * (block.missing[i] ?? 0)
      }
      gradient[first] = (gradient[first] ?? 0) + slope
      gradient[first + 1] = (gradient[first + 1] ?? 0) + gap
    }
  }
}

/** Σ_i share_i · x_ij² for every encoded column j. */
export function columnMass(design: Design, share: Float64Array): Float64Array {
  const mass = new Float64Array(design.width)
  for (const { offset, block } of design.blocks) {
    for (let i = 0; i < design.rows; i++) {
      const s = share[i] ?? 0
      if (block.kind === 'category') {
        const j = offset + (block.index[i] ?? 0)
        mass[j] = (mass[j] ?? 0) + s
      } else {
        mass[offset] = (mass[offset] ?? 0) + s * (block.values[i] ?? 0) ** 2
        mass[offset + 1] = (mass[offset + 1] ?? 0) + s * (block.missing[i] ?? 0)
      }
    }
  }
  return mass
}
