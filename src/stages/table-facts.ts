/** An opened table, as checks and profiles know it. */
import type { ColumnFacts, TableFacts } from '../core/checks/facts.ts'
import { quoteName, type Table } from '../ports/data-engine.ts'

export const columnFacts = (table: Table): readonly ColumnFacts[] =>
  table.columns.map((column) => ({ ...column, quoted: quoteName(column.name) }))

export const tableFacts = (table: Table, role: string): TableFacts => ({
  role,
  relation: table.relation,
  rowNumber: table.files.length === 1 ? table.rowNumber : null,
  rows: table.rows,
  untyped: table.format === 'csv',
  columnar: table.format === 'parquet',
  columns: columnFacts(table),
})
