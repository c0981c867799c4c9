import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { mostFooter, readFooter } from '../../../src/adapters/duckdb/parquet-footer.ts'
import { nestingOf } from '../../../src/adapters/duckdb/parquet-nesting.ts'
import { unpackedBounds } from '../../../src/adapters/duckdb/parquet-pages.ts'
import { UserError } from '../../../src/errors.ts'
import { quoteName, type Scalar } from '../../../src/ports/data-engine.ts'
import { buildProfile } from '../../../src/stages/profile-table.ts'
import { type Bench, makeBench, native, refusal } from '../duckdb/support.ts'
import { type ByHand, parquetByHand } from './parquet-by-hand.ts'
import { flipped, footerOf, outcome, seeded } from './support.ts'

const fixtures = fileURLToPath(new URL('fixtures', import.meta.url))
const fixture = (name: string) => readFileSync(join(fixtures, name))
const filesOf = (prefix: string) => readdirSync(fixtures).filter((name) => name.startsWith(prefix) && name.endsWith('.parquet'))

const refused = z.object({ refused: z.union([z.string(), z.literal(true)]) })
const corpus = z
  .record(z.string(), z.union([refused, z.object({ rows: z.number(), nulls: z.record(z.string(), z.number()) })]))
  .parse(JSON.parse(fixture('corpus.json').toString()))
const cell = z.union([z.string(), z.boolean(), z.null()])
const odd = z
  .record(z.string(), z.union([refused, z.object({ rows: z.number(), columns: z.array(z.string()), values: z.array(z.array(cell)) })]))
  .parse(JSON.parse(fixture('odd.json').toString()))

let bench: Bench
beforeAll(async () => {
  bench = await makeBench()
})
afterAll(() => bench[Symbol.asyncDispose]())

/** @param file as it lies at `path` */
function boundsOf(path: string, file: Buffer, columns: readonly string[]) {
  const footer = readFooter(footerOf(file))
  if (footer === null) throw new Error('it is too large')
  return unpackedBounds(path, footer, new Set(columns))
}

/** Profiled as validate does it: no error but the user's, and no figure that JSON cannot hold. */
async function profiled(name: string): Promise<void> {
  const table = await bench.open(name)
  if (table.rows === 0) return
  const profile = await buildProfile(bench.engine, table, { role: 'train', sensitive: [] })
  expect(profile.rows).toBe(table.rows)
  // derived columns follow
  expect(profile.columns.slice(0, table.columns.length).map((column) => column.name)).toEqual(table.columns.map((column) => column.name))
}

describe('DAT-06 Parquet files of other writers: the rows that another reader finds, or a sentence', () => {
  it.each(filesOf('corpus-'))('%s', async (name) => {
    const wanted = corpus[name]
    const found = await outcome(bench, name, fixture(name))
    if (wanted === undefined) throw new Error('run make-parquet.py')
    if ('refused' in wanted) {
      expect(found.refused?.code).toBe('DATA_UNREADABLE')
      return
    }
    if (found.refused !== null) throw found.refused
    expect([found.table.rows, found.rows.length]).toEqual([wanted.rows, wanted.rows])
    for (const [index, { name: column }] of found.table.columns.entries()) {
      const nulls = wanted.nulls[column]
      if (nulls === undefined) continue
      const values = found.rows.map((row) => row[index])
      // NaN arrives as null
      const nan = await bench.engine.aggregate({
        sql: `SELECT count(*) AS n FROM ${found.table.relation} WHERE "${column}" IS NOT NULL AND CAST("${column}" AS VARCHAR) = 'nan'`,
      })
      expect(values.filter((value) => value === null).length - Number(nan[0]?.n), column).toBe(nulls)
    }
    await profiled(name)
  })

  it.each(filesOf('odd-'))('%s', async (name) => {
    const wanted = odd[name]
    const found = await outcome(bench, name, fixture(name))
    if (wanted === undefined) throw new Error('run make-parquet.py')
    if ('refused' in wanted) {
      expect(found.refused?.code).toBe('DATA_UNREADABLE')
      return
    }
    if (found.refused !== null) throw found.refused
    expect(found.table.columns.map((column) => column.name)).toEqual(wanted.columns)
    expect([found.table.rows, found.rows.length]).toEqual([wanted.rows, wanted.rows])
    for (const [index, { name: column }] of found.table.columns.entries())
      for (const [row, value] of (wanted.values[index] ?? []).entries())
        expect(same(found.rows[row]?.[index] ?? null, value), `${column} in row ${row}`).toBe(true)
    await profiled(name)
  })
})

