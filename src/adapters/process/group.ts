/**
 * A child and everything it started that stayed in its process group.
 * Ending it: SIGINT, then SIGTERM, then SIGKILL, within four seconds: the runner of GitHub gives 7.5 s after a cancel.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

const steps = [
  { signal: 'SIGINT', graceMs: 1500 },
  { signal: 'SIGTERM', graceMs: 1500 },
  { signal: 'SIGKILL', graceMs: 1000 },
] as const
const pollMs = 25

/** Groups that still run when this process exits are killed with it: `exit` handlers may only do what is synchronous. */
const alive = new Set<Group>()
let watching = false
function killAll(): void {
  for (const group of alive) group.signal('SIGKILL')
}

export class Group {
  readonly #child: ChildProcess
  #ending: Promise<void> | null = null

  constructor(child: ChildProcess) {
    this.#child = child
    alive.add(this)
    if (!watching) process.on('exit', killAll)
    watching = true
  }

  /** Ends what is left of it, kindly first; settles when nobody is left. Asked twice, it is one ending. */
  end(first: 'SIGINT' | 'SIGTERM'): Promise<void> {
    this.#ending ??= this.#end(first)
    return this.#ending
  }

  forget(): void {
    alive.delete(this)
  }

  async #end(first: 'SIGINT' | 'SIGTERM'): Promise<void> {
    for (const { signal, graceMs } of steps.slice(first === 'SIGINT' ? 0 : 1)) {
      if (!this.#someoneRuns()) return
      this.signal(signal)
      for (let waited = 0; waited < graceMs; waited += pollMs) {
        await sleep(pollMs)
        if (!this.#someoneRuns()) return
      }
    }
  }

  /** false when nobody is there to get it */
  signal(signal: NodeJS.Signals | 0): boolean {
    const { pid } = this.#child
    if (pid === undefined) return false
    try {
      return process.platform === 'win32' ? this.#signalTree(pid, signal) : process.kill(-pid, signal)
    } catch (thrown) {
      // EPERM: somebody is there who changed user (sudo) and cannot be signalled
      return thrown instanceof Error && 'code' in thrown && thrown.code === 'EPERM'
    }
  }

  /** Signals reach the dead too until their parent notices, which in a container can be never: Linux says who only waits for that. */
  #someoneRuns(): boolean {
    if (!this.signal(0)) return false
    return process.platform !== 'linux' || groupRuns(this.#child.pid ?? 0)
  }

  /** Windows has no process groups: its own tool walks the tree of children. */
  #signalTree(pid: number, signal: NodeJS.Signals | 0): boolean {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return false
    if (signal !== 0)
      spawn('taskkill', ['/pid', String(pid), '/t', '/f'], { stdio: 'ignore', windowsHide: true }).on('error', () => undefined)
    return true
  }
}

/** Whether a process of the group is neither a zombie nor dead. True when /proc cannot tell. */
function groupRuns(group: number): boolean {
  let names: string[]
  try {
    names = readdirSync('/proc')
  } catch {
    return true
  }
  for (const name of names) {
    if (!/^\d+$/.test(name)) continue
    let stat: string
    try {
      stat = readFileSync(`/proc/${name}/stat`, 'utf8')
    } catch {
      continue // it ended meanwhile
    }
    // pid (name) state ppid pgrp …: the name may hold anything, so read behind its last bracket
    const [state, , pgrp] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (Number(pgrp) === group && state !== 'Z' && state !== 'X') return true
  }
  return false
}
