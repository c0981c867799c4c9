/** `type`: which stored values a declared type accepts, as SQL that is true for a value that is there and breaks it. */
import { type ColumnFacts, isNumeric, type StorageKind } from './facts.ts'
import { asText } from './sql-parts.ts'

export const declaredTypes = ['integer', 'number', 'float', 'decimal', 'string', 'boolean', 'date', 'timestamp', 'time'] as const
export type DeclaredType = (typeof declaredTypes)[number]

const all = 'true'
const none = 'false'
/** Text of digits and nothing else. @param x SQL of text */
export const readsAsInteger = (x: string): string => `regexp_full_match(trim(${x}), '[+-]?[0-9]+')`

type Rule = (column: ColumnFacts, untyped: boolean) => string

const number: Rule = (column) =>
  isNumeric(column.kind) ? none : column.kind === 'string' ? `TRY_CAST(trim(${asText(column)}) AS DOUBLE) IS NULL` : all

/** Text that reads as the type is accepted: a single bad cell makes a whole CSV column text, and the bad cells are what is to be counted. */
const readsAs =
  (same: readonly string[], type: string): Rule =>
  (column) =>
    same.includes(column.kind) ? none : column.kind === 'string' ? `TRY_CAST(${asText(column)} AS ${type}) IS NULL` : all

/** Of a column that must be stored as the type, with nothing read into it. */
export const storedAs: Readonly<Record<DeclaredType, (kind: StorageKind) => boolean>> = {
  integer: (kind) => kind === 'integer',
  number: isNumeric,
  float: (kind) => kind === 'float',
  decimal: (kind) => kind === 'decimal',
  string: (kind) => kind === 'string',
  boolean: (kind) => kind === 'boolean',
  date: (kind) => kind === 'date',
  timestamp: (kind) => kind === 'timestamp',
  time: (kind) => kind === 'time',
}

export const typeRules: Readonly<Record<DeclaredType, Rule>> = {
  integer: (column) => {
    const { kind, quoted } = column
    if (kind === 'integer') return none
    if (kind === 'string') return `NOT ${readsAsInteger(asText(column))}`
    return isNumeric(kind) ? `(NOT isfinite(${quoted}) OR ${quoted} <> trunc(${quoted}))` : all
  },
  number,
  float: number,
  decimal: number,
  // whatever stands in an untyped file can be taken as text
  string: ({ kind }, untyped) => (kind === 'string' || untyped ? none : all),
  boolean: (column) => {
    const { kind, quoted } = column
    if (kind === 'boolean') return none
    if (kind === 'string') return `lower(${asText(column)}) NOT IN ('true', 'false')`
    return isNumeric(kind) ? `${quoted} NOT IN (0, 1)` : all
  },
  date: (column, untyped) =>
    column.kind === 'timestamp' ? `${column.quoted} <> date_trunc('day', ${column.quoted})` : readsAs(['date'], 'DATE')(column, untyped),
  timestamp: readsAs(['timestamp', 'date'], 'TIMESTAMP'),
  time: readsAs(['time'], 'TIME'),
}
