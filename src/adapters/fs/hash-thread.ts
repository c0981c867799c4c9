/**
 * Files hashed on the other core, while this thread loads code or waits for the engine. What the thread does not answer, for whatever
 * reason, is null, and hashed by whoever asked: it saves time, and decides nothing.
 */
import { dirname, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { Hashed } from './hash-file.ts'

const self = fileURLToPath(import.meta.url)
/** Beside this file in development, beside the bundle in dist/ (scripts/build.ts). */
const script = join(dirname(self), extname(self) === '.ts' ? 'hash-worker.ts' : 'hash-worker.cjs')

interface Answer {
  readonly path: string
  readonly hashed: Hashed | null
}

let worker: Worker | null = null
const asked = new Map<string, Promise<Hashed | null>>()
const waiting = new Map<string, (hashed: Hashed | null) => void>()

/** True once it runs: starting it takes longer than hashing a few megabytes. */
export const hashThreadRuns = (): boolean => worker !== null

export function startHashThread(): void {
  if (worker !== null) return
  worker = new Worker(script, { env: {}, execArgv: [], stdin: false })
  worker.on('message', ({ path, hashed }: Answer) => waiting.get(path)?.(hashed))
  const giveUp = () => {
    for (const settle of waiting.values()) settle(null)
  }
  worker.on('error', giveUp)
  worker.on('exit', giveUp)
  // a process that has nothing else to do is over; last, because listening for messages holds it
  worker.unref()
}

/** Puts a file on its list. */
export function hashAhead(path: string): void {
  if (asked.has(path)) return
  startHashThread()
  const answer = new Promise<Hashed | null>((resolve) => waiting.set(path, resolve))
  asked.set(path, answer)
  worker?.postMessage(path)
}

/** What it found of a file that was put on its list; null where it was not, or was no success. An answer is given once. */
export async function hashedAhead(path: string): Promise<Hashed | null> {
  const found = asked.get(path)
  if (found === undefined) return null
  worker?.ref()
  try {
    return await found
  } finally {
    asked.delete(path)
    if (asked.size === 0) worker?.unref()
  }
}
