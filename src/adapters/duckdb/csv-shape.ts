/**
 * The structure of a CSV file, read once while its bytes are hashed: delimiter, header, records, and the line of the first thing
 * that is wrong with it.
 *
 * The engine's own sniffer guesses: it drops leading lines to make a ragged file fit, and says nothing of a row it left out. Here
 * nothing is guessed but the delimiter; the engine is then told the dialect, and must find exactly as many rows as were counted here.
 *
 * Accepted: RFC 4180 with `,` `;` tab or `|`, LF, CRLF or CR, a UTF-8 byte order mark, blank lines. Refused with a line number:
 * a record with more or fewer fields than the header, an unterminated quote, text after a closing quote, NUL bytes, UTF-16.
 */

export const delimiters = [',', ';', '\t', '|'] as const
export type Delimiter = (typeof delimiters)[number]

/** What is wrong, and in which line of the file; never what stands there. */
export class ShapeError extends Error {
  readonly line: number | null
  constructor(line: number | null, message: string) {
    super(message)
    this.name = 'ShapeError'
    this.line = line
  }
}

export interface CsvShape {
  readonly delimiter: Delimiter
  readonly header: readonly string[]
  /** blank lines above the header */
  readonly leadingBlank: number
  /** records below the header */
  readonly rows: number
  readonly longestRecord: number
  /** more than one kind of line break, those inside quotes counted too: the engine looks at all of them */
  readonly mixedNewlines: boolean
}

/** A record longer than this is taken for a file that is no CSV: reading on would only fill the memory. */
export const maxRecordBytes = 16 * 2 ** 20
const sampleBytes = 256 * 1024
const sampleRecords = 200

const quote = 0x22
const lf = 0x0a
const cr = 0x0d

type State = 'start' | 'plain' | 'quoted' | 'closed'

/** Counts fields of records, whatever the chunks they arrive in. */
class RecordReader {
  readonly #delimiter: number
  readonly #onRecord: (fields: number, line: number, blank: boolean) => void
  #state: State = 'start'
  #afterCr = false
  #quotedCr = false
  #fields = 1
  #bytesInRecord = 0
  #line = 1
  #recordLine = 1
  #quoteLine = 1
  #newlines = { lf: 0, crlf: 0, cr: 0 }
  longest = 0

  constructor(delimiter: Delimiter, onRecord: (fields: number, line: number, blank: boolean) => void) {
    this.#delimiter = delimiter.charCodeAt(0)
    this.#onRecord = onRecord
  }

