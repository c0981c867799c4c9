/** What the engine answers, what a judge makes of it, and the limit it is set against. */

export type Row = Readonly<Record<string, unknown>>

/** A figure of a row as a finite number; null where there is none, as of no rows. */
export function number(value: unknown): number | null {
  if (value === null || value === undefined) return null
  const read = Number(value)
  return Number.isFinite(read) ? read : null
}

export interface Limit {
  /** a part of the judged rows, a number of rows, or in the unit of what is observed */
  readonly value: number
  readonly kind: 'min' | 'max'
  /** null: that of the values themselves */
  readonly unit: 'share' | 'rows' | 'columns' | null
}

/** Up to 1 is a part of the rows, above it a number of rows. */
export const atMost = (max: number): Limit => ({ value: max, kind: 'max', unit: max <= 1 ? 'share' : 'rows' })
export const shareAtMost = (max: number): Limit => ({ value: max, kind: 'max', unit: 'share' })

/** What a judge says of one table. */
export interface Answer {
  /** `error`: it cannot be asked as the config stands, and the sentence says why */
  readonly status: 'pass' | 'fail' | 'skipped' | 'inconclusive' | 'error'
  /** the whole sentence, without the role */
  readonly says: string
  readonly observed?: number | null
  readonly limit?: Limit | null
  /** rows looked at, and those that break the rule: their share gets an interval */
  readonly judged?: number | null
  readonly broken?: number | null
  /** of `observed`, when it is no share of rows; with the one that decided */
  readonly interval?: { readonly bounds: readonly [number, number]; readonly level: number; readonly tail: 'lower' | 'upper' | 'two-sided' }
  readonly p?: number | null
  /** columns that the sentence names, beside its own and those of the parameters */
  readonly names?: readonly string[]
}

export const pass = (says: string, more: Omit<Answer, 'status' | 'says'> = {}): Answer => ({ status: 'pass', says, ...more })
export const fail = (says: string, more: Omit<Answer, 'status' | 'says'> = {}): Answer => ({ status: 'fail', says, ...more })
export const skipped = (says: string): Answer => ({ status: 'skipped', says })
export const unanswerable = (says: string): Answer => ({ status: 'error', says })
