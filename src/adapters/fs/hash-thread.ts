/**
 * Files hashed on the other core, while this thread loads code or waits for the engine. What the thread does not answer, for whatever
 * reason, is null, and hashed by whoever asked: it saves time, and decides nothing.
 */
import { dirname, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { Hashed } from './hash-file.ts'

export interface HashThread {
  start(): void
  /** Puts a file on its list. */
  ahead(path: string): void
  /** What it found of a file that was put on its list; null where it was not, or was no success. An answer is given once. */
  answer(path: string): Promise<Hashed | null>
}

interface Message {
  readonly path: string
  readonly hashed: Hashed | null
}

export function createHashThread(script: string): HashThread {
  let worker: Worker | null = null
  let over = false
  /** calls that wait: so long, and no longer, the thread holds the process */
  let held = 0
  const asked = new Map<string, Promise<Hashed | null>>()
  const waiting = new Map<string, (hashed: Hashed | null) => void>()

  function start(): void {
    if (worker !== null) return
    worker = new Worker(script, { env: {}, execArgv: [], stdin: false })
    worker.on('message', ({ path, hashed }: Message) => waiting.get(path)?.(hashed))
    const giveUp = () => {
      over = true
      for (const settle of waiting.values()) settle(null)
    }
    worker.on('error', giveUp)
    worker.on('exit', giveUp)
    // a process that has nothing else to do is over; last, because listening for messages holds it
    worker.unref()
  }

  return {
    start,
    ahead: (path) => {
      if (asked.has(path)) return
      start()
      // a thread that has ended answers nobody
      if (over) return
      asked.set(path, new Promise<Hashed | null>((resolve) => waiting.set(path, resolve)))
      worker?.postMessage(path)
    },
    answer: async (path) => {
      const found = asked.get(path)
      if (found === undefined) return null
      held += 1
      worker?.ref()
      try {
        return await found
      } finally {
        asked.delete(path)
        held -= 1
        if (held === 0) worker?.unref()
      }
    },
  }
}

const self = fileURLToPath(import.meta.url)
/** Beside this file in development, beside the bundle in dist/ (scripts/build.ts). */
const script = join(dirname(self), extname(self) === '.ts' ? 'hash-worker.ts' : 'hash-worker.cjs')

/** The one of this process. */
export const hashThread: HashThread = createHashThread(script)