/** As pyarrow says it: numbers as exact text, times with an offset where they have one, `…` for what is only there. */
function same(found: Scalar, wanted: string | boolean | null): boolean {
  if (wanted === null || wanted === 'NaN' || wanted === 'inf')
    return wanted === null ? found === null : found === null || !Number.isFinite(found)
  if (wanted === '…') return found !== null
  if (typeof found === 'number') return found === Number(wanted)
  if (typeof found === 'bigint') return found === BigInt(String(wanted))
  if (typeof found === 'string' && /^\d{4}-.*[+]\d\d(:\d\d)?$/.test(found)) return Date.parse(`${found}:00`) === Date.parse(String(wanted))
  return found === wanted
}

describe('DAT-06 and DAT-08 a Parquet file that lies: no row is lost in silence', () => {
  const rows = 1000
  const cases: readonly (readonly [string, Partial<ByHand>])[] = [
    ['the truth', {}],
    ['a footer that promises more rows', { fileRows: 2000 }],
    ['a footer that promises no rows, as some writers do', { fileRows: 0 }],
    ['a negative number of rows', { fileRows: -1 }],
    ['a row group that says fewer rows than its column holds', { groupRows: 10 }],
    ['the same, and the footer says so too', { groupRows: 10, fileRows: 10 }],
    ['a row group that says more', { groupRows: 2000 }],
    ['a row group beyond all bounds', { groupRows: 2n ** 62n, fileRows: 2n ** 62n }],
    ['a row group of fewer than no rows', { groupRows: -1 }],
    ['a column that says fewer values', { columnValues: 10 }],
    ['a column that says more values', { columnValues: 2000 }],
    ['a page that says fewer values', { pageValues: 10 }],
    ['a page that says more values', { pageValues: 2000 }],
    ['a page of fewer than no values', { pageValues: -1 }],
    ['a dictionary that says two billion entries', { dictionaryEntries: 2 ** 31 - 1 }],
    ['a dictionary that says it is empty', { dictionaryEntries: 0 }],
    ['pages that lie beyond the end', { dataOffset: 2n ** 60n }],
    ['pages that lie before the beginning', { dataOffset: -5 }],
    ['pages that say they unpack to two gigabytes', { unpackedSize: 2 ** 31 - 1 }],
    ['pages that say they unpack to less than nothing', { unpackedSize: -1 }],
    ['pages that say they unpack to one byte', { unpackedSize: 1 }],
    ['a compression that does not exist', { codec: 99 }],
    ['a compression that nobody reads', { codec: 3 }],
    ['a schema that promises a hundred thousand columns', { children: 100_000 }],
    ['a schema without a column', { children: 0 }],
    ['a schema of fewer than no columns', { children: -1 }],
    ['a type that the pages are not of', { typeCode: 1 }],
    ['a type that does not exist', { typeCode: 77 }],
  ]
  it.each(cases)('%s', async (_, says) => {
    const found = await outcome(bench, 'lie.parquet', parquetByHand({ entry: 'canary-3b9', rows, ...says }))
    if (found.refused === null) {
      expect(found.table.rows).toBe(rows)
      expect(found.rows).toEqual(Array.from({ length: rows }, () => ['canary-3b9']))
    } else {
      expect(found.refused.code).toBe('DATA_UNREADABLE')
      expect(found.refused.message).toMatch(/^lie\.parquet: /)
      expect(found.refused.message + found.refused.fix).not.toContain('canary')
    }
  })

  it.each([65, 1000, 100_000])(
    'structs nested %i deep are refused before the engine sees them: it would end the process',
    async (depth) => {
      const error = await refusal(bench.table('deep.parquet', parquetByHand({ entry: 'x', rows: 10, depth })))
      expect(error.message).toBe(`deep.parquet: its columns are nested ${depth + 1} deep, and 64 is the most`)
    },
  )

  it('structs nested twenty deep are read', async () => {
    expect((await bench.table('fair.parquet', parquetByHand({ entry: 'x', rows: 10, depth: 20 }))).rows).toBe(10)
    expect(nestingOf(footerOf(parquetByHand({ entry: 'x', rows: 10, depth: 20 })))).toBe(21)
    for (const name of [...filesOf('corpus-'), ...filesOf('odd-')]) expect(nestingOf(footerOf(fixture(name))), name).toBeLessThan(12)
  })

  it('a footer that is no schema is left for the engine to say', () => {
    const below = seeded(3)
    for (let length = 0; length < 200; length += 1)
      expect(nestingOf(Buffer.from(Array.from({ length }, () => below(256)))) ?? 0).toBeLessThan(1000)
    expect(nestingOf(new Uint8Array())).toBeNull()
  })

  /** How a time of day is marked: by both annotations, as the engine writes it, or without the older one. */
  const onlyLogical = (footer: Buffer): Buffer => {
    // name `v`, converted type TIME_MICROS, a logical type → name `v`, a logical type, which is now six fields further
    const [both, one] = [Buffer.from([0x18, 1, 0x76, 0x25, 0x10, 0x4c]), Buffer.from([0x18, 1, 0x76, 0x6c])]
    const at = footer.indexOf(both)
    expect(at).toBeGreaterThan(0)
    return Buffer.concat([footer.subarray(0, at), one, footer.subarray(at + both.length)])
  }
  const asWritten = (footer: Buffer): Buffer => footer
  const withFooter = (file: Buffer, change: (footer: Buffer) => Buffer): Buffer => {
    const before = footerOf(file)
    const footer = change(Buffer.from(before))
    const length = Buffer.alloc(4)
    length.writeUInt32LE(footer.length)
    return Buffer.concat([file.subarray(0, file.length - 8 - before.length), footer, length, Buffer.from('PAR1')])
  }
  const time = "TIME '00:00:00' + to_microseconds(7099)"

  it.each([
    ['a decimal number of more digits than its type', 'v', '7099::DECIMAL(4, 0)', 4, asWritten],
    ['the same in a struct', 'd', '{d: 7099::DECIMAL(4, 0)}', 4, asWritten],
    ['a time of day after midnight', 'v', time, 8, asWritten],
    ['a time of day that only the newer annotation marks', 'v', time, 8, onlyLogical],
  ] as const)('statistics that tell of %s are told: they would end the engine', async (_, column, value, size, marked) => {
    const path = join(bench.folder, 'statistics.parquet')
    const raw = await (await (await native()).DuckDBInstance.create(':memory:')).connect()
    // the footer as it is, and one that is too large to be kept
    for (const notes of [1, mostFooter]) {
      await raw.run(`COPY (SELECT ${value} AS v) TO '${path}' (FORMAT parquet, KV_METADATA {notes: '${'n'.repeat(notes)}'})`)
      const file = withFooter(readFileSync(path), marked)
      expect((await bench.table('whole.parquet', file)).rows).toBe(1)
      const said = Buffer.alloc(size)
      said.writeInt32LE(7099)
      let changed = 0
      for (let at = file.indexOf(said, file.length - 8 - footerOf(file).length); at >= 0; at = file.indexOf(said, at + 1), changed += 1)
        file.set(Buffer.alloc(size, 0x7f), at)
      expect(changed).toBeGreaterThan(0)
      const error = await refusal(bench.table('broken.parquet', file))
      expect(error.code).toBe('DATA_UNREADABLE')
      expect(error.message).toBe(
        `broken.parquet: the statistics of column ${column} are no values of its type: the file is damaged, or was written wrongly`,
      )
      expect((await bench.table('after.csv', 'a\n1\n')).rows).toBe(1)
    }
    raw.closeSync()
  })

  it('says what is wrong, and the engine answers the next question', async () => {
    const error = await refusal(bench.table('less.parquet', parquetByHand({ entry: 'x', rows, groupRows: 10 })))
    expect(error.message).toBe('less.parquet: the Parquet file contradicts itself: it promises more rows than can be read')
    expect((await bench.table('next.parquet', parquetByHand({ entry: 'x', rows }))).rows).toBe(rows)
  })
})

