/** An opened table → its profile, by at most three scans of each column (core/profile/queries.ts says which). No row leaves the engine. */
import type { ColumnFacts, Sql, TableFacts } from '../core/checks/facts.ts'
import { assembleTable, type Levels, planColumns, readLevels } from '../core/profile/assemble.ts'
import { columnsPerQuery, countQuery, levelColumnsPerQuery, levelQuery, sampleQuery } from '../core/profile/queries.ts'
import type { TableProfile } from '../core/schema/profile.ts'
import { type DataEngine, quoteName, type Scalar, type Table } from '../ports/data-engine.ts'

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
  const sampled = { ...facts, rowAt: table.rowNumber }
  const sample = await inParts(engine, columns, (some, from) => sampleQuery(sampled, some, from))
  const plans = planColumns(columns, sample, { sensitive: new Set(options.sensitive), reference: options.reference ?? null })
  const numeric = plans.map((plan) => plan.numeric)
  const counts = await inParts(engine, columns, (some, from) => countQuery(facts, some, numeric.slice(from, from + some.length), from))
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

/** The one row that queries over some columns at a time come to together. A table without columns is asked once, too. */
async function inParts(
  engine: DataEngine,
  columns: readonly ColumnFacts[],
  query: (some: readonly ColumnFacts[], from: number) => Sql,
): Promise<Readonly<Record<string, Scalar>>> {
  const whole: Record<string, Scalar> = {}
  for (let from = 0; from === 0 || from < columns.length; from += columnsPerQuery) {
    const [row = {}] = await engine.aggregate(query(columns.slice(from, from + columnsPerQuery), from))
    Object.assign(whole, row)
  }
  return whole
}
