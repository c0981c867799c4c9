/**
 * What the engine would say of a Parquet file when it is asked for its columns, its rows and its statistics, told from the footer alone. Only of a
 * plain table: flat, of types that every writer writes, in a footer without a contradiction. Of any other, null: the engine is asked.
 *
 * The words are the engine's (parquet.test.ts holds both against each other). What it would find out by reading rows is not found out here.
 */
import { isUtf8 } from 'node:buffer'
import { isWord } from '../../core/checks/facts.ts'
import type { Column } from '../../ports/data-engine.ts'
import { column } from './kinds.ts'
import { sameNameTwice } from './names.ts'
import type { Chunk, Footer } from './parquet-footer.ts'
import type { SchemaElement } from './parquet-schema.ts'

/** Facts of a footer, whoever read it. */
export interface FooterFacts {
  readonly columns: readonly Column[]
  readonly rows: number
  /** by column: Σ over row groups of values · bytes, where a text may stand once for many */
  readonly mostBytes: ReadonlyMap<string, number>
  /** the column's whole numbers lie between these, as the file says */
  readonly ranges: ReadonlyMap<string, Range>
}

export interface Range {
  readonly least: bigint
  readonly greatest: bigint
}

export function plainTable({ odd, rows, schema, groups }: Footer): FooterFacts | null {
  const [root, ...leaves] = schema
  if (odd || root === undefined || root.type !== null || root.children !== leaves.length || leaves.length === 0) return null
  const columns: Column[] = []
  for (const leaf of leaves) {
    const type = typeOf(leaf)
    if (type === null || !isName(leaf.name)) return null
    columns.push(column(leaf.name, type))
  }
  if (sameNameTwice(columns.map(({ name }) => name)) !== null) return null
  let counted = 0
  for (const group of groups) {
    counted += group.rows
    if (group.chunks.length !== leaves.length) return null
    for (const [at, chunk] of group.chunks.entries()) {
      const leaf = leaves[at]
      if (leaf === undefined || !belongs(chunk, leaf) || chunk.values !== group.rows || !isSized(chunk, leaf)) return null
    }
  }
  if (counted !== rows) return null
  const mostBytes = new Map<string, number>()
  const ranges = new Map<string, Range>()
  for (const [at, { name, type }] of columns.entries()) {
    const chunks = groups.flatMap(({ chunks: all }) => all[at] ?? [])
    const repeated = chunks.filter(({ dictionary, encodings }) => dictionary !== null || encodings.some((one) => repeating.includes(one)))
    if (repeated.length > 0)
      mostBytes.set(
        name,
        repeated.reduce((sum, { values, unpacked }) => sum + values * unpacked, 0),
      )
    if (!isWord(type)) continue
    const range = rangeOf(chunks, type)
    if (range === undefined) return null
    if (range !== null) ranges.set(name, range)
  }
  return { columns, rows, mostBytes, ranges }
}

/** Dictionaries, and texts that go on from the one before. */
const repeating: readonly number[] = [2, 8, 7]

/** The engine numbers what has no name, and what begins with U+FEFF loses that on its way out of it. */
const isName = (name: string): boolean => name !== '' && !name.startsWith('\uFEFF') && !name.includes('\0')

/** In the order of the format's numbers. */
const physical = ['BOOLEAN', 'INT32', 'INT64', 'INT96', 'FLOAT', 'DOUBLE', 'BYTE_ARRAY', 'FIXED'] as const
/** Bytes of a value in the statistics; null: as many as the schema says, or as it likes. */
const sizes: readonly (number | null)[] = [1, 4, 8, 12, 4, 8, null, null]

/** Physical type, converted type (the older annotation), logical types that may stand beside it, and the engine's word. What is not here is not plain. */
const plainTypes: readonly (readonly [
  (typeof physical)[number],
  converted: number | null,
  logical: readonly (string | null)[],
  word: string,
])[] = [
  ['BOOLEAN', null, [null], 'BOOLEAN'],
  ['INT32', null, [null], 'INTEGER'],
  ['INT64', null, [null], 'BIGINT'],
  ['FLOAT', null, [null], 'FLOAT'],
  ['DOUBLE', null, [null], 'DOUBLE'],
  ['BYTE_ARRAY', null, [null], 'BLOB'],
  ['BYTE_ARRAY', 0, [null, 'STRING'], 'VARCHAR'],
  ['FIXED', null, ['UUID'], 'UUID'],
  ['INT32', 6, [null, 'DATE'], 'DATE'],
  ['INT32', 15, [null, 'INTEGER 8 true'], 'TINYINT'],
  ['INT32', 16, [null, 'INTEGER 16 true'], 'SMALLINT'],
  ['INT32', 17, [null, 'INTEGER 32 true'], 'INTEGER'],
  ['INT64', 18, [null, 'INTEGER 64 true'], 'BIGINT'],
  ['INT32', 11, [null, 'INTEGER 8 false'], 'UTINYINT'],
  ['INT32', 12, [null, 'INTEGER 16 false'], 'USMALLINT'],
  ['INT32', 13, [null, 'INTEGER 32 false'], 'UINTEGER'],
  ['INT64', 14, [null, 'INTEGER 64 false'], 'UBIGINT'],
  ['INT64', 10, ['TIMESTAMP false MICROS'], 'TIMESTAMP'],
  ['INT64', 10, ['TIMESTAMP true MICROS'], 'TIMESTAMP WITH TIME ZONE'],
  ['INT64', null, ['TIMESTAMP false MICROS'], 'TIMESTAMP'],
  ['INT64', null, ['TIMESTAMP true MICROS'], 'TIMESTAMP WITH TIME ZONE'],
  ['INT64', null, ['TIMESTAMP false NANOS'], 'TIMESTAMP_NS'],
]

