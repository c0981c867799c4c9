/**
 * Brings one data file into the engine's private folder under a name of ours. The engine may only read that folder, and a name of ours
 * holds no glob character: a path is one literal file (DAT-02).
 *
 * What the engine must be told (format, delimiter, header) is known from the first bytes. `check` then reads every byte, for the digest
 * and, of text, the structure: it takes its time while the engine reads the same file, and its word is the last.
 */

import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { open, rm, stat } from 'node:fs/promises'
import { PassThrough, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { DataFormat } from '../../core/schema/config.ts'
import { noFile } from '../../core/text/no-file.ts'
import { asError, UserError } from '../../errors.ts'
import { ShapeError } from './csv-records.ts'
import { CsvShapeReader, readCsvHead, sampleBytes } from './csv-shape.ts'
import { unreadable } from './errors.ts'
import { digestOf, lendFile } from './lend-file.ts'
import { LineCounter } from './line-counter.ts'
import { readChunks } from './read-chunks.ts'
import type { Checked, Head, StagedFile } from './staged.ts'
import { stageParquet } from './staged-parquet.ts'

const byExtension: Readonly<Record<string, DataFormat>> = {
  csv: 'csv',
  tsv: 'csv',
  txt: 'csv',
  parquet: 'parquet',
  pq: 'parquet',
  jsonl: 'jsonl',
  ndjson: 'jsonl',
  json: 'jsonl',
}

async function firstBytes(path: string, count: number): Promise<Uint8Array> {
  await using file = await open(path, 'r')
  const { buffer, bytesRead } = await file.read(Buffer.alloc(count), 0, count, 0)
  return buffer.subarray(0, bytesRead)
}

/** Read as text, these would be tables of a few odd rows. */
const strangers: readonly (readonly [start: RegExp, told: readonly [what: string, fix: string]])[] = [
  [
    /^version https:\/\/git-lfs/,
    ['it is a pointer of Git LFS, not the data', 'check out with LFS (`lfs: true` of actions/checkout, or `git lfs pull`)'],
  ],
  [
    /^ARROW1/,
    ['it is Arrow IPC, which the embedded engine does not read', 'write it as Parquet: `polars.read_ipc(IN).write_parquet(OUT)`'],
  ],
  [/^PK\p{Cc}{2}/u, ['it is a ZIP archive, as an Excel workbook is', 'unpack it, or save the sheet as CSV in UTF-8']],
  [
    /^(\xef\xbb\xbf)?\s*<(!doctype|html|\?xml)/i,
    [
      'it is a page of HTML or XML, as a login or an error in the place of a download is, not the data',
      'open it to see what it says, then get the file again',
    ],
  ],
]

async function readHead(path: string): Promise<Head> {
  const head = Buffer.from(await firstBytes(path, 32))
  const begin = head.toString('latin1')
  return {
    stranger: strangers.find(([start]) => start.test(begin))?.[1] ?? null,
    gzip: head[0] === 0x1f && head[1] === 0x8b,
    parquet: begin.startsWith('PAR1'),
    object: head[0] === 0x7b,
    marked: head.toString('hex', 0, 3) === 'efbbbf',
  }
}

/** By its name: one that is read as it lies, and hashed by another thread meanwhile. */
export const isHashedAhead = (path: string): boolean => /\.(parquet|pq)$/i.test(path)

/** By what was said, else by the name, else by the first bytes. */
function formatOf(shown: string, said: DataFormat | null, head: Head): DataFormat {
  if (said !== null) return said
  const extension = /\.([a-z]+)$/.exec(shown.toLowerCase().replace(/\.gz$/, ''))?.[1] ?? ''
  return byExtension[extension] ?? (head.parquet ? 'parquet' : head.object ? 'jsonl' : 'csv')
}

export interface StageOptions {
  readonly shown: string
  readonly format: DataFormat | null
  /** folder and number: where the file comes to lie */
  readonly folder: string
  readonly number: number
  readonly maxUnpackedBytes: number
}

/** @throws UserError DATA_MISSING, NOT_A_FILE, DATA_EMPTY, DATA_UNREADABLE */
export async function stageFile(path: string, options: StageOptions): Promise<StagedFile> {
  const { shown } = options
  const info = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') {
      throw new UserError('DATA_MISSING', noFile(shown), 'correct the path under `data`, or make the file first')
    }
    throw unreadable(shown, null, `it cannot be read (${error.code ?? 'unknown error'})`, 'check its permissions')
  })
  if (!info.isFile()) throw new UserError('NOT_A_FILE', `${shown} is not a regular file`, 'name one file; several are a list, or {glob: …}')
  if (info.size === 0) throw new UserError('DATA_EMPTY', `${shown} is empty (0 bytes)`, 'make the file again')
  const head = await readHead(path).catch((error: NodeJS.ErrnoException) => {
    throw unreadable(shown, null, `it cannot be read (${error.code ?? 'unknown error'})`, 'check its permissions')
  })
  if (head.stranger !== null) throw unreadable(shown, null, ...head.stranger)
  const format = formatOf(shown, options.format, head)
  const place = `${options.folder}/${options.number}.${format}`
  if (format === 'parquet') return stageParquet(path, place, head, info.size, shown)
  return stageText(path, place, format, head, info.size, options)
}

