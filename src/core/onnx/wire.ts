/**
 * Bytes of a model ⇄ its messages.
 *
 * Why not generated code: a model is read to be judged and rewritten in one place, so every byte that is not understood must survive
 * unchanged. Fields that the table does not name, or that arrive with another wire type, are kept as raw bytes (`unknown`) and written
 * back. A singular message that occurs twice is refused: the protobuf of onnxruntime would merge the two, so what was checked here
 * would not be what it loads.
 */
import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import { keysOf } from '../collections.ts'
import {
  type Int,
  type Message,
  type MessageName,
  type ModelDraft,
  type ModelProto,
  messages,
  type ScalarTypes,
  type UnknownField,
} from './proto.ts'

/** Bytes that are not the protobuf they claim to be. */
export class ProtoError extends Error {
  override readonly name = 'ProtoError'
}

/** protobuf's own default; onnxruntime refuses deeper ones too */
const maxDepth = 100

/** @throws ProtoError on anything that is not a protobuf of this shape: garbage, a cut file, nesting beyond 100 levels */
export function decodeModel(bytes: Uint8Array): ModelProto {
  try {
    return decodeMessage('ModelProto', bytes, 0)
  } catch (thrown) {
    if (thrown instanceof ProtoError) throw thrown
    // whatever the reader throws (RangeError past the end, bad tag, bad UTF-8) means the same: these bytes are no model
    throw new ProtoError('its bytes are not those of a whole model', { cause: thrown })
  }
}

/** Fields in order of their numbers, unknown ones after them. */
export function encodeModel(model: ModelDraft): Uint8Array {
  const writer = new BinaryWriter()
  encodeMessage('ModelProto', model, writer)
  return writer.finish()
}

interface Field {
  readonly name: string
  readonly type: keyof ScalarTypes | MessageName
  readonly many: boolean
  readonly packed: boolean
}

interface Codec {
  readonly wire: WireType
  readonly read: (reader: BinaryReader) => unknown
  readonly write: (writer: BinaryWriter, value: never) => unknown
}

const small = (value: bigint | string): Int => {
  const int = BigInt(value)
  return int >= Number.MIN_SAFE_INTEGER && int <= Number.MAX_SAFE_INTEGER ? Number(int) : int
}

const codecs: Readonly<Record<keyof ScalarTypes, Codec>> = {
  int32: { wire: WireType.Varint, read: (r) => r.int32(), write: (w, value: number) => w.int32(value) },
  int64: { wire: WireType.Varint, read: (r) => small(r.int64()), write: (w, value: Int) => w.int64(value) },
  uint64: { wire: WireType.Varint, read: (r) => small(r.uint64()), write: (w, value: Int) => w.uint64(value) },
  float: { wire: WireType.Bit32, read: (r) => r.float(), write: (w, value: number) => w.float(value) },
  double: { wire: WireType.Bit64, read: (r) => r.double(), write: (w, value: number) => w.double(value) },
  string: { wire: WireType.LengthDelimited, read: (r) => r.string(true), write: (w, value: string) => w.string(value) },
  bytes: { wire: WireType.LengthDelimited, read: (r) => r.bytes(), write: (w, value: Uint8Array) => w.bytes(value) },
}

const isScalar = (type: Field['type']): type is keyof ScalarTypes => type in codecs

const tables: ReadonlyMap<MessageName, ReadonlyMap<number, Field>> = new Map(
  keysOf(messages).map((name) => [name, new Map(Object.entries<Field>(messages[name]).map(([number, field]) => [Number(number), field]))]),
)
const tableOf = (name: MessageName): ReadonlyMap<number, Field> => tables.get(name) ?? new Map()

/** The table is the type: what `Message<M>` says is what this loop builds, hence the one cast at its end. */
function decodeMessage<M extends MessageName>(name: M, bytes: Uint8Array, depth: number): Message<M> {
  if (depth > maxDepth) throw new ProtoError(`messages are nested more than ${maxDepth} deep`)
  const table = tableOf(name)
  const lists = new Map<string, unknown[]>()
  for (const field of table.values()) if (field.many) lists.set(field.name, [])
  const found = new Map<string, unknown>()
  const unknown: UnknownField[] = []

  const reader = new BinaryReader(bytes)
  while (reader.pos < reader.len) {
    const [number, wire] = reader.tag()
    const field = table.get(number)
    const expected = field === undefined ? null : isScalar(field.type) ? codecs[field.type].wire : WireType.LengthDelimited
    if (field !== undefined && wire === expected) {
      const list = lists.get(field.name)
      const value = isScalar(field.type) ? codecs[field.type].read(reader) : decodeMessage(field.type, reader.bytes(), depth + 1)
      if (list) list.push(value)
      else if (!isScalar(field.type) && found.has(field.name)) throw new ProtoError(`${name} holds ${field.name} twice`)
      else found.set(field.name, value)
    } else if (field?.many && wire === WireType.LengthDelimited && isScalar(field.type)) {
      readPacked(codecs[field.type], reader.bytes(), lists.get(field.name) ?? [])
    } else {
      const start = reader.pos
      reader.skip(wire, number)
      unknown.push({ number, wire, bytes: bytes.subarray(start, reader.pos) })
    }
    if (reader.pos > reader.len) throw new ProtoError('the bytes end inside a field')
  }
  const message: unknown = { ...Object.fromEntries([...lists, ...found]), unknown }
  return message as Message<M>
}

function readPacked(codec: Codec, bytes: Uint8Array, into: unknown[]): void {
  const reader = new BinaryReader(bytes)
  while (reader.pos < reader.len) into.push(codec.read(reader))
  if (reader.pos > reader.len) throw new ProtoError('the bytes end inside a list')
}

function encodeMessage(name: MessageName, message: object, writer: BinaryWriter): void {
  const values = new Map<string, unknown>(Object.entries(message))
  for (const [number, field] of tableOf(name)) {
    const value = values.get(field.name)
    if (value === undefined) continue
    const items: readonly unknown[] = field.many && Array.isArray(value) ? value : [value]
    if (field.packed && isScalar(field.type)) {
      if (items.length === 0) continue
      writer.tag(number, WireType.LengthDelimited).fork()
      for (const item of items) writeScalar(codecs[field.type], writer, item)
      writer.join()
      continue
    }
    for (const item of items) {
      if (isScalar(field.type)) {
        writer.tag(number, codecs[field.type].wire)
        writeScalar(codecs[field.type], writer, item)
      } else if (typeof item === 'object' && item !== null) {
        writer.tag(number, WireType.LengthDelimited).fork()
        encodeMessage(field.type, item, writer)
        writer.join()
      }
    }
  }
  const unknown = values.get('unknown')
  if (!Array.isArray(unknown)) return
  for (const field of unknown as readonly UnknownField[]) writer.tag(field.number, field.wire).raw(field.bytes)
}

// the field's type in the table decided both what the value is and which codec is asked
const writeScalar = (codec: Codec, writer: BinaryWriter, value: unknown): void => {
  codec.write(writer, value as never)
}
