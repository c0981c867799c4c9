/** The beginning of what compressed bytes hold, from Node's own zlib: enough to tell what it is, and never all of a bomb. */
import zlib from 'node:zlib'
import type { Unpack } from '../../core/opaque/look.ts'

/** of compressed bytes */
const looked = 256 * 2 ** 10
/** more than deflate makes of them: at most 1,032 of one */
const most = 288 * 2 ** 20
const { constants } = zlib

export const unpack: Unpack = (bytes, how) => {
  const head = bytes.subarray(0, looked)
  const flushed = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: most }
  try {
    switch (how) {
      case 'gzip':
        return zlib.gunzipSync(head, flushed)
      case 'zlib':
        return zlib.inflateSync(head, flushed)
      case 'deflate':
        return zlib.inflateRawSync(head, flushed)
      case 'zstd':
        if (typeof zlib.zstdDecompressSync !== 'function') return 'with zstd, which Node looks into from 22.15 on'
        return zlib.zstdDecompressSync(head, { finishFlush: constants.ZSTD_e_flush, maxOutputLength: most })
    }
  } catch (thrown) {
    // zstd makes as many of few as it pleases
    const huge = thrown instanceof Error && 'code' in thrown && thrown.code === 'ERR_BUFFER_TOO_LARGE'
    return huge ? 'so much that the beginning alone is larger than any model' : null
  }
}
