/**
 * The structure of a CSV file. Its head (delimiter and header) is known after 256 kB; all of it (records, and the line of the first
 * thing that is wrong) when every byte was seen.
 *
 * The engine's own sniffer guesses: it drops leading lines to make a ragged file fit, and says nothing of a row it left out. Here
 * nothing is guessed but the delimiter; the engine is then told the dialect, and must find exactly as many rows as were counted here.
 *
 * Accepted: RFC 4180 with `,` `;` tab or `|`, LF, CRLF or CR, a UTF-8 byte order mark, blank lines. Refused with a line number:
 * a record with more or fewer fields than the header, an unterminated quote, text after a closing quote, NUL bytes, UTF-16.
 */
import { judgedRows, looksLikeRow } from './csv-header.ts'
import { type Delimiter, delimiters, RecordReader, ShapeError } from './csv-records.ts'

export interface CsvHead {
  readonly delimiter: Delimiter
  readonly header: readonly string[]
  /** blank lines above the header */
  readonly leadingBlank: number
  /** what stands in the place of names looks like a row: nobody may be shown it */
  readonly rowLike: boolean
}

export interface CsvShape extends CsvHead {
  /** records below the header */
  readonly rows: number
  readonly longestRecord: number
  /** more than one kind of line break, those inside quotes counted too: the engine looks at all of them */
  readonly mixedNewlines: boolean
}

/** What the head is read from; a header longer than that is refused. */
export const sampleBytes = 256 * 1024
const sampleRecords = 200

/** @param start the first `sampleBytes` of the file, or all of it */
export function readCsvHead(start: Uint8Array): CsvHead {
  const bytes = withoutMark(start)
  refuseWideText(bytes)
  refuseJson(bytes)
  const delimiter = chooseDelimiter(bytes)
  return { delimiter, ...readHeader(bytes, delimiter, start.length < sampleBytes) }
}

/** Takes the bytes of a file in chunks; `finish` says what it is, or throws where it is broken. */
export class CsvShapeReader {
  #held: Uint8Array[] = []
  #heldBytes = 0
  #begun: { readonly head: CsvHead; readonly reader: RecordReader } | null = null
  #seenHeader = false
  #rows = 0

  /** The chunk is read before this returns, or copied: its memory may be used again. */
  push(chunk: Uint8Array): void {
    if (this.#begun !== null) {
      this.#begun.reader.push(chunk)
      return
    }
    this.#held.push(Buffer.from(chunk))
    this.#heldBytes += chunk.length
    if (this.#heldBytes >= sampleBytes) this.#begin()
  }

  finish(): CsvShape {
    const { head, reader } = this.#begun ?? this.#begin()
    reader.finish()
    return { ...head, rows: this.#rows, longestRecord: reader.longest, mixedNewlines: reader.mixedNewlines }
  }

  #begin(): { readonly head: CsvHead; readonly reader: RecordReader } {
    const all = Buffer.concat(this.#held)
    this.#held = []
    const head = readCsvHead(all.subarray(0, sampleBytes))
    const columns = head.header.length
    const reader = new RecordReader(head.delimiter, (fields, line, blank) => {
      // a blank line is a missing value where there is one column, and nothing elsewhere: as the engine reads it
      if (blank && (!this.#seenHeader || columns > 1)) return
      if (fields !== columns)
        throw new ShapeError(line, `the record has ${fields} ${fields === 1 ? 'field' : 'fields'}, the header has ${columns}`)
      if (this.#seenHeader) this.#rows += 1
      this.#seenHeader = true
    })
    this.#begun = { head, reader }
    reader.push(withoutMark(all))
    return this.#begun
  }
}

const withoutMark = (bytes: Uint8Array): Uint8Array =>
  bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes

function refuseWideText(bytes: Uint8Array): void {
  const [a, b] = bytes
  const marked = (a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff)
  const head = bytes.subarray(0, 1024)
  const nuls = head.reduce((count, byte) => count + (byte === 0 ? 1 : 0), 0)
  if (marked || nuls > head.length / 5) throw new ShapeError(null, 'it is UTF-16 text, not UTF-8', 'save the file as UTF-8')
}

/** Its first object would be the header, which is shown to everybody. */
function refuseJson(bytes: Uint8Array): void {
  if (/^\s*(\[\s*)?\{\s*"/.test(Buffer.from(bytes.subarray(0, 1024)).toString('latin1')))
    throw new ShapeError(1, 'it is JSON, not CSV', 'write one object per line, and name the file .jsonl or say `format: jsonl`')
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
  const judged = counts.length > 2 && counts.length < sampleRecords && sample.length >= sampleBytes - 3 ? counts.slice(0, -1) : counts
  return { fields, even: !broken && judged.every((count) => count === fields) }
}

function readHeader(sample: Uint8Array, delimiter: Delimiter, whole: boolean): Omit<CsvHead, 'delimiter'> {
  const text = new TextDecoder('utf-8').decode(sample)
  let leadingBlank = 0
  let i = 0
  for (; text[i] === '\n' || text[i] === '\r'; i += 1) {
    if (text[i] === '\r' && text[i + 1] === '\n') i += 1
    leadingBlank += 1
  }
  if (whole && i >= text.length) throw new ShapeError(null, 'it has no header line', 'make the file again')
  const [header, ...rows] = firstRecords(text, i, delimiter, whole)
  if (header === undefined) throw new ShapeError(1, `the header is longer than ${sampleBytes / 1024} kB`)
  return { header, leadingBlank, rowLike: looksLikeRow(header, rows) }
}

/** Fields of the first records, blank lines left out. @param whole the text does not end in the middle of a record */
function firstRecords(text: string, from: number, delimiter: Delimiter, whole: boolean): readonly (readonly string[])[] {
  const records: string[][] = []
  let fields: string[] = []
  let field = ''
  let quoted = false
  let begun = false
  const end = () => {
    if (begun) records.push([...fields, field])
    fields = []
    field = ''
    begun = false
  }
  for (let i = from; i < text.length && records.length <= judgedRows; i += 1) {
    const char = text[i] ?? ''
    if (quoted) {
      if (char !== '"') field += char
      else if (text[i + 1] === '"') {
        field += '"'
        i += 1
      } else quoted = false
    } else if (char === '\n' || char === '\r') end()
    else {
      begun = true
      if (char === '"' && field === '') quoted = true
      else if (char === delimiter) {
        fields.push(field)
        field = ''
      } else field += char
    }
  }
  if (whole && records.length <= judgedRows) end()
  return records
}
