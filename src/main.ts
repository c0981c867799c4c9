/** The one entry of the bundle: a table of everything that can be started, each loaded only when asked for. */
const actions = ['validate', 'train', 'fetch', 'evaluate', 'drift', 'gate', 'comment', 'promote', 'rollback'] as const

const action = (name: (typeof actions)[number]) => async () => (await import('./actions/run.ts')).runAction(name)

export const entries: Readonly<Record<string, () => Promise<void>>> = {
  ...Object.fromEntries(actions.map((name) => [name, action(name)])),
  cli: async () => (await import('./cli/main.ts')).main(process.argv.slice(2)),
  'onnx-worker': async () => (await import('./adapters/onnx/worker.ts')).main(),
}

/** They read rows, whatever the config says: of what they need, much can be proven while the rest is still being loaded. */
const readers: readonly (string | undefined)[] = ['validate', 'run', 'init']

/** Called by the stubs `dist/<name>.js`. */
export const start = async (name: string): Promise<void> => {
  process.exitCode = 1
  const entry = entries[name]
  if (entry === undefined) throw new Error(`no entry ${name}`)
  // each schema is used once or twice a process: compiling code for it (zod does, with `new Function`) takes longer than it saves
  if (name !== 'onnx-worker') (await import('./adapters/zod/interpret.ts')).interpretSchemas()
  if (readers.includes(name === 'cli' ? process.argv[2] : name)) void expectEngine()
  await entry()
}

/** Trouble of it is left to whoever loads the engine, who says it where it belongs. */
const expectEngine = async (): Promise<void> => {
  try {
    const { hashThread } = await import('./adapters/fs/hash-thread.ts')
    hashThread.start()
    const { expectNative } = await import('./adapters/runtime/load-native.ts')
    expectNative('duckdb', { environment: process.env })
  } catch {}
}
