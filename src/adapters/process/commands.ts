/**
 * The user's command as a child process: argv as it is, no shell unless asked, nothing inherited but the environment given.
 *
 * On POSIX the child leads a session and process group of its own. However it ends (exit, signal, time limit, cancel), the whole group is
 * gone before `run` settles, so nothing it started can still write when the caller records what came out. What leaves the group on
 * purpose (setsid) is out of reach of signals; its end of the pipes is let go.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import type { CommandOutcome, CommandRequest, Commands } from '../../ports/commands.ts'
import { Group } from './group.ts'
import { LineSplitter } from './lines.ts'

/** output of a child that ended is read to its end, unless somebody who left the group holds the pipe open */
const drainMs = 500

const shells = {
  // no profile and no rc file: the script means the same on every machine
  bash: ['bash', '--noprofile', '--norc', '-euo', 'pipefail', '-c'],
  sh: ['sh', '-e', '-c'],
} as const

export const createCommands = (): Commands => ({ run })

async function run(request: CommandRequest): Promise<CommandOutcome> {
  const start = performance.now()
  const spent = () => Math.round(performance.now() - start)
  if (request.signal.aborted) return { kind: 'cancelled', durationMs: 0 }

  const [file, ...args] = request.shell === null ? request.argv : [...shells[request.shell], request.argv.join(' ')]
  if (file === undefined || file === '') return { kind: 'not-found', durationMs: 0 }
  const started = await launch(file, args, request)
  if (started === null) return { kind: 'not-found', durationMs: spent() }
  const { child, ended, drained, hush } = started

  const group = new Group(child)
  let stopped: 'timeout' | 'cancelled' | null = null
  const stop = (why: 'timeout' | 'cancelled') => {
    if (stopped !== null) return
    stopped = why
    void group.end('SIGINT')
  }
  const onAbort = () => stop('cancelled')
  const timer = setTimeout(() => stop('timeout'), Math.min(request.timeoutMs, 2 ** 31 - 1))
  request.signal.addEventListener('abort', onAbort, { once: true })
  if (request.signal.aborted) onAbort()
  try {
    const { code, signal } = await ended
    // what is left now was started in the background, where SIGINT is ignored by default
    await group.end('SIGTERM')
    await Promise.race([drained, sleep(drainMs, undefined, { ref: false })])
    if (stopped !== null) return { kind: stopped, durationMs: spent() }
    return signal === null ? { kind: 'exited', code: code ?? 1, durationMs: spent() } : { kind: 'signalled', signal, durationMs: spent() }
  } finally {
    clearTimeout(timer)
    request.signal.removeEventListener('abort', onAbort)
    hush()
    child.stdout?.destroy()
    child.stderr?.destroy()
    group.forget()
  }
}

interface Started {
  readonly child: ChildProcess
  readonly ended: Promise<{ code: number | null; signal: string | null }>
  /** both pipes read to their end, last lines given out */
  readonly drained: Promise<void>
  /** no line is given out from now on */
  readonly hush: () => void
}

/** null when there is nothing to run at that name: not found, not executable, or no such working directory. */
async function launch(file: string, args: readonly string[], { cwd, env, onLine }: CommandRequest): Promise<Started | null> {
  const child = spawn(file, args, {
    cwd,
    env: { ...env },
    detached: process.platform !== 'win32',
    shell: false,
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
  })
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }))
  })
  let listening = true
  const hear = (line: string) => {
    if (listening) onLine(line)
  }
  const hush = () => {
    listening = false
  }
  const drained = Promise.all([child.stdout, child.stderr].map((pipe) => lines(pipe, hear))).then(() => undefined)
  const failed = await new Promise<Error | null>((resolve) => {
    child.once('spawn', () => resolve(null))
    child.once('error', resolve)
  })
  if (failed === null) {
    // a signal that cannot be delivered is reported here too: the group's end says what matters
    child.on('error', () => undefined)
    return { child, ended, drained, hush }
  }
  const code = 'code' in failed ? failed.code : null
  if (code === 'ENOENT' || code === 'EACCES' || code === 'ENOTDIR' || code === 'ENOEXEC') return null
  throw failed
}

function lines(pipe: ChildProcess['stdout'], onLine: (line: string) => void): Promise<void> {
  if (pipe === null) return Promise.resolve()
  const splitter = new LineSplitter(onLine)
  return new Promise((resolve) => {
    pipe.on('data', (bytes: Buffer) => splitter.push(bytes))
    pipe.once('close', () => {
      splitter.end()
      resolve()
    })
    pipe.once('error', () => pipe.destroy())
  })
}