describe('DAT-06 bits turned round: all rows, or a sentence', () => {
  it.each(['odd-tiny-pages', 'odd-page-v2-brotli', 'odd-zstd-split', 'odd-nested', 'odd-checksums'])('%s', async (name) => {
    const whole = fixture(`${name}.parquet`)
    const { rows } = await bench.table('whole.parquet', whole)
    const below = seeded(7)
    const counts = { read: 0, refused: 0 }
    for (let file = 0; file < 70; file += 1) {
      const found = await outcome(bench, 'bits.parquet', flipped(whole, below))
      if (found.refused === null) {
        expect([found.table.rows, found.rows.length], `file ${file}`).toEqual([rows, rows])
        counts.read += 1
      } else {
        expect(found.refused.code).toBe('DATA_UNREADABLE')
        counts.refused += 1
      }
    }
    expect(counts.refused).toBeGreaterThan(0)
    expect(counts.read + counts.refused).toBe(70)
  })

  it('cut at every tenth byte, and filled with zeros from there', async () => {
    const whole = fixture('odd-page-v2-brotli.parquet')
    for (let length = 0; length < whole.length; length += 10) {
      expect((await outcome(bench, 'cut.parquet', whole.subarray(0, length))).refused?.code).toMatch(/^DATA_(UNREADABLE|EMPTY)$/)
      const zeros = Buffer.from(whole).fill(0, length)
      expect((await outcome(bench, 'zeros.parquet', zeros)).refused?.code).toBe('DATA_UNREADABLE')
    }
  })
})

