/**
 * Records of a CSV file, counted byte by byte whatever the chunks they arrive in: how many fields each has, in which line it begins,
 * and the first thing that is wrong. The one place that decides what a record is.
 */
import { type ByteScan, byteScan } from './byte-scan.ts'

export const delimiters = [',', ';', '\t', '|'] as const
export type Delimiter = (typeof delimiters)[number]

/** What is wrong, and in which line of the file; never what stands there. */
export class ShapeError extends Error {
  readonly line: number | null
  /** where it is not that line which is to be corrected */
  readonly fix: string | null
  constructor(line: number | null, message: string, fix: string | null = null) {
    super(message)
    this.name = 'ShapeError'
    this.line = line
    this.fix = fix
  }
}

/** A record longer than this is taken for a file that is no CSV: reading on would only fill the memory. */
export const maxRecordBytes = 16 * 2 ** 20

const quote = 0x22
const lf = 0x0a
const cr = 0x0d

type State = 'start' | 'plain' | 'quoted' | 'closed'

/** @param fields of the record; `line` is its first; blank: nothing stands there, not even a quote */
export type OnRecord = (fields: number, line: number, blank: boolean) => void

export class RecordReader {
  readonly #delimiter: number
  readonly #onRecord: OnRecord
  readonly #scan: ByteScan
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

  constructor(delimiter: Delimiter, onRecord: OnRecord, scan = byteScan()) {
    this.#delimiter = delimiter.charCodeAt(0)
    this.#onRecord = onRecord
    this.#scan = scan
  }

  get mixedNewlines(): boolean {
    return Object.values(this.#newlines).filter((count) => count > 0).length > 1
  }

  push(chunk: Uint8Array): void {
    const { bytes } = this.#scan
    for (let at = 0; at < chunk.length; at += bytes.length) {
      const piece = chunk.subarray(at, at + bytes.length)
      bytes.set(piece)
      this.#read(bytes, piece.length)
    }
  }

  #read(chunk: Uint8Array, end: number): void {
    let recordStart = -this.#bytesInRecord
    let i = 0
    while (i < end) {
      if (this.#afterCr) {
        // the record ended at CR; an LF right behind it belongs to the same line end
        this.#afterCr = false
        if (chunk[i] === lf) {
          this.#newlines.crlf += 1
          i += 1
          recordStart = i
          continue
        }
        this.#newlines.cr += 1
      }
      if (this.#state === 'quoted') i = this.#quoted(chunk, i, end)
      else if (this.#state === 'closed') i = this.#closed(chunk, i)
      else [i, recordStart] = this.#unquoted(chunk, i, end, recordStart)
    }
    this.#bytesInRecord = end - recordStart
    if (this.#bytesInRecord > maxRecordBytes) this.#tooLong()
  }

  finish(): void {
    if (this.#state === 'quoted') throw new ShapeError(this.#quoteLine, 'a quote is opened and never closed')
    if (this.#afterCr) this.#newlines.cr += 1
    if (this.#bytesInRecord > 0 && !this.#afterCr) this.#end(this.#bytesInRecord)
  }

  /** Up to a quote that opens, or behind a CR. Most bytes of a file are passed over here. */
  #unquoted(chunk: Uint8Array, from: number, end: number, recordFrom: number): [at: number, recordStart: number] {
    const delimiter = this.#delimiter
    const scan = this.#scan
    let recordStart = recordFrom
    let fields = this.#fields
    for (let i = from; i < end; i += 1) {
      i = scan.skip(i, end, delimiter)
      fields += scan.passed()
      if (i === end) break
      const byte = chunk[i]
      if (byte === delimiter) fields += 1
      else if (byte === lf || byte === cr) {
        this.#fields = fields
        this.#end(i - recordStart)
        fields = 1
        recordStart = i + 1
        if (byte === cr) {
          this.#afterCr = true
          return [i + 1, recordStart]
        }
        this.#newlines.lf += 1
      } else if (byte === quote) {
        // inside of a field it is a character like any other
        if (i > from ? i !== recordStart && chunk[i - 1] !== delimiter : this.#state !== 'start') continue
        this.#fields = fields
        this.#state = 'quoted'
        this.#quoteLine = this.#line
        return [i + 1, recordStart]
      } else if (byte === 0) throw new ShapeError(this.#line, 'there is a NUL byte')
    }
    this.#fields = fields
    this.#state = recordStart === end || chunk[end - 1] === delimiter ? 'start' : 'plain'
    return [end, recordStart]
  }

  /** Behind the next quote. */
  #quoted(chunk: Uint8Array, from: number, end: number): number {
    const scan = this.#scan
    for (let i = from; i < end; i += 1) {
      const at = scan.skip(i, end, this.#delimiter)
      if (at > i && this.#quotedCr) {
        this.#newlines.cr += 1
        this.#quotedCr = false
      }
      if (at === end) return end
      i = at
      const byte = chunk[i]
      if (byte === lf) {
        this.#line += 1
        this.#newlines[this.#quotedCr ? 'crlf' : 'lf'] += 1
      } else if (this.#quotedCr) this.#newlines.cr += 1
      this.#quotedCr = byte === cr
      if (byte !== quote) continue
      this.#state = 'closed'
      return i + 1
    }
    return end
  }

  /** Behind a quote that closes, or is the first of two. */
  #closed(chunk: Uint8Array, i: number): number {
    const byte = chunk[i]
    if (byte === quote) {
      this.#state = 'quoted'
      return i + 1
    }
    if (byte === 0) throw new ShapeError(this.#line, 'there is a NUL byte')
    if (byte !== this.#delimiter && byte !== lf && byte !== cr) throw new ShapeError(this.#line, 'text follows a closing quote')
    this.#state = 'plain'
    return i
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
