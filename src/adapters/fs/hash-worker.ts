/** The thread of hash-thread.ts. It imports nothing of the bundle, so that it runs while the bundle is still being loaded. */
import { parentPort } from 'node:worker_threads'
import { hashFile } from './hash-file.ts'

parentPort?.on('message', (path: string) => {
  let hashed: ReturnType<typeof hashFile> = null
  try {
    hashed = hashFile(path)
  } catch {
    // whoever asked hashes it again, and is told what is wrong
  }
  parentPort?.postMessage({ path, hashed })
})
