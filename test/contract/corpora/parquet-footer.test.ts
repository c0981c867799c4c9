/** What our reader tells of a footer is what the engine says of the file: parquet_metadata, parquet_schema, DESCRIBE and count(*). */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { DuckDBConnection } from '@duckdb/node-api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { quoteText } from '../../../src/adapters/duckdb/connection.ts'
import { askFacts } from '../../../src/adapters/duckdb/parquet-asked.ts'
import { readFooter } from '../../../src/adapters/duckdb/parquet-footer.ts'
import { type FooterFacts, plainTable, wordyColumns } from '../../../src/adapters/duckdb/parquet-plain.ts'
import { parquetByHand } from './parquet-by-hand.ts'
import { flipped, footerOf, seeded } from './support.ts'

const fixtures = fileURLToPath(new URL('fixtures', import.meta.url))
const duckdb: typeof import('@duckdb/node-api') = createRequire(import.meta.url)('@duckdb/node-api')

let folder: string
let raw: DuckDBConnection
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'modelgate-footer-'))
  raw = await (await duckdb.DuckDBInstance.create(':memory:', { threads: '2' })).connect()
  await raw.run("SET TimeZone = 'UTC'")
})
afterAll(async () => {
  raw.closeSync()
  await rm(folder, { recursive: true, force: true })
})

function told(file: Buffer): FooterFacts | null {
  const footer = readFooter(footerOf(file))
  return footer === null ? null : plainTable(footer)
}

/** A flat table of every type that it calls plain, with nulls, the ends of the whole numbers, and texts that come again. */
const everyType = `SELECT
  (i % 256 - 128)::TINYINT AS tiny, (i % 65536 - 32768)::SMALLINT AS small, CASE i % 5 WHEN 0 THEN NULL WHEN 1 THEN -2147483648 ELSE 2147483647 END::INTEGER AS whole,
  CASE i % 3 WHEN 0 THEN -9223372036854775808 WHEN 1 THEN 9223372036854775807 ELSE i END::BIGINT AS big,
  (i % 256)::UTINYINT AS utiny, (i % 65536)::USMALLINT AS usmall, CASE i % 2 WHEN 0 THEN 4294967295 ELSE i END::UINTEGER AS uwhole,
  CASE i % 2 WHEN 0 THEN 18446744073709551615 ELSE i END::UBIGINT AS ubig,
  i % 2 = 0 AS truth, (i / 7)::FLOAT AS single, CASE i % 4 WHEN 0 THEN 'nan'::DOUBLE WHEN 1 THEN '-inf'::DOUBLE ELSE i END AS double,
  (i / 100)::DECIMAL(9, 2) AS d9, (i / 100)::DECIMAL(18, 4) AS d18, (i / 100)::DECIMAL(38, 10) AS d38,
  DATE '1970-01-01' + (i::INTEGER - 500) AS day, TIMESTAMP '2001-01-01' + INTERVAL (i) SECOND AS moment, (TIMESTAMP '2001-01-01' + INTERVAL (i) SECOND)::TIMESTAMPTZ AS here,
  'text ' || (i % 9) AS words, CASE WHEN i % 10 < 9 THEN NULL ELSE 'é' || i END AS "a ""quoted"", 'näme'", encode('b' || i) AS bytes, NULL::INTEGER AS nothing, uuid() AS id
  FROM range(ROWS) AS r(i)`

const written = [
  ['uncompressed', 1000, "COMPRESSION 'uncompressed'"],
  ['snappy', 1000, "COMPRESSION 'snappy'"],
  ['gzip', 1000, "COMPRESSION 'gzip'"],
  ['zstd', 1000, "COMPRESSION 'zstd'"],
  ['pages of the second version', 1000, "PARQUET_VERSION 'V2'"],
  ['many row groups', 50_000, 'ROW_GROUP_SIZE 2048'],
  ['one row', 1, "COMPRESSION 'snappy'"],
  ['no rows', 0, "COMPRESSION 'snappy'"],
  ['with notes of its own', 10, "KV_METADATA {pandas: '{}', note: 'x'}"],
] as const

describe('a table that the engine wrote is told as the engine tells it', () => {
  it.each(written)('%s', async (name, rows, options) => {
    const path = join(folder, `${name}.parquet`)
    await raw.run(`COPY (${everyType.replace('ROWS', String(rows))}) TO ${quoteText(path)} (FORMAT parquet, ${options})`)
    const own = told(await readFile(path))
    expect(own).toEqual(await askFacts(raw, { path, shown: 'written.parquet' }))
    expect(own?.rows).toBe(rows)
    expect(own?.columns.map(({ type }) => type)).toEqual(
      (await raw.runAndReadAll(`DESCRIBE SELECT * FROM read_parquet(${quoteText(path)})`)).getRows().map(([, type]) => type),
    )
    // of one row, a column of whole numbers has no value
    expect(own?.ranges.size).toBe(rows === 0 ? 0 : rows === 1 ? 7 : 8)
  })

  it.each([
    ['a list', 'SELECT [1] AS a'],
    ['a struct', 'SELECT {b: 1} AS a'],
    ['a map', 'SELECT map {1: 2} AS a'],
    ['a name as of a nested column, one that the engine uses, and a space', 'SELECT 1 AS "a, b", 2 AS file_row_number, 3 AS " "'],
    ['a name that begins with U+FEFF', 'SELECT 1 AS "\uFEFFa"'],
    ['a JSON', "SELECT '{}'::JSON AS a"],
    ['a time of day', "SELECT TIME '12:00:00' AS a"],
    ['an interval', 'SELECT INTERVAL 1 DAY AS a'],
    ['a large number', 'SELECT 1::HUGEINT AS a, 1.5 AS b'],
    ['an enumeration', "SELECT 'x'::ENUM ('x', 'y') AS a"],
  ])('%s is told, if it is, as the engine does', async (name, sql) => {
    const path = join(folder, `${name}.parquet`)
    await raw.run(`COPY (${sql}) TO ${quoteText(path)} (FORMAT parquet)`)
    const own = told(await readFile(path))
    if (own !== null) expect(own).toEqual(await askFacts(raw, { path, shown: 'other.parquet' }))
  })
})

