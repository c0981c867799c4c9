import { readdir } from 'node:fs/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CsvShapeReader } from '../../../src/adapters/duckdb/csv-shape.ts'
import { type Bench, makeBench, refusal, twoEngines } from './support.ts'

const engines = twoEngines()

const cell = fc
  .oneof(fc.string({ unit: 'grapheme', maxLength: 12 }), fc.stringMatching(/^[ a,;|\t"'\n\r#\\]{0,8}$/))
  .filter((text) => !text.includes('\0') && text.isWellFormed())
const table = fc
  .integer({ min: 1, max: 5 })
  .chain((width) => fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 20 }))
const dialect = fc.record({
  delimiter: fc.constantFrom(',', ';', '\t', '|'),
  newline: fc.constantFrom('\n', '\r\n', '\r'),
  last: fc.boolean(),
  mark: fc.boolean(),
})

function write(
  rows: readonly (readonly string[])[],
  { delimiter, newline, last, mark }: { delimiter: string; newline: string; last: boolean; mark: boolean },
): string {
  const width = rows[0]?.length ?? 0
  const header = Array.from({ length: width }, (_, i) => `column${i}x`).join(delimiter)
  const body = rows.map((row) => row.map((text) => `"s${text.replaceAll('"', '""')}"`).join(delimiter))
  return `${mark ? '\ufeff' : ''}${[header, ...body].join(newline)}${last ? newline : ''}`
}

describe('DAT-07 and DAT-08 what is written by RFC 4180 is read back, cell for cell, in any dialect', () => {
  it.each([
    ['in memory', 'memory', 120],
    ['by way of Parquet', 'parquet', 60],
  ] as const)(
    'over generated tables, %s',
    async (_, way, numRuns) => {
      let file = 0
      await fc.assert(
        fc.asyncProperty(table, dialect, async (rows, how) => {
          file += 1
          const opened = await engines[way].table(`r${file}.csv`, write(rows, how))
          expect(opened.rows).toBe(rows.length)
          expect(await engines[way].rows(opened)).toEqual(rows.map((row) => row.map((text) => `s${text}`)))
        }),
        { numRuns },
      )
    },
    60_000,
  )

  it('a file with one record made ragged is refused, and the line is that record’s', async () => {
    let file = 0
    const plain = fc.array(fc.tuple(fc.stringMatching(/^[a-z]{1,5}$/), fc.stringMatching(/^[a-z]{1,5}$/)), { minLength: 1, maxLength: 300 })
    await fc.assert(
      fc.asyncProperty(plain, fc.nat(), fc.boolean(), async (rows, at, more) => {
        file += 1
        const broken = at % rows.length
        const lines = rows.map((row, i) => (i !== broken ? row.join(',') : more ? `${row.join(',')},x` : row[0]))
        const error = await refusal(engines.memory.table(`g${file}.csv`, `first_name,second_name\n${lines.join('\n')}\n`))
        expect(error.message).toContain(`g${file}.csv:${broken + 2}: the record has ${more ? 3 : 1} field`)
      }),
      { numRuns: 40 },
    )
  }, 60_000)
})

describe('the structure of a CSV does not depend on how its bytes arrive', () => {
  it('one by one, or all at once', () => {
    fc.assert(
      fc.property(table, dialect, fc.integer({ min: 1, max: 50 }), (rows, how, size) => {
        const bytes = Buffer.from(write(rows, how))
        const whole = new CsvShapeReader()
        whole.push(bytes)
        const pieces = new CsvShapeReader()
        for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size))
        expect(pieces.finish()).toEqual(whole.finish())
      }),
    )
  })

  it('beyond the sample too', () => {
    const bytes = Buffer.from(
      write(
        Array.from({ length: 60_000 }, (_, i) => [`${i}`, 'x"\r\n"y', 'a,b']),
        { delimiter: ';', newline: '\r\n', last: true, mark: true },
      ),
    )
    // words of four bytes begin elsewhere in each chunk
    for (const size of [7919, 65_536, 1_000_003, 4_194_301]) {
      const reader = new CsvShapeReader()
      for (let at = 0; at < bytes.length; at += size) reader.push(bytes.subarray(at, at + size))
      expect(reader.finish()).toMatchObject({
        delimiter: ';',
        rows: 60_000,
        mixedNewlines: false,
        header: ['column0x', 'column1x', 'column2x'],
      })
    }
  })
})

