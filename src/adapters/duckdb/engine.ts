/**
 * The embedded data engine: DuckDB in this process, confined to one private folder.
 *
 * Every file is brought into that folder under a name of ours (staged-file.ts), opened once, and from then on is a relation. The native
 * module arrives through a loader, so that whoever needs no data never loads it.
 */
import { rmSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { duration } from '../../core/report/format.ts'
import { UserError } from '../../errors.ts'
import type { Batch, DataEngine, OpenRequest, Query, Scalar, Table } from '../../ports/data-engine.ts'
import { readBatches } from './batches.ts'
import { combine } from './combine.ts'
import { type Connection, connect, toScalar } from './connection.ts'
import { mapEngineError, unreadable } from './errors.ts'
import type { NativeModule } from './instance.ts'
import { openParquet } from './open-parquet.ts'
import { openText } from './open-text.ts'
import { writeParquetFile, writeRowsFile } from './parquet-writer.ts'
import type { Opened, Session } from './part.ts'
import type { StagedFile } from './staged.ts'
import { isHashedAhead, stageFile } from './staged-file.ts'

export interface EngineOptions {
  readonly native: () => Promise<NativeModule>
  readonly memoryLimitBytes: number
  /** an existing folder; the engine makes a private one in it and removes it on dispose */
  readonly tempFolder: string
  readonly threads: number
  /** what a gzipped file, or a column of text in a Parquet file, may unpack to; default 32 GiB */
  readonly maxUnpackedBytes?: number
  /** ends whatever the engine computes, and every question after it (CAN-01) */
  readonly signal?: AbortSignal
  /** text up to this size is held in memory as a table; default 64 MiB */
  readonly inMemoryBytes?: number
}

const keyOf = ({ files, format }: OpenRequest): string => JSON.stringify([format, files.map(({ path, shown }) => [path, shown])])

const closed = (): Error => new Error('the data engine is closed')

interface State {
  readonly native: NativeModule
  readonly folder: string
  readonly connection: Connection
  readonly session: Session
}

export function createDataEngine(options: EngineOptions): DataEngine {
  const maxUnpackedBytes = options.maxUnpackedBytes ?? 32 * 2 ** 30
  let starting: Promise<State> | null = null
  let disposed = false
  let names = 0
  const tables: Table[] = []
  /** files that are read to their end beside all else */
  const digesting: Promise<string>[] = []
  const brought = new Map<string, Promise<readonly StagedFile[]>>()

  let making: Promise<string> | null = null
  const makeFolder = (): Promise<string> => {
    if (disposed) return Promise.reject(closed())
    making ??= mkdtemp(join(options.tempFolder, 'modelgate-data-'))
    return making
  }

  async function start(): Promise<State> {
    const folder = await makeFolder()
    try {
      const native = await options.native()
      const connection = await connect({ native, folder, memoryLimitBytes: options.memoryLimitBytes, threads: options.threads })
      const session: Session = {
        raw: connection.raw,
        inMemoryBytes: options.inMemoryBytes ?? 64 * 2 ** 20,
        newName: () => `t${++names}`,
        newPlace: (extension) => `${folder}/made-${++names}.${extension}`,
        drop: async ({ made }) => {
          if (made === null) return
          if ('table' in made) await connection.raw.run(`DROP TABLE ${made.table}`)
          else await rm(made.file, { force: true })
        },
      }
      return { native, folder, connection, session }
    } catch (error) {
      await rm(folder, { recursive: true, force: true })
      throw error
    }
  }

  const { signal } = options
  let stopping: ReturnType<typeof setInterval> | null = null
  /** The engine forgets an interrupt when the query it ran is over: one of several in a row goes on with the next. */
  const stop = (): void => {
    stopping ??= setInterval(
      () => void starting?.then(({ connection }) => disposed || connection.raw.interrupt()).catch(() => undefined),
      50,
    )
    stopping.unref()
  }
  signal?.addEventListener('abort', stop, { once: true })

  /** What was asked for, or why everything was stopped: the engine's own word for that is an error of the data. */
  async function unlessStopped<T>(work: () => Promise<T>): Promise<T> {
    signal?.throwIfAborted()
    try {
      return await work()
    } catch (thrown) {
      signal?.throwIfAborted()
      throw thrown
    }
  }

  const state = (): Promise<State> => {
    if (disposed) return Promise.reject(closed())
    starting ??= start()
    return starting
  }

  const openFile = ({ session }: State, file: StagedFile, named: boolean): Promise<Opened> =>
    file.format === 'parquet' ? openParquet(session, file, maxUnpackedBytes) : openText(session, file, named)

  return {
    async describe(): Promise<string> {
      return `duckdb ${(await state()).native.version()}`
    },

    bring(request: OpenRequest): void {
      const key = keyOf(request)
      if (disposed || signal?.aborted || brought.has(key) || !request.files.every(({ path }) => isHashedAhead(path))) return
      const bringing = bring(request)
      bringing.catch(() => undefined)
      brought.set(key, bringing)
      // whoever brings something asks for it
      state().catch(() => undefined)
    },

    open: (request: OpenRequest): Promise<Table> => unlessStopped(() => open(request)),

    aggregate: (query: Query) => unlessStopped(() => aggregate(query)),

    async *batches(table, columns, batchOptions): AsyncGenerator<Batch> {
      signal?.throwIfAborted()
      const { session } = await state()
      yield* readBatches(session.raw, table, columns, batchOptions)
    },

    async writeRows(table, columns, path, format): Promise<void> {
      const { session } = await state()
      await writeRowsFile(session, table, columns, path, format)
    },

    async writeParquet(path, columns): Promise<void> {
      const { native, session } = await state()
      await writeParquetFile(native, session, path, columns)
    },

    async [Symbol.asyncDispose](): Promise<void> {
      disposed = true
      signal?.removeEventListener('abort', stop)
      if (stopping !== null) clearInterval(stopping)
      const ready = await starting?.catch(() => null)
      ready?.connection.close()
      await Promise.allSettled([...brought.values(), ...digesting])
      const folder = await making?.catch(() => null)
      // at once: a process ends when this is done, and each step that another thread does takes longer than all of it
      if (folder) rmSync(folder, { recursive: true, force: true })
    },
  }

  /** Files are brought in first, so that they are hashed while the engine starts; what is wrong with the engine is told before what is wrong with them. */
  async function stage(request: OpenRequest): Promise<readonly StagedFile[]> {
    const key = keyOf(request)
    const bringing = brought.get(key) ?? bring(request)
    brought.delete(key)
    const [staged] = await Promise.allSettled([bringing])
    await state()
    if (staged.status === 'rejected') throw staged.reason
    return staged.value
  }

  async function bring({ files, format }: OpenRequest): Promise<readonly StagedFile[]> {
    const folder = await makeFolder()
    const staged: StagedFile[] = []
    for (const { path, shown } of files) staged.push(await stageFile(path, { shown, format, folder, number: ++names, maxUnpackedBytes }))
    return staged
  }

  async function open(request: OpenRequest): Promise<Table> {
    const staged = await stage(request)
    const ready = await state()
    const [first] = staged
    if (first === undefined) throw new RangeError('open needs a file')
    const other = staged.find((file) => file.format !== first.format)
    if (other !== undefined) {
      throw unreadable(
        other.shown,
        null,
        `it is ${other.format}, and ${first.shown} is ${first.format}`,
        'give all files of one source the same format',
      )
    }
    if (request.header && first.format !== 'csv')
      throw unreadable(first.shown, null, `it is ${first.format}, and \`header\` is for CSV`, 'take `header` out')
    const opened: Opened[] = []
    for (const file of staged) {
      const one = await openFile(ready, file, request.header ?? false)
      opened.push(one)
      digesting.push(one.digest)
    }
    const parts = opened.map(({ part }) => part)
    const combined = await combine(ready.session.raw, parts, ready.session.newName())
    const table: Table = {
      relation: combined.relation,
      rowNumber: combined.rowNumber,
      columns: combined.columns,
      rows: combined.rows,
      format: first.format,
      files: staged.map(({ shown, bytes }) => ({ path: shown, bytes })),
      digests: () => Promise.all(opened.map(({ digest }) => digest)),
    }
    tables.push(table)
    return table
  }

  async function aggregate({ sql, values = [], timeMs }: Query): Promise<readonly Readonly<Record<string, Scalar>>[]> {
    const { native, session } = await state()
    const bound = timeMs === undefined ? null : endAfter(session.raw, timeMs)
    try {
      const result = await session.raw.runAndReadAll(sql, [...values], values.some(isBeyondIntegers) ? typesOf(native, values) : undefined)
      const columns = result.columnNames()
      return result.getRows().map((row) => Object.fromEntries(columns.map((name, index) => [name, toScalar(row[index] ?? null)])))
    } catch (thrown) {
      if (bound?.ended()) throw bound.error(asked(sql))
      throw mapEngineError(thrown, asked(sql))
    } finally {
      bound?.stop()
    }
  }

  /** The files a query is about, as messages call them. */
  function asked(sql: string): string {
    const files = tables
      .filter(({ relation }) => (/^t\d+$/.test(relation) ? new RegExp(`\\b${relation}\\b`).test(sql) : sql.includes(relation)))
      .flatMap((table) => table.files.map((file) => file.path))
    return files.length > 0 ? [...new Set(files)].join(', ') : 'the data'
  }
}

/** A longer timer is none: it fires at once. */
const longestTimer = 2 ** 31 - 1

/** Interrupts what the engine computes once the time is over, and again until it has heard: an interrupt between two steps of a query is forgotten. */
function endAfter(raw: Pick<Connection['raw'], 'interrupt'>, timeMs: number) {
  let ended = false
  let timer = setTimeout(
    function end() {
      ended = true
      raw.interrupt()
      timer = setTimeout(end, 50)
    },
    Math.min(timeMs, longestTimer),
  )
  return {
    ended: () => ended,
    error: (shown: string) =>
      new UserError('SQL_TIME', `${shown}: a query took longer than ${duration(timeMs)}`, 'ask for less, or raise `limits.time`'),
    stop: () => clearTimeout(timer),
  }
}

/** Every whole number is an integer to the engine's binding, which then refuses 1e20. */
const isBeyondIntegers = (value: Scalar): boolean => typeof value === 'number' && Number.isInteger(value) && Math.abs(value) >= 2 ** 63

const typesOf = (native: NativeModule, values: readonly Scalar[]) =>
  values.map((value) => {
    if (value === null) return native.SQLNULL
    if (typeof value === 'string') return native.VARCHAR
    if (typeof value === 'boolean') return native.BOOLEAN
    if (typeof value === 'bigint') return native.HUGEINT
    return Number.isInteger(value) && !isBeyondIntegers(value) ? native.BIGINT : native.DOUBLE
  })
