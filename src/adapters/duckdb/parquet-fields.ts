/**
 * Fields of the footer of a Parquet file, each of the type that the format gives it: what is missing, twice, of another type, unknown or out of
 * bounds makes the footer `odd`, and the engine has to be asked.
 */
import { Thrift } from './thrift.ts'

/** as the compact protocol of thrift numbers them */
export const wire = { true: 1, false: 2, byte: 3, short: 4, int: 5, long: 6, binary: 8, list: 9, struct: 12 } as const
type Wire = (typeof wire)[keyof typeof wire]

/** Enumerations of the format, by their greatest number: the engine refuses another. */
const greatest = { type: 7, converted: 21, repetition: 2, codec: 7, encoding: 9, page: 3 } as const
/** an encoding that was never used */
const noEncoding = 1

export class Fields {
  readonly #thrift: Thrift
  odd = false

  constructor(bytes: Uint8Array) {
    this.#thrift = new Thrift(bytes)
  }

  /** @param required ids of fields @param read reads the value of a field, or says that it knows none of this id */
  struct(required: readonly number[], read: (id: number) => boolean): void {
    let seen = 0
    let before = 0
    for (let id = this.#thrift.field(0); id !== null; id = this.#thrift.field(id)) {
      if (id <= before) this.odd = true
      before = id
      if (id > 0 && id < 31) seen |= 1 << id
      const { type } = this.#thrift
      if (!read(id)) {
        this.odd = true
        this.#thrift.skip(type)
      }
    }
    if (!required.every((id) => seen & (1 << id))) this.odd = true
  }

  /** One that is the value of a field. */
  inner(required: readonly number[], read: (id: number) => boolean): void {
    if (this.is(wire.struct)) this.struct(required, read)
  }

  list<T>(type: Wire, read: () => T): readonly T[] {
    if (!this.is(wire.list)) return []
    const items: T[] = []
    const { size, type: of } = this.#thrift.listHead()
    // the engine reads whatever there is as what it wants
    if (of !== type) this.odd = true
    for (let left = size; left > 0; left -= 1) items.push(read())
    return items
  }

  /** Whether the value of this field is of that type; what is of another is passed over. */
  is(type: Wire): boolean {
    if (this.#thrift.type === type) return true
    this.odd = true
    this.#thrift.skip(this.#thrift.type)
    return false
  }

  whole(type: typeof wire.short | typeof wire.int | typeof wire.long): number {
    if (!this.is(type)) return -1
    const value = this.#thrift.integer()
    const most = type === wire.long ? Number.MAX_SAFE_INTEGER : type === wire.int ? 2 ** 31 - 1 : 2 ** 15 - 1
    if (!(value >= 0 && value <= most)) this.odd = true
    return value
  }

  /** A member of an enumeration. */
  one(of: keyof typeof greatest): number {
    return this.within(of, this.whole(wire.int))
  }

  within(of: keyof typeof greatest, value: number): number {
    if (!(value >= 0 && value <= greatest[of]) || (of === 'encoding' && value === noEncoding)) this.odd = true
    return value
  }

  byte(): number {
    return this.is(wire.byte) ? this.#thrift.byte() : 0
  }

  truth(): boolean {
    return this.#thrift.type === wire.true || (this.#thrift.type !== wire.false && this.is(wire.true))
  }

  text(): string {
    return this.is(wire.binary) ? this.utf8() : ''
  }

  utf8(): string {
    const text = this.#thrift.text()
    // what is no UTF-8 was replaced by it
    if (text.includes('\uFFFD')) this.odd = true
    return text
  }

  bytes(): Uint8Array {
    return this.is(wire.binary) ? this.#thrift.bytes() : new Uint8Array()
  }

  /** An item of a list of numbers. */
  integer(): number {
    return this.#thrift.integer()
  }

  /** What nobody asks for. */
  skip(): void {
    this.#thrift.skip(this.#thrift.type)
  }
}
