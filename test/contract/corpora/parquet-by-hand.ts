/**
 * A Parquet file of one column of text, byte by byte, so that it can say what no writer would: more rows than there are, sizes without
 * bound, one entry of a dictionary a million times. Layout: https://github.com/apache/parquet-format (thrift compact protocol).
 */
import { gzipSync } from 'node:zlib'

type Field = readonly [id: number, value: Value]
type Value =
  | { readonly i32: number }
  | { readonly i64: number | bigint }
  | { readonly text: string }
  | { readonly struct: readonly Field[] }
  | { readonly list: readonly Value[] }

const typeOf = (value: Value): number => ('i32' in value ? 5 : 'i64' in value ? 6 : 'text' in value ? 8 : 'list' in value ? 9 : 12)

function varint(value: bigint): Buffer {
  const bytes: number[] = []
  let left = BigInt.asUintN(64, value)
  for (; left > 127n; left >>= 7n) bytes.push(Number(left & 127n) | 128)
  return Buffer.from([...bytes, Number(left)])
}
const zigzag = (value: number | bigint): Buffer => {
  const whole = BigInt(value)
  return varint((whole << 1n) ^ (whole >> 63n))
}

function encode(value: Value): Buffer {
  if ('i32' in value) return zigzag(value.i32)
  if ('i64' in value) return zigzag(value.i64)
  if ('text' in value) return Buffer.concat([varint(BigInt(Buffer.byteLength(value.text))), Buffer.from(value.text)])
  if ('struct' in value) return struct(value.struct)
  const [first] = value.list
  const type = first === undefined ? 12 : typeOf(first)
  const size = value.list.length
  const head = size < 15 ? Buffer.from([(size << 4) | type]) : Buffer.concat([Buffer.from([0xf0 | type]), varint(BigInt(size))])
  return Buffer.concat([head, ...value.list.map(encode)])
}

function struct(fields: readonly Field[]): Buffer {
  let before = 0
  const parts = fields.map(([id, value]) => {
    const head = Buffer.from([((id - before) << 4) | typeOf(value)])
    before = id
    return Buffer.concat([head, encode(value)])
  })
  return Buffer.concat([...parts, Buffer.from([0])])
}

const i32 = (value: number): Value => ({ i32: value })
const i64 = (value: number | bigint): Value => ({ i64: value })

export interface ByHand {
  /** the one entry of the dictionary */
  readonly entry: string
  /** how often the data page says that it comes */
  readonly rows: number
  /** what else the file says; by default the truth */
  readonly fileRows?: number | bigint
  readonly groupRows?: number | bigint
  readonly columnValues?: number | bigint
  readonly pageValues?: number
  readonly dictionaryEntries?: number
  readonly dataOffset?: number | bigint
  /** false: where the dictionary lies is not said, and the pages begin with it */
  readonly dictionaryOffset?: false
  readonly columnBytes?: number
  readonly encodings?: readonly number[]
  readonly unpackedSize?: number
  readonly codec?: number
  readonly children?: number
  readonly typeCode?: number
  /** structs around the column */
  readonly depth?: number
}

const gzip = 2

export function parquetByHand(say: ByHand): Buffer {
  const { entry, rows } = say
  const length = Buffer.alloc(4)
  length.writeUInt32LE(Buffer.byteLength(entry))
  const dictionary = Buffer.concat([length, Buffer.from(entry)])
  // one bit an index, one run of zeros
  const data = Buffer.concat([Buffer.from([1]), varint(BigInt(rows) << 1n), Buffer.from([0])])
  const page = (type: number, plain: Buffer, more: Field): Buffer => {
    const packed = gzipSync(plain)
    const header = struct([[1, i32(type)], [2, i32(say.unpackedSize ?? plain.length)], [3, i32(packed.length)], more])
    return Buffer.concat([header, packed])
  }
  const pages = [
    page(2, dictionary, [
      7,
      {
        struct: [
          [1, i32(say.dictionaryEntries ?? 1)],
          [2, i32(0)],
        ],
      },
    ]),
    page(0, data, [
      5,
      {
        struct: [
          [1, i32(say.pageValues ?? rows)],
          [2, i32(8)],
          [3, i32(3)],
          [4, i32(3)],
        ],
      },
    ]),
  ]
  const [first = Buffer.alloc(0)] = pages
  const bytes = pages.reduce((sum, one) => sum + one.length, 0)
  const column: Value = {
    struct: [
      [1, i32(say.typeCode ?? 6)],
      [2, { list: (say.encodings ?? [0, 8]).map(i32) }],
      [3, { list: [...Array.from({ length: say.depth ?? 0 }, () => ({ text: 'd' })), { text: 's' }] }],
      [4, i32(say.codec ?? gzip)],
      [5, i64(say.columnValues ?? rows)],
      [6, i64(say.columnBytes ?? dictionary.length + data.length)],
      [7, i64(bytes)],
      [9, i64(say.dataOffset ?? (say.dictionaryOffset === false ? 4 : 4 + first.length))],
      ...(say.dictionaryOffset === false ? [] : [[11, i64(4)] as const]),
    ],
  }
  const group: Value = {
    struct: [
      [
        1,
        {
          list: [
            {
              struct: [
                [2, i64(4)],
                [3, column],
              ],
            },
          ],
        },
      ],
      [2, i64(bytes)],
      [3, i64(say.groupRows ?? rows)],
    ],
  }
  const schema: readonly Value[] = [
    ['schema', say.children ?? 1] as const,
    ...Array.from({ length: say.depth ?? 0 }, () => ['d', 1] as const),
  ].map(([name, children], index) => ({
    struct: [...(index === 0 ? [] : [[3, i32(0)] as const]), [4, { text: name }], [5, i32(children)]],
  }))
  const leaf: Value = {
    struct: [
      [1, i32(say.typeCode ?? 6)],
      [3, i32(0)],
      [4, { text: 's' }],
      [6, i32(0)],
    ],
  }
  const footer = struct([
    [1, i32(1)],
    [2, { list: [...schema, leaf] }],
    [3, i64(say.fileRows ?? rows)],
    [4, { list: [group] }],
  ])
  const size = Buffer.alloc(4)
  size.writeUInt32LE(footer.length)
  return Buffer.concat([Buffer.from('PAR1'), ...pages, footer, size, Buffer.from('PAR1')])
}
