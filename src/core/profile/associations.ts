/**
 * How a class goes together with the label: counts of the rows by both, for pairs of a feature and a label of which at least one has classes (text, or
 * whole numbers of few values). Two numbers, or a number and a truth, have a rank correlation instead (`pairs.ts`).
 *
 *     axis     classes: the most frequent labels of the reference, all others, missing; numbers: about ten cells between edges of the reference
 *     table    counts by cell of the feature, in it by cell of the label
 *
 * Counts add, so parts merge exactly. An axis keeps its labels and edges, so that other data are counted in the same cells; labels are among those that the
 * profile lists anyway, a sensitive column has no axis. A table of more than 200,000 rows gives the same sample as for the pairs.
 */
import { type ColumnFacts, isNumeric, type Sql, sql } from '../checks/facts.ts'
import { chunks } from '../collections.ts'
import type { ColumnProfile, TableProfile } from '../schema/profile.ts'
import { quantileCuts } from './blocks.ts'
import { asDouble, asLabel, cellNumber, isMissing, placeOf, sqlText } from './codes.ts'

export type Associations = NonNullable<TableProfile['associations']>
export type Axis = Associations['axes'][number]

const maxLevels = 12
/** counts of all tables together: a profile stays small */
const maxCells = 8_000
const tablesPerQuery = 24

/** Classes have one cell more for all other labels, and one for missing. */
export const cellsOf = ({ levels, cuts }: Axis): number => (levels === null ? (cuts ?? []).length + 1 : levels.length + 2)

/** null: the column is not one that is compared, or has one cell only. */
function axisOf({ name, kind, sensitive, derived, categories, numeric }: ColumnProfile): Axis | null {
  if (sensitive || derived !== undefined) return null
  if (kind === 'boolean' || isClasses(kind)) {
    const levels = (categories?.top ?? []).slice(0, maxLevels).map(({ value }) => value)
    return levels.length === 0 ? null : { column: name, levels, cuts: null }
  }
  if (numeric === null || !(kind === 'numeric-discrete' || kind === 'numeric-continuous')) return null
  const cuts = quantileCuts(numeric, new Set())
  return cuts.length === 0 ? null : { column: name, levels: null, cuts: [...cuts] }
}

const isClasses = (kind: ColumnProfile['kind']): boolean => kind === 'categorical' || kind === 'categorical-high'

/** What is counted: axes, and which two of them make a table. */
export interface AssociationPlan {
  readonly axes: readonly Axis[]
  readonly pairs: readonly (readonly [feature: number, label: number])[]
}

/** Features in the order they are given, as long as there is room. */
export function planAssociations(reference: TableProfile, features: readonly string[], labels: readonly string[]): AssociationPlan {
  const axes: Axis[] = []
  const pairs: (readonly [number, number])[] = []
  const column = (name: string) => reference.columns.find((one) => one.name === name)
  const place = (axis: Axis) => {
    const known = axes.findIndex((one) => one.column === axis.column)
    return known >= 0 ? known : axes.push(axis) - 1
  }
  let room = maxCells
  for (const feature of features) {
    for (const label of labels) {
      const [a, b] = [column(feature), column(label)]
      if (a === undefined || b === undefined || !(isClasses(a.kind) || isClasses(b.kind))) continue
      const [one, other] = [axisOf(a), axisOf(b)]
      if (one === null || other === null) continue
      room -= cellsOf(one) * cellsOf(other)
      if (room < 0) return { axes, pairs }
      pairs.push([place(one), place(other)])
    }
  }
  return { axes, pairs }
}

/** SQL: the number of the cell of a row; null of a missing number. */
export function axisCode(facts: ColumnFacts, { levels, cuts }: Axis): string {
  if (levels !== null) {
    const place = placeOf(asLabel(facts), levels.map(sqlText))
    return `CAST(CASE WHEN ${isMissing(facts)} THEN ${levels.length + 1} ELSE coalesce(nullif(${place}, -1), ${levels.length}) END AS INTEGER)`
  }
  const x = asDouble(facts)
  return `CASE WHEN ${facts.quoted} IS NOT NULL AND isfinite(${x}) THEN CAST(${cellNumber(facts, cuts ?? [])} AS INTEGER) END`
}

/** Whether the values of a column can be counted in the cells of an axis: as numbers, or as labels of the storage they had. */
export const fitsAxis = (facts: ColumnFacts, listed: boolean, { levels }: Axis): boolean =>
  levels === null ? isNumeric(facts.kind) : listed

/** One row a query: `t<i>`, the counts of a table as JSON. @param code SQL name of the code of an axis */
export function associationQueries(name: string, { axes, pairs }: AssociationPlan, code: (axis: number) => string): readonly Sql[] {
  const lists = pairs.map(([a, b], i) => {
    const [rows, columns] = [a, b].map((at) => axes[at]).map((axis) => (axis === undefined ? 0 : cellsOf(axis)))
    const cells = Array.from({ length: (rows ?? 0) * (columns ?? 0) }, (_, cell) => cell).join(', ')
    return `to_json(map_values(histogram_exact(${code(a)} * ${columns} + ${code(b)}, [${cells}]))) AS t${i}`
  })
  return chunks(lists, tablesPerQuery).map((some) => sql(`SELECT ${some.join(', ')} FROM ${name}`))
}

/** @param row what all of `associationQueries` gave */
export function readAssociations(row: Readonly<Record<string, unknown>>, rows: number, { axes, pairs }: AssociationPlan): Associations {
  return {
    rows,
    axes: [...axes],
    tables: pairs.map(([a, b], i) => {
      const parsed: unknown = JSON.parse(String(row[`t${i}`] ?? '[]'))
      const found = Array.isArray(parsed) ? parsed.map(Number) : []
      const size = [a, b].map((at) => axes[at]).reduce((all, axis) => all * (axis === undefined ? 0 : cellsOf(axis)), 1)
      return { feature: a, label: b, counts: Array.from({ length: size }, (_, cell) => found[cell] ?? 0) }
    }),
  }
}

export interface AssociationTable {
  readonly feature: Axis
  readonly label: Axis
  /** by cell of the feature, in it by cell of the label */
  readonly counts: readonly (readonly number[])[]
}

export function associationTables(associations: Associations | null | undefined): readonly AssociationTable[] {
  if (associations === null || associations === undefined) return []
  return associations.tables.flatMap(({ feature, label, counts }) => {
    const [one, other] = [associations.axes[feature], associations.axes[label]]
    if (one === undefined || other === undefined) return []
    const width = cellsOf(other)
    return [
      {
        feature: one,
        label: other,
        counts: Array.from({ length: cellsOf(one) }, (_, g) => counts.slice(g * width, (g + 1) * width)),
      },
    ]
  })
}

/** @throws RangeError when the tables are counted in other cells */
export function mergeAssociations(a: Associations, b: Associations): Associations {
  const cells = ({ axes, tables }: Associations) => JSON.stringify([axes, tables.map(({ feature, label }) => [feature, label])])
  if (cells(a) !== cells(b)) throw new RangeError('the associations were counted in different cells')
  return {
    rows: a.rows + b.rows,
    axes: a.axes,
    tables: a.tables.map(({ counts, ...pair }, i) => ({
      ...pair,
      counts: counts.map((count, cell) => count + (b.tables[i]?.counts[cell] ?? 0)),
    })),
  }
}
