/** Columns in memory → one Parquet file, rows of a table → one file for a program of the user; whole or not at all. */
import { randomUUID } from 'node:crypto'
import { copyFile, open, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type * as Native from '@duckdb/node-api'
import type { RowFormat } from '../../core/schema/config.ts'
import { type Column, quoteName, type Scalar, type Table } from '../../ports/data-engine.ts'
import { shownTable } from './batches.ts'
import { quoteText } from './connection.ts'
import { mapEngineError } from './errors.ts'
import type { NativeModule } from './instance.ts'
import type { Session } from './part.ts'

export interface WrittenColumn {
  readonly name: string
  readonly values: readonly Scalar[] | Float64Array
}

const chunkRows = 2048
const int64 = { min: -(2n ** 63n), max: 2n ** 63n - 1n }

type Store = 'DOUBLE' | 'BIGINT' | 'BOOLEAN' | 'VARCHAR'

/** The narrowest type that holds every value as it is. */
function storeOf(values: readonly Scalar[] | Float64Array): Store {
  if (values instanceof Float64Array) return 'DOUBLE'
  const kinds = new Set<Store>()
  for (const value of values) {
    if (value === null) continue
    if (typeof value === 'boolean') kinds.add('BOOLEAN')
    else if (typeof value === 'number') kinds.add(Number.isSafeInteger(value) && !Object.is(value, -0) ? 'BIGINT' : 'DOUBLE')
    else if (typeof value === 'bigint') kinds.add(value >= int64.min && value <= int64.max ? 'BIGINT' : 'VARCHAR')
    else kinds.add('VARCHAR')
  }
  if (kinds.size === 1) return [...kinds][0] ?? 'VARCHAR'
  return kinds.size === 2 && kinds.has('BIGINT') && kinds.has('DOUBLE') ? 'DOUBLE' : 'VARCHAR'
}

const convert: Readonly<Record<Store, (value: Exclude<Scalar, null>) => Native.DuckDBValue>> = {
  DOUBLE: Number,
  BIGINT: BigInt,
  BOOLEAN: (value) => value === true,
  VARCHAR: String,
}

export async function writeParquetFile(
  native: NativeModule,
  session: Session,
  path: string,
  columns: readonly WrittenColumn[],
): Promise<void> {
  const rows = columns[0]?.values.length
  if (rows === undefined) throw new RangeError('a Parquet file needs a column')
  const uneven = columns.find((column) => column.values.length !== rows)
  if (uneven !== undefined) throw new RangeError(`columns differ in length: ${rows} and ${uneven.values.length}`)

  const types = { DOUBLE: native.DOUBLE, BIGINT: native.BIGINT, BOOLEAN: native.BOOLEAN, VARCHAR: native.VARCHAR }
  const stores = columns.map((column) => storeOf(column.values))
  const table = session.newName()
  await session.raw.run(
    `CREATE TEMP TABLE ${table} (${columns.map((column, index) => `${quoteName(column.name)} ${stores[index]}`).join(', ')})`,
  )
  try {
    const appender = await session.raw.createAppender(table, null, 'temp')
    for (let from = 0; from < rows; from += chunkRows) {
      const chunk = native.DuckDBDataChunk.create(
        stores.map((store) => types[store]),
        Math.min(chunkRows, rows - from),
      )
      for (const [index, { values }] of columns.entries()) {
        const change = convert[stores[index] ?? 'VARCHAR']
        const part: Native.DuckDBValue[] = []
        for (let row = from; row < Math.min(from + chunkRows, rows); row += 1) {
          const value = values[row] ?? null
          part.push(value === null ? null : change(value))
        }
        chunk.setColumnValues(index, part)
      }
      appender.appendDataChunk(chunk)
    }
    appender.closeSync()
    const place = session.newPlace('parquet')
    await session.raw.run(`COPY ${table} TO ${quoteText(place)} (FORMAT parquet)`)
    await putInPlace(place, path)
  } finally {
    await session.raw.run(`DROP TABLE ${table}`)
  }
}

/** How rows are handed to a program of the user. Of a CSV: text in quotes, so that an empty one is told from a missing one. */
const forms: Readonly<Record<RowFormat, string>> = {
  parquet: 'FORMAT parquet',
  csv: "FORMAT csv, HEADER true, DELIMITER ',', QUOTE '\"', ESCAPE '\"'",
}

/** Parquet has no 128-bit integers. */
const stored = ({ name, type }: Column): string =>
  /^U?HUGEINT$/.test(type) ? `CAST(${quoteName(name)} AS DECIMAL(38, 0)) AS ${quoteName(name)}` : quoteName(name)

export async function writeRowsFile(
  session: Session,
  table: Table,
  names: readonly string[],
  path: string,
  format: RowFormat,
): Promise<void> {
  const wanted = new Set(names)
  const columns = table.columns.filter(({ name }) => wanted.has(name))
  const place = session.newPlace(format)
  try {
    await session.raw.run(
      `COPY (SELECT ${columns.map(stored).join(', ')} FROM ${table.relation}) TO ${quoteText(place)} (${forms[format]})`,
    )
  } catch (thrown) {
    throw mapEngineError(thrown, shownTable(table))
  }
  await putInPlace(place, path)
}

/** The private folder may lie on another disk, where a rename is no rename: copy beside the target, then move. */
async function putInPlace(from: string, path: string): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path).slice(0, 100)}.${randomUUID()}.tmp`)
  try {
    await copyFile(from, temporary)
    const file = await open(temporary, 'r+')
    await file.sync()
    await file.close()
    await rename(temporary, path)
  } finally {
    await rm(temporary, { force: true })
    await rm(from, { force: true })
  }
}
