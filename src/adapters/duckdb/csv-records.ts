/**
 * Records of a CSV file, counted byte by byte whatever the chunks they arrive in: how many fields each has, in which line it begins,
 * and the first thing that is wrong. The one place that decides what a record is.
 */
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

/** How many of the four bytes of a word are zero: the high bit of each tells, the product adds them up. */
const zeroBytes = (word: number): number => {
  const high = ~(((word & 0x7f7f7f7f) + 0x7f7f7f7f) | word | 0x7f7f7f7f)
  return Math.imul(high >>> 7, 0x01010101) >>> 24
}

type State = 'start' | 'plain' | 'quoted' | 'closed'

/** @param fields of the record; `line` is its first; blank: nothing stands there, not even a quote */
export type OnRecord = (fields: number, line: number, blank: boolean) => void

export class RecordReader {
  readonly #delimiter: number
  readonly #onRecord: OnRecord
  /** the delimiter in each byte of a word */
  readonly #pattern: number
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

  constructor(delimiter: Delimiter, onRecord: OnRecord) {
    this.#delimiter = delimiter.charCodeAt(0)
    this.#onRecord = onRecord
    this.#pattern = Math.imul(this.#delimiter, 0x01010101)
  }

  get mixedNewlines(): boolean {
    return Object.values(this.#newlines).filter((count) => count > 0).length > 1
  }

  push(chunk: Uint8Array): void {
    const end = chunk.length
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
      if (this.#state === 'quoted') i = this.#quoted(chunk, i)
      else if (this.#state === 'closed') i = this.#closed(chunk, i)
      else [i, recordStart] = this.#unquoted(chunk, i, recordStart)
    }
    this.#bytesInRecord = end - recordStart
    if (this.#bytesInRecord > maxRecordBytes) this.#tooLong()
  }

  finish(): void {
    if (this.#state === 'quoted') throw new ShapeError(this.#quoteLine, 'a quote is opened and never closed')
    if (this.#afterCr) this.#newlines.cr += 1
    if (this.#bytesInRecord > 0 && !this.#afterCr) this.#end(this.#bytesInRecord)
  }

  /**
   * Up to a quote that opens, or behind a CR. Most bytes of a file are passed here, four at a time: a word whose bytes are all above the
   * quote (0x22) holds no line end, quote or NUL, and its delimiters are counted without a branch; any other is looked at byte by byte.
   */
  #unquoted(chunk: Uint8Array, from: number, recordFrom: number): [at: number, recordStart: number] {
    const delimiter = this.#delimiter
    const pattern = this.#pattern
    const end = chunk.length
    // words lie where four divides the address
    const ahead = chunk.byteOffset & 3
    const words = new Int32Array(chunk.buffer, chunk.byteOffset - ahead, (ahead + end) >> 2)
    const lastWord = words.length
    let recordStart = recordFrom
    let fields = this.#fields
    let i = from
    while (i < end) {
      let at = i + ahead
      if ((at & 3) === 0) {
        at >>= 2
        while (at < lastWord) {
          const word = words[at] ?? 0
          if (((word - 0x23232323) & ~word & 0x80808080) !== 0) break
          fields += zeroBytes(word ^ pattern)
          at += 1
        }
        i = (at << 2) - ahead
      }
      const to = Math.min(end, i + 4 - ((i + ahead) & 3))
      for (; i < to; i += 1) {
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
    }
    this.#fields = fields
    this.#state = recordStart === end || chunk[end - 1] === delimiter ? 'start' : 'plain'
    return [end, recordStart]
  }

  /** Behind the next quote. */
  #quoted(chunk: Uint8Array, from: number): number {
    const end = chunk.length
    for (let i = from; i < end; i += 1) {
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
