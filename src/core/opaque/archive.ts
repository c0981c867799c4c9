/**
 * What lies in a zip or a tar, by its own table of contents: names, and the bytes as they are stored. Nothing is unpacked here.
 * Sources: PKWARE APPNOTE 6.3.10 §4.3; POSIX.1-1988 ustar.
 */

export interface Entry {
  readonly name: string
  /** zip: 0 stored, 8 deflate, another one; tar: 0 */
  readonly method: number
  readonly bytes: Uint8Array
}

const latin1 = new TextDecoder('latin1')
const utf8 = new TextDecoder('utf-8')
const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
const startsWith = (bytes: Uint8Array, mark: string, at = 0) => latin1.decode(bytes.subarray(at, at + mark.length)) === mark

export const isZip = (bytes: Uint8Array): boolean => startsWith(bytes, 'PK\x03\x04') || startsWith(bytes, 'PK\x05\x06')
export const isTar = (bytes: Uint8Array): boolean => startsWith(bytes, 'ustar', 257)

/** null: its table of contents cannot be read, or is of the 64-bit kind */
export function zipEntries(bytes: Uint8Array): readonly Entry[] | null {
  const view = viewOf(bytes)
  const end = endOfDirectory(bytes, view)
  if (end === null) return null
  const count = view.getUint16(end + 10, true)
  let at = view.getUint32(end + 16, true)
  if (count === 0xffff || at === 0xffffffff) return null
  const entries: Entry[] = []
  for (let i = 0; i < count; i += 1) {
    if (at + 46 > bytes.length || view.getUint32(at, true) !== 0x02014b50) return null
    const [size, local] = [view.getUint32(at + 20, true), view.getUint32(at + 42, true)]
    const nameEnd = at + 46 + view.getUint16(at + 28, true)
    if (local + 30 > bytes.length || view.getUint32(local, true) !== 0x04034b50) return null
    const from = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true)
    if (from + size > bytes.length) return null
    entries.push({
      name: utf8.decode(bytes.subarray(at + 46, nameEnd)),
      method: view.getUint16(at + 10, true),
      bytes: bytes.subarray(from, from + size),
    })
    at = nameEnd + view.getUint16(at + 30, true) + view.getUint16(at + 32, true)
  }
  return entries
}

/** Its place: the last record of that kind, behind which only a comment may stand. */
function endOfDirectory(bytes: Uint8Array, view: DataView): number | null {
  for (let at = bytes.length - 22; at >= Math.max(0, bytes.length - 22 - 65_535); at -= 1)
    if (view.getUint32(at, true) === 0x06054b50) return at
  return null
}

/** null: a header that is none */
export function tarEntries(bytes: Uint8Array): readonly Entry[] | null {
  const entries: Entry[] = []
  for (let at = 0; at + 512 <= bytes.length; ) {
    const header = bytes.subarray(at, at + 512)
    if (header.every((byte) => byte === 0)) return entries
    const text = (from: number, length: number) => latin1.decode(header.subarray(from, from + length)).split('\0')[0] ?? ''
    const size = Number.parseInt(text(124, 12).trim() || '0', 8)
    if (!startsWith(header, 'ustar', 257) || !(size >= 0) || at + 512 + size > bytes.length) return null
    entries.push({ name: text(0, 100), method: 0, bytes: bytes.subarray(at + 512, at + 512 + size) })
    at += 512 + Math.ceil(size / 512) * 512
  }
  return entries
}
