/** Some rows of an opened table, or some of its columns in other clothes, as a table: a condition in front of the files, nothing is copied. */
import { freeName } from '../core/checks/facts.ts'
import { quoteName, type Table } from '../ports/data-engine.ts'

export interface Part {
  /** SQL, true for the rows wanted */
  readonly where?: string
  /** SQL, `expression AS "column"` in place of a column */
  readonly replace?: string
  /** how many rows that are, where there are fewer */
  readonly rows?: number
}

export function subTable(table: Table, { where, replace, rows = table.rows }: Part): Table {
  const number = quoteName(freeName('row_at_origin', table))
  const all = replace === undefined ? '*' : `* REPLACE (${replace})`
  const relation = `(SELECT ${all}, ${table.rowNumber} AS ${number} FROM ${table.relation}${where === undefined ? '' : ` WHERE ${where}`})`
  return { ...table, relation, rowNumber: number, rows }
}
