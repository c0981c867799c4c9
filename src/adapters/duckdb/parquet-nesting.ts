/**
 * How deep the columns of a Parquet file are nested, from its footer alone: the engine walks a schema by calling itself, and a footer of a
 * few kilobytes that nests a hundred thousand structs ends the process.
 *
 * Only the schema is read (thrift compact protocol, https://github.com/apache/parquet-format); what cannot be is left for the engine to say.
 */

/** Deeper than any table that people make; what the engine is asked of it stays quick. */
export const mostNesting = 64

/** @param footer its first bytes, up to the end of the schema @returns 1 for a plain column; null when this is no schema that can be read */
export function nestingOf(footer: Uint8Array): number | null {
  try {
    return schemaDepth(new Thrift(footer))
  } catch (thrown) {
    if (thrown instanceof RangeError) return null
    throw thrown
  }
}

const schemaField = 2
const childrenField = 5

function schemaDepth(thrift: Thrift): number | null {
  for (const field of thrift.fields()) {
    if (field.id !== schemaField) {
      thrift.skip(field.type)
      continue
    }
    /** of each struct around the next element: how many of its children are still to come */
    const open: number[] = []
    let deepest = 0
    for (let left = thrift.listSize(); left > 0; left -= 1) {
      let children = 0
      for (const { id, type } of thrift.fields()) {
        if (id === childrenField) children = thrift.integer()
        else thrift.skip(type)
      }
      while (open.at(-1) === 0) open.pop()
      deepest = Math.max(deepest, open.length)
      const parent = open.pop()
      if (parent !== undefined) open.push(parent - 1)
      if (children > 0) open.push(children)
    }
    return deepest
  }
  return null
}

/** @throws RangeError at the end of the bytes, or where they are no thrift */
class Thrift {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  *fields(): Generator<{ readonly id: number; readonly type: number }> {
    let id = 0
    for (;;) {
      const head = this.#byte()
      if (head === 0) return
      id = head >> 4 === 0 ? this.integer() : id + (head >> 4)
      yield { id, type: head & 15 }
    }
  }

  listSize(): number {
    return this.#listHead().size
  }

  /** zigzag; exact for what fits 53 bits */
  integer(): number {
    const value = this.#varint()
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2
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
        const { size, type: item } = this.#listHead()
        for (let left = size; left > 0; left -= 1) {
          // a truth in a list has a byte of its own
          if (item === 1 || item === 2) this.#pass(1)
          else this.skip(item, depth + 1)
        }
        return
      }
      case 12:
        for (const field of this.fields()) this.skip(field.type, depth + 1)
        return
      default:
        throw new RangeError(`no such type: ${type}`)
    }
  }

  #listHead(): { readonly size: number; readonly type: number } {
    const head = this.#byte()
    return { size: head >> 4 === 15 ? this.#varint() : head >> 4, type: head & 15 }
  }

  #byte(): number {
    const byte = this.#bytes[this.#at]
    if (byte === undefined) throw new RangeError('the end')
    this.#at += 1
    return byte
  }

  #pass(count: number): void {
    this.#at += count
    if (this.#at > this.#bytes.length) throw new RangeError('the end')
  }

  #varint(): number {
    let value = 0
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.#byte()
      value += (byte & 127) * 2 ** shift
      if (byte < 128) return value
    }
    throw new RangeError('no number ends here')
  }
}
