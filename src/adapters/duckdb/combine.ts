/** Several opened files → one relation, in the listed order. The same columns are required in all, in whatever order. */
import type * as Native from '@duckdb/node-api'
import { UserError } from '../../errors.ts'
import { type Column, quoteName } from '../../ports/data-engine.ts'
import { sameFamily } from './kinds.ts'
import { columnsOf, countedRows } from './names.ts'
import type { Part } from './part.ts'

export interface Combined {
  readonly relation: string
  readonly rowNumber: string
  readonly columns: readonly Column[]
  readonly rows: number
}

/** Row numbers of a later file start above those of an earlier one. */
const fileStride = 2 ** 40

export async function combine(raw: Native.DuckDBConnection, parts: readonly Part[], name: string): Promise<Combined> {
  const [first, ...others] = parts
  if (first === undefined) throw new Error('no file to combine')
  if (others.length === 0) return numberedAsColumn(first)
  for (const other of others) demandSameNames(first, other)
  const named = await hollowed(raw, parts)
  for (const column of first.columns) demandOneFamily(column.name, named)
  const list = first.columns.map((one) => quoteName(one.name)).join(', ')
  // a column of ours beside the data's: its name must be none of theirs
  const number = freeName(first.columns.map((one) => one.name))
  const selects = named.map(
    (one, index) =>
      `SELECT ${first.columns.map((column) => typed(column.name, one, named)).join(', ')}, ${index * fileStride} + ${one.part.rowNumber} AS ${quoteName(number)} FROM ${one.part.relation}`,
  )
  await raw.run(`CREATE TEMP VIEW ${name} AS ${selects.join(' UNION ALL ')}`)
  const columns = await columnsOf(raw, `SELECT ${list} FROM ${name}`)
  return {
    relation: name,
    rowNumber: quoteName(number),
    columns,
    rows: parts.reduce((rows, part) => rows + part.rows, 0),
  }
}

interface Named {
  readonly part: Part
  readonly columns: ReadonlyMap<string, Column>
  /** columns without a value, of those whose type is not the same in all files */
  readonly hollow: ReadonlySet<string>
}

async function hollowed(raw: Native.DuckDBConnection, parts: readonly Part[]): Promise<readonly Named[]> {
  const named = parts.map((part) => ({ part, columns: new Map(part.columns.map((one) => [one.name, one])) }))
  const names = (parts[0]?.columns ?? []).flatMap(({ name }) => (oneType(named.map(({ columns }) => columns.get(name))) ? [] : [name]))
  const found: Named[] = []
  for (const one of named) found.push({ ...one, hollow: await withoutValue(raw, one.part, names) })
  return found
}

async function withoutValue(raw: Native.DuckDBConnection, { relation }: Part, names: readonly string[]): Promise<ReadonlySet<string>> {
  if (names.length === 0) return new Set()
  const counted = await raw.runAndReadAll(`SELECT ${names.map((name) => `count(${quoteName(name)})`).join(', ')} FROM ${relation}`)
  const [row = []] = counted.getRows()
  return new Set(names.filter((_, at) => Number(row[at]) === 0))
}

/** Lists and structures of two types are of one kind all the same. */
const oneType = ([first, ...others]: readonly (Column | undefined)[]): boolean =>
  others.every(
    (other) =>
      first !== undefined &&
      other !== undefined &&
      (first.type === other.type || (first.kind !== 'other' && sameFamily(first.kind, other.kind))),
  )

/** A number of 32 bits, or lists of such. */
const singles = /^FLOAT((?:\[\d*\])*)$/

/**
 * A column as the others need it to be. One without a value has no type of its own: what was made up for it, such as text, would make text of
 * the numbers of all. The engine makes doubles of 32-bit floats beside doubles as they stand, 0.1 to 0.10000000149011612, and 32-bit floats of
 * integers beside them.
 */
function typed(name: string, { columns, hollow }: Named, all: readonly Named[]): string {
  const column = quoteName(name)
  if (hollow.has(name) && all.some((one) => !one.hollow.has(name))) return `NULL AS ${column}`
  const [, lists] = singles.exec(columns.get(name)?.type ?? '') ?? []
  if (lists === undefined || all.every((one) => singles.test(one.columns.get(name)?.type ?? ''))) return column
  return `CAST(CAST(${column} AS VARCHAR${lists}) AS DOUBLE${lists}) AS ${column}`
}

/**
 * A window that numbers rows may stand in no other window, and counts on only what a condition leaves: where a column of the data hides the
 * engine's own number, the relation has it as a column, whose name is none of theirs.
 */
function numberedAsColumn(part: Part): Combined {
  if (part.rowNumber !== countedRows) return part
  const number = quoteName(freeName(part.columns.map((one) => one.name)))
  return { ...part, relation: `(SELECT *, ${part.rowNumber} AS ${number} FROM ${part.relation})`, rowNumber: number }
}

function freeName(taken: readonly string[]): string {
  const folded = new Set(taken.map((name) => name.toLowerCase()))
  let name = 'row_number_of_file'
  while (folded.has(name)) name += '_'
  return name
}

function demandSameNames(first: Part, other: Part): void {
  const theirs = new Set(other.columns.map((one) => one.name))
  const ours = new Set(first.columns.map((one) => one.name))
  const missing = [...ours].filter((name) => !theirs.has(name))
  const extra = [...theirs].filter((name) => !ours.has(name))
  if (missing.length === 0 && extra.length === 0) return
  const what = [missing.length > 0 ? `lacks ${missing.join(', ')}` : '', extra.length > 0 ? `also has ${extra.join(', ')}` : '']
  throw differs(first, other, what.filter((text) => text !== '').join(' and '))
}

function demandOneFamily(name: string, all: readonly Named[]): void {
  const [first, ...others] = all.filter(({ hollow }) => !hollow.has(name))
  const mine = first?.columns.get(name)
  if (first === undefined || mine === undefined) return
  for (const { part, columns } of others) {
    const theirs = columns.get(name)
    if (theirs !== undefined && !sameFamily(mine.kind, theirs.kind))
      throw differs(first.part, part, `has ${theirs.type} in column ${name}, not ${mine.type}`)
  }
}

const differs = (first: Part, other: Part, what: string) =>
  new UserError(
    'DATA_COLUMNS_DIFFER',
    `${other.shown} ${what}, compared with ${first.shown}`,
    'give all files of one source the same columns',
  )
