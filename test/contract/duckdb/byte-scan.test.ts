import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { byteScan, slowScan } from '../../../src/adapters/duckdb/byte-scan.ts'
import { type Delimiter, delimiters, RecordReader, ShapeError } from '../../../src/adapters/duckdb/csv-records.ts'

const delimiter = fc.constantFrom<Delimiter>(...delimiters)

/** Mostly ordinary bytes in long runs, with everything among them that means something. */
const bytes = fc
  .array(
    fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 40 }),
      fc.constantFrom('\n', '\r\n', '\r', '"', '""', ',"', '";', '\t', '|', ' ', '!', '#', '\0').map((text) => Buffer.from(text)),
      fc.integer({ min: 1, max: 70 }).map((length) => Buffer.alloc(length, 'x')),
    ),
    { minLength: 1, maxLength: 60 },
  )
  .map((parts) => Buffer.concat(parts))

/** Everything that a reader tells of the bytes, or where it stopped and why. */
function told(all: Uint8Array, of: Delimiter, chunk: number, scan = byteScan()) {
  const records: (readonly [fields: number, line: number, blank: boolean])[] = []
  const reader = new RecordReader(of, (fields, line, blank) => records.push([fields, line, blank]), scan)
  try {
    for (let at = 0; at < all.length; at += chunk) reader.push(all.subarray(at, at + chunk))
    reader.finish()
    return { records, longest: reader.longest, mixed: reader.mixedNewlines }
  } catch (thrown) {
    if (!(thrown instanceof ShapeError)) throw thrown
    return { records, line: thrown.line, message: thrown.message }
  }
}

describe('bytes that are passed over sixteen at a time', () => {
  it('tell the same of any file as bytes that are looked at one by one', () => {
    fc.assert(
      fc.property(bytes, delimiter, fc.integer({ min: 1, max: 90 }), (all, of, chunk) => {
        const oneByOne = told(all, of, all.length, slowScan())
        expect(told(all, of, all.length)).toEqual(oneByOne)
        expect(told(all, of, chunk)).toEqual(oneByOne)
      }),
      { numRuns: 2_000 },
    )
  })

  it('across the pieces that a large chunk is cut into', () => {
    const record = `${'a,'.repeat(9)}"b\r\n""c"\n`
    const all = Buffer.from(record.repeat(10_000))
    const oneByOne = told(all, ',', 100, slowScan())
    expect(oneByOne.records.length).toBe(10_000)
    expect(told(all, ',', all.length)).toEqual(oneByOne)
  })

  it.each(delimiters)('of the 256 bytes, those below a space and the quote stop it, and %j is counted', (of) => {
    const scan = byteScan()
    const sought = of.charCodeAt(0)
    for (let byte = 0; byte < 256; byte += 1) {
      for (let at = 0; at < 40; at += 1) {
        scan.bytes.fill(0x78, 0, 64)
        scan.bytes[at] = byte
        const stops = byte !== sought && (byte < 0x20 || byte === 0x22)
        expect([scan.skip(0, 64, sought), scan.passed()]).toEqual([stops ? at : 64, byte === sought ? 1 : 0])
      }
    }
  })

  it('stops where fewer than sixteen are left, and looks at nothing behind the end', () => {
    const scan = byteScan()
    scan.bytes.fill(0x2c, 0, 64)
    expect([scan.skip(1, 40, 0x2c), scan.passed()]).toEqual([33, 32])
    expect([scan.skip(30, 40, 0x2c), scan.passed()]).toEqual([30, 0])
  })
})
