/**
 * Columns of text nearly all of whose values are numbers: one `12,5` or `n/a` in a CSV makes text of a whole column, and profile, drift and model then
 * meet words. That may be meant (house numbers, codes), so it is told and decides nothing. Of what is no number only the row is told, never the value.
 */
import { count, plural, verb } from '../report/format.ts'
import type { DataSpec } from '../schema/config.ts'
import { type Check, makeCheck } from '../schema/result.ts'
import type { Row } from './answer.ts'
import { type ColumnFacts, present, type TableFacts } from './facts.ts'
import { asText } from './sql-parts.ts'

/** Looked at before whole columns are, which cost a scan. */
const beginning = 2000
const nearlyAll = 0.95
const fewest = 20
/** columns that are told one by one */
const most = 5

const isNumber = (column: ColumnFacts): string => `TRY_CAST(trim(${asText(column)}) AS DOUBLE) IS NOT NULL`

export const textColumns = ({ columns }: TableFacts, { id }: Pick<DataSpec, 'id'>): readonly ColumnFacts[] =>
  columns.filter(({ kind, name, wordy }) => kind === 'string' && name !== id && !wordy)

const counts = (columns: readonly ColumnFacts[]): string =>
  columns
    .map((column, at) => `count_if(${present(column)}) AS n${at}, count_if(${present(column)} AND ${isNumber(column)}) AS x${at}`)
    .join(', ')

/** Of the first rows. @param columns at least one */
export const beginningQuery = ({ relation }: TableFacts, columns: readonly ColumnFacts[]): string =>
  `SELECT ${counts(columns)} FROM (SELECT ${columns.map(({ quoted }) => quoted).join(', ')} FROM ${relation} LIMIT ${beginning})`

export const wholeQuery = ({ relation }: TableFacts, columns: readonly ColumnFacts[]): string =>
  `SELECT ${counts(columns)} FROM ${relation}`

/** Null: several files, whose rows have no number that people know. */
export const firstQuery = ({ relation, rowNumber }: TableFacts, column: ColumnFacts): string | null =>
  rowNumber === null
    ? null
    : `SELECT min(r) AS r FROM (SELECT ${rowNumber} AS r FROM ${relation} WHERE ${present(column)} AND NOT (${isNumber(column)}))`

export interface Nearly {
  readonly column: ColumnFacts
  readonly values: number
  readonly numbers: number
}

/** @param row an answer to either of the counting queries, for the same columns */
export const nearlyNumbers = (columns: readonly ColumnFacts[], row: Row): readonly Nearly[] =>
  columns.flatMap((column, at) => {
    const [values, numbers] = [Number(row[`n${at}`] ?? 0), Number(row[`x${at}`] ?? 0)]
    return values >= fewest && numbers >= nearlyAll * values ? [{ column, values, numbers }] : []
  })

/** @param found with the first row that is no number, counted from 0; null: not known */
export function nearlyNumbersCheck(role: string, found: readonly (Nearly & { readonly first: number | null })[]): Check | null {
  if (found.length === 0) return null
  const told = found.slice(0, most).map(({ column, values, numbers, first }) => {
    const rest = values - numbers
    const where = first === null ? '' : `, ${rest === 1 ? '' : 'the first '}in row ${count(first + 1)}`
    return `${column.name} (${count(numbers)} of ${plural(values, 'value')} are numbers, ${count(rest)} ${verb(rest, 'are')} not${where})`
  })
  const more = found.length > most ? `, and ${count(found.length - most)} more` : ''
  return makeCheck({
    id: `validate.nearly_numbers:${role}`,
    // told, and nothing is made of it: text may be meant
    status: 'warn',
    effect: 'pass',
    observed: found.length,
    unit: 'columns',
    names: found.slice(0, most).map(({ column }) => column.name),
    message: `data.${role}: read as text, though nearly all values are numbers: ${told.join(', ')}${more}`,
    fix: 'write these values as numbers, or leave them empty; if text is meant, nothing is due',
  })
}
