/**
 * Actions one after the other in a process that lives on: where a test looks at what they leave behind and not at how a process ends, starting
 * one for each takes longer than what it does. Each gets its working directory and exactly its environment, as from `runNode`.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { z } from 'zod'
import { bareEnvironment, type Finished } from './spawn.ts'

export interface ActionHost extends AsyncDisposable {
  /** @param name what `start` of the bundle is asked for @throws Error when the process itself has ended */
  run(name: string, options: { readonly cwd: string; readonly env: Readonly<Record<string, string>> }): Promise<Finished>
}

const finished = z.object({ code: z.number(), stdout: z.string(), stderr: z.string() })

/** Listeners of a step are those of its process: the next has its own, and none is left that would speak at the end of the host. */
const script = (index: string) => `
  const { start } = await import(${JSON.stringify(index)})
  const mine = new Set(process.listeners('exit'))
  process.on('message', async ({ name, cwd, env }) => {
    for (const key of Object.keys(process.env)) delete process.env[key]
    Object.assign(process.env, env)
    process.chdir(cwd)
    const said = { stdout: '', stderr: '' }
    const write = {}
    for (const stream of ['stdout', 'stderr']) {
      write[stream] = process[stream].write
      process[stream].write = (text) => { said[stream] += text; return true }
    }
    try {
      await start(name)
    } catch (thrown) {
      process.exitCode = 1
      said.stderr += thrown?.stack ?? String(thrown)
    }
    for (const stream of ['stdout', 'stderr']) process[stream].write = write[stream]
    for (const signal of ['SIGINT', 'SIGTERM']) process.removeAllListeners(signal)
    for (const listener of process.listeners('exit')) if (!mine.has(listener)) process.off('exit', listener)
    const code = process.exitCode
    process.exitCode = 0
    process.send({ code, ...said })
  })
  process.send('ready')`

/** @param index the bundle: the module that has `start` */
export async function actionHost(index: string, env: Readonly<Record<string, string>> = {}): Promise<ActionHost> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', script(index)], {
    env: { ...bareEnvironment(), ...env },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  const ended = once(child, 'exit').then(([code, signal]) => {
    throw new Error(`the process of the actions has ended: ${signal ?? code}`)
  })
  ended.catch(() => undefined)
  const told = () => Promise.race([once(child, 'message'), ended])
  await told()
  return {
    run: async (name, options) => {
      child.send({ name, cwd: options.cwd, env: { ...bareEnvironment(), ...options.env } })
      const [answer] = await told()
      return { signal: null, ...finished.parse(answer) }
    },
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL')
      await ended.catch(() => undefined)
    },
  }
}
