/** Checks that run without being asked for: the columns the config names are there, the target has labels and more than one class. */
import { count } from '../report/format.ts'
import type { DataSpec, Role } from '../schema/config.ts'
import { type Check, makeCheck } from '../schema/result.ts'
import { present, type Sql, sql, type TableFacts } from './facts.ts'

/** Roles whose rows must be labelled; `current` may be younger than its labels. */
export const labelled: readonly string[] = ['train', 'validation', 'test'] satisfies Role[]

/** Columns that evaluation pairs, groups and orders rows by. */
const needed = (role: string, data: DataSpec): readonly string[] => [
  ...(data.features ?? []),
  ...(role === 'test' ? [data.id, data.time, data.group, data.weight].filter((name) => name !== null) : []),
  ...(labelled.includes(role) && data.target !== null ? [data.target] : []),
]

const error = (id: string, message: string, fix: string, column: string | null = null): Check =>
  makeCheck({ id, status: 'error', effect: 'error', message, fix, column })

/** Columns of the config that the table lacks: nothing later could work. */
export function columnChecks(table: TableFacts, data: DataSpec): readonly Check[] {
  const there = new Set(table.columns.map((column) => column.name))
  return [...new Set(needed(table.role, data))]
    .filter((name) => !there.has(name))
    .map((name) =>
      error(
        `validate.column_${table.role}:${name}`,
        `COLUMN_MISSING: data.${table.role} has no column ${name}`,
        `its columns are: ${[...there].join(', ')}`,
        name,
      ),
    )
}

/** Labels of the target in one scan: `missing` and `classes` (2 means two or more). Null when there is no target to look at. */
export function targetQuery(table: TableFacts, data: DataSpec): Sql | null {
  const column = table.columns.find((one) => one.name === data.target)
  if (column === undefined || !labelled.includes(table.role)) return null
  const there = present(column)
  return sql(
    `SELECT count(*) FILTER (WHERE NOT ${there}) AS missing,
       CASE WHEN min(${column.quoted}) FILTER (WHERE ${there}) IS NULL THEN 0
            WHEN min(${column.quoted}) FILTER (WHERE ${there}) = max(${column.quoted}) FILTER (WHERE ${there}) THEN 1 ELSE 2 END AS classes
     FROM ${table.relation}`,
  )
}

export function targetCheck(table: TableFacts, data: DataSpec, row: Readonly<Record<string, unknown>>): Check {
  const { role } = table
  const id = `validate.target:${role}`
  const missing = Number(row.missing ?? 0)
  const classes = Number(row.classes ?? 0)
  const column = data.target
  if (classes < 2) {
    const what = classes === 0 ? 'has no value at all' : 'is the same in every row'
    return error(
      id,
      `TARGET_CONSTANT: the target ${column} ${what} of data.${role}`,
      'check how the data was made: nothing can be learnt or measured on one class',
      column,
    )
  }
  const found = { id, column, observed: missing / table.rows, limit: 0, limit_kind: 'max', unit: 'share', n: table.rows }
  const status = missing > 0 ? 'fail' : 'pass'
  return makeCheck({
    ...found,
    status,
    effect: status,
    message:
      missing > 0
        ? `${count(missing)} of ${count(table.rows)} rows of data.${role} have no ${column}`
        : `every row of data.${role} has ${column}`,
    fix: missing > 0 ? 'label these rows, or leave them out' : null,
  })
}
