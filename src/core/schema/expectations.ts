/** `expect`: the data contract as a list of single checks, one entry each, that the table of checks knows by name. */
import type { DataSpec, Expectation, Role } from './config.ts'
import { roles } from './config.ts'
import type { ModelFile } from './config-file.ts'
import { invalid, type Path, type Problem, shown } from './problems.ts'

type Expect = NonNullable<ModelFile['expect']>
type Column = NonNullable<Expect['columns']>[string]
type Params = Expectation['params']

const date = /^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$/

/** Written key → check, in the order they are shown. Null params: the check was not asked for. */
const columnChecks: readonly { readonly check: string; readonly params: (column: Column) => Params | null }[] = [
  { check: 'exists', params: () => ({}) },
  { check: 'type', params: ({ type }) => (type === undefined ? null : { type }) },
  { check: 'nulls', params: ({ nulls }) => (nulls === undefined ? null : { max: nulls.max }) },
  { check: 'min', params: ({ min }) => (min === undefined ? null : { value: min }) },
  { check: 'max', params: ({ max }) => (max === undefined ? null : { value: max }) },
  { check: 'in', params: (column) => (column.in === undefined ? null : { values: column.in }) },
  { check: 'not_in', params: ({ not_in }) => (not_in === undefined ? null : { values: not_in }) },
  { check: 'matches', params: ({ matches }) => (matches === undefined ? null : { pattern: matches }) },
  { check: 'length', params: ({ length }) => (length === undefined ? null : defined(length)) },
  { check: 'unique', params: ({ unique }) => (unique === true ? {} : null) },
]

/** Only the keys that were written. */
const defined = (given: { readonly min?: number | undefined; readonly max?: number | undefined }): Params =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))

export function expectations(expect: Expect | undefined, data: DataSpec, path: Path, problems: Problem[]): readonly Expectation[] {
  if (expect === undefined) return []
  const configured = roles.filter((role) => data.sources[role] !== undefined)
  const judgedOn = (on: readonly Role[] | undefined, at: Path): readonly Role[] => {
    for (const [i, role] of (on ?? []).entries()) {
      if (!configured.includes(role))
        problems.push(invalid([...at, 'on', i], `data.${role} is not configured, so this would never be checked.`))
    }
    return on ?? configured
  }
  const found: Expectation[] = []
  const { rows, duplicates } = expect
  if (rows !== undefined) {
    checkRange(rows, [...path, 'rows'], problems)
    found.push({
      check: 'rows',
      column: null,
      params: defined({ min: rows.min, max: rows.max }),
      severity: rows.severity ?? 'fail',
      on: judgedOn(rows.on, [...path, 'rows']),
    })
  }
  if (duplicates !== undefined) {
    const on = judgedOn(duplicates.on, [...path, 'duplicates'])
    found.push({ check: 'duplicates', column: null, params: { max: duplicates.max }, severity: duplicates.severity ?? 'fail', on })
  }
  for (const [name, column] of Object.entries(expect.columns ?? {})) {
    const at = [...path, 'columns', name]
    checkColumn(column, at, problems)
    const shared = { column: name, severity: column.severity ?? 'fail', on: judgedOn(column.on, at) } as const
    for (const { check, params } of columnChecks) {
      const given = params(column)
      if (given !== null) found.push({ check, params: given, ...shared })
    }
  }
  return found
}

function checkColumn(column: Column, at: Path, problems: Problem[]): void {
  for (const key of ['min', 'max'] as const) {
    const value = column[key]
    if (typeof value === 'string' && !date.test(value))
      problems.push(invalid([...at, key], `${shown(value)} is neither a number nor a date such as 2026-01-31.`))
  }
  const { min, max } = column
  if (typeof min === 'number' && typeof max === 'number' && min > max)
    problems.push(invalid([...at, 'min'], `min ${min} is above max ${max}: nothing could pass.`))
  if (column.length !== undefined) checkRange(column.length, [...at, 'length'], problems)
}

function checkRange(range: { readonly min?: number | undefined; readonly max?: number | undefined }, at: Path, problems: Problem[]): void {
  const { min, max } = range
  if (min === undefined && max === undefined) problems.push(invalid(at, 'Write min, max or both.'))
  else if (min !== undefined && max !== undefined && min > max)
    problems.push(invalid([...at, 'min'], `min ${min} is above max ${max}: nothing could pass.`))
}
