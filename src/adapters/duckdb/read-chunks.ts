/** The bytes of a file from first to last: while one chunk is looked at, the next is read. */
import { open } from 'node:fs/promises'

const chunkBytes = 2 ** 20

/** Two buffers take turns, whatever the size of the file: a chunk is only good until the next one is asked for. */
export async function* readChunks(path: string): AsyncGenerator<Uint8Array> {
  await using file = await open(path, 'r')
  const buffers = [Buffer.allocUnsafeSlow(chunkBytes), Buffer.allocUnsafeSlow(chunkBytes)] as const
  let turn: 0 | 1 = 0
  let next = file.read(buffers[turn], 0, chunkBytes, null)
  try {
    for (;;) {
      const { bytesRead } = await next
      if (bytesRead === 0) return
      const chunk = buffers[turn].subarray(0, bytesRead)
      turn = turn === 0 ? 1 : 0
      next = file.read(buffers[turn], 0, chunkBytes, null)
      yield chunk
    }
  } finally {
    // left early, the buffer and the file are still being read
    await next.catch(() => null)
  }
}
