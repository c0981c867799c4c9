/** A file that holds the parts of a long run: each is written when it is done and taken from there when it is asked for again, so that a run that was stopped goes on. */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'

export interface Kept {
  has(id: string): boolean
  /** What the file holds under `id`, else what is counted now. It must be what JSON can say. */
  take<T>(id: string, count: () => T): T
}

/** @param file undefined: nothing is kept */
export function keptIn(file: string | undefined): Kept {
  const parts: Record<string, string> = file && existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}
  return {
    has: (id) => parts[id] !== undefined,
    take<T>(id: string, count: () => T): T {
      const before = parts[id]
      if (before !== undefined) {
        const found: T = JSON.parse(before)
        return found
      }
      const start = process.cpuUsage()
      const found = count()
      const { user, system } = process.cpuUsage(start)
      process.stderr.write(`${id}: ${Math.round((user + system) / 1e6)} s\n`)
      if (file) {
        parts[id] = JSON.stringify(found)
        // whole or not at all: a run may be ended at any time
        writeFileSync(`${file}.part`, JSON.stringify(parts))
        renameSync(`${file}.part`, file)
      }
      return found
    },
  }
}
