/** An opened table → its profile, by at most three scans (core/profile/queries.ts says which). No row leaves the engine. */
import type { ColumnFacts, TableFacts } from '../core/checks/facts.ts'
import { assembleTable, type Levels, planColumns, readLevels } from '../core/profile/assemble.ts'
import { countQuery, levelColumnsPerQuery, levelQuery, sampleQuery } from '../core/profile/queries.ts'
import type { TableProfile } from '../core/schema/profile.ts'
import { type DataEngine, quoteName, type Table } from '../ports/data-engine.ts'

export interface ProfileOptions {
  readonly role: string
  /** names of columns of which nothing but counts is kept */
  readonly sensitive: readonly string[]
  /** its kinds and edges are used, so that the two can be compared */
  readonly reference?: TableProfile
}

export const columnFacts = (table: Table): readonly ColumnFacts[] =>
  table.columns.map((column) => ({ ...column, quoted: quoteName(column.name) }))

export const tableFacts = (table: Table, role: string): TableFacts => ({
  role,
  relation: table.relation,
  rowNumber: table.files.length === 1 ? table.rowNumber : null,
  rows: table.rows,
  untyped: table.format === 'csv',
  columns: columnFacts(table),
})

export async function buildProfile(engine: DataEngine, table: Table, options: ProfileOptions): Promise<TableProfile> {
  const facts = tableFacts(table, options.role)
  const { columns } = facts
  const [sample = {}] = await engine.aggregate(sampleQuery({ ...facts, rowAt: table.rowNumber }, columns))
  const plans = planColumns(columns, sample, { sensitive: new Set(options.sensitive), reference: options.reference ?? null })
  const [counts = {}] = await engine.aggregate(
    countQuery(
      facts,
      columns,
      plans.map((plan) => plan.numeric),
    ),
  )
  const levels = new Map<string, Levels>()
  const labelled = plans.filter((plan) => plan.levels).map((plan) => plan.facts)
  for (let from = 0; from < labelled.length; from += levelColumnsPerQuery) {
    const some = labelled.slice(from, from + levelColumnsPerQuery)
    for (const [name, found] of readLevels(some, await engine.aggregate(levelQuery(facts, some)))) levels.set(name, found)
  }
  return assembleTable(
    facts,
    plans,
    counts,
    levels,
    table.files.map((file) => file.digest),
  )
}