describe('DAT-08 what the whole file says stands above what the engine read of it meanwhile', () => {
  const body = (rows: number) => Array.from({ length: rows }, (_, i) => `${i},row ${i},true`).join('\n')

  it.each([
    ['a record too short', '\n1,2', ':60002: the record has 2 fields, the header has 3'],
    ['a quote never closed', '\n1,"x,true\n2,y,true', ':60002: a quote is opened and never closed'],
    ['a NUL byte', '\n1,x\0,true', ':60002: there is a NUL byte'],
    ['a record of 17 MB', `\n1,${'x'.repeat(17 * 2 ** 20)},true`, ':60002: the record is longer than 16 MB'],
  ])('%s at the end is found, and the engine goes on', async (name, end, message) => {
    const error = await refusal(engines.parquet.table(`${name}.csv`, `a,b,c\n${body(60_000)}${end}\n`))
    expect(error.message).toBe(`${name}.csv${message}`)
    const after = await engines.parquet.table(`${name} corrected.csv`, `a,b,c\n${body(10)}\n`)
    expect(await engines.parquet.engine.aggregate({ sql: `SELECT count(*) AS n FROM ${after.relation}` })).toEqual([{ n: 10 }])
  })

  it('a file that is not as its first bytes promised is read again, as what it is', async () => {
    const long = await engines.parquet.table('long.csv', `a,b,c\n${body(60_000)}\n1,${'x'.repeat(3e6)},true\n`)
    const [longest] = await engines.parquet.engine.aggregate({
      sql: `SELECT max(length(b)) AS n, count(*) AS all_rows FROM ${long.relation}`,
    })
    expect(longest).toEqual({ n: 3e6, all_rows: 60_001 })
    const mixed = await engines.parquet.table('mixed.csv', `a,b,c\n${body(60_000)}\n1,"two\r\nlines",true\r\n2,x,true\n`)
    const [last] = await engines.parquet.engine.aggregate({
      sql: `SELECT count(*) AS n, max(b) FILTER (WHERE b LIKE 'two%') AS b FROM ${mixed.relation}`,
    })
    expect(last).toEqual({ n: 60_002, b: 'two\r\nlines' })
  })

  it('what was made for a reading that was given up is taken away', async () => {
    await using own = await makeBench({ inMemoryBytes: 0 })
    await refusal(own.table('ragged.csv', `a,b,c\n${body(60_000)}\n1,2\n`))
    await own.table('widened.csv', `a,b,c\n${body(5_000)}\n2.5,x,true\nx,y,t\n`)
    const [folder = ''] = await readdir(own.temp)
    expect((await readdir(`${own.temp}/${folder}`)).filter((name) => name.startsWith('made-')).length).toBe(1)
  })
})

describe('a type is that of all values, whatever the first rows are', () => {
  const head = 'true,1,2024-01-01 00:00:00,1\n'.repeat(3_000)
  const kindsOf = async (pick: Bench, name: string, end: string) =>
    (await pick.table(name, `truth,whole,at,wide\n${head}${end}\n`)).columns.map((column) => column.kind)
  const cases: readonly (readonly [string, string, readonly string[]])[] = [
    ['all as they began', 'FALSE,-0,2024-02-01T10:00:00.5,2', ['boolean', 'integer', 'timestamp', 'integer']],
    ['one letter for truth', 't,1,2024-01-01 00:00:00,1', ['string', 'integer', 'timestamp', 'integer']],
    ['a fraction', 'true,2.5,2024-01-01 00:00:00,1', ['boolean', 'float', 'timestamp', 'integer']],
    ['a leading zero', 'true,007,2024-01-01 00:00:00,1', ['boolean', 'string', 'timestamp', 'integer']],
    ['a timestamp of two readings', 'true,1,01/02/2024 00:00:00,1', ['boolean', 'integer', 'string', 'integer']],
    ['beyond 64 bits', 'true,1,2024-01-01 00:00:00,92233720368547758070', ['boolean', 'integer', 'timestamp', 'integer']],
    ['nothing', ',,,', ['boolean', 'integer', 'timestamp', 'integer']],
  ]
  it.each(cases)('%s', async (name, end, kinds) => {
    expect(await kindsOf(engines.memory, `kinds ${name}.csv`, end)).toEqual(kinds)
    expect(await kindsOf(engines.parquet, `kinds ${name}.csv`, end)).toEqual(kinds)
  })
})