async function stageText(
  path: string,
  place: string,
  format: 'csv' | 'jsonl',
  head: Head,
  size: number,
  options: StageOptions,
): Promise<StagedFile> {
  const { shown, maxUnpackedBytes } = options
  if (head.parquet) throw unreadable(shown, null, `it is a Parquet file, not ${format}`, 'rename it, or say `format: parquet`')
  try {
    // the engine's JSON reader does not know byte order marks
    if (head.gzip || (format === 'jsonl' && head.marked)) {
      const { plainBytes, checked } = await copyText(path, place, format, head, options)
      return { shown, path: place, format, bytes: size, plainBytes, csv: checked.csv, check: async () => checked }
    }
    if (size > maxUnpackedBytes) throw tooLarge(shown, maxUnpackedBytes)
    const csv = format === 'csv' ? readCsvHead(await firstBytes(path, sampleBytes)) : null
    await lendFile(path, place)
    const check = () => checkText(path, format).catch((thrown: unknown) => Promise.reject(textTrouble(thrown, shown, format)))
    return { shown, path: place, format, bytes: size, plainBytes: size, csv, check }
  } catch (error) {
    // what was unpacked so far is of use to nobody, and other files have still to find room
    await rm(place, { force: true })
    throw textTrouble(error, shown, format)
  }
}

const tooLarge = (shown: string, limit: number) =>
  unreadable(shown, null, `it unpacks to more than ${limit} bytes`, 'split the file, or store it as Parquet')

async function checkText(path: string, format: 'csv' | 'jsonl'): Promise<Checked> {
  const hash = createHash('sha256')
  const csv = format === 'csv' ? new CsvShapeReader() : null
  const json = format === 'jsonl' ? new LineCounter() : null
  for await (const chunk of readChunks(path)) {
    hash.update(chunk)
    csv?.push(chunk)
    json?.push(chunk)
  }
  return { digest: digestOf(hash), csv: csv?.finish() ?? null, lines: json?.finish() ?? null }
}

/** Text that the engine cannot read as it lies there: unpacked, without its mark, and checked on the way. */
async function copyText(
  path: string,
  place: string,
  format: 'csv' | 'jsonl',
  head: Head,
  { shown, maxUnpackedBytes }: StageOptions,
): Promise<{ readonly plainBytes: number; readonly checked: Checked }> {
  const hash = createHash('sha256')
  const csv = format === 'csv' ? new CsvShapeReader() : null
  const json = format === 'jsonl' ? new LineCounter() : null
  let plainBytes = 0
  const watch = new Transform({
    transform(chunk: Buffer, _, done) {
      plainBytes += chunk.length
      if (plainBytes > maxUnpackedBytes) {
        done(tooLarge(shown, maxUnpackedBytes))
        return
      }
      try {
        csv?.push(chunk)
        done(null, json === null ? chunk : json.push(chunk))
      } catch (error) {
        done(asError(error))
      }
    },
  })
  const tee = new PassThrough()
  tee.on('data', (chunk: Buffer) => hash.update(chunk))
  const source = createReadStream(path, { highWaterMark: 256 * 1024 })
  const sink = createWriteStream(place, { flags: 'wx', mode: 0o600 })
  await (head.gzip ? pipeline(source, tee, (await import('node:zlib')).createGunzip(), watch, sink) : pipeline(source, tee, watch, sink))
  return { plainBytes, checked: { csv: csv?.finish() ?? null, lines: json?.finish() ?? null, digest: digestOf(hash) } }
}

/** No space, a quota, or a limit on the size of one file. */
const fullDisk = new Set(['ENOSPC', 'EDQUOT', 'EFBIG'])

function textTrouble(error: unknown, shown: string, format: 'csv' | 'jsonl'): unknown {
  if (error instanceof ShapeError) {
    return unreadable(
      shown,
      error.line,
      error.message,
      error.fix ?? (format === 'csv' ? 'correct that line of the file' : 'write one JSON object per line, in UTF-8'),
    )
  }
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code === 'Z_BUF_ERROR') return unreadable(shown, null, 'the gzip file is cut off', 'copy or write the file again')
  if (code.startsWith('Z_')) return unreadable(shown, null, 'the gzip data is damaged', 'copy or write the file again')
  if (fullDisk.has(code))
    return new UserError('DISK_FULL', `there is no space left to unpack ${shown}`, 'free space in the temporary folder')
  return error
}
