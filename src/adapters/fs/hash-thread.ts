/**
 * Files hashed on the other core, while this thread loads code or waits for the engine. What the thread does not answer, for whatever
 * reason, is null, and hashed by whoever asked: it saves time, and decides nothing.
 */
import { dirname, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import type { Hashed } from './hash-file.ts'
import type { Answer, Job } from './hash-worker.ts'

export interface HashThread {
  start(): void
  /** Puts a file on its list. @param known what it is, if it is still the same file: then it is not hashed */
  ahead(path: string, known?: Hashed): void
  /**
   * Puts a native addon on its list, to be opened where every file of `proven` (path → sha256) was found to be that: mapping a large
   * library is done once a process, and the thread has the time. Until it is done the process is held, whoever waits: one that ends while its
   * thread opens an addon aborts.
   */
  openAhead(path: string, proven: ReadonlyMap<string, string>): void
  /** What it found of a file that was put on its list; null where it was not, or was no success. An answer is given once. Whoever waits holds the process. */
  answer(path: string): Promise<Hashed | null>
  /** Until it is done with an addon that was put on its list, whatever came of it. */
  opened(path: string): Promise<void>
  /** The same for work that waits for it, begun by whoever may end before it does. */
  holding<T>(work: Promise<T>): Promise<T>
  /** `answer` and `opened`, for such work: they hold nothing. */
  readonly idly: Pick<HashThread, 'answer' | 'opened'>
}

export function createHashThread(script: string): HashThread {
  let worker: Worker | null = null
  let over = false
  /** calls that wait: so long, and no longer, the thread holds the process */
  let held = 0
  const hashes = new Map<string, Promise<Hashed | null>>()
  const openings = new Map<string, Promise<Hashed | null>>()
  const waiting = new Map<number, (hashed: Hashed | null) => void>()
  let jobs = 0

  function start(): void {
    if (worker !== null) return
    worker = new Worker(script, { env: {}, execArgv: [], stdin: false })
    worker.on('message', ({ id, hashed }: Answer) => waiting.get(id)?.(hashed))
    const giveUp = () => {
      over = true
      for (const settle of waiting.values()) settle(null)
    }
    worker.on('error', giveUp)
    worker.on('exit', giveUp)
    // a process that has nothing else to do is over; last, because listening for messages holds it
    worker.unref()
  }

  function ask(list: Map<string, Promise<Hashed | null>>, path: string, { known = null, proven = null }: Partial<Job>): void {
    if (list.has(path)) return
    start()
    // a thread that has ended answers nobody
    if (over) return
    const id = ++jobs
    list.set(path, new Promise<Hashed | null>((resolve) => waiting.set(id, resolve)))
    worker?.postMessage({ id, path, known, proven } satisfies Job)
  }

  async function holding<T>(work: Promise<T>): Promise<T> {
    held += 1
    worker?.ref()
    try {
      return await work
    } finally {
      held -= 1
      if (held === 0) worker?.unref()
    }
  }

  async function given(list: Map<string, Promise<Hashed | null>>, path: string): Promise<Hashed | null> {
    const found = (await list.get(path)) ?? null
    list.delete(path)
    return found
  }

  return {
    start,
    ahead: (path, known) => ask(hashes, path, known === undefined ? {} : { known }),
    openAhead: (path, proven) => {
      ask(openings, path, { proven })
      const opening = openings.get(path)
      if (opening) void holding(opening)
    },
    answer: (path) => holding(given(hashes, path)),
    opened: async (path) => void (await holding(given(openings, path))),
    holding,
    idly: { answer: (path) => given(hashes, path), opened: async (path) => void (await given(openings, path)) },
  }
}

const self = fileURLToPath(import.meta.url)
/** Beside this file in development, beside the bundle in dist/ (scripts/build.ts). */
const script = join(dirname(self), extname(self) === '.ts' ? 'hash-worker.ts' : 'hash-worker.cjs')

/** The one of this process. */
export const hashThread: HashThread = createHashThread(script)
