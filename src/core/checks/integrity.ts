/** Checks that run without being asked for: the columns the config names are there, the target has labels and more than one class. */
import { count, plural, verb } from '../report/format.ts'
import type { DataSpec, Role } from '../schema/config.ts'
import { type Check, makeCheck } from '../schema/result.ts'
import { targetColumns } from '../schema/target-columns.ts'
import { columnsInstead, nearest } from '../text/nearest.ts'
import { type ColumnFacts, present, type Sql, sql, type TableFacts } from './facts.ts'

/** Roles whose rows must be labelled; `current` may be younger than its labels. */
export const labelled: readonly string[] = ['train', 'validation', 'test'] satisfies Role[]

/** Columns that evaluation pairs, groups and orders rows by. */
const needed = (role: string, data: DataSpec): readonly string[] => [
  ...(data.features ?? []),
  ...(role === 'test' ? [data.id, data.time, data.group, data.weight, data.horizon ?? null].filter((name) => name !== null) : []),
  ...(labelled.includes(role) ? targetColumns(data) : []),
]

const error = (id: string, message: string, fix: string, column: string | null = null): Check =>
  makeCheck({ id, status: 'error', effect: 'error', message, fix, column })

/** Columns of the config that the table lacks: nothing later could work. */
export function columnChecks(table: TableFacts, data: DataSpec): readonly Check[] {
  const names = table.columns.map((column) => column.name)
  const there = new Set(names)
  const missing = [...new Set(needed(table.role, data))].filter((name) => !there.has(name))
  return missing.map((name) =>
    error(
      `validate.column_${table.role}:${name}`,
      `COLUMN_MISSING: data.${table.role} has no column ${name}`,
      columnsInstead(name, names, missing.length),
      name,
    ),
  )
}

/**
 * Names of `data` that no table has: what keeps values back, or takes rows together, would do neither, and say nothing. A sensitive column may be gone for good, so that is a warning.
 * @param tables all that there are
 */
export function namesNowhere(tables: readonly TableFacts[], { time, group, sensitive }: DataSpec): readonly Check[] {
  if (tables.length === 0) return []
  const names = [...new Set(tables.flatMap(({ columns }) => columns.map(({ name }) => name)))]
  const there = new Set(names)
  // of the test data it is told by itself
  const keys = tables.some(({ role }) => role === 'test') ? [] : Object.entries({ time, group })
  const roles = tables.map(({ role }) => `data.${role}`).join(', ')
  return [
    ...keys.flatMap(([key, name]) =>
      name === null || there.has(name)
        ? []
        : [
            error(
              `validate.column:${name}`,
              `COLUMN_MISSING: data.${key} names ${name}, which no data has (${roles})`,
              columnsInstead(name, names),
              name,
            ),
          ],
    ),
    ...[...new Set(sensitive)]
      .filter((name) => !there.has(name))
      .map((name) => {
        const near = nearest(name, names)
        return makeCheck({
          id: `validate.column:${name}`,
          status: 'warn',
          effect: 'warn',
          column: name,
          message: `data.sensitive names ${name}, which no data has (${roles}): nothing is kept back for it`,
          fix: near === null ? 'correct the name, or take it out' : `did you mean ${near}? Correct the name, or take it out`,
        })
      }),
  ]
}

const targetsOf = ({ columns, role }: TableFacts, data: DataSpec): readonly ColumnFacts[] =>
  labelled.includes(role) ? targetColumns(data).flatMap((name) => columns.find((one) => one.name === name) ?? []) : []

/** Of each column of the target, in one scan: `missing` and `classes` (2 means two or more), numbered. Null when there is no target to look at. */
export function targetQuery(table: TableFacts, data: DataSpec): Sql | null {
  const counts = targetsOf(table, data).map((column, i) => {
    const there = present(column)
    const end = (of: 'min' | 'max') => `${of}(${column.quoted}) FILTER (WHERE ${there})`
    return `count(*) FILTER (WHERE NOT ${there}) AS missing${i},
       CASE WHEN ${end('min')} IS NULL THEN 0 WHEN ${end('min')} = ${end('max')} THEN 1 ELSE 2 END AS classes${i}`
  })
  return counts.length === 0 ? null : sql(`SELECT ${counts.join(', ')} FROM ${table.relation}`)
}

/** One of several labels that never varies is worth a look; a target of one column that does not is worth nothing. */
export function targetChecks(table: TableFacts, data: DataSpec, row: Readonly<Record<string, unknown>>): readonly Check[] {
  const { role } = table
  return targetsOf(table, data).map(({ name: column }, i) => {
    const several = data.targets ? column : null
    const id = several === null ? `validate.target:${role}` : `validate.target_${role}:${column}`
    const missing = Number(row[`missing${i}`] ?? 0)
    const classes = Number(row[`classes${i}`] ?? 0)
    if (classes === 0 || (classes === 1 && several === null)) {
      const same = missing === 0 ? 'is the same in every row of' : 'is the same in every row that has one, of'
      const what = classes === 0 ? 'has no value at all in' : same
      return error(
        id,
        `TARGET_CONSTANT: the target ${column} ${what} data.${role}`,
        'check how the data was made: nothing can be learnt or measured on one class',
        column,
      )
    }
    const found = { id, column, observed: missing / table.rows, limit: 0, limit_kind: 'max', unit: 'share', n: table.rows }
    const status = missing > 0 ? 'fail' : classes === 1 ? 'warn' : 'pass'
    const said = {
      fail: `${count(missing)} of ${plural(table.rows, 'row')} of data.${role} ${verb(table.rows, 'have')} no ${column}`,
      warn: `the label ${column} is the same in every row of data.${role}`,
      pass: `every row of data.${role} has ${column}`,
    }
    const fixes = { fail: 'label these rows, or leave them out', warn: 'add rows in which it differs, or take the label out', pass: null }
    return makeCheck({ ...found, status, effect: status, message: said[status], fix: fixes[status] })
  })
}
