/**
 * The footer of a Parquet file, FileMetaData of https://github.com/apache/parquet-format, read once for all who ask.
 *
 * Where the pages of each column lie is told of any file. All else only of a footer as every writer writes it: a field that is missing, twice, of
 * another type or unknown, an encryption, a number out of bounds make it `odd`, and the engine has to be asked.
 */
import { Thrift } from './thrift.ts'

/** of a footer that is looked at */
export const mostFooter = 16 * 2 ** 20
/** chunks, and columns: of more the engine is asked, so that a footer takes no more memory here than that of a large table does */
const mostParts = 2 ** 16

export interface Footer {
  readonly odd: boolean
  /** of the whole file, as it says itself */
  readonly rows: number
  /** depth first, the root before all */
  readonly schema: readonly SchemaElement[]
  readonly groups: readonly RowGroup[]
}

export interface SchemaElement {
  readonly name: string
  /** physical, as the format numbers them; null is a struct, as for `children` where it is none */
  readonly type: number | null
  readonly length: number | null
  readonly repetition: number | null
  readonly children: number | null
  readonly converted: number | null
  /** the member of the union, and what it says of itself: `STRING`, `INTEGER 8 true`, `TIMESTAMP true MICROS`; null where none is said */
  readonly logical: string | null
  readonly scale: number | null
  readonly precision: number | null
}

export interface RowGroup {
  readonly rows: number
  readonly chunks: readonly Chunk[]
}

/** One column of one row group. */
export interface Chunk {
  readonly path: readonly string[]
  readonly type: number
  readonly encodings: readonly number[]
  readonly values: number
  /** bytes, when it is unpacked */
  readonly unpacked: number
  readonly data: number
  /** null: none is said. Some writers leave a zero. */
  readonly dictionary: number | null
  readonly statistics: Statistics
}

/** Plain bytes, in the order of the values' type; `old` as of writers that did not say the order. */
export interface Statistics {
  readonly least?: Uint8Array
  readonly greatest?: Uint8Array
  readonly oldLeast?: Uint8Array
  readonly oldGreatest?: Uint8Array
}

class TooLarge extends RangeError {}

/** @returns null when it has too many columns or chunks; where it ends in the middle, an odd one without any */
export function readFooter(bytes: Uint8Array): Footer | null {
  try {
    return new Reader(bytes).footer()
  } catch (thrown) {
    if (thrown instanceof TooLarge) return null
    if (thrown instanceof RangeError) return { odd: true, rows: -1, schema: [], groups: [] }
    throw thrown
  }
}

/** as the compact protocol of thrift numbers them */
const wire = { true: 1, false: 2, byte: 3, short: 4, int: 5, long: 6, binary: 8, list: 9, struct: 12 } as const
type Wire = (typeof wire)[keyof typeof wire]

/** Members of the union LogicalType that say nothing more of themselves, by their number. */
const logicalTypes: Readonly<Record<number, string>> = { 1: 'STRING', 4: 'ENUM', 6: 'DATE', 12: 'JSON', 14: 'UUID' }
const units: Readonly<Record<number, string>> = { 1: 'MILLIS', 2: 'MICROS', 3: 'NANOS' }
/** Enumerations of the format, by their greatest number: the engine refuses another. */
const greatest = { type: 7, converted: 21, repetition: 2, codec: 7, encoding: 9, page: 3 } as const
/** an encoding that was never used */
const noEncoding = 1

class Reader {
  readonly #thrift: Thrift
  #odd = false
  #parts = 0

  constructor(bytes: Uint8Array) {
    this.#thrift = new Thrift(bytes)
  }

