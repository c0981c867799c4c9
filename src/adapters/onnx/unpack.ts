/** The beginning of what compressed bytes hold, from Node's own zlib: enough to tell what it is, and never all of a bomb. */
import { constants, gunzipSync, inflateRawSync, inflateSync, zstdDecompressSync } from 'node:zlib'
import type { Unpack } from '../../core/opaque/look.ts'

/** of compressed bytes; deflate makes at most 1,032 of one */
const looked = 256 * 2 ** 10
const most = 512 * 2 ** 20

export const unpack: Unpack = (bytes, how) => {
  const head = bytes.subarray(0, looked)
  const flushed = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: most }
  try {
    switch (how) {
      case 'gzip':
        return gunzipSync(head, flushed)
      case 'zlib':
        return inflateSync(head, flushed)
      case 'deflate':
        return inflateRawSync(head, flushed)
      case 'zstd':
        return zstdDecompressSync(head, { finishFlush: constants.ZSTD_e_flush, maxOutputLength: most })
    }
  } catch {
    return null
  }
}
