/**
 * What the engine's sniffer has no candidate for: whole numbers beyond 64 bits, which it reads as rounded DOUBLE, true/false,
 * which it would also see in `t` and `f` or `yes`, numbers of which the first is `inf`, which it takes for a date and then for text, and
 * numbers with a fraction and spaces around them.
 *
 * Columns of a wide table are stacked, as its profile is (core/profile/stacked.ts): side by side the tests of each were planned one by one.
 */
import type * as Native from '@duckdb/node-api'
import { chunks, groupBy } from '../../core/collections.ts'
import { columnNumber } from '../../core/profile/stacked.ts'
import { type Column, quoteName } from '../../ports/data-engine.ts'
import { column } from './kinds.ts'
import type { Part } from './part.ts'

type Raw = Pick<Native.DuckDBConnection, 'runAndReadAll'>

/** Name → the type it is. */
export type Found = ReadonlyMap<string, string>

const headRows = 2048
/** Of a table of thousands of columns, fewer rows. */
const headCells = 2_000_000
/** The engine plans in the square of the number of aggregates: five thousand columns in one query took minutes. */
const testedColumns = 64
const stackedColumns = 2048

/** Rows of the beginning of a table. */
const headOf = (columns: number): number => Math.min(headRows, Math.ceil(headCells / Math.max(1, columns)))

/** By the beginning of a file alone. @param reader the file as a relation with columns of these types */
export function guessOfHead(raw: Raw, reader: string, types: ReadonlyMap<string, string>): Promise<Found> {
  const columns = [...types].map(([name, type]) => column(name, type))
  return guessTypes(raw, { relation: reader, rows: headOf(columns.length), whole: false }, columns)
}

export async function betterTypes(raw: Raw, { relation, rows, columns }: Part): Promise<Found> {
  if (rows === 0) return new Map()
  // nearly every column fails on its first rows: only the others are read through
  const head = { relation, rows: headOf(columns.length), whole: false }
  const hopeful = await passing(raw, head, columns, ({ each }) => `(${each}) IS NOT FALSE`)
  return guessTypes(raw, { relation, rows, whole: true }, [...new Set(hopeful.map((one) => one.column))])
}

interface Tested {
  readonly relation: string
  /** of which so many rows are looked at; `whole`: it has no more */
  readonly rows: number
  readonly whole: boolean
}

async function guessTypes(raw: Raw, tested: Tested, columns: readonly Column[]): Promise<Found> {
  const found = await passing(raw, tested, columns, ({ each, all, lax = false }) =>
    !tested.whole && lax ? 'false' : all === null ? each : `${each} AND ${all}`,
  )
  return new Map(found.map(({ column: { name }, to }) => [name, to]))
}

interface Passed {
  readonly column: Column
  readonly to: string
}

/** The columns, of those that have a test, for which one is true, and the type that it is of. */
async function passing(raw: Raw, tested: Tested, all: readonly Column[], test: (of: TypeTest) => string): Promise<readonly Passed[]> {
  const columns = all.filter(({ type }) => typeTests[type] !== undefined)
  const stacked = columns.length > testedColumns && tested.rows <= headRows
  const parts = stacked
    ? [...groupBy(columns, ({ type }) => type).values()].flatMap((alike) => chunks(alike, stackedColumns))
    : chunks(columns, testedColumns)
  const found: Passed[] = []
  for (const some of parts) found.push(...(await (stacked ? stackedTests : testsSideBySide)(raw, tested, some, test)))
  return found
}

/** A relation of these columns alone: a star is planned with every column that there is. */
const narrowed = ({ relation, rows, whole }: Tested, columns: readonly Column[]): string =>
  `(SELECT ${columns.map(({ name }) => quoteName(name)).join(', ')} FROM ${relation}${whole ? '' : ` LIMIT ${rows}`})`

async function testsSideBySide(
  raw: Raw,
  tested: Tested,
  columns: readonly Column[],
  test: (of: TypeTest) => string,
): Promise<readonly Passed[]> {
  const tests = columns.flatMap((one) =>
    (typeTests[one.type]?.(quoteName(one.name)) ?? []).map((entry) => ({ column: one, to: entry.to, sql: test(entry) })),
  )
  const result = await raw.runAndReadAll(`SELECT ${tests.map(({ sql }) => sql).join(', ')} FROM ${narrowed(tested, columns)}`)
  const row = result.getRows()[0] ?? []
  return tests.filter((_, index) => row[index] === true)
}

/** @param columns of one type */
async function stackedTests(
  raw: Raw,
  tested: Tested,
  columns: readonly Column[],
  test: (of: TypeTest) => string,
): Promise<readonly Passed[]> {
  const tests = typeTests[columns[0]?.type ?? '']?.('x') ?? []
  const values = `SELECT ${columnNumber(columns.length)}, unnest([${columns.map(({ name }) => quoteName(name)).join(', ')}]) AS x FROM ${narrowed(tested, columns)}`
  const result = await raw.runAndReadAll(`SELECT col, ${tests.map(test).join(', ')} FROM (${values}) GROUP BY col`)
  return result.getRows().flatMap(([col, ...answers]) => {
    const column = columns[Number(col)]
    return column === undefined ? [] : tests.flatMap(({ to }, index) => (answers[index] === true ? [{ column, to }] : []))
  })
}

interface TypeTest {
  /** what a column is that passes */
  readonly to: string
  /** false as soon as one value is of the type it was read as */
  readonly each: string
  /** what only all values together can tell */
  readonly all: string | null
  /** the engine would read what is not of this type as it, and say nothing: only all rows tell */
  readonly lax?: boolean
}

const number = '-?(0|[1-9][0-9]*)([.][0-9]+)?(e[+-]?[0-9]+)?'
const endless = '[+-]?inf(inity)?'

const typeTests: Readonly<Record<string, (name: string) => readonly TypeTest[]>> = {
  VARCHAR: (name) => [
    { to: 'BOOLEAN', each: `bool_and(lower(${name}) IN ('true', 'false'))`, all: null },
    {
      to: 'DOUBLE',
      each: `bool_and(regexp_full_match(trim(${name}), '${number}|${endless}|nan', 'i'))`,
      all: `bool_or(regexp_full_match(trim(${name}), '${number}', 'i'))`,
      // 007 is 7 to it
      lax: true,
    },
  ],
  DOUBLE: (name) => [
    {
      to: 'HUGEINT',
      each: `bool_and(isfinite(${name}) AND ${name} = trunc(${name}) AND abs(${name}) < 1e38)`,
      all: `max(abs(${name})) >= 9007199254740992`,
    },
  ],
}
