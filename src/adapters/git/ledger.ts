/** The ledger branch of any git remote. A change is one commit built with plumbing and pushed with a lease: compare-and-swap. */
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { checkName } from '../../core/ledger/names.ts'
import { UserError } from '../../errors.ts'
import type { LedgerTransport } from '../../ports/ledger.ts'
import type { Repository } from './repository.ts'

const maxFileBytes = 16 * 2 ** 20
/** of the answer of one git, which holds at most 256 MB */
const maxBatchBytes = 64 * 2 ** 20

export function gitLedger(repository: Repository, branch: string): LedgerTransport {
  const ref = `refs/heads/${checkName('branch', branch)}`
  return {
    name: `${repository.shown}#${branch}`,
    nothingThere: () => (repository.nothingThere() ? `nothing lies at ${repository.shown}` : null),

    async read(under = '') {
      const head = await repository.fetch(ref)
      if (head === null) return { head, files: new Map() }
      const entries = await listTree(repository, head, under)
      for (const { mode, bytes, path } of entries) {
        if (mode !== '100644') throw corrupt(path, 'it is no regular file')
        if (bytes > maxFileBytes) throw corrupt(path, `it has ${bytes} bytes`)
      }
      const files = new Map<string, string>()
      for (const together of batchesOf(entries)) {
        const contents = await blobsOf(repository, together)
        for (const [i, { path }] of together.entries()) files.set(path, decode(path, contents[i] ?? new Uint8Array()))
      }
      return { head, files }
    },

    async commit({ parent, files, message }) {
      if (parent !== null && !(await repository.has(parent)) && (await repository.fetch(ref)) !== parent) return 'moved'
      const tree = await buildTree(repository, parent, files)
      const args = ['commit-tree', ...(parent === null ? [] : ['-p', parent]), '-F', '-', tree]
      const head = textOf(await repository.git(args, { input: message }))
      return (await repository.push(ref, parent, head)) === 'done' ? { head } : 'moved'
    },
  }
}

interface Entry {
  readonly mode: string
  readonly id: string
  readonly bytes: number
  readonly path: string
}

/** Every blob of a commit's tree below a folder. */
export async function listTree(repository: Repository, commit: string, under: string): Promise<Entry[]> {
  const listed = await repository.git(['ls-tree', '-r', '-l', '-z', '--full-tree', commit, '--', ...(under === '' ? [] : [under])])
  return decode('the tree', listed)
    .split('\0')
    .filter((line) => line !== '')
    .map((line) => {
      const [facts = '', path = ''] = [line.slice(0, line.indexOf('\t')), line.slice(line.indexOf('\t') + 1)]
      const [mode = '', , id = '', bytes = ''] = facts.split(/ +/)
      return { mode, id, bytes: Number(bytes) || 0, path }
    })
}

/** What one process of git is asked for: a ledger has a file an event. */
function* batchesOf(entries: readonly Entry[]): Generator<readonly Entry[]> {
  let batch: Entry[] = []
  let bytes = 0
  for (const entry of entries) {
    if (bytes + entry.bytes > maxBatchBytes) {
      yield batch
      batch = []
      bytes = 0
    }
    batch.push(entry)
    bytes += entry.bytes
  }
  if (batch.length > 0) yield batch
}

/** In their order. `--batch` says `<id> blob <bytes>` and a newline before each, and a newline after it. */
async function blobsOf(repository: Repository, entries: readonly Entry[]): Promise<Uint8Array[]> {
  const said = await repository.git(['cat-file', '--batch'], { input: entries.map(({ id }) => `${id}\n`).join('') })
  let at = 0
  return entries.map(({ id, bytes, path }) => {
    const head = `${id} blob ${bytes}\n`
    const from = at + head.length
    if (said.toString('latin1', at, from) !== head || said.length < from + bytes + 1) throw corrupt(path, 'git does not give what it lists')
    at = from + bytes + 1
    return said.subarray(from, from + bytes)
  })
}

/** The parent's tree with these files put in, by way of an index of its own. */
async function buildTree(repository: Repository, parent: string | null, files: ReadonlyMap<string, string>): Promise<string> {
  const index = join(await repository.folder(), `index-${randomUUID()}`)
  if (parent !== null) await repository.git(['read-tree', parent], { index })
  let lines = ''
  for (const [path, text] of files) {
    const id = textOf(await repository.git(['hash-object', '-w', '--no-filters', '--stdin'], { input: text }))
    lines += `100644 blob ${id}\t${path}\0`
  }
  await repository.git(['update-index', '-z', '--index-info'], { index, input: lines })
  return textOf(await repository.git(['write-tree'], { index }))
}

const textOf = (output: Buffer): string => output.toString('utf8').trim()

function decode(path: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw corrupt(path, 'it is not UTF-8')
  }
}

const corrupt = (path: string, why: string): UserError =>
  new UserError(
    'LEDGER_CORRUPT',
    `the ledger holds ${JSON.stringify(path.slice(0, 200))}, and ${why}`,
    'restore the ledger branch from an earlier commit',
  )
