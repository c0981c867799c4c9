/**
 * Bytes of a pipe → lines of text. LF, CRLF and a lone CR each end a line (progress bars redraw with CR, and the runner reads it as a
 * line end too). A line longer than `longest` comes out in pieces: each is a line to whoever shows it, so memory stays bounded.
 */
import { StringDecoder } from 'node:string_decoder'

export const longest = 8192

export class LineSplitter {
  readonly #decoder = new StringDecoder('utf8')
  readonly #onLine: (line: string) => void
  #rest = ''
  #afterReturn = false

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine
  }

  push(bytes: Buffer): void {
    this.#take(this.#decoder.write(bytes))
  }

  /** The last line, when no line end closed it. */
  end(): void {
    this.#take(this.#decoder.end())
    if (this.#rest !== '') this.#emit(this.#rest)
    this.#rest = ''
  }

  #take(text: string): void {
    let from = 0
    // CRLF cut between two reads is one line end
    if (this.#afterReturn && text !== '') {
      if (text[0] === '\n') from = 1
      this.#afterReturn = false
    }
    for (const found of text.matchAll(/\r\n|\r|\n/g)) {
      if (found.index < from) continue
      this.#emit(this.#rest + text.slice(from, found.index))
      this.#rest = ''
      from = found.index + found[0].length
      this.#afterReturn = found[0] === '\r' && from === text.length
    }
    this.#rest += text.slice(from)
    while (this.#rest.length > longest) this.#rest = this.#cut(this.#rest)
  }

  #emit(line: string): void {
    let rest = line
    while (rest.length > longest) rest = this.#cut(rest)
    this.#onLine(rest)
  }

  /** Gives out one piece, never half of a surrogate pair. */
  #cut(text: string): string {
    const split = text.charCodeAt(longest - 1)
    const end = split >= 0xd800 && split < 0xdc00 ? longest - 1 : longest
    this.#onLine(text.slice(0, end))
    return text.slice(end)
  }
}
