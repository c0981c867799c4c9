/**
 * Whole processes, measured from outside: wall time from spawn to exit, processor time, and the peak of resident memory of the process and
 * all it started. Several commands take turns (A B A B …), so that whatever else the machine does meets them alike; the first turn warms
 * the file cache and is not counted; medians are compared, never single runs. To look at a process a hundred times a second slows it down, one that uses
 * all cores more than one that uses a single one: memory and processor time are those of a turn of their own, which is not timed.
 */
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'

export interface Command {
  readonly name: string
  /** program and its arguments; no shell */
  readonly argv: readonly [string, ...string[]]
  readonly cwd?: string
  /** the whole environment; PATH and HOME of this process when left out */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** before each run, outside of the time */
  readonly before?: () => void
  /** exit codes that mean it did its work; default 0 */
  readonly accept?: readonly number[]
}

export interface Run {
  readonly ms: number
  /** milliseconds of processors, user and system, of all threads; as last seen before the exit. Null where there is no /proc */
  readonly cpu: number | null
  /** bytes, of the process and its children together; null where there is no /proc */
  readonly peak: number | null
  readonly stdout: string
}

export interface Measured {
  readonly name: string
  /** median */
  readonly ms: number
  readonly runs: readonly number[]
  /** null where there is no /proc */
  readonly cpu: number | null
  /** bytes; null where there is no /proc */
  readonly peak: number | null
  readonly stdout: string
}

const pollMs = 10

/** Runs a command once. @param watched false: neither memory nor processor time are asked for @throws Error when it ends otherwise than accepted, with what it said */
export async function runOnce({ name, argv, cwd, env, before, accept = [0] }: Command, watched = true): Promise<Run> {
  before?.()
  const [program, ...args] = argv
  const out: Buffer[] = []
  const said: Buffer[] = []
  const start = performance.now()
  const child = spawn(program, args, {
    ...(cwd === undefined ? {} : { cwd }),
    env: { ...(env ?? { PATH: process.env.PATH, HOME: process.env.HOME }) },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let peak: number | null = null
  let cpu: number | null = null
  const watch = (): void => {
    if (child.pid === undefined) return
    const now = residentOf(child.pid)
    if (now !== null) peak = Math.max(peak ?? 0, now)
    cpu = processorOf(child.pid) ?? cpu
  }
  const watching = watched ? setInterval(watch, pollMs) : undefined
  try {
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => said.push(chunk))
    let ended = start
    child.once('exit', () => {
      ended = performance.now()
    })
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', resolve)
    })
    if (code === null || !accept.includes(code)) {
      throw new Error(`${name} ended with ${code}:\n${Buffer.concat(said).toString().slice(-4000)}`)
    }
    return { ms: ended - start, cpu, peak, stdout: Buffer.concat(out).toString() }
  } finally {
    clearInterval(watching)
  }
}

/** Takes turns: every command once (not counted unless `warm` is 0), then `runs` times, then once to be looked at. */
export async function measure(
  commands: readonly Command[],
  { runs, warm = 1 }: { readonly runs: number; readonly warm?: number },
): Promise<readonly Measured[]> {
  const times = commands.map((): number[] => [])
  for (let turn = -warm; turn < runs; turn += 1) {
    for (const [index, command] of commands.entries()) {
      const { ms } = await runOnce(command, false)
      if (turn >= 0) times[index]?.push(ms)
    }
  }
  const measured: Measured[] = []
  for (const [index, command] of commands.entries()) {
    const { cpu, peak, stdout } = await runOnce(command)
    const mine = times[index] ?? []
    measured.push({ name: command.name, ms: median(mine), runs: mine.map((ms) => round(ms, 1)), cpu, peak, stdout })
  }
  return measured
}

/** High-water mark of the process, and what its children hold now. */
function residentOf(pid: number): number | null {
  const own = statusOf(pid, 'VmHWM')
  if (own === null) return null
  return childrenOf(pid).reduce((sum, child) => sum + (treeOf(child) ?? 0), own)
}

/** Hundredths of a second are what the kernel tells (USER_HZ); those of children once they have ended. */
function processorOf(pid: number): number | null {
  try {
    // the name in brackets may hold anything
    const [, fields = ''] = /^.*\) (.*)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? []
    const [user = 0, system = 0, theirUser = 0, theirSystem = 0] = fields.split(' ').slice(11, 15).map(Number)
    return 10 * (user + system + theirUser + theirSystem)
  } catch {
    return null
  }
}

const treeOf = (pid: number): number | null => {
  const own = statusOf(pid, 'VmRSS')
  return own === null ? null : childrenOf(pid).reduce((sum, child) => sum + (treeOf(child) ?? 0), own)
}

function statusOf(pid: number, key: 'VmHWM' | 'VmRSS'): number | null {
  try {
    const [, kib] = new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
    return kib === undefined ? null : Number(kib) * 1024
  } catch {
    return null // ended in between, or no /proc here
  }
}

function childrenOf(pid: number): readonly number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
  } catch {
    return []
  }
}

/** How many times as long one took as the other: the median over the turns in which both met the same machine. */
export const pairedRatio = (slower: Measured, faster: Measured): number =>
  median(slower.runs.map((ms, turn) => ms / (faster.runs[turn] ?? Number.NaN)))

/** What others did to the machine before the first process of ours, in words; empty where it was next to nothing. */
export const sharedWith = (load: number): string =>
  load > 0.5 ? `, on a machine shared with others: load average ${round(load, 1)} before the start` : ''

export function median(xs: readonly number[]): number {
  const sorted = xs.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const [low = Number.NaN, high = Number.NaN] = [sorted[sorted.length % 2 === 0 ? middle - 1 : middle], sorted[middle]]
  return (low + high) / 2
}

export const round = (x: number, digits = 2): number => Math.round(x * 10 ** digits) / 10 ** digits
export const megabytes = (bytes: number | null): number | null => (bytes === null ? null : Math.round(bytes / 1e6))