describe('DAT-10 a dictionary bomb in a Parquet file', () => {
  it('four kilobytes that come to four terabytes are refused, by the name of the column', async () => {
    const bomb = parquetByHand({ entry: 'x'.repeat(4 * 2 ** 20), rows: 1_000_000 })
    expect(bomb.length).toBeLessThan(10_000)
    const error = await refusal(bench.table('bomb.parquet', bomb))
    expect(error).toBeInstanceOf(UserError)
    expect(error.message).toBe(`bomb.parquet: column s unpacks to more than ${32 * 2 ** 30} bytes`)
  })

  it('the headers of the pages bound what a column comes to: never below what it is, in no file of another writer', async () => {
    const told = { bounded: 0, unknown: 0 }
    for (const name of [...filesOf('corpus-'), ...filesOf('odd-')]) {
      const found = await outcome(bench, name, fixture(name))
      if (found.refused !== null) continue
      const texts = found.table.columns.filter(({ type }) => type === 'VARCHAR').map((column) => column.name)
      const bounds = boundsOf(join(bench.folder, name), fixture(name), texts)
      for (const text of texts) {
        const bound = bounds.get(text)?.bytes
        if (bound === undefined) {
          told.unknown += 1
          continue
        }
        told.bounded += 1
        const [row] = await bench.engine.aggregate({
          sql: `SELECT coalesce(sum(strlen(${quoteName(text)})), 0) AS bytes FROM ${found.table.relation}`,
        })
        expect(bound, `${text} of ${name}`).toBeGreaterThanOrEqual(Number(row?.bytes))
      }
    }
    expect(told.bounded).toBeGreaterThan(10)
    expect(told.unknown).toBe(0)
  })

  it('a page that is none, pages without an end, and a footer that is cut bound nothing', async () => {
    const bounds = async (file: Buffer) => boundsOf(await bench.file('pages.parquet', file), file, ['s'])
    const whole = parquetByHand({ entry: 'x'.repeat(1000), rows: 1000 })
    // each of the thousand may be the whole dictionary: the text and its length
    const bound = (await bounds(whole)).get('s')?.bytes ?? 0
    expect(bound).toBeGreaterThanOrEqual(1000 * 1004)
    expect(bound).toBeLessThan(1000 * 1004 + 100)
    for (const says of [{ pageValues: 0 }, { pageValues: -1 }, { dataOffset: 2n ** 60n }, { dataOffset: -5 }, { unpackedSize: -1 }])
      expect((await bounds(parquetByHand({ entry: 'x', rows: 1000, ...says }))).size, JSON.stringify(Object.keys(says))).toBe(0)
    const below = seeded(11)
    for (let file = 0; file < 200; file += 1) {
      const broken = flipped(whole, below)
      expect([...(await bounds(broken)).keys()].every((name) => name === 's')).toBe(true)
    }
    expect((await bounds(Buffer.concat([whole.subarray(0, 40), whole.subarray(-8)]))).size).toBe(0)
  })

  it.each([
    ['whose footer does not say where the dictionary lies', { dictionaryOffset: false }],
    ['whose footer says that the column is small', { columnBytes: 1 }],
    ['whose footer names no dictionary at all', { dictionaryOffset: false, columnBytes: 1, encodings: [0] }],
  ] as const)('one %s is refused as well', async (_, says) => {
    const error = await refusal(bench.table('lies.parquet', parquetByHand({ entry: 'x'.repeat(4 * 2 ** 20), rows: 1_000_000, ...says })))
    expect(error.message).toBe(`lies.parquet: column s unpacks to more than ${32 * 2 ** 30} bytes`)
  })

  it('texts that go on from the one before them are looked at as far as the one that is too much', async () => {
    const file = fixture('chained.parquet')
    expect(file.length).toBeLessThan(4000)
    await bench.file('chained.parquet', file)
    const bound = boundsOf(join(bench.folder, 'chained.parquet'), file, ['s']).get('s')
    expect(bound?.chained).toBe(true)
    expect(bound?.bytes).toBeGreaterThanOrEqual(4_000_000)
    await using enough = await makeBench({ maxUnpackedBytes: 4_000_000 })
    expect((await enough.table('chained.parquet', file)).rows).toBe(4000)
    await using less = await makeBench({ maxUnpackedBytes: 3_999_999 })
    expect((await refusal(less.table('chained.parquet', file))).message).toBe(
      'chained.parquet: column s unpacks to more than 3999999 bytes',
    )
  })

  it('a dictionary whose entries are long but rarely used is none', async () => {
    await using small = await makeBench({ maxUnpackedBytes: 2 ** 20 })
    expect((await small.table('few.parquet', parquetByHand({ entry: 'x'.repeat(1000), rows: 1000 }))).rows).toBe(1000)
    const error = await refusal(small.table('many.parquet', parquetByHand({ entry: 'x'.repeat(1000), rows: 1100 })))
    expect(error.message).toBe('many.parquet: column s unpacks to more than 1048576 bytes')
  })
})
