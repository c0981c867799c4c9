/**
 * What columns of text in a Parquet file come to at most when every row has a copy of its own: a dictionary holds each text once, and a million
 * rows may point at it; text may be written as how much of the one before it goes on (DELTA_BYTE_ARRAY), which for a million equal ones is nothing.
 *
 *     Σ over row groups: values · (bytes of the dictionary) + Σ over data pages: bytes, or values · bytes where each goes on from the one before
 *
 * Told by the headers of the pages, which the engine goes by as well; the texts themselves are not read. Format: https://github.com/apache/parquet-format
 */
import { closeSync, openSync, readSync } from 'node:fs'
import type { Chunk, Footer } from './parquet-footer.ts'
import { Thrift } from './thrift.ts'

/** pages of a file that are looked at: each is a read of its own */
const mostPages = 4096
const headerBytes = 512

export interface Bound {
  readonly bytes: number
  /** text that goes on from the one before: the engine has to make all of it to look at any */
  readonly chained: boolean
}

/** @returns by column; none of a column of which it cannot be told so, and of none that is nested */
export function unpackedBounds(path: string, footer: Footer, columns: ReadonlySet<string>): ReadonlyMap<string, Bound> {
  const file = openSync(path, 'r')
  try {
    const bounds = new Map<string, Bound>()
    let pages = 0
    const look = (at: number): Page => {
      pages += 1
      if (pages > mostPages) throw new RangeError('too many pages')
      return pageAt(new Thrift(bytesAt(file, at, headerBytes)))
    }
    const unknown = new Set<string>()
    for (const chunk of footer.groups.flatMap((group) => group.chunks)) {
      const [column, nested] = chunk.path
      if (column === undefined || nested !== undefined || !columns.has(column)) continue
      try {
        const before = bounds.get(column) ?? { bytes: 0, chained: false }
        const { bytes, chained } = boundOf(chunk, look)
        bounds.set(column, { bytes: before.bytes + bytes, chained: before.chained || chained })
      } catch (thrown) {
        if (!(thrown instanceof RangeError)) throw thrown
        unknown.add(column)
      }
    }
    for (const column of unknown) bounds.delete(column)
    return bounds
  } finally {
    closeSync(file)
  }
}

function bytesAt(file: number, at: number, length: number): Uint8Array {
  if (!(at >= 0 && at <= Number.MAX_SAFE_INTEGER)) throw new RangeError('no such place')
  const bytes = new Uint8Array(length)
  return bytes.subarray(0, readSync(file, bytes, 0, length, at))
}

/** @throws RangeError where it cannot be told */
function boundOf({ values, data: begin, dictionary: said }: Chunk, look: (at: number) => Page): Bound {
  // some writers leave a zero, where the file's own first bytes lie
  const before = said !== null && said >= 4 ? said : null
  let at = before ?? begin
  let seen = 0
  let dictionary = 0
  let data = 0
  let any = false
  while (seen < values) {
    const page = look(at)
    // whichever of the two places the engine begins at, it finds these pages
    if (seen === 0 && page.values !== null && data === 0 && before !== null && at !== begin) throw new RangeError('its pages lie elsewhere')
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
