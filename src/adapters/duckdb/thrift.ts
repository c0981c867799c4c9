// a name may begin with U+FEFF
const utf8 = new TextDecoder('utf-8', { ignoreBOM: true })

/** Reads the compact protocol of thrift (https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md). @throws RangeError at the end of the bytes, or where they are no thrift */
export class Thrift {
  readonly #bytes: Uint8Array
  #at = 0
  #type = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /**
   * Goes on to the value of the next field of a struct, whose type is then `type`. No generator of objects: a footer has thousands of fields.
   * @param before id of the field before it, 0 at the first
   * @returns its id, or null at the end of the struct
   */
  field(before: number): number | null {
    const head = this.byte()
    if (head === 0) return null
    const id = head >> 4 === 0 ? this.integer() : before + (head >> 4)
    this.#type = head & 15
    return id
  }

  /** of the field whose value comes next */
  get type(): number {
    return this.#type
  }

  listSize(): number {
    return this.listHead().size
  }

  /** how many items of which type come next */
  listHead(): { readonly size: number; readonly type: number } {
    const head = this.byte()
    return { size: head >> 4 === 15 ? this.#varint() : head >> 4, type: head & 15 }
  }

  /** zigzag; exact for what fits 53 bits */
  integer(): number {
    const value = this.#varint()
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }

  text(): string {
    return utf8.decode(this.bytes())
  }

  /** not a copy */
  bytes(): Uint8Array {
    const length = this.#varint()
    const from = this.#at
    this.#pass(length)
    return this.#bytes.subarray(from, this.#at)
  }

  byte(): number {
    const byte = this.#bytes[this.#at]
    if (byte === undefined) throw new RangeError('the end')
    this.#at += 1
    return byte
  }

  /** bytes that were read */
  get at(): number {
    return this.#at
  }

  skip(type: number, depth = 0): void {
    if (depth > 16) throw new RangeError('nested too deep')
    switch (type) {
      case 1: // true and false: in the head of the field
      case 2:
        return
      case 3:
        this.#pass(1)
        return
      case 4:
      case 5:
      case 6:
        this.#varint()
        return
      case 7:
        this.#pass(8)
        return
      case 8:
        this.#pass(this.#varint())
        return
      case 9:
      case 10: {
        const { size, type: item } = this.listHead()
        for (let left = size; left > 0; left -= 1) {
          // a truth in a list has a byte of its own
          if (item === 1 || item === 2) this.#pass(1)
          else this.skip(item, depth + 1)
        }
        return
      }
      case 12:
        for (let id = this.field(0); id !== null; id = this.field(id)) this.skip(this.#type, depth + 1)
        return
      default:
        throw new RangeError(`no such type: ${type}`)
    }
  }

  #pass(count: number): void {
    this.#at += count
    if (this.#at > this.#bytes.length) throw new RangeError('the end')
  }

  #varint(): number {
    let value = 0
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.byte()
      value += (byte & 127) * 2 ** shift
      if (byte < 128) return value
    }
    throw new RangeError('no number ends here')
  }
}