  get mixedNewlines(): boolean {
    return Object.values(this.#newlines).filter((count) => count > 0).length > 1
  }

  push(chunk: Uint8Array): void {
    const delimiter = this.#delimiter
    const end = chunk.length
    let recordStart = -this.#bytesInRecord
    let i = 0
    while (i < end) {
      const byte = chunk[i]
      if (this.#afterCr) {
        // the record ended at CR; an LF right behind it belongs to the same line end
        this.#afterCr = false
        if (byte === lf) {
          this.#newlines.crlf += 1
          i += 1
          recordStart = i
          continue
        }
        this.#newlines.cr += 1
      }
      if (this.#state === 'quoted') {
        if (byte === lf) {
          this.#line += 1
          this.#newlines[this.#quotedCr ? 'crlf' : 'lf'] += 1
        } else if (this.#quotedCr) this.#newlines.cr += 1
        this.#quotedCr = byte === cr
        if (byte === quote) this.#state = 'closed'
        i += 1
        continue
      }
      if (byte === delimiter) {
        this.#fields += 1
        this.#state = 'start'
        i += 1
      } else if (byte === lf || byte === cr) {
        this.#end(i - recordStart)
        if (byte === cr) this.#afterCr = true
        else this.#newlines.lf += 1
        i += 1
        recordStart = i
      } else if (byte === 0) {
        throw new ShapeError(this.#line, 'there is a NUL byte')
      } else if (this.#state === 'closed') {
        if (byte !== quote) throw new ShapeError(this.#line, 'text follows a closing quote')
        this.#state = 'quoted'
        i += 1
      } else if (this.#state === 'start' && byte === quote) {
        this.#state = 'quoted'
        this.#quoteLine = this.#line
        i += 1
      } else {
        this.#state = 'plain'
        i += 1
        // most bytes of a file are passed here
        for (let next = chunk[i]; i < end && next !== delimiter && next !== lf && next !== cr && next !== 0; next = chunk[i]) i += 1
      }
    }
    this.#bytesInRecord = end - recordStart
    if (this.#bytesInRecord > maxRecordBytes) this.#tooLong()
  }

  finish(): void {
    if (this.#state === 'quoted') throw new ShapeError(this.#quoteLine, 'a quote is opened and never closed')
    if (this.#afterCr) this.#newlines.cr += 1
    if (this.#bytesInRecord > 0 && !this.#afterCr) this.#end(this.#bytesInRecord)
  }

  #end(bytes: number): void {
    if (bytes > maxRecordBytes) this.#tooLong()
    if (bytes > this.longest) this.longest = bytes
    this.#onRecord(this.#fields, this.#recordLine, bytes === 0)
    this.#state = 'start'
    this.#fields = 1
    this.#line += 1
    this.#recordLine = this.#line
  }

  #tooLong(): never {
    throw new ShapeError(this.#recordLine, `the record is longer than ${maxRecordBytes / 2 ** 20} MB`)
  }
}

/** Takes the bytes of a file in chunks; `finish` says what it is, or throws where it is broken. */
export class CsvShapeReader {
  #held: Uint8Array[] = []
  #heldBytes = 0
  #reader: RecordReader | null = null
  #delimiter: Delimiter = ','
  #header: readonly string[] = []
  #seenHeader = false
  #leadingBlank = 0
  #rows = 0

  push(chunk: Uint8Array): void {
    if (this.#reader !== null) {
      this.#reader.push(chunk)
      return
    }
    this.#held.push(chunk)
    this.#heldBytes += chunk.length
    if (this.#heldBytes >= sampleBytes) this.#begin(false)
  }

  finish(): CsvShape {
    const reader = this.#reader ?? this.#begin(true)
    reader.finish()
    if (!this.#seenHeader) throw new ShapeError(null, 'it has no header line')
    return {
      delimiter: this.#delimiter,
      header: this.#header,
      leadingBlank: this.#leadingBlank,
      rows: this.#rows,
      longestRecord: reader.longest,
      mixedNewlines: reader.mixedNewlines,
    }
  }

  #begin(whole: boolean): RecordReader {
    const all = withoutMark(Buffer.concat(this.#held))
    this.#held = []
    refuseWideText(all)
    this.#delimiter = chooseDelimiter(all)
    this.#header = readHeader(all, this.#delimiter, whole)
    const columns = this.#header.length
    const reader = new RecordReader(this.#delimiter, (fields, line, blank) => {
      // a blank line is a missing value where there is one column, and nothing elsewhere: as the engine reads it
      if (blank && !this.#seenHeader) this.#leadingBlank += 1
      if (blank && (!this.#seenHeader || columns > 1)) return
      if (fields !== columns)
        throw new ShapeError(line, `the record has ${fields} ${fields === 1 ? 'field' : 'fields'}, the header has ${columns}`)
      if (this.#seenHeader) this.#rows += 1
      this.#seenHeader = true
    })
    this.#reader = reader
    reader.push(all)
    return reader
  }
}

const withoutMark = (bytes: Uint8Array): Uint8Array =>
  bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes

function refuseWideText(bytes: Uint8Array): void {
  const [a, b] = bytes
  const marked = (a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff)
  const head = bytes.subarray(0, 1024)
  const nuls = head.reduce((count, byte) => count + (byte === 0 ? 1 : 0), 0)
  if (marked || nuls > head.length / 5) throw new ShapeError(null, 'it is UTF-16 text, not UTF-8')
}

/**
 * The delimiter under which the first records all have as many fields as the header, most fields first; where none fits, the one
 * that splits the header most, so that the error names the ragged record. One column when nothing splits the header.
 */
function chooseDelimiter(sample: Uint8Array): Delimiter {
  const tried = delimiters.map((delimiter) => ({ delimiter, ...splits(sample, delimiter) }))
  const best = (list: typeof tried) =>
    list.reduce<(typeof tried)[number] | null>((top, one) => (one.fields > (top?.fields ?? 1) ? one : top), null)
  return (best(tried.filter((one) => one.even)) ?? best(tried))?.delimiter ?? ','
}

const enough = Symbol('enough records')

function splits(sample: Uint8Array, delimiter: Delimiter): { readonly fields: number; readonly even: boolean } {
  const counts: number[] = []
  const reader = new RecordReader(delimiter, (fields, _, blank) => {
    if (!blank) counts.push(fields)
    if (counts.length >= sampleRecords) throw enough
  })
  let broken = false
  try {
    reader.push(sample)
    reader.finish()
  } catch (stop) {
    // a quote that the sample cuts in two is no fault of the delimiter when the records before it fit
    broken = stop !== enough && counts.length < 2
  }
  const fields = counts[0] ?? 1
  // the last record of a cut sample may be cut too
  const judged = counts.length > 2 && counts.length < sampleRecords && sample.length >= sampleBytes ? counts.slice(0, -1) : counts
  return { fields, even: !broken && judged.every((count) => count === fields) }
}

function readHeader(sample: Uint8Array, delimiter: Delimiter, whole: boolean): readonly string[] {
  const text = new TextDecoder('utf-8').decode(sample)
  const names: string[] = []
  let field = ''
  let quoted = false
  let i = 0
  while (text[i] === '\n' || text[i] === '\r') i += 1
  for (; i < text.length; i += 1) {
    const char = text[i] ?? ''
    if (quoted) {
      if (char !== '"') field += char
      else if (text[i + 1] === '"') {
        field += '"'
        i += 1
      } else quoted = false
    } else if (char === '"' && field === '') quoted = true
    else if (char === delimiter) {
      names.push(field)
      field = ''
    } else if (char === '\n' || char === '\r') return [...names, field]
    else field += char
  }
  if (!whole) throw new ShapeError(1, `the header is longer than ${sampleBytes / 1024} kB`)
  return [...names, field]
}
