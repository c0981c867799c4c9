/** The one entry of the bundle: a table of everything that can be started, each loaded only when asked for. */
import { keepCompiledCode, runPart } from './adapters/runtime/compiled-code.ts'

/** What is imported below runs by it in the bundle (scripts/as-scripts.ts). */
export { runPart }

const actions = ['validate', 'train', 'fetch', 'evaluate', 'drift', 'gate', 'comment', 'promote', 'rollback'] as const

const action = (name: (typeof actions)[number]) => async () => (await import('./actions/run.ts')).runAction(name)

export const entries: Readonly<Record<string, () => Promise<void>>> = {
  ...Object.fromEntries(actions.map((name) => [name, action(name)])),
  cli: async () => (await import('./cli/main.ts')).main(process.argv.slice(2)),
  'onnx-worker': async () => (await import('./adapters/onnx/worker.ts')).main(),
}

/** They read rows, whatever the config says: the engine is proven and started while the rest is still being loaded. */
const readers: readonly (string | undefined)[] = ['validate', 'run', 'init']

const verbs: readonly string[] = [...actions, 'run', 'init']

/** Called by the stubs `dist/<name>.js`. */
export const start = async (name: string): Promise<void> => {
  process.exitCode = 1
  const entry = entries[name]
  if (entry === undefined) throw new Error(`no entry ${name}`)
  const verb = name === 'cli' ? process.argv[2] : name
  const reads = readers.includes(verb)
  // a thread takes its time to start
  if (reads) (await import('./adapters/fs/hash-thread.ts')).hashThread.start()
  if (name === 'cli' || process.env.NODE_COMPILE_CACHE) await keepCompiledCode(process.env, verbs.find((one) => one === verb) ?? 'other')
  // each schema is used once or twice a process: compiling code for it (zod does, with `new Function`) takes longer than it saves
  if (name !== 'onnx-worker') (await import('./adapters/zod/interpret.ts')).interpretSchemas()
  if (reads) await beginEngine()
  await entry()
}

/** Trouble of it is left to whoever asks for the engine, who says it where it belongs. */
const beginEngine = async (): Promise<void> => {
  try {
    const { beginDuckdb } = await import('./adapters/runtime/load-native.ts')
    const { asDuckdb, engineThreads, isAddon, keepFor, startDatabase } = await import('./adapters/duckdb/instance.ts')
    const begin = async (): Promise<void> => {
      let database: ReturnType<typeof startDatabase> | null = null
      const loaded = await beginDuckdb({ environment: process.env }, (addon) => {
        if (isAddon(addon)) database = startDatabase(addon, engineThreads())
      })
      if (loaded !== null && database !== null) keepFor(asDuckdb(loaded), database)
    }
    begin().catch(() => undefined)
  } catch {}
}
