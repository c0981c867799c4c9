/** Lines of a JSON-lines file that are not blank, counted while its bytes pass; takes a byte order mark off. */
import { ShapeError } from './csv-records.ts'

const lf = 0x0a
const isBlank = (byte: number | undefined) => byte === 0x20 || byte === 0x09 || byte === 0x0d

export class LineCounter {
  #lines = 0
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
        i += 1
      } else if (this.#filled) {
        const next = bytes.indexOf(lf, i)
        i = next === -1 ? bytes.length : next
      } else {
        this.#filled = !isBlank(byte)
        i += 1
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
  }

  #refuse(bytes: Uint8Array): void {
    const [a, b] = bytes
    if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff) || b === 0) throw new ShapeError(null, 'it is UTF-16 text, not UTF-8')
    if (bytes.find((byte) => !isBlank(byte) && byte !== lf) === 0x5b) throw new ShapeError(1, 'it is a JSON array, not JSON lines')
  }
}
