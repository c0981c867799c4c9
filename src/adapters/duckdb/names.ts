/** Column names, as the engine compares them: without regard to the case of A to Z, and of no other letter (É is not é). */
import type * as Native from '@duckdb/node-api'
import type { Column } from '../../ports/data-engine.ts'
import { unreadable } from './errors.ts'
import { column } from './kinds.ts'

/**
 * The columns of a query. A text that begins with U+FEFF loses it on its way out of the engine, and a name without it is the name of no column:
 * so no name stands at the beginning.
 */
export async function columnsOf(raw: Native.DuckDBConnection, query: string): Promise<readonly Column[]> {
  const described = await raw.runAndReadAll(`SELECT 'n' || column_name, column_type FROM (DESCRIBE ${query})`)
  return described.getRows().map(([name, type]) => column(String(name).slice(1), String(type)))
}

/** @throws UserError: no SQL can hold a name with NUL in it */
export function demandNames(shown: string, columns: readonly Column[]): void {
  const at = columns.findIndex(({ name }) => name.includes('\0'))
  if (at >= 0) throw unreadable(shown, null, `the name of column ${at + 1} holds a NUL`, 'rename the column')
}

/** Names of a CSV header as the engine gives them: without the spaces around them, and a number where there is none. */
export function headerNames(header: readonly string[]): readonly string[] {
  const digits = String(header.length - 1).length
  return header.map((name, place) => name.replace(/^\p{Zs}+|\p{Zs}+$/gu, '') || `column${String(place).padStart(digits, '0')}`)
}

export const folded = (name: string): string => name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())

/** The first name that stands there twice, and its two places from 1 on, or null. Empty names are left alone: the engine numbers them. */
export function sameNameTwice(names: readonly string[]): { readonly name: string; readonly places: readonly [number, number] } | null {
  const seen = new Map<string, number>()
  for (const [at, name] of names.entries()) {
    if (name === '') continue
    const same = folded(name)
    const before = seen.get(same)
    if (before !== undefined) return { name, places: [before, at + 1] }
    seen.set(same, at + 1)
  }
  return null
}

/** Rows counted as they come: only where they come all, and in their order. */
export const countedRows = '(row_number() OVER () - 1)'

/** The engine's own row number, unless a column of the data bears its name and hides it. */
export const rowNumberOf = (own: 'rowid' | 'file_row_number', names: readonly string[]): string =>
  names.some((name) => name.toLowerCase() === own) ? countedRows : own
