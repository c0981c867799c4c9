/** What the config says of columns, held against the table that has them. */
import { type ColumnFacts, isNumeric, type TableFacts } from '../../core/checks/facts.ts'
import { canBe } from '../../core/profile/kind.ts'
import type { ProfileKind } from '../../core/schema/profile.ts'
import { nearest } from '../../core/text/nearest.ts'
import { UserError } from '../../errors.ts'

const unknown = (key: string, name: string, table: TableFacts): UserError => {
  const close = nearest(
    name,
    table.columns.map((column) => column.name),
  )
  return new UserError(
    'UNKNOWN_COLUMN',
    `${key} names ${name}, which is no column of data.${table.role}`,
    close === null ? 'correct the name' : `did you mean ${close}?`,
  )
}

/** @throws UserError UNKNOWN_COLUMN, COLUMN_KIND */
export function demandKinds(table: TableFacts, kinds: Readonly<Record<string, ProfileKind>>): void {
  for (const [name, kind] of Object.entries(kinds)) {
    const facts = table.columns.find((column) => column.name === name)
    if (facts === undefined) throw unknown('data.kinds', name, table)
    if (canBe(kind, facts.kind)) continue
    const message = `data.kinds calls ${name} ${kind}, but data.${table.role} holds it as ${facts.type}`
    throw new UserError('COLUMN_KIND', message, 'store the column so, or take it out of data.kinds')
  }
}

/** @throws UserError UNKNOWN_COLUMN, WEIGHT_INVALID */
export function weightFacts(table: TableFacts, name: string | null): ColumnFacts | null {
  if (name === null) return null
  const facts = table.columns.find((column) => column.name === name)
  if (facts === undefined) throw unknown('data.weight', name, table)
  if (!isNumeric(facts.kind)) {
    throw new UserError('WEIGHT_INVALID', `the weight ${name} of data.${table.role} is stored as ${facts.type}`, 'store it as a number')
  }
  return facts
}
