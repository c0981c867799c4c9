/** A real git repository in a temporary folder, to be a ledger's remote. */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface TestRemote {
  readonly folder: string
  /** the bare repository */
  readonly path: string
  git(...args: string[]): string
  [Symbol.asyncDispose](): Promise<void>
}

export async function gitRemote(): Promise<TestRemote> {
  const folder = await mkdtemp(join(tmpdir(), 'remote-'))
  const path = join(folder, 'ledger.git')
  execFileSync('git', ['init', '--quiet', '--bare', path])
  return {
    folder,
    path,
    git: (...args) =>
      execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], {
        cwd: path,
        encoding: 'utf8',
        stdio: ['pipe', 'pipe', 'pipe'],
      }).trim(),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  }
}

export const sha256 = (bytes: string | Uint8Array): string => `sha256:${createHash('sha256').update(bytes).digest('hex')}`

/** A file on disk as a store takes it. */
export async function storedFile(folder: string, name: string, content: string) {
  const path = join(folder, `${name}-${Math.floor(performance.now() * 1000)}`)
  await writeFile(path, content)
  return { name, path, digest: sha256(content), bytes: Buffer.byteLength(content) }
}

/** The error of work that must fail, as text with its code. */
export async function troubleOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    (value) => `nothing was thrown: ${JSON.stringify(value)}`,
    (thrown: unknown) => (thrown instanceof Error ? `${'code' in thrown ? thrown.code : thrown.name}: ${thrown.message}` : String(thrown)),
  )
}
