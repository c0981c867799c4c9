import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CsvShapeReader } from '../../../src/adapters/duckdb/csv-shape.ts'
import { type Bench, makeBench, refusal } from './support.ts'

let bench: Bench
beforeAll(async () => {
  bench = await makeBench()
})
afterAll(() => bench[Symbol.asyncDispose]())

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
  it('over generated tables', async () => {
    let file = 0
    await fc.assert(
      fc.asyncProperty(table, dialect, async (rows, how) => {
        file += 1
        const opened = await bench.table(`r${file}.csv`, write(rows, how))
        expect(opened.rows).toBe(rows.length)
        expect(await bench.rows(opened)).toEqual(rows.map((row) => row.map((text) => `s${text}`)))
      }),
      { numRuns: 120 },
    )
  }, 60_000)

  it('a file with one record made ragged is refused, and the line is that record’s', async () => {
    let file = 0
    const plain = fc.array(fc.tuple(fc.stringMatching(/^[a-z]{1,5}$/), fc.stringMatching(/^[a-z]{1,5}$/)), { minLength: 1, maxLength: 300 })
    await fc.assert(
      fc.asyncProperty(plain, fc.nat(), fc.boolean(), async (rows, at, more) => {
        file += 1
        const broken = at % rows.length
        const lines = rows.map((row, i) => (i !== broken ? row.join(',') : more ? `${row.join(',')},x` : row[0]))
        const error = await refusal(bench.table(`g${file}.csv`, `a,b\n${lines.join('\n')}\n`))
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
    for (const size of [7919, 65_536, 1_000_003]) {
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
