/**
 * Caps what a child process may allocate from now on. On Linux the kernel does it (RLIMIT_DATA through prlimit, so an allocation fails
 * before a page is touched); elsewhere its resident memory is looked at ten times a second.
 */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)
const everyMs = 100

/** fixed places: a PATH can be pointed elsewhere */
export const systemPrlimit = (): string | null => ['/usr/bin/prlimit', '/bin/prlimit'].find((path) => existsSync(path)) ?? null

interface CapRequest {
  readonly pid: number
  /** on top of what the child holds now */
  readonly memoryBytes: number
  /** backstop of the time limit should this process die: seconds of processor time, Linux only */
  readonly cpuSeconds: number
  /** null: there is none, memory is polled */
  readonly prlimit: string | null
  /** called once when polling finds too much */
  readonly over: () => void
}

/** Returns how to stop looking. */
export async function capMemory(request: CapRequest): Promise<() => void> {
  const { pid, memoryBytes, cpuSeconds, prlimit } = request
  if (prlimit !== null) {
    const held = await dataSize(pid)
    if (held !== null) {
      const applied = await run(prlimit, ['--pid', `${pid}`, `--data=${held + memoryBytes}`, `--cpu=${cpuSeconds}`, '--core=0'], {
        env: {},
      }).then(
        () => true,
        () => false,
      )
      if (applied) return () => undefined
    }
  }
  return poll(request)
}

/** What RLIMIT_DATA counts: private writable memory, reserved or used. Node alone reserves half a gigabyte. */
async function dataSize(pid: number): Promise<number | null> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  const kilobytes = /^VmData:\s+(\d+) kB$/m.exec(status)?.[1]
  return kilobytes === undefined ? null : Number(kilobytes) * 1024
}

async function poll({ pid, memoryBytes, over }: CapRequest): Promise<() => void> {
  const start = (await residentSize(pid)) ?? 0
  let busy = false
  const timer = setInterval(async () => {
    if (busy) return
    busy = true
    const now = await residentSize(pid)
    busy = false
    if (now !== null && now - start > memoryBytes) {
      clearInterval(timer)
      over()
    }
  }, everyMs)
  return () => clearInterval(timer)
}

/** Bytes of resident memory; null when the system does not say, or the process is gone. */
async function residentSize(pid: number): Promise<number | null> {
  try {
    if (process.platform === 'linux') {
      const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]
      return kilobytes === undefined ? null : Number(kilobytes) * 1024
    }
    if (process.platform === 'win32') {
      const { stdout } = await run('tasklist', ['/FI', `PID eq ${pid}`, '/FO', 'CSV', '/NH'], { windowsHide: true })
      // the last field, digits grouped as the country does
      const field = /"([^"]*)K?"\s*$/.exec(stdout.trim())?.[1]?.replace(/\D/g, '')
      return field ? Number(field) * 1024 : null
    }
    const { stdout } = await run('/bin/ps', ['-o', 'rss=', '-p', `${pid}`])
    return Number(stdout.trim()) * 1024
  } catch {
    return null
  }
}
