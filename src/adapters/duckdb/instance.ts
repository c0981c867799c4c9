/** An engine that has started and holds nothing. It takes longer to start than many a file to read, and needs to know nothing of the run. */
import { availableParallelism } from 'node:os'
import type * as Native from '@duckdb/node-api'

export type NativeModule = Pick<
  typeof Native,
  'DuckDBInstance' | 'DuckDBDataChunk' | 'DOUBLE' | 'BIGINT' | 'BOOLEAN' | 'VARCHAR' | 'version'
>

type Instance = Native.DuckDBInstance

/** What was loaded is what the engine needs: the digests were checked before, this is for the type. */
export function asDuckdb(loaded: unknown): NativeModule {
  if (isDuckdb(loaded)) return loaded
  throw new Error('the native module is not DuckDB')
}
const isDuckdb = (loaded: unknown): loaded is NativeModule => typeof loaded === 'object' && loaded !== null && 'DuckDBInstance' in loaded

export const engineThreads = (): number => Math.min(8, availableParallelism())

const started = new WeakMap<NativeModule, { readonly threads: number; readonly instance: Promise<Instance> }>()

/** Starts one that nobody has asked for yet; who asks first gets it. */
export function startInstance(native: NativeModule, threads: number): void {
  const instance = create(native, threads)
  // its failure is that of whoever asks
  instance.catch(() => undefined)
  started.set(native, { threads, instance })
}

/** One of its own for everybody who asks: settings are made on it, and locked. */
export function takeInstance(native: NativeModule, threads: number): Promise<Instance> {
  const found = started.get(native)
  if (found?.threads !== threads) return create(native, threads)
  started.delete(native)
  return found.instance
}

const create = (native: NativeModule, threads: number): Promise<Instance> =>
  native.DuckDBInstance.create(':memory:', {
    threads: String(threads),
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
    allow_unsigned_extensions: 'false',
    allow_persistent_secrets: 'false',
  })
