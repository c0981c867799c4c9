/** One hardened engine instance: it reads and writes one private folder, loads nothing, and its settings are locked (DAT-03). */
import type * as Native from '@duckdb/node-api'
import type { Scalar } from '../../ports/data-engine.ts'
import { type NativeModule, takeInstance } from './instance.ts'

export interface ConnectionOptions {
  readonly native: NativeModule
  /** absolute; the only folder the engine may touch */
  readonly folder: string
  readonly memoryLimitBytes: number
  readonly threads: number
}

export interface Connection {
  readonly raw: Native.DuckDBConnection
  close(): void
}

export async function connect({ native, folder, memoryLimitBytes, threads }: ConnectionOptions): Promise<Connection> {
  const instance = await takeInstance(native, threads)
  const raw = await instance.connect()
  // the footer of a file of thousands of columns is read once, not by each query over it
  // what the footer of a Parquet file says of missing, smallest and largest values is not believed: with this rule the engine decides conditions by it and looks at no row
  // access is taken away after the folder is allowed, the lock comes last: no later statement can widen either
  await raw.run(`
    SET memory_limit = '${kibibytes(memoryLimitBytes)}';
    SET allocator_flush_threshold = '${kibibytes(memoryLimitBytes / freedParts)}';
    SET allocator_bulk_deallocation_flush_threshold = '${kibibytes((4 * memoryLimitBytes) / freedParts)}';
    SET temp_directory = ${quoteText(`${folder}/spill`)};
    SET allowed_directories = [${quoteText(`${folder}/`)}];
    SET TimeZone = 'UTC';
    SET parquet_metadata_cache = true;
    SET disabled_optimizers = 'statistics_propagation';
    SET preserve_insertion_order = true;
    SET enable_external_access = false;
    SET lock_configuration = true`)
  return {
    raw,
    close() {
      raw.closeSync()
      instance.closeSync()
    },
  }
}

/**
 * The limit is on what the engine holds. What it has freed stays with its allocator up to another amount, which by default is 128 MB whatever the
 * limit is, and of large pieces four times as much: that is a thirty-second part of 4 GB, and of a smaller limit most. Here it is that part of any.
 */
const freedParts = 32
const kibibytes = (bytes: number): string => `${Math.floor(bytes / 1024)}KiB`

/** An SQL string literal; only for text of our own making and for names, never for values of the data. */
export const quoteText = (text: string): string => `'${text.replaceAll("'", "''")}'`

/** What the engine hands out, as the port's scalars: counts as numbers while they are exact. */
export function toScalar(value: Native.DuckDBValue): Scalar {
  if (value === null || typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'bigint') return safe(value)
  if ('scale' in value && 'value' in value && value.scale === 0) return safe(value.value)
  if ('toDouble' in value && typeof value.toDouble === 'function') return value.toDouble()
  return String(value)
}

export const safe = (value: bigint): number | bigint =>
  value >= Number.MIN_SAFE_INTEGER && value <= Number.MAX_SAFE_INTEGER ? Number(value) : value
