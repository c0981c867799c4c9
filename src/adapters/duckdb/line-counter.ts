/**
 * Lines of a JSON-lines file that are not blank, counted while its bytes pass; takes a byte order mark off. A line that is nested too deep is
 * refused here: the engine follows brackets by calling itself, and a line of some kilobytes would end the process.
 */
import { ShapeError } from './csv-records.ts'

const lf = 0x0a
const isBlank = (byte: number | undefined) => byte === 0x20 || byte === 0x09 || byte === 0x0d

/** Deeper than any record that people write. */
export const mostBrackets = 200

const quote = 0x22
const backslash = 0x5c

export class LineCounter {
  #lines = 0
  /** of the file, the blank ones too */
  #line = 1
  #depth = 0
  #quoted = false
  #escaped = false
  #filled = false
  #first = true

  /** @returns what is to be passed on */
  push(chunk: Uint8Array): Uint8Array {
    const marked = this.#first && chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf
    const bytes = marked ? chunk.subarray(3) : chunk
    if (this.#first) this.#refuse(bytes)
    this.#first = false
    let i = 0
    while (i < bytes.length) {
      const byte = bytes[i]
      if (byte === lf) {
        this.#endLine()
        this.#line += 1
        i += 1
      } else if (this.#filled) {
        const next = bytes.indexOf(lf, i)
        const end = next === -1 ? bytes.length : next
        // a line that began in an earlier chunk, goes on in the next one, or is long
        if (i <= 1 || next === -1 || end - i >= mostBrackets) this.#follow(bytes, i - 1, end)
        i = end
      } else {
        this.#filled = !isBlank(byte)
        i += 1
        if (this.#filled && i === bytes.length) this.#follow(bytes, i - 1, i)
      }
    }
    return bytes
  }

  finish(): number {
    this.#endLine()
    return this.#lines
  }

  #endLine(): void {
    if (this.#filled) this.#lines += 1
    this.#filled = false
    this.#depth = 0
    this.#quoted = false
    this.#escaped = false
  }

  /** Brackets outside quotes. */
  #follow(bytes: Uint8Array, from: number, to: number): void {
    for (let i = Math.max(0, from); i < to; i += 1) {
      const byte = bytes[i]
      if (this.#escaped) this.#escaped = false
      else if (this.#quoted) {
        if (byte === backslash) this.#escaped = true
        else if (byte === quote) this.#quoted = false
      } else if (byte === quote) this.#quoted = true
      else if (byte === 0x7b || byte === 0x5b) {
        this.#depth += 1
        if (this.#depth > mostBrackets) throw new ShapeError(this.#line, `the JSON is nested more than ${mostBrackets} deep`)
      } else if (byte === 0x7d || byte === 0x5d) this.#depth -= 1
    }
  }

  #refuse(bytes: Uint8Array): void {
    const [a, b] = bytes
    if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff) || b === 0)
      throw new ShapeError(null, 'it is UTF-16 text, not UTF-8', 'save the file as UTF-8')
    if (bytes.find((byte) => !isBlank(byte) && byte !== lf) === 0x5b) throw new ShapeError(1, 'it is a JSON array, not JSON lines')
  }
}
