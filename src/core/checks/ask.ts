/** An expectation of the config → a check bound to one table, or what is found of it without looking at rows. */
import type { DataSpec, Expectation } from '../schema/config.ts'
import type { TableProfile } from '../schema/profile.ts'
import { nearest } from '../text/nearest.ts'
import type { CheckEntry, Scope, Work } from './entry.ts'
import { type ColumnFacts, filtered, type TableFacts } from './facts.ts'
import type { Finding } from './finding.ts'
import { findCheck } from './table.ts'
import type { SqlForm, VerifiedSql } from './user-sql.ts'

/** What a check may look at beside its table. */
export interface Surroundings {
  readonly others: ReadonlyMap<string, TableFacts>
  readonly reference: TableProfile | null
  readonly data: DataSpec
  readonly now: string
  /** every SQL text of the config that was let through (user-sql.ts), by its text */
  readonly verified: ReadonlyMap<string, VerifiedSql>
}

export interface Asked {
  readonly expectation: Expectation
  readonly entry: CheckEntry
  readonly work: Work
  readonly scope: Scope
  readonly blank: Finding
}

/** @throws Error when an expectation names no check of the table, or holds SQL that nobody verified: the config's parser and the stage did that */
export function ask(expectation: Expectation, table: TableFacts, around: Surroundings): Asked | Finding {
  const { check, column: subject, params, where = null } = expectation
  const entry = findCheck(check)
  if (entry === null) throw new Error(`there is no check ${check}`)
  const blank: Finding = {
    expectation,
    role: table.role,
    status: 'pass',
    judged: null,
    broken: null,
    observed: null,
    first: null,
    limit: null,
    says: '',
    names: entry.columns(params, around.data),
  }
  const column = table.columns.find((one) => one.name === subject)
  const known = (status: Finding['status'], says: string): Finding => ({ ...blank, status, says, whole: true })
  if (entry.on === 'column' && entry.scan !== 'none') {
    if (column === undefined) return known('skipped', `there is no column ${subject}`)
    if (!entry.kinds.includes(column.kind)) {
      const says = `${column.name} is ${column.type}, and ${check} judges columns of ${entry.kinds.join(', ')}`
      const text = column.kind === 'string' ? ' (one value that is none of these makes text of a whole column)' : ''
      return { ...known('fail', says), fix: `give the column one of these types${text}, or take ${check} away` }
    }
  }
  const missing = entry.columns(params, around.data).find((name) => !table.columns.some((one) => one.name === name))
  if (missing !== undefined) return known('fail', `there is no column ${missing}, which ${check} looks at`)
  const unknown = unknownName(expectation, entry, table, around)
  if (unknown !== null) return known('error', unknown)
  const keep = where === null ? 'true' : `(\n${where}\n)`
  const alone = entry.scan === 'own' && where !== null
  const scope: Scope = {
    table: alone ? filtered(table, keep) : table,
    get column(): ColumnFacts {
      if (column === undefined) throw new Error(`${check} has no column of its own`)
      return column
    },
    subject,
    find: (name) => {
      const found = table.columns.find((one) => one.name === name)
      if (found === undefined) throw new Error(`${check} looks at ${name}, which it does not list among its columns`)
      return found
    },
    keep,
    others: around.others,
    reference: around.reference,
    data: around.data,
    now: around.now,
  }
  return { expectation, entry, work: entry.bind(params), scope, blank }
}

/** A column that SQL of the config names and the table lacks, in words; null where all are there. */
function unknownName(expectation: Expectation, entry: CheckEntry, table: TableFacts, { verified }: Surroundings): string | null {
  const texts = sqlTexts(expectation, entry)
  if (texts.length === 0) return null
  const names = table.columns.map(({ name }) => name)
  const there = new Set(names.map((name) => name.toLowerCase()))
  for (const { key, text } of texts) {
    const found = verified.get(text)
    if (found === undefined) throw new Error(`${key} of ${expectation.check} was not verified`)
    const missing = found.columns.find((name) => !there.has(name.toLowerCase()))
    if (missing === undefined) continue
    const near = nearest(missing, names)
    return `COLUMN_MISSING: ${key} names the column ${missing}, which is not there${near === null ? '' : `; did you mean ${near}?`}`
  }
  return null
}

/** Every SQL text of an expectation, with the key it stands behind. */
export function sqlTexts(
  { params, where }: Expectation,
  entry: CheckEntry,
): readonly { readonly key: string; readonly text: string; readonly form: SqlForm }[] {
  const written = (keys: readonly string[], form: SqlForm) =>
    keys.flatMap((key) => {
      const text = params[key]
      return typeof text === 'string' ? [{ key, text, form }] : []
    })
  return [
    ...(where === null || where === undefined ? [] : [{ key: 'where', text: where, form: 'expression' } as const]),
    ...written(entry.sqlKeys, 'expression'),
    ...written(entry.queryKeys, 'query'),
  ]
}
