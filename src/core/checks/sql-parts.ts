/** Pieces of SQL that several checks are made of. */
import { type ColumnFacts, isNumeric, type Sql, type SqlValue, sql } from './facts.ts'

export const asText = ({ quoted }: ColumnFacts): string => `CAST(${quoted} AS VARCHAR)`
export const asNumber = ({ quoted }: ColumnFacts): string => `CAST(${quoted} AS DOUBLE)`

export const not = (condition: Sql): Sql => ({ ...condition, sql: `NOT (${condition.sql})` })
export const join = (parts: readonly Sql[], between: string): Sql => ({
  sql: parts.map((part) => `(${part.sql})`).join(between),
  values: parts.flatMap((part) => part.values),
})
export const any = (parts: readonly Sql[]): Sql => (parts.length === 0 ? sql('false') : join(parts, ' OR '))
export const all = (parts: readonly Sql[]): Sql => (parts.length === 0 ? sql('true') : join(parts, ' AND '))

export type Operator = '<' | '<=' | '>' | '>='

/** `value` on the wrong side of a limit. Text is read as the limit's type; what cannot be read breaks the rule. */
export function beyond(column: ColumnFacts, operator: Operator, value: number | string): Sql {
  const type = typeof value === 'number' ? 'DOUBLE' : 'TIMESTAMP'
  const fits = typeof value === 'number' ? isNumeric(column.kind) : ['date', 'timestamp'].includes(column.kind)
  if (fits)
    return sql(`${typeof value === 'number' ? column.quoted : `CAST(${column.quoted} AS TIMESTAMP)`} ${operator} CAST(? AS ${type})`, [
      value,
    ])
  if (column.kind !== 'string') return sql('true')
  const read = `TRY_CAST(${column.quoted} AS ${type})`
  return sql(`(${read} IS NULL OR ${read} ${operator} CAST(? AS ${type}))`, [value])
}

/** Membership; numbers compare as numbers, everything else as text. */
export function member(column: ColumnFacts, values: readonly SqlValue[]): Sql {
  const numbers = isNumeric(column.kind)
  const wanted: readonly SqlValue[] = numbers ? values.map(Number).filter((value) => !Number.isNaN(value)) : values.map(String)
  if (wanted.length === 0) return sql('false')
  const marks = wanted.map(() => (numbers ? 'CAST(? AS DOUBLE)' : '?')).join(', ')
  return sql(`${numbers ? asNumber(column) : asText(column)} IN (${marks})`, wanted)
}
