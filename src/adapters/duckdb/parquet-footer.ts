/**
 * The footer of a Parquet file, FileMetaData of https://github.com/apache/parquet-format, read once for all who ask.
 *
 * Where the pages of each column lie is told of any file. All else only of a footer as every writer writes it: a field that is missing, twice, of
 * another type or unknown, an encryption, a number out of bounds make it `odd`, and the engine has to be asked.
 */
import { Fields, wire } from './parquet-fields.ts'
import { readElement, type SchemaElement } from './parquet-schema.ts'

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
    return new Reader(bytes, mostParts).footer()
  } catch (thrown) {
    if (thrown instanceof TooLarge) return null
    if (thrown instanceof RangeError) return { odd: true, rows: -1, schema: [], groups: [] }
    throw thrown
  }
}

/** What is told of a footer that nothing is kept of. Ends early where the bytes do. */
export interface Visitor {
  element?(element: SchemaElement): void
  /** @param at which of its row group */
  chunk?(chunk: Chunk, at: number): void
}

/** For footers of any size. @throws nothing: what is no footer has nothing to tell */
export function visitFooter(bytes: Uint8Array, visitor: Visitor): void {
  try {
    new Reader(bytes, Number.POSITIVE_INFINITY).visit(visitor)
  } catch (thrown) {
    if (!(thrown instanceof RangeError)) throw thrown
  }
}

class Reader extends Fields {
  readonly #most: number
  #parts = 0

  constructor(bytes: Uint8Array, most: number) {
    super(bytes)
    this.#most = most
  }

  footer(): Footer {
    let rows = -1
    let schema: readonly SchemaElement[] = []
    let groups: readonly RowGroup[] = []
    this.struct([1, 2, 3, 4], (id) => {
      if (id === 1) this.whole(wire.int)
      else if (id === 2)
        schema = this.list(wire.struct, () => {
          this.#count()
          return readElement(this)
        })
      else if (id === 3) rows = this.whole(wire.long)
      else if (id === 4) groups = this.list(wire.struct, () => this.#group())
      else if (id === 5) this.list(wire.struct, () => this.#keyValue())
      else if (id === 6) this.text()
      else if (id === 7) this.list(wire.struct, () => this.#order())
      else return false
      return true
    })
    return { odd: this.odd, rows, schema, groups }
  }

  visit({ element, chunk }: Visitor): void {
    this.struct([], (id) => {
      if (id === 2 && element !== undefined) this.list(wire.struct, () => element(readElement(this)))
      else if (id === 4 && chunk !== undefined) this.list(wire.struct, () => this.#visitGroup(chunk))
      else return false
      return true
    })
  }

  #visitGroup(visit: NonNullable<Visitor['chunk']>): void {
    this.struct([], (id) => {
      if (id !== 1) return false
      let at = 0
      this.list(wire.struct, () => {
        const chunk = this.#chunk()
        if (chunk !== null) visit(chunk, at)
        at += 1
      })
      return true
    })
  }

  #group(): RowGroup {
    let rows = -1
    let chunks: readonly Chunk[] = []
    this.struct([1, 2, 3], (id) => {
      if (id === 1) chunks = this.list(wire.struct, () => this.#chunk()).filter((chunk) => chunk !== null)
      else if (id === 3) rows = this.whole(wire.long)
      else if (id === 2 || id === 5 || id === 6) this.whole(wire.long)
      else if (id === 7) this.whole(wire.short)
      else return false
      return true
    })
    return { rows, chunks }
  }

  #chunk(): Chunk | null {
    let chunk: Chunk | null = null
    this.#count()
    this.struct([2, 3], (id) => {
      if (id === 3) chunk = this.#metaData()
      else if (id === 2 || id === 4 || id === 6) this.whole(wire.long)
      else if (id === 5 || id === 7) this.whole(wire.int)
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
    this.inner([1, 2, 3, 4, 5, 6, 7, 9], (id) => {
      if (id === 1) type = this.one('type')
      else if (id === 2) encodings = this.list(wire.int, () => this.within('encoding', this.integer()))
      else if (id === 3) path = this.list(wire.binary, () => this.utf8())
      else if (id === 4) this.one('codec')
      else if (id === 5) values = this.whole(wire.long)
      else if (id === 6) unpacked = this.whole(wire.long)
      else if (id === 9) data = this.whole(wire.long)
      else if (id === 11) dictionary = this.whole(wire.long)
      else if (id === 12) statistics = this.#statistics()
      else if (id === 7 || id === 10 || id === 14) this.whole(wire.long)
      else if (id === 13) this.list(wire.struct, () => this.#encodingStatistics())
      else if (id === 15) this.whole(wire.int)
      else if (id === 16) this.#sizeStatistics()
      else return false
      return true
    })
    return { path, type, encodings, values, unpacked, data, dictionary, statistics }
  }

  #statistics(): Statistics {
    const said: { -readonly [Key in keyof Statistics]: Statistics[Key] } = {}
    this.inner([], (id) => {
      if (id === 1) said.oldGreatest = this.bytes()
      else if (id === 2) said.oldLeast = this.bytes()
      else if (id === 3 || id === 4) this.whole(wire.long)
      else if (id === 5) said.greatest = this.bytes()
      else if (id === 6) said.least = this.bytes()
      else if (id === 7 || id === 8) this.truth()
      else return false
      return true
    })
    return said
  }

  #encodingStatistics(): void {
    this.struct([1, 2, 3], (id) => {
      if (id === 1) this.one('page')
      else if (id === 2) this.one('encoding')
      else if (id === 3) this.whole(wire.int)
      else return false
      return true
    })
  }

  #sizeStatistics(): void {
    this.inner([], (id) => {
      if (id === 1) this.whole(wire.long)
      else if (id === 2 || id === 3) this.list(wire.long, () => this.integer())
      else return false
      return true
    })
  }

  /** of the values of a column: that of their type */
  #order(): void {
    this.struct([], (id) => {
      if (id !== 1) return false
      this.inner([], () => false)
      return true
    })
  }

  /** The key `geo` makes columns of places out of columns of bytes. */
  #keyValue(): void {
    this.struct([1], (id) => {
      if (id === 1) {
        if (this.text() === 'geo') this.odd = true
      } else if (id === 2) this.bytes()
      else return false
      return true
    })
  }

  #count(): void {
    this.#parts += 1
    if (this.#parts > this.#most) throw new TooLarge('too large')
  }
}
