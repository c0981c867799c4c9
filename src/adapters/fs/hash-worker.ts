/** The thread of hash-thread.ts. It imports nothing of the bundle, so that it runs while the bundle is still being loaded. */
import { parentPort } from 'node:worker_threads'
import { type Hashed, hashFile, stateAt } from './hash-file.ts'

/** A file to hash, unless it is still what it is known to be; or, with `proven`, an addon to open where this thread found each of these files to have that sha256. */
export interface Job {
  readonly id: number
  readonly path: string
  readonly known: Hashed | null
  readonly proven: ReadonlyMap<string, string> | null
}

export interface Answer {
  readonly id: number
  readonly hashed: Hashed | null
}

const seen = new Map<string, Hashed>()

parentPort?.on('message', ({ id, path, known, proven }: Job) => {
  let hashed: Hashed | null = null
  try {
    if (proven === null) {
      hashed = known !== null && known.state === stateAt(path) ? known : hashFile(path)
      if (hashed !== null) seen.set(path, hashed)
    } else if ([...proven].every(isProven)) process.dlopen({ exports: {} }, path)
  } catch {
    // whoever asked does it again, and is told what is wrong
  }
  parentPort?.postMessage({ id, hashed } satisfies Answer)
})

function isProven([path, sha256]: readonly [string, string]): boolean {
  const found = seen.get(path)
  return found?.sha256 === sha256 && found.state === stateAt(path)
}
