/** Brings a Parquet file into the engine's private folder: what would end the engine or the process is refused before, by the footer alone. */
import { createHash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import { hashThread } from '../fs/hash-thread.ts'
import { unreadable } from './errors.ts'
import { digestOf, lendFile } from './lend-file.ts'
import { statisticsBeyond, statisticsBeyondIn } from './parquet-beyond.ts'
import { mostFooter, readFooter } from './parquet-footer.ts'
import { mostNesting, nestingOf } from './parquet-nesting.ts'
import { readChunks } from './read-chunks.ts'
import type { Checked, Head, StagedFile } from './staged.ts'

export async function stageParquet(path: string, place: string, head: Head, size: number, shown: string): Promise<StagedFile> {
  if (head.gzip) throw unreadable(shown, null, 'a Parquet file cannot be gzipped as a whole', 'unpack it; Parquet compresses inside')
  if (!head.parquet)
    throw unreadable(shown, null, 'it is not a Parquet file (it does not begin with PAR1)', 'write it as Parquet, or say its `format`')
  // first, so that the thread hashes it while the footer is read; what is refused goes with its folder
  await lendFile(path, place)
  if (size >= aheadBytes) hashThread.ahead(place)
  await using file = await open(path, 'r')
  const { buffer } = await file.read(Buffer.alloc(8), 0, 8, Math.max(0, size - 8))
  const footer = buffer.readUInt32LE(0)
  if (size < 12 || buffer.toString('latin1', 4) !== 'PAR1' || footer + 12 > size) {
    throw unreadable(shown, null, 'the Parquet file is cut off: its end is missing', 'copy or write the file again')
  }
  // the schema stands at its beginning
  const start = await bytesAt(file, size - 8 - footer, Math.min(footer, mostFooter))
  const nesting = nestingOf(start)
  if (nesting !== null && nesting > mostNesting) {
    throw unreadable(
      shown,
      null,
      `its columns are nested ${nesting} deep, and ${mostNesting} is the most`,
      'write the inner values as columns of their own',
    )
  }
  const told = start.length < footer ? null : readFooter(start)
  const beyond = told === null ? statisticsBeyondIn(await bytesAt(file, size - 8 - footer, footer)) : statisticsBeyond(told)
  if (beyond !== null) throw contradicted(shown, beyond)
  const check = async (): Promise<Checked> => {
    const ahead = await hashThread.answer(place)
    if (ahead !== null) return { digest: `sha256:${ahead.sha256}`, csv: null, lines: null }
    const hash = createHash('sha256')
    for await (const chunk of readChunks(place)) hash.update(chunk)
    return { digest: digestOf(hash), csv: null, lines: null }
  }
  return {
    shown,
    path: place,
    format: 'parquet',
    bytes: size,
    plainBytes: size,
    csv: null,
    ...(told === null ? {} : { footer: told }),
    check,
  }
}

/** From here on it is worth a thread of its own. */
const aheadBytes = 8 * 2 ** 20

async function bytesAt(file: FileHandle, at: number, length: number): Promise<Uint8Array> {
  const bytes = Buffer.alloc(length)
  await file.read(bytes, 0, length, at)
  return bytes
}

const contradicted = (shown: string, name: string) =>
  unreadable(
    shown,
    null,
    `the statistics of column ${name} are no values of its type: the file is damaged, or was written wrongly`,
    'copy or write the file again',
  )
