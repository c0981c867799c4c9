/**
 * What columns of text in a Parquet file come to at most when every row has a copy of its own: a dictionary holds each text once, and a million
 * rows may point at it; text may be written as how much of the one before it goes on (DELTA_BYTE_ARRAY), which for a million equal ones is nothing.
 *
 *     Σ over row groups: values · (bytes of the dictionary) + Σ over data pages: bytes, or values · bytes where each goes on from the one before
 *
 * Told by the headers of the pages, which the engine goes by as well; the texts themselves are not read. Format: https://github.com/apache/parquet-format
 */
import { closeSync, openSync, readSync } from 'node:fs'
import { Thrift } from './thrift.ts'

/** of a footer that is looked at */
const mostFooter = 16 * 2 ** 20
/** pages of a file that are looked at: each is a read of its own */
const mostPages = 4096
const headerBytes = 512

export interface Bound {
  readonly bytes: number
  /** text that goes on from the one before: the engine has to make all of it to look at any */
  readonly chained: boolean
}

/** @param size bytes of the file @returns by column; none of a column of which it cannot be told so, and of none that is nested */
export function unpackedBounds(path: string, size: number, columns: ReadonlySet<string>): ReadonlyMap<string, Bound> {
  const file = openSync(path, 'r')
  try {
    const bounds = new Map<string, Bound>()
    let pages = 0
    const look = (at: number): Page => {
      pages += 1
      if (pages > mostPages) throw new RangeError('too many pages')
      return pageAt(new Thrift(bytesAt(file, at, headerBytes)))
    }
    const length = Buffer.from(bytesAt(file, size - 8, 4)).readUInt32LE(0)
    if (length > mostFooter) return bounds
    const unknown = new Set<string>()
    for (const chunk of chunksOf(new Thrift(bytesAt(file, size - 8 - length, length)), columns)) {
      try {
        const before = bounds.get(chunk.column) ?? { bytes: 0, chained: false }
        const { bytes, chained } = boundOf(chunk, look)
        bounds.set(chunk.column, { bytes: before.bytes + bytes, chained: before.chained || chained })
      } catch (thrown) {
        if (!(thrown instanceof RangeError)) throw thrown
        unknown.add(chunk.column)
      }
    }
    for (const column of unknown) bounds.delete(column)
    return bounds
  } catch (thrown) {
    if (thrown instanceof RangeError) return new Map()
    throw thrown
  } finally {
    closeSync(file)
  }
}

function bytesAt(file: number, at: number, length: number): Uint8Array {
  if (!(at >= 0 && at <= Number.MAX_SAFE_INTEGER)) throw new RangeError('no such place')
  const bytes = new Uint8Array(length)
  return bytes.subarray(0, readSync(file, bytes, 0, length, at))
}

interface Chunk {
  readonly column: string
  readonly values: number
  /** where its pages begin, and, where a dictionary is said to be before them, those that are none */
  readonly at: number
  readonly data: number | null
}

function chunksOf(thrift: Thrift, columns: ReadonlySet<string>): readonly Chunk[] {
  const found: Chunk[] = []
  for (let field = thrift.field(0); field !== null; field = thrift.field(field)) {
    if (field !== 4) thrift.skip(thrift.type)
    else
      for (let groups = thrift.listSize(); groups > 0; groups -= 1)
        for (let part = thrift.field(0); part !== null; part = thrift.field(part)) {
          if (part !== 1) thrift.skip(thrift.type)
          else
            for (let chunks = thrift.listSize(); chunks > 0; chunks -= 1)
              for (let id = thrift.field(0); id !== null; id = thrift.field(id)) {
                if (id !== 3) thrift.skip(thrift.type)
                else {
                  const { path, values, data, dictionary } = metaData(thrift)
                  const [column, nested] = path
                  if (column === undefined || nested !== undefined || !columns.has(column)) continue
                  found.push(dictionary === null ? { column, values, at: data, data: null } : { column, values, at: dictionary, data })
                }
              }
        }
  }
  return found
}

function metaData(thrift: Thrift) {
  const path: string[] = []
  let [values, data] = [-1, -1]
  let dictionary: number | null = null
  for (let id = thrift.field(0); id !== null; id = thrift.field(id)) {
    if (id === 3) for (let parts = thrift.listSize(); parts > 0; parts -= 1) path.push(thrift.text())
    else if (id === 5) values = thrift.integer()
    else if (id === 9) data = thrift.integer()
    else if (id === 11) dictionary = thrift.integer()
    else thrift.skip(thrift.type)
  }
  // some writers leave a zero, where the file's own first bytes lie
  if (dictionary !== null && dictionary < 4) dictionary = null
  return { path, values, data, dictionary }
}

/** @throws RangeError where it cannot be told */
function boundOf({ values, at: begin, data: first }: Chunk, look: (at: number) => Page): Bound {
  let at = begin
  let seen = 0
  let dictionary = 0
  let data = 0
  let any = false
  while (seen < values) {
    const page = look(at)
    // whichever of the two places the engine begins at, it finds these pages
    if (seen === 0 && page.values !== null && data === 0 && first !== null && at !== first) throw new RangeError('its pages lie elsewhere')
    if (page.values === null) dictionary += page.bytes
    else data += page.chained ? page.values * page.bytes : page.bytes
    any ||= page.chained
    seen += page.values ?? 0
    at += page.length
  }
  return { bytes: values * dictionary + data, chained: any }
}

interface Page {
  /** of header and body in the file */
  readonly length: number
  /** of the body when it is unpacked */
  readonly bytes: number
  /** null: it is a dictionary */
  readonly values: number | null
  readonly chained: boolean
}

const kinds = { data: 0, dictionary: 2, dataV2: 3 } as const
/** Plain text, places in the dictionary, all lengths before all text, and text that goes on from the one before. */
const encodings: readonly number[] = [0, 2, 8, 6, 7]
const goesOn = 7

/** @throws RangeError where it is none, or one that is packed in another way */
function pageAt(thrift: Thrift): Page {
  let [kind, bytes, packed] = [-1, -1, -1]
  let values: number | null = null
  let encoding = -1
  const header = (encodingAt: number) => {
    for (let id = thrift.field(0); id !== null; id = thrift.field(id)) {
      if (id === 1) values = thrift.integer()
      else if (id === encodingAt) encoding = thrift.integer()
      else thrift.skip(thrift.type)
    }
  }
  for (let id = thrift.field(0); id !== null; id = thrift.field(id)) {
    if (id === 1) kind = thrift.integer()
    else if (id === 2) bytes = thrift.integer()
    else if (id === 3) packed = thrift.integer()
    else if (id === 5 && kind === kinds.data) header(2)
    else if (id === 8 && kind === kinds.dataV2) header(4)
    else thrift.skip(thrift.type)
  }
  const isData = kind === kinds.data || kind === kinds.dataV2
  if (bytes < 0 || packed < 0 || !(isData || kind === kinds.dictionary)) throw new RangeError('no page')
  if (isData && !(values !== null && values >= 0 && encodings.includes(encoding))) throw new RangeError('packed in another way')
  return { length: thrift.at + packed, bytes, values: isData ? values : null, chained: isData && encoding === goesOn }
}