const decimal = 5
/** Digits that fit. */
const mostDigits: Readonly<Record<string, number>> = { INT32: 9, INT64: 18, FIXED: 38 }
/** Of a fixed length: a number of up to 38 digits, or a UUID. */
const mostLength = 16

/** The engine's word for a column that has one value, or none, in each row; null where it is not plain. */
function typeOf(leaf: SchemaElement): string | null {
  const { type, length, repetition, children, converted, logical, scale, precision } = leaf
  const stored = type === null ? undefined : physical[type]
  if (stored === undefined || children !== null || (repetition !== 0 && repetition !== 1)) return null
  if (stored === 'FIXED' && !(length !== null && length >= 1 && length <= mostLength)) return null
  if (logical === 'UUID' && length !== mostLength) return null
  if (converted !== decimal)
    return plainTypes.find(([one, two, three]) => one === stored && two === converted && three.includes(logical))?.[3] ?? null
  if (precision === null || scale === null || scale > precision || precision < 1 || precision > (mostDigits[stored] ?? 0)) return null
  return logical === null || logical === `DECIMAL ${precision} ${scale}` ? `DECIMAL(${precision},${scale})` : null
}

const belongs = ({ path, type }: Chunk, leaf: SchemaElement): boolean => type === leaf.type && path.length === 1 && path[0] === leaf.name

/** Whether each value of the statistics is one of the type: the engine refuses a footer with another, and of a decimal number with more digits it is never heard of again. */
function isSized({ statistics }: Chunk, { type, length, converted, precision }: SchemaElement): boolean {
  const size = sizes[type ?? -1] ?? length
  const isFine = (bytes: Uint8Array | undefined): boolean => {
    if (bytes === undefined) return true
    if (size === null) return converted === null || isUtf8(bytes)
    if (bytes.length !== size) return false
    if (converted !== decimal) return true
    const value = signed(physical[type ?? -1] === 'FIXED' ? bytes : bytes.toReversed())
    return (value < 0n ? -value : value) < 10n ** BigInt(precision ?? 0)
  }
  return isFine(statistics.least) && isFine(statistics.greatest) && isFine(statistics.oldLeast) && isFine(statistics.oldGreatest)
}

/**
 * Columns of which each row group says that its ends are those of running numbers, and the number of the first row: the next group goes on where the
 * one before ends. A guess of what the rows hold, which decides how they are asked.
 */
export function runningNumbers({ rows, groups }: Footer, { columns, ranges }: FooterFacts): ReadonlyMap<string, bigint> {
  const running = new Map<string, bigint>()
  for (const [at, { name, type }] of columns.entries()) {
    const range = ranges.get(name)
    if (range === undefined || rows === 0 || range.greatest - range.least !== BigInt(rows) - 1n || range.greatest > greatestOf('BIGINT'))
      continue
    let next = range.least
    const goesOn = groups.every(({ rows: some, chunks }) => {
      const found = chunks[at] === undefined ? null : rangeOf([chunks[at]], type)
      const first = next
      next += BigInt(some)
      return found?.least === first && found.greatest === next - 1n
    })
    if (goesOn) running.set(name, range.least)
  }
  return running
}

/** Blanks, signs and digits stand before it in the order of bytes; a least value may be cut off, and then stands before the value. */
const behindDigits = 0x3a

/** Columns of text of which each row group says a least value behind all that begins as a number does. */
export const wordyColumns = ({ groups }: Footer, { columns }: FooterFacts): ReadonlySet<string> =>
  new Set(
    columns
      .filter(
        ({ type }, at) => type === 'VARCHAR' && groups.every(({ chunks }) => (chunks[at]?.statistics.least?.[0] ?? 0) >= behindDigits),
      )
      .map(({ name }) => name),
  )

/** @returns null where a group says none, or the two are the wrong way round; undefined where one is no value of the type */
function rangeOf(chunks: readonly Chunk[], type: string): Range | null | undefined {
  const read = (bytes: Uint8Array): bigint => {
    const value = signed(bytes.toReversed())
    return type.startsWith('U') ? BigInt.asUintN(8 * bytes.length, value) : value
  }
  let range: Range | null = null
  let whole = true
  for (const { statistics } of chunks) {
    if (statistics.least === undefined || statistics.greatest === undefined) {
      whole = false
      continue
    }
    const least = read(statistics.least)
    const greatest = read(statistics.greatest)
    for (const one of [least, greatest]) if (one < leastOf(type) || one > greatestOf(type)) return undefined
    range = {
      least: range === null || least < range.least ? least : range.least,
      greatest: range === null || greatest > range.greatest ? greatest : range.greatest,
    }
  }
  return whole && range !== null && range.least <= range.greatest ? range : null
}

/** @param bytes the greatest first, in two's complement */
export const signed = (bytes: Uint8Array): bigint => BigInt.asIntN(8 * bytes.length, BigInt(`0x${Buffer.from(bytes).toString('hex')}`))

export const greatestOf = (type: string): bigint => {
  const bits = type.includes('TINY') ? 8n : type.includes('SMALL') ? 16n : type.includes('BIG') ? 64n : 32n
  return 2n ** (type.startsWith('U') ? bits : bits - 1n) - 1n
}
const leastOf = (type: string): bigint => (type.startsWith('U') ? 0n : -greatestOf(type) - 1n)