  footer(): Footer {
    let rows = -1
    let schema: readonly SchemaElement[] = []
    let groups: readonly RowGroup[] = []
    this.#struct([1, 2, 3, 4], (id) => {
      if (id === 1) this.#whole(wire.int)
      else if (id === 2) schema = this.#list(wire.struct, () => this.#element())
      else if (id === 3) rows = this.#whole(wire.long)
      else if (id === 4) groups = this.#list(wire.struct, () => this.#group())
      else if (id === 5) this.#list(wire.struct, () => this.#keyValue())
      else if (id === 6) this.#text()
      else if (id === 7) this.#list(wire.struct, () => this.#order())
      else return false
      return true
    })
    return { odd: this.#odd, rows, schema, groups }
  }

  #element(): SchemaElement {
    const said: { -readonly [Key in keyof SchemaElement]: SchemaElement[Key] } = {
      name: '',
      type: null,
      length: null,
      repetition: null,
      children: null,
      converted: null,
      logical: null,
      scale: null,
      precision: null,
    }
    this.#count()
    this.#struct([4], (id) => {
      if (id === 1) said.type = this.#one('type')
      else if (id === 2) said.length = this.#whole(wire.int)
      else if (id === 3) said.repetition = this.#one('repetition')
      else if (id === 4) said.name = this.#text()
      else if (id === 5) said.children = this.#whole(wire.int)
      else if (id === 6) said.converted = this.#one('converted')
      else if (id === 7) said.scale = this.#whole(wire.int)
      else if (id === 8) said.precision = this.#whole(wire.int)
      else if (id === 9) this.#whole(wire.int)
      else if (id === 10) said.logical = this.#logical()
      else return false
      return true
    })
    return said
  }

  #logical(): string | null {
    let found: string | null = null
    this.#inner([], (member) => {
      const plain = logicalTypes[member]
      if (found !== null) this.#odd = true
      if (plain !== undefined) {
        this.#inner([], () => false)
        found = plain
      } else if (member === 5) {
        let [scale, precision] = [-1, -1]
        this.#inner([1, 2], (id) => {
          if (id === 1) scale = this.#whole(wire.int)
          else if (id === 2) precision = this.#whole(wire.int)
          else return false
          return true
        })
        found = `DECIMAL ${precision} ${scale}`
      } else if (member === 8) {
        let utc = false
        let unit = ''
        this.#inner([1, 2], (id) => {
          if (id === 1) utc = this.#truth()
          else if (id === 2)
            this.#inner([], (of) => {
              unit = units[of] ?? ''
              this.#inner([], () => false)
              return true
            })
          else return false
          return true
        })
        found = `TIMESTAMP ${utc} ${unit}`
      } else if (member === 10) {
        let bits = 0
        let signed = false
        this.#inner([1, 2], (id) => {
          if (id === 1) bits = this.#byte()
          else if (id === 2) signed = this.#truth()
          else return false
          return true
        })
        found = `INTEGER ${bits} ${signed}`
      } else return false
      return true
    })
    return found
  }

  #group(): RowGroup {
    let rows = -1
    let chunks: readonly Chunk[] = []
    this.#struct([1, 2, 3], (id) => {
      if (id === 1) chunks = this.#list(wire.struct, () => this.#chunk()).filter((chunk) => chunk !== null)
      else if (id === 3) rows = this.#whole(wire.long)
      else if (id === 2 || id === 5 || id === 6) this.#whole(wire.long)
      else if (id === 7) this.#whole(wire.short)
      else return false
      return true
    })
    return { rows, chunks }
  }

  #chunk(): Chunk | null {
    let chunk: Chunk | null = null
    this.#count()
    this.#struct([2, 3], (id) => {
      if (id === 3) chunk = this.#metaData()
      else if (id === 2 || id === 4 || id === 6) this.#whole(wire.long)
      else if (id === 5 || id === 7) this.#whole(wire.int)
      else return false
      return true
    })
    return chunk
  }

  #metaData(): Chunk {
    let [type, values, unpacked, data] = [-1, -1, -1, -1]
    let dictionary: number | null = null
    let path: readonly string[] = []
    let encodings: readonly number[] = []
    let statistics: Statistics = {}
    this.#inner([1, 2, 3, 4, 5, 6, 7, 9], (id) => {
      if (id === 1) type = this.#one('type')
      else if (id === 2) encodings = this.#list(wire.int, () => this.#within('encoding', this.#thrift.integer()))
      else if (id === 3) path = this.#list(wire.binary, () => this.#utf8())
      else if (id === 4) this.#one('codec')
      else if (id === 5) values = this.#whole(wire.long)
      else if (id === 6) unpacked = this.#whole(wire.long)
      else if (id === 9) data = this.#whole(wire.long)
      else if (id === 11) dictionary = this.#whole(wire.long)
      else if (id === 12) statistics = this.#statistics()
      else if (id === 7 || id === 10 || id === 14) this.#whole(wire.long)
      else if (id === 13) this.#list(wire.struct, () => this.#encodingStatistics())
      else if (id === 15) this.#whole(wire.int)
      else if (id === 16) this.#sizeStatistics()
      else return false
      return true
    })
    return { path, type, encodings, values, unpacked, data, dictionary, statistics }
  }

  #statistics(): Statistics {
    const said: { -readonly [Key in keyof Statistics]: Statistics[Key] } = {}
    this.#inner([], (id) => {
      if (id === 1) said.oldGreatest = this.#bytes()
      else if (id === 2) said.oldLeast = this.#bytes()
      else if (id === 3 || id === 4) this.#whole(wire.long)
      else if (id === 5) said.greatest = this.#bytes()
      else if (id === 6) said.least = this.#bytes()
      else if (id === 7 || id === 8) this.#truth()
      else return false
      return true
    })
    return said
  }

  #encodingStatistics(): void {
    this.#struct([1, 2, 3], (id) => {
      if (id === 1) this.#one('page')
      else if (id === 2) this.#one('encoding')
      else if (id === 3) this.#whole(wire.int)
      else return false
      return true
    })
  }

  #sizeStatistics(): void {
    this.#inner([], (id) => {
      if (id === 1) this.#whole(wire.long)
      else if (id === 2 || id === 3) this.#list(wire.long, () => this.#thrift.integer())
      else return false
      return true
    })
  }

  /** of the values of a column: that of their type */
  #order(): void {
    this.#struct([], (id) => {
      if (id !== 1) return false
      this.#inner([], () => false)
      return true
    })
  }

  /** The key `geo` makes columns of places out of columns of bytes. */
  #keyValue(): void {
    this.#struct([1], (id) => {
      if (id === 1) {
        if (this.#text() === 'geo') this.#odd = true
      } else if (id === 2) this.#bytes()
      else return false
      return true
    })
  }

  #count(): void {
    this.#parts += 1
    if (this.#parts > mostParts) throw new TooLarge('too large')
  }

  /** @param required ids of fields @param read reads the value of a field, or says that it knows none of this id */
  #struct(required: readonly number[], read: (id: number) => boolean): void {
    let seen = 0
    let before = 0
    for (let id = this.#thrift.field(0); id !== null; id = this.#thrift.field(id)) {
      if (id <= before) this.#odd = true
      before = id
      if (id > 0 && id < 31) seen |= 1 << id
      const { type } = this.#thrift
      if (!read(id)) {
        this.#odd = true
        this.#thrift.skip(type)
      }
    }
    if (!required.every((id) => seen & (1 << id))) this.#odd = true
  }

  /** One that is the value of a field. */
  #inner(required: readonly number[], read: (id: number) => boolean): void {
    if (this.#is(wire.struct)) this.#struct(required, read)
  }

  #list<T>(type: Wire, read: () => T): readonly T[] {
    if (!this.#is(wire.list)) return []
    const items: T[] = []
    const { size, type: of } = this.#thrift.listHead()
    // the engine reads whatever there is as what it wants
    if (of !== type) this.#odd = true
    for (let left = size; left > 0; left -= 1) items.push(read())
    return items
  }

  /** Whether the value of this field is of that type; what is of another is passed over. */
  #is(type: Wire): boolean {
    if (this.#thrift.type === type) return true
    this.#odd = true
    this.#thrift.skip(this.#thrift.type)
    return false
  }

  #whole(type: typeof wire.short | typeof wire.int | typeof wire.long): number {
    if (!this.#is(type)) return -1
    const value = this.#thrift.integer()
    const most = type === wire.long ? Number.MAX_SAFE_INTEGER : type === wire.int ? 2 ** 31 - 1 : 2 ** 15 - 1
    if (!(value >= 0 && value <= most)) this.#odd = true
    return value
  }

  /** A member of an enumeration. */
  #one(of: keyof typeof greatest): number {
    return this.#within(of, this.#whole(wire.int))
  }

  #within(of: keyof typeof greatest, value: number): number {
    if (!(value >= 0 && value <= greatest[of]) || (of === 'encoding' && value === noEncoding)) this.#odd = true
    return value
  }

  #byte(): number {
    return this.#is(wire.byte) ? this.#thrift.byte() : 0
  }

  #truth(): boolean {
    return this.#thrift.type === wire.true || (this.#thrift.type !== wire.false && this.#is(wire.true))
  }

  #text(): string {
    return this.#is(wire.binary) ? this.#utf8() : ''
  }

  #utf8(): string {
    const text = this.#thrift.text()
    // what is no UTF-8 was replaced by it
    if (text.includes('\uFFFD')) this.#odd = true
    return text
  }

  #bytes(): Uint8Array {
    return this.#is(wire.binary) ? this.#thrift.bytes() : new Uint8Array()
  }
}