/** Of the fixtures: those of other writers that are plain. */
const plain: readonly string[] = [
  'chained',
  'corpus-binary',
  'corpus-binary_min_val_exact',
  'corpus-data_index_bloom_encoding_stats',
  'corpus-delta_encoding_optional_column',
  'corpus-delta_encoding_required_column',
  'corpus-empty',
  'corpus-fixed_length_decimal',
  'corpus-fixed_length_decimal_legacy',
  'corpus-int32_decimal',
  'corpus-int64_decimal',
  'corpus-lz4_raw_compressed',
  'corpus-rle_boolean_encoding',
  'corpus-single_nan',
  'odd-checksums',
  'odd-decimal38',
  'odd-dictionary',
  'odd-empty-groups',
  'odd-nanoseconds',
  'odd-no-rows',
  'odd-page-v2-brotli',
  'odd-tiny-pages',
  'odd-unsigned64',
  'odd-uuid',
  'odd-zstd-split',
]

describe('files of other writers', () => {
  it('are told as the engine tells them, or not at all', async () => {
    const found: string[] = []
    for (const name of await readdir(fixtures)) {
      if (!name.endsWith('.parquet')) continue
      const path = join(fixtures, name)
      const own = told(await readFile(path))
      if (own === null) continue
      found.push(name.replace(/\.parquet$/, ''))
      expect(own, name).toEqual(await askFacts(raw, { path, shown: name }))
    }
    expect(found.toSorted()).toEqual(plain)
  })

  it('whose footers lie are left to the engine', () => {
    const rows = 1000
    for (const says of [
      { fileRows: 2000 },
      { fileRows: 0 },
      { fileRows: -1 },
      { groupRows: 10 },
      { groupRows: 10, fileRows: 10 },
      { groupRows: 2000 },
      { groupRows: 2n ** 62n, fileRows: 2n ** 62n },
      { columnValues: 10 },
      { columnValues: -1 },
      { codec: 99 },
      { children: 100_000 },
      { children: 0 },
      { typeCode: 77 },
      { depth: 1 },
      { dataOffset: -5 },
      { dataOffset: 2n ** 60n },
    ])
      expect(told(parquetByHand({ entry: 'x', rows, ...says })), JSON.stringify(Object.keys(says))).toBeNull()
  })
})

describe('bits of a footer turned round', () => {
  it.each(['odd-tiny-pages', 'odd-unsigned64', 'corpus-data_index_bloom_encoding_stats', 'corpus-binary', 'odd-no-rows'])(
    '%s: it is told as the engine tells it, or not at all',
    async (name) => {
      const whole = await readFile(join(fixtures, `${name}.parquet`))
      const footer = footerOf(whole)
      const begin = whole.length - 8 - footer.length
      const below = seeded(19)
      const counts = { told: 0, left: 0 }
      for (let turn = 0; turn < 300; turn += 1) {
        const broken = Buffer.concat([whole.subarray(0, begin), flipped(footer, below), whole.subarray(-8)])
        const own = told(broken)
        if (own === null) {
          counts.left += 1
          continue
        }
        // the engine remembers what it read from a path
        const path = join(folder, `${name}-${turn}.parquet`)
        await writeFile(path, broken)
        expect(own, `turn ${turn}`).toEqual(await askFacts(raw, { path, shown: name }))
        counts.told += 1
      }
      expect(counts.told).toBeGreaterThan(10)
      expect(counts.left).toBeGreaterThan(10)
    },
  )
})

describe('columns of which no value begins as a number does', () => {
  it('are those that every row group says so of', async () => {
    const path = join(folder, 'words.parquet')
    await raw.run(`COPY (SELECT 'x' || i AS word, 'é' || i AS foreign, CAST(i AS VARCHAR) AS digits, ' ' || i AS blank, '-' || i AS minus, '.' || i AS point,
      '+' || i AS plus, CASE WHEN i = 29999 THEN '7' ELSE 'x' END AS late, CASE WHEN i = 5 THEN '' ELSE 'x' END AS empty, CASE WHEN i % 2 = 0 THEN 'x' END AS sparse,
      NULL::VARCHAR AS nothing, encode('x') AS bytes, i AS whole FROM range(30000) AS r(i)) TO ${quoteText(path)} (FORMAT parquet, ROW_GROUP_SIZE 10240)`)
    const footer = readFooter(footerOf(await readFile(path)))
    const plain = footer === null ? null : plainTable(footer)
    if (footer === null || plain === null) throw new Error('a plain table')
    expect(footer.groups.length).toBeGreaterThan(1)
    expect([...wordyColumns(footer, plain)]).toEqual(['word', 'foreign', 'sparse'])
  })
})
