/** An engine that has started and holds nothing. It takes longer to start than many a file to read, and needs to know nothing of the run. */
import { availableParallelism } from 'node:os'
import type * as Native from '@duckdb/node-api'

export type NativeModule = Pick<
  typeof Native,
  'DuckDBInstance' | 'DuckDBDataChunk' | 'DOUBLE' | 'BIGINT' | 'HUGEINT' | 'BOOLEAN' | 'VARCHAR' | 'SQLNULL' | 'version'
>

type Instance = Native.DuckDBInstance
type Database = ConstructorParameters<typeof Native.DuckDBInstance>[0]

/** What the native addon has that a database is opened with. All other JavaScript of the package is loaded while that goes on. */
export interface Addon {
  create_config(): object
  set_config(config: object, name: string, value: string): void
  open(path: string, config: object): Promise<Database>
}

/** What was loaded is what the engine needs: the digests were checked before, this is for the type. */
export function asDuckdb(loaded: unknown): NativeModule {
  if (isDuckdb(loaded)) return loaded
  throw new Error('the native module is not DuckDB')
}
const isDuckdb = (loaded: unknown): loaded is NativeModule => typeof loaded === 'object' && loaded !== null && 'DuckDBInstance' in loaded
export const isAddon = (loaded: unknown): loaded is Addon =>
  typeof loaded === 'object' && loaded !== null && ['create_config', 'set_config', 'open'].every((name) => name in loaded)

export const engineThreads = (): number => Math.min(8, availableParallelism())

/** Settings that are known before the run is. */
const settings = (threads: number): Readonly<Record<string, string>> => ({
  threads: String(threads),
  autoinstall_known_extensions: 'false',
  autoload_known_extensions: 'false',
  allow_community_extensions: 'false',
  allow_unsigned_extensions: 'false',
  allow_persistent_secrets: 'false',
})

interface Started {
  readonly threads: number
  readonly database: Promise<Database>
}
const started = new WeakMap<NativeModule, Started>()

/** Opens a database that nobody has asked for yet. */
export function startDatabase(addon: Addon, threads: number): Started {
  const config = addon.create_config()
  for (const [name, value] of Object.entries(settings(threads))) addon.set_config(config, name, value)
  const database = addon.open(':memory:', config)
  // its failure is that of whoever asks
  database.catch(() => undefined)
  return { threads, database }
}

/** Who first asks the module for an instance gets this one. The module must be that of the same addon. */
export const keepFor = (native: NativeModule, database: Started): void => void started.set(native, database)

/** One of its own for everybody who asks: settings are made on it, and locked. */
export async function takeInstance(native: NativeModule, threads: number): Promise<Instance> {
  const found = started.get(native)
  if (found?.threads !== threads) return native.DuckDBInstance.create(':memory:', settings(threads))
  started.delete(native)
  return new native.DuckDBInstance(await found.database)
}
