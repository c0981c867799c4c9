/** A real engine in a folder of its own, and small files for it. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { createDataEngine } from '../../../src/adapters/duckdb/engine.ts'
import type { DataFormat } from '../../../src/core/schema/config.ts'
import { UserError } from '../../../src/errors.ts'
import type { DataEngine, Scalar, Table } from '../../../src/ports/data-engine.ts'

export const native = async (): Promise<typeof import('@duckdb/node-api')> => createRequire(import.meta.url)('@duckdb/node-api')

/** Statements on an engine with no setting of ours, one after the other: for files as it writes them. */
export async function runBare(statements: readonly string[], options: Readonly<Record<string, string>> = {}): Promise<void> {
  const { DuckDBInstance } = await native()
  const instance = await DuckDBInstance.create(':memory:', options)
  const connection = await instance.connect()
  try {
    for (const statement of statements) await connection.run(statement)
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}

export interface Bench {
  readonly folder: string
  readonly temp: string
  readonly engine: DataEngine
  file(name: string, content: string | Uint8Array): Promise<string>
  open(name: string | readonly string[], format?: DataFormat, header?: true): Promise<Table>
  /** writes, then opens */
  table(name: string, content: string | Uint8Array, format?: DataFormat, header?: true): Promise<Table>
  rows(table: Table): Promise<readonly (readonly Scalar[])[]>
  [Symbol.asyncDispose](): Promise<void>
}

export async function makeBench(
  options: {
    readonly maxUnpackedBytes?: number
    readonly memoryLimitBytes?: number
    readonly inMemoryBytes?: number
    readonly threads?: number
    readonly signal?: AbortSignal
  } = {},
): Promise<Bench> {
  const folder = await mkdtemp(join(tmpdir(), 'modelgate-test-'))
  const temp = join(folder, 'temp')
  await mkdir(temp)
  const engine = createDataEngine({ native, memoryLimitBytes: 512 * 2 ** 20, tempFolder: temp, threads: 2, ...options })
  const file = async (name: string, content: string | Uint8Array) => {
    const path = join(folder, name)
    await writeFile(path, content)
    return path
  }
  const open = (names: string | readonly string[], format: DataFormat | null = null, header?: true) =>
    engine.open({
      files: [names].flat().map((shown) => ({ path: join(folder, shown), shown })),
      format,
      ...(header === undefined ? {} : { header }),
    })
  return {
    folder,
    temp,
    engine,
    file,
    open,
    async table(name, content, format, header) {
      await file(name, content)
      return open(name, format, header)
    },
    async rows(table) {
      const rows: Scalar[][] = []
      const names = table.columns.map((column) => column.name)
      for await (const batch of engine.batches(table, names, { size: 4096, numeric: [] })) {
        for (let row = 0; row < batch.rows; row += 1) rows.push(batch.columns.map((column) => column[row] ?? null))
      }
      return rows
    },
    async [Symbol.asyncDispose]() {
      await engine[Symbol.asyncDispose]()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** The UserError a promise ends in; anything else fails the test. */
export async function refusal(work: Promise<unknown>): Promise<UserError> {
  try {
    await work
  } catch (error) {
    if (error instanceof UserError) return error
    throw error
  }
  throw new Error('nothing was refused')
}

/** Both ways in which a text is opened. */
export interface TwoEngines {
  readonly memory: Bench
  /** every file is too large for memory */
  readonly parquet: Bench
}

/** They live as long as the tests of the file that asks for them. */
export function twoEngines(options: Parameters<typeof makeBench>[0] = {}): TwoEngines {
  let made: TwoEngines | null = null
  beforeAll(async () => {
    made = { memory: await makeBench(options), parquet: await makeBench({ ...options, inMemoryBytes: 0 }) }
  })
  afterAll(async () => {
    await made?.memory[Symbol.asyncDispose]()
    await made?.parquet[Symbol.asyncDispose]()
  })
  const there = (): TwoEngines => {
    if (made === null) throw new Error('they are made before the tests')
    return made
  }
  return {
    get memory() {
      return there().memory
    },
    get parquet() {
      return there().parquet
    },
  }
}
