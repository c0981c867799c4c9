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
  for (const other of others) await compare(raw, first, other)
  const list = first.columns.map((one) => quoteName(one.name)).join(', ')
  // a column of ours beside the data's: its name must be none of theirs
  const number = freeName(first.columns.map((one) => one.name))
  const selects = parts.map(
    (part, index) =>
      `SELECT ${first.columns.map((one) => widened(one.name, part, parts)).join(', ')}, ${index * fileStride} + ${part.rowNumber} AS ${quoteName(number)} FROM ${part.relation}`,
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

/** A number of 32 bits, or lists of such. */
const singles = /^FLOAT((?:\[\d*\])*)$/

/** The engine makes doubles of 32-bit floats beside doubles as they stand, 0.1 to 0.10000000149011612, and 32-bit floats of integers beside them. */
function widened(name: string, part: Part, parts: readonly Part[]): string {
  const column = quoteName(name)
  const typeIn = ({ columns }: Part) => columns.find((one) => one.name === name)?.type ?? ''
  const [, lists] = singles.exec(typeIn(part)) ?? []
  if (lists === undefined || parts.every((one) => singles.test(typeIn(one)))) return column
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

async function compare(raw: Native.DuckDBConnection, first: Part, other: Part): Promise<void> {
  const theirs = new Map(other.columns.map((one) => [one.name, one]))
  const missing = first.columns.filter((one) => !theirs.has(one.name)).map((one) => one.name)
  const ours = new Set(first.columns.map((one) => one.name))
  const extra = other.columns.filter((one) => !ours.has(one.name)).map((one) => one.name)
  if (missing.length > 0 || extra.length > 0) {
    const what = [missing.length > 0 ? `lacks ${missing.join(', ')}` : '', extra.length > 0 ? `also has ${extra.join(', ')}` : ''].filter(
      (text) => text !== '',
    )
    throw differs(first, other, what.join(' and '))
  }
  for (const mine of first.columns) {
    const same = theirs.get(mine.name)
    if (same === undefined || sameFamily(mine.kind, same.kind)) continue
    // a column without a value has no type of its own
    if ((await isEmpty(raw, first, mine.name)) || (await isEmpty(raw, other, mine.name))) continue
    throw differs(first, other, `has ${same.type} in column ${mine.name}, not ${mine.type}`)
  }
}

const differs = (first: Part, other: Part, what: string) =>
  new UserError(
    'DATA_COLUMNS_DIFFER',
    `${other.shown} ${what}, compared with ${first.shown}`,
    'give all files of one source the same columns',
  )

async function isEmpty(raw: Native.DuckDBConnection, part: Part, name: string): Promise<boolean> {
  const counted = await raw.runAndReadAll(`SELECT count(${quoteName(name)}) FROM ${part.relation}`)
  return Number(counted.getRows()[0]?.[0]) === 0
}
