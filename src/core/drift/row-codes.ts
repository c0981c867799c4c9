/** A value of a row → number of its cell, in the cells that blocks are counted in: what the classifier is given instead of values. */
import { blockCells } from '../profile/blocks.ts'
import type { ColumnProfile } from '../schema/profile.ts'

export interface RowCoder {
  readonly name: string
  /** codes lie below this: quantile cells, frequent values, infinite, missing; or levels, other, missing */
  readonly levels: number
  readonly code: (value: unknown) => number
}

/** null: of an identifier or a sensitive column nothing is counted by block. */
export function rowCoder(reference: ColumnProfile): RowCoder | null {
  const cells = blockCells(reference)
  if (cells === null) return null
  const { size, spikes, cuts, levels } = cells
  const missing = size - 1
  if (levels !== null) {
    const places = new Map(levels.map((label, i) => [label, i]))
    const code = (value: unknown) => (absent(value) ? missing : (places.get(String(value)) ?? size - 2))
    return { name: reference.name, levels: size, code }
  }
  // quantile cells first, so that neighbours in number are neighbours in value
  const steps = cuts ?? []
  const frequent = new Map(spikes.map((value, i) => [value, steps.length + 1 + i]))
  const code = (value: unknown) => {
    if (absent(value)) return missing
    const number = Number(value)
    if (!Number.isFinite(number)) return Number.isNaN(number) ? missing : size - 2
    const spike = frequent.get(number)
    if (spike !== undefined) return spike
    const cell = steps.findIndex((edge) => number <= edge)
    return cell < 0 ? steps.length : cell
  }
  return { name: reference.name, levels: size, code }
}

const absent = (value: unknown): boolean => value === null || value === undefined || (typeof value === 'number' && Number.isNaN(value))
